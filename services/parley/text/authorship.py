"""Authorship: who proposed each word that now stands, through all versions."""

from collections.abc import Iterable, Mapping
from itertools import groupby

import msgspec

from parley.text.consolidating import CUT, Consolidation
from parley.text.rearranging import By
from parley.text.subamending import Settled


class Words(msgspec.Struct, frozen=True, gc=False):
    """So many characters in a row that the same amendments proposed; none in `by`: they stood in the first version."""

    size: int
    by: By = ()


Authorship = dict[str, tuple[Words, ...]]
"""Per clause that any amendment has touched, its characters from beginning to end. It stands beside the text, never in it: who may see it differs."""

_Marks = list[By]  # one for each character; only clauses that changed are ever spread out so


def authorship(made: Consolidation, before: Mapping[str, tuple[Words, ...]], refined: Iterable[Settled] = ()) -> Authorship:
    """The authorship of the new version, from that of its base and from what sub-amendments did to the accepted amendments."""
    authors = _Authors(made, before, {settled.amendment.id: settled for settled in refined})
    return {clause.id: found for clause in made.version.clauses if (found := authors.of(clause.id)) and any(words.by for words in found)}


class _Authors:
    def __init__(self, made: Consolidation, before: Mapping[str, tuple[Words, ...]], refined: Mapping[str, Settled]) -> None:
        self._made = made
        self._before = before
        self._refined = refined
        s = made.structure
        self._part = {name: (clause, at) for clause in made.cuts for at, name in enumerate(s.into[clause])}

    def of(self, clause: str) -> tuple[Words, ...]:
        made = self._made
        if clause in made.structure.inserted:
            return _gathered(self._new(made.version.clause(clause).text, made.structure.inserted[clause]))
        origin, part = self._part.get(clause, (clause, 0))
        if origin not in made.changes and origin not in made.joined:
            return self._before.get(origin, ())
        marks, text = self._changed(origin)
        while origin in made.joined:
            join = made.joined[origin]
            origin = join.second
            added, more = self._changed(origin)
            marks, text = [*marks, *([made.structure.merged[origin]] * len(join.joint)), *added], text + join.joint + more
        starts = [0, *(at + 1 for at, character in enumerate(text) if character == CUT), len(text) + 1]
        return _gathered(marks[starts[part] : starts[part + 1] - 1])

    def _changed(self, clause: str) -> tuple[_Marks, str]:
        """The marks of a base clause after its changes, with its words: a cut has a mark of its own."""
        old = self._made.base.clause(clause).text
        marks = [words.by for words in self._before.get(clause, (Words(len(old)),)) for _ in range(words.size)]
        found: _Marks = []
        pieces: list[str] = []
        at = 0
        for change in self._made.changes.get(clause, ()):
            found += [*marks[at : change.start], *self._new(change.new, change.by)]
            pieces += [old[at : change.start], change.new]
            at = change.end
        return [*found, *marks[at:]], "".join((*pieces, old[at:]))

    def _new(self, words: str, by: By) -> _Marks:
        """The marks of words that amendments put in: theirs, but for what their sub-amendments put into those."""
        marks: _Marks = [by] * len(words)
        for settled in (self._refined[one] for one in by if one in self._refined):
            for place, changes in settled.made.changes.items():
                if settled.words(int(place)) == words:
                    shift = 0
                    for change in changes:
                        at = change.start + shift
                        marks[at : at + len(change.new)] = [change.by] * len(change.new)
                        shift += len(change.new) - change.end + change.start
        return marks


def _gathered(marks: _Marks) -> tuple[Words, ...]:
    return tuple(Words(len(list(same)), by) for by, same in groupby(marks))
