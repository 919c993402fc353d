"""Rearranging: where clauses stand after insertions, deletions, moves, splits and merges, all applied at once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

import msgspec

from parley.text.clauses import START, Clause, Version
from parley.text.operations import DeleteClause, InsertClause, MergeClauses, MoveClause, Rearranging, SplitClause

By = tuple[str, ...]
"""The amendments that asked for something, by id."""


class Structure(msgspec.Struct, frozen=True):
    """What became of clauses as wholes, and who asked for it."""

    inserted: dict[str, By] = {}
    deleted: dict[str, By] = {}
    moved: dict[str, By] = {}
    split: dict[str, By] = {}
    merged: dict[str, By] = {}
    into: dict[str, tuple[str, ...]] = {}
    """The names under which a clause goes on, where that is not its own alone: parts, the clause it was joined to, an identical twin."""
    stands: dict[str, tuple[str, str]] = {}
    """The gap that an inserted or moved clause was put into."""


class Rearrangement(NamedTuple):
    """The clauses in their new order, words not yet changed, with the cuts to be made and the clauses to be joined."""

    clauses: tuple[Clause, ...]
    structure: Structure
    cuts: dict[str, tuple[SplitClause, ...]]
    joined: dict[str, MergeClauses]


_Gaps = dict[tuple[str, str], list[Clause]]


def rearranged(base: Version, wanted: Sequence[tuple[str, Rearranging]], rank: Mapping[str, int]) -> Rearrangement:
    """All of `wanted`, none of which collide, applied at once; `rank` is the chair's order within a gap."""
    s = Structure({}, {}, {}, {}, {}, {}, {})
    gaps: _Gaps = {}
    cuts: dict[str, tuple[SplitClause, ...]] = {}
    joined: dict[str, MergeClauses] = {}
    twins: dict[tuple[str | int, ...], str] = {}
    times: Counter[tuple[str, ...]] = Counter()
    away = {(by, operation.clause) for by, operation in wanted if type(operation) is MoveClause}
    for by, operation in sorted(wanted, key=itemgetter(0)):
        match operation:
            case InsertClause():
                _insert(s, gaps, twins, times, by, operation)
            case DeleteClause(clause):
                for gone in base.subtree(clause, {moved for of, moved in away if of == by}):
                    _note(s.deleted, gone, by)
            case MoveClause(clause, after, parent):
                after, parent = _name(after, s), _name(parent, s)
                if clause not in s.moved:
                    gaps.setdefault((after, parent), []).append(msgspec.structs.replace(base.clause(clause), parent=parent))
                    s.stands[clause] = (after, parent)
                _note(s.moved, clause, by)
            case SplitClause():
                _split(s, cuts, operation)
                _note(s.split, operation.clause, by)
            case _:
                joined[operation.clause] = operation
                s.into[operation.second] = (operation.clause,)
                _note(s.merged, operation.second, by)
    return Rearrangement(tuple(_in_order(base, s, gaps, rank)), s, cuts, joined)


def _split(s: Structure, cuts: dict[str, tuple[SplitClause, ...]], operation: SplitClause) -> None:
    clause, there = operation.clause, cuts.get(operation.clause, ())
    same = next((cut for cut in there if (cut.start, cut.end) == (operation.start, operation.end)), None)
    if same:
        s.into[operation.into] = (same.into,)
    else:
        cuts[clause] = tuple(sorted((*there, operation), key=lambda cut: cut.start))
        s.into[clause] = (clause, *(cut.into for cut in cuts[clause]))


def _name(clause: str, s: Structure) -> str:
    """The name that an identical twin, inserted by another amendment, has given the clause."""
    return s.into[clause][0] if clause in s.into and clause not in s.split else clause


def _note(where: dict[str, By], clause: str, by: str) -> None:
    where[clause] = (*where.get(clause, ()), by)


def _insert(s: Structure, gaps: _Gaps, twins: dict[tuple[str | int, ...], str], times: Counter[tuple[str, ...]], by: str, operation: InsertClause) -> None:
    """What several insert in the same words is inserted once, under the name the first gave it; the other names lead there."""
    clause = operation.clause
    after, parent = _name(operation.after, s), _name(clause.parent, s)
    asked = (after, parent, clause.kind, clause.text)
    twin = twins.setdefault((*asked, times[by, *asked]), clause.id)
    times[by, *asked] += 1
    if twin == clause.id:
        gaps.setdefault((after, parent), []).append(msgspec.structs.replace(clause, parent=parent))
        s.stands[clause.id] = (after, parent)
    else:
        s.into[clause.id] = (twin,)
    _note(s.inserted, twin, by)


def _in_order(base: Version, s: Structure, gaps: _Gaps, rank: Mapping[str, int]) -> Iterator[Clause]:
    """The clauses as they stand afterwards, without recursion: a document may be nested deeply."""

    def turn(clause: Clause) -> int:
        return min((rank[by] for by in s.inserted.get(clause.id) or s.moved[clause.id] if by in rank), default=0)

    waiting: list[Clause | tuple[str, str]] = []

    def enter(parent: str) -> None:
        for child in reversed(base.children.get(parent, ())):
            waiting.append((child, parent))
            if not (child in s.deleted or child in s.moved or child in s.merged):
                waiting.append(base.clause(child))
        waiting.append((parent, parent))

    enter(START)
    while waiting:
        step = waiting.pop()
        if isinstance(step, Clause):
            yield step
            enter(step.id)
        else:
            for clause in reversed(sorted(gaps.get(step, ()), key=turn)):  # noqa: C413 - one author's clauses keep their order, which reverse=True would turn
                waiting.append((clause.id, step[1]))
                waiting.append(clause)
