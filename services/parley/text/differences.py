"""Differences: which stretches of one text became which stretches of another, word by word, in linear time."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

import regex
from rapidfuzz.distance import Indel

from parley.text.tokens import tokens

Stretch = tuple[int, int, int, int]
"""old[a:b] became new[c:d]."""

_WORD = regex.compile(r"\S+")
_DIRECTLY = 4_000_000  # cells that are compared bit-parallel at once: half a megabyte, under 20 ms; beyond it anchors cut the text first
_SHORT_WORD = 3  # letters of a lone word between two changes that reads better as a part of them: "of", "the"


def differences(old: str, new: str) -> list[Stretch]:
    """The stretches that differ, in order and apart from each other; everything between them is equal."""
    if old == new:
        return []
    head, tail = _common_ends(old, new)
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if not before or not after:
        return [(head, head + len(before), head, head + len(after))]
    coarse = _aligned(before, after, *_split(before), *_split(after))
    fine = [stretch for a, b, c, d in coarse for stretch in _refined(before, after, a, b, c, d)]
    return [(head + a, head + b, head + c, head + d) for a, b, c, d in fine]


def readable(old: str, new: str) -> list[Stretch]:
    """`differences` as a person would mark them: no confetti of single short words, and a rewriting shown as one."""
    exact = differences(old, new)
    merged: list[Stretch] = []
    for a, b, c, d in exact:
        if merged and _is_confetti(old[merged[-1][1] : a], merged[-1], (a, b, c, d)):
            merged[-1] = (merged[-1][0], b, merged[-1][2], d)
        else:
            merged.append((a, b, c, d))
    kept = len(old) - sum(b - a for a, b, _, _ in merged)
    if len(merged) > 1 and kept * 4 < min(len(old), len(new)):
        return [(0, len(old), 0, len(new))]
    return merged


def _is_confetti(between: str, left: Stretch, right: Stretch) -> bool:
    words = between.split()
    if not words or not any(character.isalnum() for character in between):
        return True
    size = len(between.strip())
    both_replace = left[0] < left[1] and left[2] < left[3] and right[0] < right[1] and right[2] < right[3]
    if len(words) == 1 and size <= _SHORT_WORD:
        return both_replace
    return size * 3 <= min(max(left[1] - left[0], left[3] - left[2]), max(right[1] - right[0], right[3] - right[2]))


def _common_ends(old: str, new: str) -> tuple[int, int]:
    """How much is equal at both ends, cut back to the edge of a word so that no token is torn."""
    room = min(len(old), len(new))
    head = _common(room, lambda size: old[:size] == new[:size])
    if head < len(old) or head < len(new):
        head = old.rfind(" ", 0, head)
        while head > 0 and old[head - 1].isspace():
            head -= 1
        head = max(head, 0)
    tail = _common(room - head, lambda size: old[len(old) - size :] == new[len(new) - size :])
    while tail:
        space = old.find(" ", len(old) - tail)
        tail = len(old) - space if space >= 0 else 0
        if not (old[: len(old) - tail][-1:].isspace() or new[: len(new) - tail][-1:].isspace()):
            break
        tail -= tail > 0
    return head, tail
