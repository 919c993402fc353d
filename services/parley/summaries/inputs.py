"""Inputs: what delegations have put in and what they say of it, as far as this service knows, and who counts as having said what."""

from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

LIVE, LATE, WITHDRAWN, RULED, ACCEPTED = "live", "late", "withdrawn", "ruled", "accepted"
"""A live input wants an answer. A late one waits for the chair's waiver; a withdrawn one and a ruled amendment have had theirs."""

SUPPORT, OPPOSE, RESERVE, HOLD = "support", "oppose", "reserve", "hold"
STANCES = (SUPPORT, OPPOSE, RESERVE, HOLD)


class Voice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one delegation says of an input, in its own name or as represented by another (`by`), to the text with this hash."""

    delegation: str
    stance: str
    text_hash: str
    by: str | None = None


class Input(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """A principle or an amendment. `reference` is `principle/<id>` or `document/<document>/amendment/<amendment>`.

    `voices` holds the author's and the co-sponsors' support too. `seq` orders the inputs of one service as they came in. `ruling` is what the chair said of
    an amendment.
    """

    reference: str
    theme: str
    text: str
    text_hash: str
    state: str
    marking: str
    delegation: str
    seq: int
    audience: tuple[str, ...] = ()
    on_behalf_of: str | None = None
    voices: tuple[Voice, ...] = ()
    ruling: str | None = None
    ruling_reason: str = ""

    def those_who(self, stance: str) -> frozenset[str]:
        """The delegations that take a stance on the text as it is now, each counted once.

        What a delegation says itself outweighs what a group said for it. What was said of an earlier text is stale and does not count, and silence is
        not support.
        """
        return self._heard.get(stance, frozenset())

    @cached_property
    def _heard(self) -> dict[str, frozenset[str]]:
        current = [voice for voice in self.voices if voice.text_hash == self.text_hash]
        own = {voice.delegation: voice.stance for voice in current if voice.by is None}
        heard: dict[str, set[str]] = {}
        for delegation, stance in own.items():
            heard.setdefault(stance, set()).add(delegation)
        for voice in current:
            if voice.by is not None and voice.delegation not in own:
                heard.setdefault(voice.stance, set()).add(voice.delegation)
        return {stance: frozenset(delegations) for stance, delegations in heard.items()}

    @property
    def spoke(self) -> frozenset[str]:
        """Every delegation that takes any stance on it."""
        return frozenset().union(*self._heard.values())


class Inputs(msgspec.Struct, frozen=True, dict=True):
    """The inputs of a negotiation by reference, and the cut: the `seq` of each service up to which they are known."""

    by_reference: dict[str, Input] = {}
    cut: dict[str, int] = {}

    def live(self) -> list[Input]:
        """Those that want an answer, in the order in which they came in."""
        return in_order(one for one in self.by_reference.values() if one.state == LIVE)

    @cached_property
    def spoke(self) -> frozenset[str]:
        """Every delegation that takes a stance on a live input."""
        return frozenset().union(*(one.spoke for one in self.live()))


def in_order(inputs: Iterable[Input]) -> list[Input]:
    """Inputs as they came in: principles first, then amendments, each by its number in its service."""
    return sorted(inputs, key=lambda one: (not one.reference.startswith("principle/"), one.seq, one.reference))


def counted(inputs: Mapping[str, Input], references: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The delegations behind several inputs, each with the stance that is meant; one that stands behind two of them counts once."""
    return frozenset().union(*(inputs[reference].those_who(stance) for reference, stance in references if reference in inputs))
