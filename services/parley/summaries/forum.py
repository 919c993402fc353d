"""The forum: what a summary's rules need to know of the negotiation: its quantifier table, and whom a text that is not attributed must not name."""

from collections.abc import Iterable

import msgspec

from parley.protocol.standing import Standing

ATTRIBUTIONS = ("named", "group", "counted", "none")
"""From the most that a text may say of who said what to the least."""


DELEGATION_CODE, DELEGATION, GROUP_CODE, GROUP, PERSON = "delegation-code", "delegation", "group-code", "group", "person"
CODES = frozenset({DELEGATION_CODE, GROUP_CODE})
GROUPS = frozenset({GROUP_CODE, GROUP})


class Name(msgspec.Struct, frozen=True):
    """A name on the roster, and of what kind it is."""

    name: str
    kind: str


class Forum(msgspec.Struct, frozen=True):
    """What is known of a negotiation, with the `seq` at which it was known."""

    negotiation: str
    title: str = ""
    attribution: str = "none"
    marking: str = "participants"
    themes: tuple[str, ...] = ()
    quantifiers: tuple[tuple[str, str], ...] = ()
    accredited: int = 0
    names: tuple[Name, ...] = ()


def forum_of(negotiation: str, standing: Standing, names: Iterable[tuple[str, str]]) -> Forum:
    """The forum as its standing and the names on its roster say; `names` are pairs of name and kind."""
    return Forum(
        negotiation=negotiation, title=standing.title, attribution=standing.attribution, marking=standing.marking, themes=standing.themes,
        quantifiers=standing.quantifiers, accredited=sum(standing.accredited(one) for one in standing.delegations), names=tuple(Name(name, kind) for name, kind in names),
    )  # fmt: skip
