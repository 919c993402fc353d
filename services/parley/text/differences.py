"""Differences: which stretches of one text became which stretches of another, word by word, in linear time."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

import regex
from rapidfuzz.distance import Indel, Postfix, Prefix

from parley.text.tokens import tokens

Stretch = tuple[int, int, int, int]
"""old[a:b] became new[c:d]."""

Run = tuple[int, int, int]
"""a[i : i + n] is b[j : j + n]."""

_WORD = regex.compile(r"\S+")
_DIRECTLY = 4_000_000  # cells that are compared bit-parallel at once: half a megabyte, under 20 ms; beyond it anchors cut the text first
_SHORT_WORD = 3  # letters of a lone word between two changes that reads better as a part of them: "of", "the"


def differences(old: str, new: str) -> list[Stretch]:
    """The stretches that differ, in order and apart from each other; everything between them is equal."""
    if old == new:
        return []
    head, tail = _equal_ends(old, new)
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if not before or not after:
        return [(head, head + len(before), head, head + len(after))]
    found = []
    for a, b, c, d in _between_equal_words(before, after):
        for e, f, g, h in _between_equal_tokens(before[a:b], after[c:d]):
            found.append((head + a + e, head + a + f, head + c + g, head + c + h))
    return found


def readable(old: str, new: str) -> list[Stretch]:
    """`differences` as a person would mark them: no confetti of single short words, and a rewriting shown as one."""
    merged: list[Stretch] = []
    for stretch in differences(old, new):
        if merged and _is_confetti(old[merged[-1][1] : stretch[0]], merged[-1], stretch):
            merged[-1] = (merged[-1][0], stretch[1], merged[-1][2], stretch[3])
        else:
            merged.append(stretch)
    kept = len(old) - sum(b - a for a, b, _, _ in merged)
    if len(merged) > 1 and kept * 4 < min(len(old), len(new)):
        return [(0, len(old), 0, len(new))]
    return merged


def _is_confetti(between: str, left: Stretch, right: Stretch) -> bool:
    words = between.split()
    if not any(character.isalnum() for character in between):
        return True
    size = len(between.strip())
    if len(words) == 1 and size <= _SHORT_WORD:
        return True
    return size * 3 <= min(max(left[1] - left[0], left[3] - left[2]), max(right[1] - right[0], right[3] - right[2]))


def _equal_ends(old: str, new: str) -> tuple[int, int]:
    """How much is equal at both ends, cut back to the edge of a word so that no token is torn."""
    head = Prefix.similarity(old, new)
    if not (_is_edge(old, head) and _is_edge(new, head)):
        head -= 1
        while not _is_edge(old, head):
            head -= 1
    tail = min(Postfix.similarity(old, new), min(len(old), len(new)) - head)
    if not (_is_edge(old, len(old) - tail) and _is_edge(new, len(new) - tail)):
        tail -= 1
        while not _is_edge(old, len(old) - tail):
            tail -= 1
    return head, tail


def _is_edge(text: str, at: int) -> bool:
    return at in {0, len(text)} or text[at - 1].isspace() != text[at].isspace()


def _between_equal_words(old: str, new: str) -> Iterator[Stretch]:
    """What lies between the equal words; words here are what spaces divide, which is fast and enough for most texts."""
    a, b = old.split(), new.split()
    starts, begins = _starts(old, a), _starts(new, b)
    at, to = 0, 0
    for i, j, n in equal_runs(a, b):
        yield from _trimmed(old, new, at, starts[i], to, begins[j])
        at, to = starts[i + n - 1] + len(a[i + n - 1]), begins[j + n - 1] + len(b[j + n - 1])
        if old[starts[i] : at] != new[begins[j] : to]:  # the words are equal, a space between them is not
            for k in range(n - 1):
                yield from _trimmed(old, new, starts[i + k] + len(a[i + k]), starts[i + k + 1], begins[j + k] + len(b[j + k]), begins[j + k + 1])
    yield from _trimmed(old, new, at, len(old), to, len(new))


def _starts(text: str, words: list[str]) -> list[int]:
    if " ".join(words) == text:
        return [at + gap for gap, at in enumerate(accumulate(map(len, words), initial=0))]
    return [match.start() for match in _WORD.finditer(text)]


def _trimmed(old: str, new: str, a: int, b: int, c: int, d: int) -> Iterator[Stretch]:
    """The stretch without the spaces that are equal at its ends, if anything is left."""
    while a < b and c < d and old[a] == new[c] and old[a].isspace():
        a, c = a + 1, c + 1
    while a < b and c < d and old[b - 1] == new[d - 1] and old[b - 1].isspace():
        b, d = b - 1, d - 1
    if a < b or c < d:
        yield a, b, c, d


def _between_equal_tokens(old: str, new: str) -> Iterator[Stretch]:
    """The same within a stretch: a comma added to a word, one Han character among others."""
    if not old or not new or (old.isalnum() and new.isalnum() and old.isascii() and new.isascii()):
        yield 0, len(old), 0, len(new)
        return
    a, b = tokens(old), tokens(new)
    starts, begins = list(accumulate(map(len, a), initial=0)), list(accumulate(map(len, b), initial=0))
    at, to = 0, 0
    for i, j, n in equal_runs(a, b):
        if n == 1 and a[i].isspace():  # a space alone is no common ground
            continue
        if at < starts[i] or to < begins[j]:
            yield at, starts[i], to, begins[j]
        at, to = starts[i + n], begins[j + n]
    if at < len(old) or to < len(new):
        yield at, len(old), to, len(new)


def equal_runs(a: Sequence[str], b: Sequence[str]) -> list[Run]:
    """Runs that a longest common subsequence keeps; where the two are too long for that, runs between words that occur once."""
    if len(a) * len(b) <= _DIRECTLY:
        return _directly(a, b, 0, 0)
    return list(_by_anchors(a, b, 0, 0, (16, 4, 1)))


def _directly(a: Sequence[str], b: Sequence[str], at: int, to: int) -> list[Run]:
    return [(at + i, to + k, j - i) for tag, i, j, k, _ in _opcodes(a, b) if tag == "equal"]


def _opcodes(a: Sequence[str], b: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    found: list[tuple[str, int, int, int, int]] = Indel.opcodes(a, b).as_list()  # type: ignore[assignment]  # typed too loosely by rapidfuzz
    return found


def _by_anchors(a: Sequence[str], b: Sequence[str], at: int, to: int, sizes: tuple[int, ...]) -> Iterator[Run]:
    """Patience: sequences of words that are found once on either side hold the texts together; the same again, finer, between them."""
    if len(a) * len(b) <= _DIRECTLY:
        yield from _directly(a, b, at, to)
    elif sizes:
        i = j = 0
        for k, m, n in [*_anchors(a, b, sizes[0]), (len(a), len(b), 0)]:
            yield from _by_anchors(a[i:k], b[j:m], at + i, to + j, sizes[1:])
            if n:
                yield at + k, to + m, n
            i, j = k + n, m + n


def _anchors(a: Sequence[str], b: Sequence[str], size: int) -> list[Run]:
    ours, theirs = _once(a, size), _once(b, size)
    pairs = [(i, theirs[gram]) for gram, i in ours.items() if gram in theirs]
    runs: list[Run] = []
    for i, j in (pairs[k] for k in increasing([j for _, j in pairs])):
        if runs and i - runs[-1][0] == j - runs[-1][1] <= runs[-1][2]:
            runs[-1] = (runs[-1][0], runs[-1][1], i - runs[-1][0] + size)
        elif not runs or (i >= runs[-1][0] + runs[-1][2] and j >= runs[-1][1] + runs[-1][2]):
            runs.append((i, j, size))
    return runs


def _once(words: Sequence[str], size: int) -> dict[tuple[str, ...], int]:
    """Where each sequence of `size` words stands that occurs once, in order."""
    where: dict[tuple[str, ...], int] = {}
    for at, gram in enumerate(zip(*(words[k:] for k in range(size)), strict=False)):
        where[gram] = at if gram not in where else -1
    return {gram: at for gram, at in where.items() if at >= 0}


def increasing(values: Sequence[int]) -> list[int]:
    """The places of a longest increasing subsequence of `values`, all of which differ."""
    tails: list[int] = []
    tops: list[int] = []
    before: list[int] = []
    for at, value in enumerate(values):
        pile = bisect_left(tops, value)
        before.append(tails[pile - 1] if pile else -1)
        tails[pile : pile + 1] = [at]
        tops[pile : pile + 1] = [value]
    chain = []
    at = tails[-1] if tails else -1
    while at >= 0:
        chain.append(at)
        at = before[at]
    return chain[::-1]
