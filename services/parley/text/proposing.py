"""Proposing: from what an author quotes and writes to operations that fit, or a refusal that shows what does not."""

import unicodedata
from itertools import pairwise

from parley.text.claims import claims, collide
from parley.text.clauses import START, Version
from parley.text.differences import increasing, readable
from parley.text.operations import Amendment, DeleteClause, Edit, InsertClause, MergeClauses, MoveClause, Operation, SplitClause
from parley.text.tokens import CLAUSE_LIMIT, Unfit, normalised

OPERATIONS_LIMIT = 10_000
"""Operations that one amendment may hold."""


class Misquote(Unfit):
    """The quoted words are not there: `quoted` and `stands` are the two texts, for a redline of the difference."""

    def __init__(self, clause: str, quoted: str, stands: str) -> None:
        super().__init__("misquote", f"The words you quote are not what “{clause}” says. Quote the present text; the difference is shown.")
        self.quoted = quoted
        self.stands = stands


def reworded(base: Version, clause: str, text: str) -> tuple[Edit, ...]:
    """The operations that make the clause read `text`, smallest sensible stretches: how a full text becomes an amendment, once."""
    old, new = base.clause(clause).text, normalised(text)
    if not new:
        raise Unfit("empty-clause", f"“{clause}” would be left without words. Delete the clause instead.")
    if old == new:
        raise Unfit("no-change", f"“{clause}” says that already. Change something, or support the text as it is.")
    return tuple(Edit(clause, a, b, old[a:b], new[c:d]) for a, b, c, d in readable(old, new))


def replaced(base: Version, clause: str, quoted: str, new: str) -> tuple[Edit, ...]:
    """The operations that put `new` for the quoted words, which must stand in the clause exactly once."""
    text, quote = base.clause(clause).text, normalised(quoted)
    at = _found(clause, text, quote)
    wanted = normalised(new)
    before, after = text[:at], text[at + len(quote) :]
    if not wanted:  # the space that stood beside the deleted words goes with them
        if after[:1].isalnum() or after.startswith(" "):
            after = after.lstrip(" ") if not before or before.endswith(" ") else after
        else:
            before = before.rstrip(" ")
    return reworded(base, clause, before + wanted + after)


def _found(clause: str, text: str, quote: str) -> int:
    at = text.find(quote)
    if not quote or at < 0:
        raise Misquote(clause, quote, text)
    if text.find(quote, at + 1) >= 0:
        raise Unfit("ambiguous-quote", f"The words you quote stand in “{clause}” more than once. Quote more of what is around them.")
    return at


def split(base: Version, clause: str, at: int, into: str, number: str = "") -> SplitClause:
    """The operation that splits a clause at a place in its text; the space there goes."""
    text = base.clause(clause).text
    start, end = len(text[:at].rstrip()), len(text) - len(text[at:].lstrip())
    return SplitClause(clause, start, end, into, text, number)


def split_before(base: Version, clause: str, quoted: str, into: str, number: str = "") -> SplitClause:
    """The operation that splits a clause before the quoted words, which must stand in it exactly once."""
    text, quote = base.clause(clause).text, normalised(quoted)
    return split(base, clause, _found(clause, text, quote), into, number)


def derived(base: Version, wanted: Version) -> tuple[Operation, ...]:
    """The operations that turn `base` into `wanted`: changed words, inserted, deleted and moved clauses. Ids say which clause is which."""
    gone = [clause for clause in base.clauses if clause.id not in wanted]
    found: list[Operation] = [DeleteClause(clause.id, clause.text) for clause in gone if clause.parent == START or clause.parent in wanted]
    stays = {clause for parent in wanted.children for clause in _in_place(base, wanted, parent)}
    behind: dict[str, str] = {}
    for clause in wanted.clauses:
        after = behind.get(clause.parent, clause.parent)
        if clause.id in stays:
            behind[clause.parent] = clause.id
        elif clause.id in base:
            found.append(MoveClause(clause.id, after, clause.parent))
        else:
            found.append(InsertClause(after, clause))
        if clause.id in base and clause.text != base.clause(clause.id).text:
            found += reworded(base, clause.id, clause.text)
    return tuple(found)


def _in_place(base: Version, wanted: Version, parent: str) -> list[str]:
    """The children of `parent` that keep their order, so that as few as possible count as moved."""
    kept = [clause for clause in wanted.children[parent] if clause in base and base.clause(clause).parent == parent]
    return [kept[at] for at in increasing([base.place[clause] for clause in kept])]


