"""Previewing: the text that would be, by the same rules and the same engine as rulings and versions; nothing comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from parley import text as engine
from parley.drafts.document import ACCEPTED, MODIFIED, OPEN, OUTCOMES, TAKEN_IN, Amendment, in_order
from parley.drafts.entitled import undecided
from parley.drafts.facts import Fate
from parley.drafts.quoting import fitting_or_refused, likeness
from parley.drafts.rules_chair import can_get, reworded
from parley.drafts.rules_versions import fates, fits, numbered, sorted_out
from parley.drafts.subamending import as_accepted
from parley.kernel.decider import Invalid, Unknown
from parley.protocol.visibility import LATE
from parley.text.claims import Claim, Lane, claims, collide
from parley.text.compatible import Package, best_package
from parley.text.concordance import Entry
from parley.text.contests import Contest, contests


@dataclass(frozen=True)
class Open:
    """A document's present text and what stands to it: the amendments that the asker may read, by name, and the editorial changes that wait."""

    text: engine.Version
    amendments: Mapping[str, Amendment]
    edits: Sequence[engine.Amendment] = ()
    represented: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Supposed:
    """What if these were accepted too, in these wordings and this order? `rulings`: beside what is accepted already."""

    accepted: tuple[str, ...]
    wordings: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    identical: bool = True
    rulings: bool = True
    renumber: bool = False


@dataclass(frozen=True)
class Preview:
    """What would be: a text and the fate of all that stays open; or, where they cannot stand together, who meets whom and what could stand."""

    accepted: tuple[str, ...]
    made: engine.Consolidation | None = None
    text: engine.Version | None = None
    concordance: tuple[Entry, ...] = ()
    fates: tuple[Fate, ...] = ()
    conflicts: tuple[Contest, ...] = ()
    package: Package | None = None


def preview(now: Open, supposed: Supposed) -> Preview:
    """The version that the chair would make; refused where a ruling would be."""
    if stray := sorted(supposed.wordings.keys() - set(supposed.accepted)):
        raise Invalid("wording-not-expected", f"{', '.join(stray)} has a wording and is not among the accepted; name it there too.")
    taken = [_taken(now, name, supposed.wordings.get(name)) for name in dict.fromkeys(supposed.accepted)]
    if supposed.identical:
        taken += _twins(now, taken)
    names = {one.amendment for one in taken}
    if supposed.rulings:
        taken += [one for one in now.amendments.values() if one.state in TAKEN_IN and not one.settled and one.amendment not in names]
    accepted = in_order(one.amendment for one in taken)
    edits = list(now.edits) if supposed.rulings else []
    with fitting_or_refused():
        proposed, _ = as_accepted(now.text, taken, supposed.order)
        try:
            made = engine.consolidate(now.text, [*proposed, *edits], order=supposed.order)
        except engine.Clash as clash:
            meeting = _meeting(now.text, [*proposed, *edits], supposed.order, clash)
            return Preview(tuple(accepted), conflicts=meeting, package=best_package(now.text, proposed))
    _, left = sorted_out((now.amendments[name] for name in in_order(now.amendments)), taken)
    text, table = numbered(made, anew=supposed.renumber)
    return Preview(tuple(accepted), made, text, table.entries, fates(made, left))


def _taken(now: Open, name: str, wording: str | None) -> Amendment:
    amendment = now.amendments.get(name)
    if amendment is None:
        raise Unknown
    undecided(amendment)
    can_get(now.amendments, amendment, MODIFIED if wording is not None else ACCEPTED)
    return replace(amendment, ruled=reworded(now.text, amendment, wording))


def _twins(now: Open, taken: Sequence[Amendment]) -> list[Amendment]:
    """Those that ask for exactly the same: a ruling holds for them too."""
    alike = {likeness(one.operations, one.amends): one for one in reversed(taken)}
    names = {one.amendment for one in taken}
    others = (one for one in now.amendments.values() if one.amendment not in names and one.state in (*OPEN, *OUTCOMES) and one.state != LATE)
    twins = [(one, alike.get(likeness(one.operations, one.amends))) for one in others if one.operations and not one.settled]
    return [replace(one, ruled=like.ruled) for one, like in twins if like]


def _meeting(base: engine.Version, accepted: Sequence[engine.Amendment], order: Sequence[str], clash: engine.Clash) -> tuple[Contest, ...]:
    """Where the accepted meet; not where the chair's order has settled it already."""
    found = tuple(one for one in contests(base, accepted) if one.first < one.last or not set(one.amendments) <= set(order))
    return found or (Contest(("", ""), 0, 0, clash.between),)


def largest(now: Open, clause: str | None = None) -> tuple[Package, list[str], list[str]]:
    """What can stand together beside what is accepted, with the most delegations behind it; what is left out of it; and what the accepted rule out."""
    accepted: dict[Lane, list[Claim]] = {}
    for one in now.amendments.values():
        if one.state in TAKEN_IN and not one.settled and not one.amends:
            for claim in claims(now.text, _told(now, one)):
                accepted.setdefault(claim[0], []).append(claim)
    asked = [_told(now, one) for one in now.amendments.values() if _in_question(one) and clause in (None, one.clause)]
    beside = [one for one in asked if not any(collide(claim, other) for claim in claims(now.text, one) for other in accepted.get(claim[0], ()))]
    package = best_package(now.text, beside, now.represented)
    kept, free = set(package.amendments), {one.id for one in beside}
    return package, in_order(free - kept), in_order({one.id for one in asked} - free)


def _in_question(amendment: Amendment) -> bool:
    return amendment.state in OPEN and amendment.state != LATE and fits(amendment) and not amendment.amends


def _told(now: Open, amendment: Amendment) -> engine.Amendment:
    return engine.Amendment(amendment.amendment, now.text.root, amendment.effect, (amendment.delegation, *amendment.sponsors))
