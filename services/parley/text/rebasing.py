"""Rebasing: what becomes of every open amendment when a new version is made. None vanishes, and none is put where it does not fit."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Literal

import msgspec

from parley.text.carrying import Carrier
from parley.text.claims import GONE, STAYS, Claim, Lane, claims_by_operation
from parley.text.concordance import goes_on_as
from parley.text.consolidating import Change, Consolidation, rewritten
from parley.text.operations import Amendment, DeleteClause, Edit, InsertClause, MoveClause, Operation, SplitClause
from parley.text.proposing import fitting
from parley.text.subamending import proposed
from parley.text.tokens import Unfit

State = Literal["carried", "moved", "needs-author", "satisfied", "fallen"]


class Passage(msgspec.Struct, frozen=True):
    """A clause in three texts: as it was, as it now stands, and as the amendment would have had it."""

    clause: str
    was: str
    now: str
    wanted: str


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one open amendment. Where it goes on, `amendment` speaks of the new version; where not, the passages show why."""

    id: str
    state: State
    reason: str
    amendment: Amendment | None = None
    passages: tuple[Passage, ...] = ()
    suggested: Amendment | None = None
    """Where its author is needed: the same wish put on the new words, which the author may table in one action."""


_REASONS: dict[State, str] = {
    "carried": "The words it is about did not change.",
    "moved": "The words it is about did not change; they stand elsewhere now.",
    "satisfied": "The new version does what it asks for.",
    "needs-author": "The new version changes the place it is about. Its author restates it or lets it go.",
    "fallen": "What it is about is no longer in the text.",
}

_Fate = tuple[State, Operation | None, Operation | None]
"""What becomes of one operation, how it goes on, and how its author could restate it."""


def rebase(made: Consolidation, open_amendments: Iterable[Amendment]) -> list[Outcome]:
    """One outcome for each open amendment, in their order; a sub-amendment stands behind its parent and shares its fate."""
    rebaser = _Rebaser(made)
    fates: dict[str, Outcome] = {}
    for amendment in open_amendments:
        fates[amendment.id] = rebaser.follow(amendment, fates.get(amendment.parent)) if amendment.parent else rebaser.outcome(amendment)
    return list(fates.values())