def fitting(base: Version, amendment: Amendment) -> None:
    """Refuses, as Unfit, an amendment that does not fit this version: stale, misquoting, misplaced or contradicting itself."""
    if amendment.base != base.root:
        raise Unfit("stale-base", "The text has changed since. Take the rebased amendment, or restate it on the present version.")
    if not 0 < len(amendment.operations) <= OPERATIONS_LIMIT:
        raise Unfit("too-many-operations", f"An amendment holds 1 to {OPERATIONS_LIMIT:,} operations. Divide it.")
    new: dict[str, str] = {}
    for operation in amendment.operations:
        _fits(base, operation, new)
        if type(operation) is InsertClause:
            new[operation.clause.id] = operation.clause.parent
        elif type(operation) is SplitClause:
            new[operation.into] = base.clause(operation.clause).parent
    claimed = claims(base, amendment)
    if any(collide(one, other) for one, other in pairwise(claimed)):
        raise Unfit("contradiction", "Two operations of this amendment change the same place. Make them one.")
    if amendment.editorial and not all(_keeps_words(base, operation) for operation in amendment.operations):
        raise Unfit("not-editorial", "An editorial change may touch capitals, marks and spaces only. Propose this as an amendment.")
    _check_tree(base, new, {operation.clause: operation.parent for operation in amendment.operations if type(operation) is MoveClause})


def _keeps_words(base: Version, operation: Operation) -> bool:
    if not isinstance(operation, Edit):
        return False
    text = base.clause(operation.clause).text
    after = text[: operation.start] + operation.new + text[operation.end :]
    return _letters(text) == _letters(after)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _check_tree(base: Version, new: dict[str, str], moved: dict[str, str]) -> None:
    """Refuses moves that together put a clause under itself."""
    parents = new | moved
    for clause, parent in moved.items():
        above, passed = parent, {clause}
        while above != START:
            if above in passed:
                raise Unfit("contradiction", f"These moves put “{above}” under itself. Name another place.")
            passed.add(above)
            above = parents[above] if above in parents else base.clause(above).parent


def _fits(base: Version, operation: Operation, new: dict[str, str]) -> None:
    match operation:
        case Edit(clause, start, end, old, text):
            stands = base.clause(clause).text
            if not 0 <= start <= end <= len(stands) or stands[start:end] != old:
                raise Misquote(clause, old, stands[max(start, 0) : max(end, 0)])
            _proper(stands[:start], text, stands[end:])
        case InsertClause(after, clause):
            if normalised(clause.text) != clause.text or not clause.text:
                raise Unfit("not-normalised", "A new clause has words, normalised and without space around them. Submit its text again.")
            _unused(base, clause.id, new)
            _placed(base, after, clause.parent, new)
        case DeleteClause(clause, old):
            _quoted(base, clause, old)
        case _:
            _rearranges(base, operation, new)


def _rearranges(base: Version, operation: MoveClause | SplitClause | MergeClauses, new: dict[str, str]) -> None:
    match operation:
        case MoveClause(clause, after, parent):
            below = base.subtree(base.clause(clause).id)
            if after in below or parent in below:
                raise Unfit("misplaced", f"“{clause}” cannot stand behind or under itself. Name another place.")
            _placed(base, after, parent, new)
        case SplitClause(clause, start, end, into, old):
            _quoted(base, clause, old)
            _unused(base, into, new)
            if not (0 < start <= end < len(old) and not old[start:end].strip() and old[:start].strip() and old[end:].strip()):
                raise Unfit("empty-clause", "Both parts of a split clause need words, and only space may go between them. Split it elsewhere.")
            _childless(base, clause)
        case _:
            clause, second, joint = operation.clause, operation.second, operation.joint
            siblings = base.children[base.clause(clause).parent]
            if siblings[siblings.index(clause) + 1 :][:1] != (second,):
                raise Unfit("misplaced", f"“{second}” does not follow “{clause}” on the same level. Only neighbours are joined.")
            _proper(base.clause(clause).text, joint, base.clause(second).text)
            _childless(base, clause)
            _childless(base, second)


def _quoted(base: Version, clause: str, old: str) -> None:
    if base.clause(clause).text != old:
        raise Misquote(clause, old, base.clause(clause).text)


def _unused(base: Version, clause: str, new: dict[str, str]) -> None:
    if not clause or clause in base or clause in new:
        raise Unfit("name-taken", f"A clause is called “{clause}” already, or it has no name. Give the new one its own id.")


def _placed(base: Version, after: str, parent: str, new: dict[str, str]) -> None:
    for name in (after, parent):
        if name != START and name not in new:
            base.clause(name)
    above = new[after] if after in new else base.clause(after).parent if after != START else START
    if parent not in {after, above}:
        raise Unfit("misplaced", "A clause stands behind its sibling, or first under its parent. Name one of these as the place.")


def _childless(base: Version, clause: str) -> None:
    if clause in base.children:
        raise Unfit("has-children", f"“{clause}” has clauses under it. Move them first, in a version of their own.")


def _proper(before: str, text: str, after: str) -> None:
    """New words must read the same beside their neighbours as alone, else a recorded offset would not hold."""
    if not unicodedata.is_normalized("NFC", before[-8:] + text + after[:8]):
        raise Unfit("not-normalised", "The new words would melt into their neighbours. Quote and write whole words.")
    normalised(text)
    if len(before) + len(text) + len(after) > CLAUSE_LIMIT:
        raise Unfit("too-long", f"A clause holds at most {CLAUSE_LIMIT:,} characters. Insert a clause instead.")
