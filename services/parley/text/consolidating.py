"""Consolidating: one sweep that puts accepted amendments into a version; for one, for many, for a preview and for the final text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

import msgspec

from parley.text.claims import claim_of_edit, claims, collide, words_of
from parley.text.clauses import Clause, Version
from parley.text.operations import Amendment, Edit, MergeClauses, SplitClause
from parley.text.proposing import Misquote
from parley.text.rearranging import Rearrangement, Structure, rearranged
from parley.text.tokens import Unfit

CUT = "\x00"  # stands for a split where new words would stand; no text can hold it

_Edit = tuple[int, int, int, str, str]
"""Start, end, the chair's rank within a gap, the new words, the amendment."""


class Change(msgspec.Struct, frozen=True, gc=False):
    """The characters `start` to `end` of a base clause became `new`, as the amendments in `by` proposed."""

    start: int
    end: int
    new: str
    by: tuple[str, ...]


class Clash(Unfit):
    """Amendments that cannot both be accepted, named in `between`; for words in the same gap the chair may give an order instead."""

    def __init__(self, *between: str) -> None:
        super().__init__("conflict", f"{' and '.join(between)} ask for the same place. Accept one, merge them, or give their order if both insert there.")
        self.between = between


class Consolidation(msgspec.Struct, frozen=True):
    """What came of accepting amendments: the new version, and what was done to which base clause by whom."""

    base: Version
    version: Version
    accepted: tuple[Amendment, ...]
    changes: dict[str, tuple[Change, ...]]
    structure: Structure
    cuts: dict[str, tuple[SplitClause, ...]] = {}
    joined: dict[str, MergeClauses] = {}


def consolidate(base: Version, accepted: Iterable[Amendment], *, order: Sequence[str] = ()) -> Consolidation:
    """The version in which all of `accepted` hold at once; the same bytes whatever sequence they come in.

    Amendments that collide are refused as Clash, misfits as Unfit: nothing is ever applied to words it does not quote.
    Insertions in one gap collide too, unless the chair ranks them in `order`.
    """
    accepted = tuple(accepted)
    rank = {amendment: place for place, amendment in enumerate(order, 1)}
    edits: dict[str, list[_Edit]] = {}
    rest: list[Amendment] = []
    for amendment in accepted:
        if amendment.base != base.root:
            raise Unfit("stale-base", f"{amendment.id} speaks of another version. Rebase it first.")
        for operation in amendment.operations:
            if type(operation) is Edit:
                place = rank.get(amendment.id, 0) if operation.start == operation.end else 0
                edit = (operation.start, operation.end, place, operation.new, amendment.id)
                edits.setdefault(operation.clause, []).append(edit)
                text = base.clause(operation.clause).text
                if text[operation.start : operation.end] != operation.old:
                    raise Misquote(operation.clause, operation.old, text[operation.start : operation.end])
        if any(type(operation) is not Edit for operation in amendment.operations):
            rest.append(amendment)
    if not rest:
        changes = {clause: _swept(found) for clause, found in edits.items()}
        clauses = tuple(_changed(clause, changes[clause.id]) if clause.id in changes else clause for clause in base.clauses)
        return Consolidation(base, Version(clauses), accepted, changes, Structure())
    return _with_structure(base, accepted, edits, rest, rank)


def _swept(edits: list[_Edit]) -> tuple[Change, ...]:
    """The edits of one clause in order, identical ones as one; or Clash."""
    edits = sorted(_ranked_alike(edits) if any(edit[2] for edit in edits) else edits)
    changes: list[Change] = []
    start, end, place, new = -1, -1, 0, ""
    by: tuple[str, ...] = ()
    for edit in edits:
        if edit[0] == start and edit[1] == end and edit[3] == new:
            by = (*by, edit[4])
            continue
        if edit[0] < end or (edit[0] == edit[1] == start == end and not (place and edit[2])):
            raise Clash(by[0], edit[4])
        if by:
            changes.append(Change(start, end, new, by))
        start, end, place, new = edit[:4]
        by = (edit[4],)
    changes.append(Change(start, end, new, by))
    return tuple(changes)


def _ranked_alike(edits: list[_Edit]) -> list[_Edit]:
    """The same words inserted by several take the first place that the chair gave any of them."""
    first: dict[tuple[int, int, str], int] = {}
    for start, end, place, new, _ in edits:
        if place:
            first[start, end, new] = min(place, first.get((start, end, new), place))
    return [(start, end, first.get((start, end, new), 0), new, by) for start, end, _, new, by in edits]


def rewritten(text: str, changes: tuple[Change, ...]) -> str:
    """The text with the changes made, a cut standing as CUT."""
    pieces: list[str] = []
    at = 0
    for change in changes:
        pieces += (text[at : change.start], change.new)
        at = change.end
    return "".join((*pieces, text[at:]))


def _changed(clause: Clause, changes: tuple[Change, ...]) -> Clause:
    return Clause(clause.id, rewritten(clause.text, changes), clause.number, clause.kind, clause.parent)


def _with_structure(
    base: Version, accepted: tuple[Amendment, ...], edits: dict[str, list[_Edit]], rest: list[Amendment], rank: Mapping[str, int]
) -> Consolidation:
    """The same where clauses are inserted, deleted, moved, split or joined as well."""
    _check_lanes(base, edits, rest, rank)
    structural = [(amendment.id, operation) for amendment in rest for operation in amendment.operations if not isinstance(operation, Edit)]
    order = rearranged(base, structural, rank)
    for clause, cuts in order.cuts.items():
        edits.setdefault(clause, []).extend((cut.start, cut.end, 0, CUT, order.structure.split[clause][0]) for cut in cuts)
    changes = {clause: _swept(found) for clause, found in edits.items()}
    clauses = tuple(part for clause in order.clauses for part in _parts(base, clause, changes, order))
    return Consolidation(base, Version(clauses), accepted, changes, order.structure, order.cuts, order.joined)


def _parts(base: Version, clause: Clause, changes: dict[str, tuple[Change, ...]], order: Rearrangement) -> Iterator[Clause]:
    """The clause with its new words: joined to those that follow it, or cut into several."""
    text, last = rewritten(clause.text, changes.get(clause.id, ())), clause.id
    while last in order.joined:
        joint, last = order.joined[last].joint, order.joined[last].second
        text += joint + rewritten(base.clause(last).text, changes.get(last, ()))
    first, *others = text.split(CUT)
    yield msgspec.structs.replace(clause, text=first)
    for cut, part in zip(order.cuts.get(clause.id, ()), others, strict=True):
        yield Clause(cut.into, part, cut.number, clause.kind, clause.parent)


def _check_lanes(base: Version, edits: dict[str, list[_Edit]], rest: list[Amendment], rank: Mapping[str, int]) -> None:
    """Refuses collisions with anything that is not an edit; edits among themselves are swept."""
    found = [(claim, amendment.id) for amendment in rest for claim in claims(base, amendment)]
    known = {amendment.id for amendment in rest}
    lanes = {claim[0] for claim, _ in found}
    for clause, there in edits.items():
        if words_of(clause) in lanes:
            found += [(claim_of_edit(clause, start, end, new), by) for start, end, _, new, by in there if by not in known]
    asked = [(claim, [by for _, by in same]) for claim, same in groupby(sorted(found), key=itemgetter(0))]
    for (one, ours), (other, theirs) in pairwise(asked):
        ordered = one[1] == one[2] == other[2] and any(by in rank for by in ours) and any(by in rank for by in theirs)
        if collide(one, other) and not ordered:
            raise Clash(ours[0], theirs[0])
