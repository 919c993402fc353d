"""Claims: what each operation needs for itself, so that one rule says of any two whether they can stand together.

A claim is a stretch of a lane. The words of a clause are a lane; so are its place, its existence, and each gap between
clauses. Two claims collide when their stretches overlap and they do not ask for the same thing: a point collides with a
stretch that has it strictly inside, and with another point at the same place.
"""

from collections.abc import Iterator

from parley.text.clauses import START, Version
from parley.text.operations import Amendment, DeleteClause, Edit, InsertClause, MergeClauses, MoveClause, Operation, SplitClause

Lane = tuple[str, ...]
Claim = tuple[Lane, int, int, str]
"""Lane, start, end, and what is asked for: the same claim twice is agreement, not a collision."""

_STAYS, _GONE, _ELSEWHERE, _CUT = "\x00stays", "\x00gone", "\x00elsewhere", "\x00cut"  # no text can hold NUL


def words_of(clause: str) -> Lane:
    """The lane of a clause's words, in code points."""
    return ("words", clause)


def gap(after: str, parent: str) -> Lane:
    """The lane of what comes to stand directly behind `after` under `parent`."""
    return ("gap", after, parent)


def collide(one: Claim, other: Claim) -> bool:
    """Whether the two cannot both be had."""
    lane, start, end, _ = one
    if lane != other[0] or one == other:
        return False
    return (start < other[2] and other[1] < end) or start == end == other[1] == other[2]


def claims(base: Version, amendment: Amendment) -> list[Claim]:
    """Everything the amendment claims, each claim once, in order: equal lists mean identical amendments."""
    operations = amendment.operations
    if len(operations) == 1 and type(operations[0]) is Edit:  # nearly all there ever are
        edit = operations[0]
        return [(("words", edit.clause), edit.start, edit.end, edit.new)]
    ours = {operation.clause.id: (f"\x00{at}", operation.clause.parent) for at, operation in enumerate(operations) if type(operation) is InsertClause}
    moved = {operation.clause for operation in operations if type(operation) is MoveClause}
    found = dict.fromkeys(claim for operation in operations for claim in claims_of(base, operation, ours, moved))
    held = {claim[0] for claim in found if claim[0][0] == "place" and claim[1] < claim[2]}
    queues: dict[Lane, list[str]] = {}
    for lane, start, end, wanted in found:
        if lane[0] == "gap" and start == end:
            queues.setdefault(lane, []).append(wanted)
    one_place = [(lane, 0, 0, "\x01".join(queue)) for lane, queue in queues.items()]  # its author has put them in order
    joined = queues.keys() | held  # and what it moves itself may well move on to a new place
    return sorted([*one_place, *(claim for claim in found if claim[1] < claim[2] or claim[0] not in joined)])


_Ours = dict[str, tuple[str, str]]
"""The clauses that a package itself inserts: a name that does not tell identical packages apart, and the parent."""


def claims_of(base: Version, operation: Operation, ours: _Ours, moved: set[str]) -> Iterator[Claim]:
    """What one operation of a package claims that inserts `ours` and has `moved` clauses away before anything is deleted."""
    match operation:
        case Edit(clause, start, end, _, new):
            yield words_of(clause), start, end, new
        case DeleteClause(clause):
            for gone in base.subtree(clause, moved):
                yield words_of(gone), -1, len(base.clause(gone).text) + 1, _GONE
                yield from (((lane, gone), 0, 2, _GONE) for lane in ("exists", "place"))
        case InsertClause(after, clause):
            yield _gap(after, clause.parent, ours), 0, 0, f"{clause.kind}\x00{clause.text}"
            yield from _stays(clause.parent, ours)
        case MoveClause(clause, after, parent):
            yield ("place", clause), 0, 2, "\x00".join(_gap(after, parent, ours))
            yield gap(clause, base.clause(clause).parent), -1, 1, _ELSEWHERE
            yield _gap(after, parent, ours), 0, 0, f"{_ELSEWHERE}\x00{clause}"
            yield from _stays(clause, ours)
            yield from _stays(parent, ours)
            while parent in ours:
                parent = ours[parent][1]
            above = (parent, *base.ancestors(parent)) if parent != START else ()
            yield from ((("place", new), 1, 1, _STAYS) for new in above if new not in base.ancestors(clause))
        case SplitClause(clause, at):
            yield words_of(clause), at, at, _CUT
            yield ("place", clause), 1, 1, _STAYS
        case MergeClauses(clause, second, joint):
            end = len(base.clause(clause).text)
            yield words_of(clause), end, end, f"{_CUT}\x00{joint}"
            yield words_of(second), 0, 0, _CUT
            yield from ((("place", joined), 0, 2, _CUT) for joined in (clause, second))
            yield gap(clause, base.clause(clause).parent), -1, 1, _CUT
            yield from (gone for joined in (clause, second) for gone in _stays(joined, ours))


def _gap(after: str, parent: str, ours: _Ours) -> Lane:
    named = (ours[name][0] if name in ours else name for name in (after, parent))
    return ("gap", *named)


def _stays(clause: str, ours: _Ours) -> Iterator[Claim]:
    if clause != START and clause not in ours:
        yield ("exists", clause), 1, 1, _STAYS
