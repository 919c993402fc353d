"""Claims: what each operation needs for itself, so that one rule says of any two whether they can stand together.

A claim is a stretch of a lane. The words of a clause are a lane; so are its place, its existence, and each gap between
clauses. Stretches are closed intervals on a scale on which the gap before character p is 2p and the character itself 2p + 1:
so two edits collide exactly when their intervals meet, an insertion at the edge of a replaced word not, one inside it does.
"""

from collections.abc import Iterator

from parley.text.clauses import START, Version
from parley.text.operations import Amendment, DeleteClause, Edit, InsertClause, MergeClauses, MoveClause, Operation, SplitClause

Lane = tuple[str, ...]
Claim = tuple[Lane, int, int, str]
"""Lane, first and last point, and what is asked for: the same claim twice is agreement, not a collision."""

_Ours = dict[str, tuple[str, str]]
"""The clauses that a package itself inserts: a name that does not tell identical packages apart, and the parent."""

STAYS, GONE, _ELSEWHERE, _CUT = "\x00stays", "\x00gone", "\x00elsewhere", "\x00cut"  # no text can hold NUL
_ALONE, _SHARED = (1, 3), (2, 2)  # on the lanes that have no words


def words_of(clause: str) -> Lane:
    """The lane of a clause's words."""
    return ("words", clause)


def claim_of_edit(clause: str, start: int, end: int, new: str) -> Claim:
    """What replacing, inserting or deleting words claims."""
    return (("words", clause), 2 * start + (start < end), 2 * end - (start < end), new)


def collide(one: Claim, other: Claim) -> bool:
    """Whether the two cannot both be had."""
    return one[0] == other[0] and one[1] <= other[2] and other[1] <= one[2] and one != other


def claims(base: Version, amendment: Amendment) -> list[Claim]:
    """Everything the amendment claims, each claim once, in order: equal lists mean identical amendments."""
    operations = amendment.operations
    if len(operations) == 1 and type(operations[0]) is Edit:  # nearly all there ever are
        edit = operations[0]
        return [claim_of_edit(edit.clause, edit.start, edit.end, edit.new)]
    moved = _context(amendment)[1]
    found = dict.fromkeys(claim for _, wanted in claims_by_operation(base, amendment) for claim in wanted)
    held = {("place", clause) for clause in moved}
    queues: dict[Lane, list[str]] = {}
    for lane, first, last, wanted in found:
        if lane[0] == "gap" and first == last:
            queues.setdefault(lane, []).append(wanted)
    one_place = [(lane, 0, 0, "\x01".join(queue)) for lane, queue in queues.items()]  # its author has put them in order
    joined = queues.keys() | held  # and what it moves itself may well move on to a new place
    return sorted([*one_place, *(claim for claim in found if claim[1] < claim[2] or claim[0] not in joined)])


def claims_by_operation(base: Version, amendment: Amendment) -> list[tuple[Operation, list[Claim]]]:
    """What each operation claims by itself; clauses for the same gap one by one."""
    ours, moved = _context(amendment)
    return [(operation, list(_claims_of(base, operation, ours, moved))) for operation in amendment.operations]


def _context(amendment: Amendment) -> tuple[_Ours, set[str]]:
    inserted = ((at, operation.clause) for at, operation in enumerate(amendment.operations) if type(operation) is InsertClause)
    moved = {operation.clause for operation in amendment.operations if type(operation) is MoveClause}
    return {clause.id: (f"\x00{at}", clause.parent) for at, clause in inserted}, moved


def _claims_of(base: Version, operation: Operation, ours: _Ours, moved: set[str]) -> Iterator[Claim]:
    """What one operation claims, in a package that inserts `ours` and has `moved` clauses away before anything is deleted."""
    match operation:
        case Edit(clause, start, end, _, new):
            yield claim_of_edit(clause, start, end, new)
        case InsertClause(after, clause):
            yield _gap(after, clause.parent, ours), 0, 0, f"{clause.kind}\x00{clause.text}"
            yield from _stays(clause.parent, ours)
        case DeleteClause(clause):
            for gone in base.subtree(clause, moved):
                yield words_of(gone), -1, 2 * len(base.clause(gone).text) + 1, GONE
                yield from (((lane, gone), *_ALONE, GONE) for lane in ("exists", "place"))
        case _:
            yield from _claims_of_rearranging(base, operation, ours)


def _claims_of_rearranging(base: Version, operation: MoveClause | SplitClause | MergeClauses, ours: _Ours) -> Iterator[Claim]:
    match operation:
        case MoveClause(clause, after, parent):
            yield ("place", clause), *_ALONE, "\x00".join(_gap(after, parent, ours))
            yield ("gap", clause, base.clause(clause).parent), -1, 1, _ELSEWHERE
            yield _gap(after, parent, ours), 0, 0, f"{_ELSEWHERE}\x00{clause}"
            yield from (stays for name in (clause, parent) for stays in _stays(name, ours))
            while parent in ours:
                parent = ours[parent][1]
            above = (parent, *base.ancestors(parent)) if parent != START else ()
            yield from ((("place", new), *_SHARED, STAYS) for new in above if new not in base.ancestors(clause))
        case SplitClause(clause, start, end):
            yield claim_of_edit(clause, start, end, _CUT)
            yield ("place", clause), *_SHARED, STAYS
            yield ("gap", clause, clause), -1, 1, _CUT
        case _:
            clause, second = operation.clause, operation.second
            end = 2 * len(base.clause(clause).text)
            yield words_of(clause), end, end, f"{_CUT}\x00{operation.joint}"
            yield words_of(second), 0, 0, _CUT
            yield ("gap", clause, base.clause(clause).parent), -1, 1, _CUT
            for joined in (clause, second):
                yield ("place", joined), *_ALONE, _CUT
                yield ("gap", joined, joined), -1, 1, _CUT
                yield from _stays(joined, ours)


def _gap(after: str, parent: str, ours: _Ours) -> Lane:
    """The lane of what comes to stand directly behind `after` under `parent`."""
    named = (ours[name][0] if name in ours else name for name in (after, parent))
    return ("gap", *named)


def _stays(clause: str, ours: _Ours) -> Iterator[Claim]:
    if clause != START and clause not in ours:
        yield ("exists", clause), *_SHARED, STAYS
