"""Carrying: where a place in the base text stands in the version that a consolidation made."""

from bisect import bisect_left
from itertools import accumulate

from parley.text.clauses import START
from parley.text.consolidating import CUT, Change, Consolidation, rewritten
from parley.text.operations import Edit


class _Shifts:
    """The changes of one clause on the scale of claims, and by how much each moves what stands behind it."""

    __slots__ = ("changes", "firsts", "lasts", "shifts")

    def __init__(self, changes: tuple[Change, ...]) -> None:
        self.changes = changes
        self.firsts = [2 * change.start + (change.start < change.end) for change in changes]
        self.lasts = [2 * change.end - (change.start < change.end) for change in changes]
        self.shifts = list(accumulate((len(change.new) - change.end + change.start for change in changes), initial=0))


class Carrier:
    """Carries places from the base to the new version: prefix sums and bisection, whatever the number of changes."""

    def __init__(self, made: Consolidation) -> None:
        s = made.structure
        self._made = made
        self._shifts = {clause: _Shifts(changes) for clause, changes in made.changes.items()}
        self.rearranged = {*s.deleted, *made.cuts, *made.joined, *s.merged}
        self._joined_to = {join.second: join for join in made.joined.values()}
        self._items: dict[tuple[str, str], list[str]] = {}
        for clause in made.version.clauses:
            if clause.id in s.stands:
                self._items.setdefault(s.stands[clause.id], []).append(clause.id)

    def follow(self, edit: Edit) -> Edit | None:
        """The edit at its new place; None where a change meets it. For clauses that are not rearranged."""
        shifts = self._shifts.get(edit.clause)
        if shifts is None:
            return edit
        start, end = edit.start, edit.end
        at = bisect_left(shifts.lasts, 2 * start + (start < end))
        if at < len(shifts.firsts) and shifts.firsts[at] <= 2 * end - (start < end):
            return None
        shift = shifts.shifts[at]
        return Edit(edit.clause, start + shift, end + shift, edit.old, edit.new) if shift else edit

    def met(self, edit: Edit) -> tuple[Change, ...]:
        """The changes that meet an edit, the same as it or in its way."""
        shifts = self._shifts[edit.clause]
        first, last = 2 * edit.start + (edit.start < edit.end), 2 * edit.end - (edit.start < edit.end)
        at = end = bisect_left(shifts.lasts, first)
        while end < len(shifts.firsts) and shifts.firsts[end] <= last:
            end += 1
        return shifts.changes[at:end]

    def place(self, clause: str, start: int, *, replaces: bool) -> tuple[str, int]:
        """Where words that begin there, or an insertion there, now stand, if no change touches them."""
        shifts = self._shifts.get(clause)
        if shifts is not None:
            start += shifts.shifts[bisect_left(shifts.lasts, 2 * start + replaces)]
        return self._in_part(clause, start) if clause in self.rearranged else (clause, start)

    def edge(self, clause: str, at: int, *, opens: bool) -> tuple[str, int]:
        """Where the edge of a span now stands: new words at it outside the span, words that replace it inside."""
        shifts = self._shifts.get(clause)
        if shifts is not None:
            change = bisect_left(shifts.lasts, 2 * at)
            inside = change < len(shifts.changes) and shifts.changes[change].start < at < shifts.changes[change].end
            if inside:
                at = shifts.changes[change].start + shifts.shifts[change] + (0 if opens else len(shifts.changes[change].new))
                return self._in_part(clause, at)
        return self.place(clause, at, replaces=opens)

    def _in_part(self, clause: str, start: int) -> tuple[str, int]:
        """The same in a clause that was cut or joined: which part, and where in it."""
        while clause in self._joined_to:
            join = self._joined_to[clause]
            before = rewritten(self._made.base.clause(join.clause).text, self._made.changes.get(join.clause, ()))
            clause, start = join.clause, len(before) + len(join.joint) + start
        if clause in self._made.cuts:
            parts = rewritten(self._made.base.clause(clause).text, self._made.changes[clause]).split(CUT)
            at = 0
            while start > len(parts[at]):
                start -= len(parts[at]) + 1
                at += 1
            return self._made.structure.into[clause][at], start
        return clause, start

    def behind(self, after: str, parent: str, moving: str = START) -> str:
        """What now stands before the gap behind `after` under `parent`: `after` itself, or what is left before it; never what is `moving`."""
        if (after, parent) in self._items:
            return self._items[after, parent][-1]
        siblings = self._made.base.children.get(parent, ())
        if after not in siblings:
            return after
        for at in range(siblings.index(after), -1, -1):
            standing = self._made.structure.into.get(siblings[at], (siblings[at],))[-1]
            if standing in self._made.version and siblings[at] not in self._made.structure.moved and standing != moving:
                return standing
            before = (siblings[at - 1] if at else parent, parent)
            if before in self._items:
                return self._items[before][-1]
        return parent
