"""Aligning: which clause of one version is which of another, by name where names are shared, by words where a text was imported."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Indel, Postfix, Prefix

from parley.text.clauses import Version
from parley.text.differences import increasing
from parley.text.tokens import tokens

Pair = tuple[int, int]
"""Where a clause stands in the old version and in the new one."""

_ALIKE = 0.5  # of the words in both texts together; below it two clauses read as two, not as one reworded
_CANDIDATES = 3  # old texts that a new one is compared with, by the rare words they share


def aligned(old: Version, new: Version) -> list[Pair]:
    """The clauses that go on, in the order of the new version; each clause at most once."""
    pairs = [(old.place[clause.id], at) for at, clause in enumerate(new.clauses) if clause.id in old]
    ours, theirs = {i for i, _ in pairs}, {j for _, j in pairs}
    gone = [i for i in range(len(old.clauses)) if i not in ours]
    come = [j for j in range(len(new.clauses)) if j not in theirs]
    found = matched([old.clauses[i].text for i in gone], [new.clauses[j].text for j in come])
    return sorted((*pairs, *((gone[i], come[j]) for i, j in found)), key=lambda pair: pair[1])


def spine(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs that keep their order; the others have moved. `pairs` are in the order of the new version."""
    return [pairs[at] for at in increasing([i for i, _ in pairs])]


def matched(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Which texts of `new` are texts of `old`: equal, or alike and at the same place, or alike wherever they stand."""
    if not old or not new:
        return []
    pairs = _equal(old, new)
    i = j = 0
    for k, m in [*spine(pairs), (len(old), len(new))]:
        pairs += _at_the_same_place(old, new, (i, k), (j, m))
        i, j = k + 1, m + 1
    ours, theirs = {i for i, _ in pairs}, {j for _, j in pairs}
    pairs += _elsewhere(old, new, [i for i in range(len(old)) if i not in ours], [j for j in range(len(new)) if j not in theirs])
    return sorted(pairs, key=lambda pair: pair[1])


def _equal(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Texts that are equal and stand once on either side, and their equal neighbours."""
    once = Counter(old)
    place = {text: i for i, text in enumerate(old) if once[text] == 1}
    also = Counter(new)
    paired = {j: place[text] for j, text in enumerate(new) if also[text] == 1 and text in place}
    taken = set(paired.values())
    for step, order in ((1, range(1, len(new))), (-1, range(len(new) - 2, -1, -1))):
        for j in order:
            i = paired.get(j - step, -2) + step
            if j not in paired and 0 <= i < len(old) and i not in taken and old[i] == new[j]:
                paired[j] = i
                taken.add(i)
    return sorted(((i, j) for j, i in paired.items()), key=lambda pair: pair[1])


def _at_the_same_place(old: Sequence[str], new: Sequence[str], ours: Pair, theirs: Pair) -> Iterator[Pair]:
    """From either end of a gap, as long as the neighbours are alike. Nothing equal was paired inside it."""
    (i, k), (j, m) = ours, theirs
    while i < k and j < m and _alike(old[i], new[j]):
        yield i, j
        i, j = i + 1, j + 1
    while i < k and j < m and _alike(old[k - 1], new[m - 1]):
        k, m = k - 1, m - 1
        yield k, m


def _elsewhere(old: Sequence[str], new: Sequence[str], ours: list[int], theirs: list[int]) -> Iterator[Pair]:
    """By words that stand in one of the old texts only: most such words first."""
    holder: dict[str, int] = {}
    common: set[str] = set()
    for i in ours:
        words = set(_units(old[i])) - common
        again = words & holder.keys()
        common |= again
        for word in again:
            del holder[word]
        holder.update(dict.fromkeys(words - again, i))
    shared: list[tuple[int, int, int]] = []
    for j in theirs:
        votes = Counter(map(holder.get, set(_units(new[j]))))
        best = sorted((-count, i) for i, count in votes.items() if i is not None)[:_CANDIDATES]
        shared += [(count, j, i) for count, i in best]
    taken: set[int] = set()
    placed: set[int] = set()
    for _, j, i in sorted(shared):
        if i not in taken and j not in placed and _alike(old[i], new[j]):
            taken.add(i)
            placed.add(j)
            yield i, j


def _alike(one: str, other: str) -> bool:
    ends = Prefix.similarity(one, other) + Postfix.similarity(one, other)
    if 2 * ends > _ALIKE * (len(one) + len(other)):  # one word changed, as mostly, and no need to look at the words
        return True
    return Indel.normalized_similarity(_units(one), _units(other), score_cutoff=_ALIKE) > 0


def _units(text: str) -> list[str]:
    """Words as spaces divide them, where the script is written with spaces."""
    return text.split() if text.count(" ") * 20 > len(text) else tokens(text)
