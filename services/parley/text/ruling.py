"""Ruling: what the chair decides on open amendments, one or many at once, and what follows from it."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from parley.text.claims import claims
from parley.text.clauses import Version
from parley.text.consolidating import Consolidation, consolidate
from parley.text.operations import Amendment
from parley.text.proposing import fitting
from parley.text.rebasing import Outcome, rebase
from parley.text.subamending import Settled, proposed, settled
from parley.text.tokens import Unfit

Decision = Literal["accepted", "accepted-modified", "rejected", "parked", "inadmissible", "withdrawn", "fallen", "moot", "not-moved"]


class Ruling(msgspec.Struct, frozen=True):
    """A decision on one amendment, with a reason: a code for machines and words for people. `wording` is the chair's text for accepted-modified."""

    amendment: str
    decision: Decision
    code: str = ""
    reason: str = ""
    wording: Amendment | None = None


class Ruled(msgspec.Struct, frozen=True):
    """What rulings lead to: the consolidation, one ruling for every amendment that is settled, and what becomes of all that stay open."""

    made: Consolidation
    rulings: tuple[Ruling, ...]
    outcomes: tuple[Outcome, ...]
    refined: tuple[Settled, ...] = ()


def ruled(base: Version, open_amendments: Iterable[Amendment], rulings: Iterable[Ruling], *, order: Sequence[str] = ()) -> Ruled:
    """Applies any number of rulings at once: for one amendment, for a bulk ruling, for a what-if and for the final text.

    One decision settles identical amendments together, each keeping its sponsors. A sub-amendment is settled before its parent and falls
    with it. The chair's wording must name every amendment that it takes up; all of them are settled by it. What is parked stays open.
    """
    amendments = {amendment.id: amendment for amendment in open_amendments}
    decided = _spread(base, amendments, rulings)
    refined = _refine(amendments, decided, order)
    accepted = [amendments[name] for name, ruling in decided.items() if ruling.decision == "accepted" and not amendments[name].parent]
    wordings = {ruling.wording.id: ruling.wording for ruling in decided.values() if ruling.wording}
    for wording in wordings.values():
        fitting(base, wording)
    made = consolidate(base, [*accepted, *wordings.values()], order=order)
    for amendment in amendments.values():
        if amendment.parent and amendment.id not in decided and _is_settled(decided, amendment.parent):
            decided[amendment.id] = Ruling(amendment.id, "fallen", "parent", f"{amendment.parent} has been settled without it.")
    stays = [amendment for amendment in amendments.values() if not _is_settled(decided, amendment.id)]
    return Ruled(made, tuple(decided.values()), tuple(rebase(made, stays)), tuple(refined))


def _refine(amendments: dict[str, Amendment], decided: dict[str, Ruling], order: Sequence[str]) -> list[Settled]:
    """Puts accepted sub-amendments into their parents, and the other sub-amendments of these onto the new words."""
    children: dict[str, list[Amendment]] = {}
    for amendment in amendments.values():
        if amendment.parent in amendments:
            children.setdefault(amendment.parent, []).append(amendment)
    refined = []
    for parent, subs in children.items():
        accepted = [sub for sub in subs if sub.id in decided and decided[sub.id].decision == "accepted"]
        if accepted:
            one = settled(amendments[parent], accepted, order=order)
            refined.append(one)
            amendments[parent] = one.amendment
            stay = [msgspec.structs.replace(sub, parent="") for sub in subs if not _is_settled(decided, sub.id)]
            for outcome in rebase(one.made, stay):
                if outcome.amendment:
                    amendments[outcome.id] = msgspec.structs.replace(outcome.amendment, parent=parent)
    return refined


def _is_settled(decided: dict[str, Ruling], amendment: str) -> bool:
    return amendment in decided and decided[amendment].decision != "parked"


def _spread(base: Version, amendments: dict[str, Amendment], rulings: Iterable[Ruling]) -> dict[str, Ruling]:
    """The rulings by amendment, spread to those that are identical or taken up in the chair's wording."""
    found = _given(amendments, rulings)
    for ruling in [ruling for ruling in found.values() if ruling.wording]:
        for part in ruling.wording.merges if ruling.wording else ():
            found.setdefault(part, msgspec.structs.replace(ruling, amendment=part, code="merged", reason=f"Taken up with {ruling.amendment}."))
    groups: dict[tuple[object, ...], list[str]] = {}
    for amendment in amendments.values():
        about = proposed(amendments[amendment.parent]) if amendment.parent in amendments else base
        if about.root == amendment.base:
            groups.setdefault((amendment.parent, *claims(about, amendment)), []).append(amendment.id)
    for group in groups.values():
        _decide_alike(group, found)
    return {name: found[name] for name in amendments if name in found}


def _given(amendments: dict[str, Amendment], rulings: Iterable[Ruling]) -> dict[str, Ruling]:
    """The rulings as the chair gave them, each on an open amendment and with what it needs."""
    given: dict[str, Ruling] = {}
    for ruling in rulings:
        if ruling.amendment not in amendments:
            raise Unfit("no-such-amendment", f"“{ruling.amendment}” is not open. Rule on an open amendment.")
        if ruling.amendment in given:
            raise Unfit("ruled-twice", f"“{ruling.amendment}” has two rulings. Give one.")
        worded = ruling.wording is not None and ruling.amendment in ruling.wording.merges
        if not worded if ruling.decision == "accepted-modified" else ruling.wording:
            raise Unfit("wording-missing", "Accepted modified needs the chair's wording, which names the amendments it takes up; nothing else does.")
        given[ruling.amendment] = ruling
    taken_up = {part for ruling in given.values() if ruling.wording for part in ruling.wording.merges}
    if unknown := sorted(taken_up - amendments.keys()):
        raise Unfit("no-such-amendment", f"The wording takes up {', '.join(unknown)}, which is not open. Name open amendments only.")
    return given


def _decide_alike(group: list[str], found: dict[str, Ruling]) -> None:
    """One decision for identical amendments; parking or withdrawing one of them says nothing of the others."""
    by_one = {name: found[name] for name in group if name in found and found[name].decision not in {"parked", "withdrawn"}}
    if len({ruling.decision for ruling in by_one.values()}) > 1:
        raise Unfit("contradiction", f"{' and '.join(by_one)} are identical. Decide them alike.")
    for first, ruling in list(by_one.items())[:1]:
        for name in group:
            found.setdefault(name, msgspec.structs.replace(ruling, amendment=name, code="identical", reason=f"Identical with {first}."))