class _Rebaser:
    def __init__(self, made: Consolidation) -> None:
        self._made = made
        self._root = made.version.root
        self._carrier = Carrier(made)
        self._applied: dict[Lane, list[Claim]] = {}

    def outcome(self, amendment: Amendment) -> Outcome:
        operations = amendment.operations
        first = operations[0]
        plain = type(first) is Edit and len(operations) == 1 and first.clause not in self._carrier.rearranged
        if plain and type(first) is Edit:
            fate = self._edit(first)
            if fate[0] != "needs-author":  # most amendments, most of the time
                return Outcome(amendment.id, fate[0], _REASONS[fate[0]], self._rebased(amendment, (fate[1],)) if fate[1] else None)
            fates = [fate]
        else:
            fates = [self._fate(operation, wanted) for operation, wanted in claims_by_operation(self._made.base, amendment)]
        state = _together([fate[0] for fate in fates])
        if state in {"carried", "moved"}:
            rebased = self._rebased(amendment, tuple(operation for _, operation, _ in fates if operation))
            if self._fits(rebased):
                return Outcome(amendment.id, state, _REASONS[state], rebased)
            state = "needs-author"
        suggested = None
        if state == "needs-author":
            again = tuple(one for _, after, wish in fates for one in (after or wish,) if one)
            suggested = self._rebased(amendment, again)
            suggested = suggested if suggested.operations and self._fits(suggested) else None
        passages = () if state == "satisfied" else tuple(self._passages(amendment))
        return Outcome(amendment.id, state, _REASONS[state], None, passages, suggested)

    def follow(self, amendment: Amendment, parent: Outcome | None) -> Outcome:
        """A sub-amendment speaks of its parent's words, not of the version: it stays as long as its parent does."""
        if parent is None or parent.state in {"fallen", "satisfied"}:
            return Outcome(amendment.id, "fallen", "The amendment it is about is no longer open.")
        if parent.amendment and proposed(parent.amendment).root == amendment.base:
            return Outcome(amendment.id, parent.state, parent.reason, amendment)
        return Outcome(amendment.id, "needs-author", "The amendment it is about does not go on in the same words.")

    def _edit(self, edit: Edit) -> _Fate:
        now = self._carrier.follow(edit)
        if now is None:
            return self._met(edit, self._carrier.met(edit))
        return ("carried" if now is edit else "moved"), now, None

    def _met(self, edit: Edit, met: tuple[Change, ...]) -> _Fate:
        """An edit that some changes touch: the stretch that they and it cover, as it was, as it is, and as the edit would have it."""
        if (met[0].start, met[0].end, met[0].new) == (edit.start, edit.end, edit.new):
            return "satisfied", None, None
        start, end = min(edit.start, met[0].start), max(edit.end, met[-1].end)
        was = self._made.base.clause(edit.clause).text
        now = rewritten(was[start:end], tuple(Change(one.start - start, one.end - start, one.new, one.by) for one in met))
        wanted = was[start : edit.start] + edit.new + was[edit.end : end]
        if now == wanted or (edit.new == now == ""):
            return "satisfied", None, None
        clause, at = self._carrier.place(edit.clause, start, replaces=start < end)
        if start == end:  # both insert there: the author's words behind the new ones
            return "needs-author", None, Edit(clause, at + len(now), at + len(now), "", edit.new)
        return "needs-author", None, Edit(clause, at, at + len(now), now, wanted)

    def _fate(self, operation: Operation, wanted: list[Claim]) -> _Fate:
        if isinstance(operation, Edit) and operation.clause not in self._carrier.rearranged:
            return self._edit(operation)
        ours = [claim for claim in wanted if claim[3] != STAYS]
        applied = {claim for claim in ours if claim in self._lane(claim[0])}
        if len(applied) == len(ours):
            return "satisfied", None, None
        met = [other for claim in wanted for other in self._lane(claim[0]) if claim[1] <= other[2] and other[1] <= claim[2] and other != claim]
        if any(other[3] == GONE for other in met) and not isinstance(operation, DeleteClause):
            return "fallen", None, None
        again = self._again(operation)
        if met or again is None:
            return "needs-author", None, again
        return ("carried" if again == operation else "moved"), again, None

    def _lane(self, lane: Lane) -> list[Claim]:
        """What the accepted amendments claim on a lane; gathered once, when it is first asked for."""
        if not self._applied:
            for amendment in self._made.accepted:
                for claim in (claim for _, wanted in claims_by_operation(self._made.base, amendment) for claim in wanted):
                    self._applied.setdefault(claim[0], []).append(claim)
        return self._applied.get(lane, [])

    def _again(self, operation: Operation) -> Operation | None:
        """The operation put on the new version, if there is a place for it; whether it fits is looked at afterwards."""
        now = self._made.version
        match operation:
            case Edit(clause, start, end, old, new):
                name, at = self._carrier.place(clause, start, replaces=start < end)
                fits = name in now and now.clause(name).text[at : at + end - start] == old
                return Edit(name, at, at + end - start, old, new) if fits else None
            case InsertClause(after, clause):
                return InsertClause(self._carrier.behind(after, clause.parent), clause)
            case MoveClause(clause, after, parent):
                return MoveClause(clause, self._carrier.behind(after, parent, clause), parent)
            case DeleteClause(clause):
                return DeleteClause(clause, now.clause(clause).text) if clause in now else None
            case SplitClause(clause, start, end, into, _, number):
                name, at = self._carrier.place(clause, start, replaces=start < end)
                return SplitClause(name, at, at + end - start, into, now.clause(name).text, number) if name in now else None
            case _:
                return operation

    def _rebased(self, amendment: Amendment, operations: tuple[Operation, ...]) -> Amendment:
        return Amendment(amendment.id, self._root, operations, amendment.sponsors, amendment.parent, amendment.merges, amendment.editorial)

    def _fits(self, amendment: Amendment) -> bool:
        try:
            fitting(self._made.version, amendment)
        except Unfit:
            return False
        return True

    def _passages(self, amendment: Amendment) -> Iterator[Passage]:
        """Per clause of the base that it changes or deletes: was, now, wanted."""
        base, now = self._made.base, self._made.version
        edits: dict[str, list[Change]] = {}
        for operation in amendment.operations:
            if isinstance(operation, Edit):
                edits.setdefault(operation.clause, []).append(Change(operation.start, operation.end, operation.new, ()))
            elif not isinstance(operation, InsertClause):
                edits.setdefault(operation.clause, [])
        for clause, changes in edits.items():
            was = base.clause(clause).text
            stands = "\n".join(now.clause(name).text for name in goes_on_as(self._made, clause))
            yield Passage(clause, was, stands, rewritten(was, tuple(sorted(changes, key=attrgetter("start", "end")))))


def _together(states: list[State]) -> State:
    """A package stands or falls as one: what has come true drops out of it, anything else that does not go on needs its author."""
    left = {state for state in states if state != "satisfied"}
    if left <= {"carried", "moved"}:
        return "satisfied" if not left else "moved" if "moved" in left or len(left) < len(set(states)) else "carried"
    return "fallen" if left == {"fallen"} else "needs-author"
