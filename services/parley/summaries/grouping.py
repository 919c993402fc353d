"""Grouping: which texts say the same in nearly the same words.

Two texts are near-identical if the pairs of neighbouring words in them overlap by four fifths (Jaccard) and they agree in every telling word: numbers,
"not" and "don't", "must" or "may". A group is led by the first of its texts; a later one joins the earliest leader that it is near-identical to.

Candidates are found by prefix filtering: of two sets that overlap that much, the first fifth of each, in one order, must share a member. The order puts
pairs of content words first, which are rare, so the lists to look through stay short however many texts there are; nothing is missed, nothing is random.
"""

import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from parley.summaries.languages import language
from parley.text.tokens import words

NEAR = (4, 5)
"""Four fifths of all pairs of words in either text must be in both."""


@dataclass(frozen=True)
class Shape:
    """What is compared of a text: its pairs of words as numbers in the one order, and its telling words."""

    pairs: tuple[int, ...]
    telling: tuple[str, ...]

    @property
    def prefix(self) -> tuple[int, ...]:
        """Those of which a near-identical text must share one."""
        over, under = NEAR
        size = len(self.pairs)
        return self.pairs[: size - -(-over * size // under) + 1]


def shape_of(text: str, code: str = "en") -> Shape:
    """The shape of a text in a language."""
    spoken = language(code)
    folded = words(text.casefold())
    light = spoken.function_words
    numbers = [_EDGE, *[_number(word, word in light) for word in folded], _EDGE]
    # The top bits count the light words of a pair, so pairs of two content words come first.
    pairs = {(one & _LIGHT) + (two & _LIGHT) | (one & _WORD) << 32 | two & _WORD for one, two in pairwise(numbers)}
    telling = sorted([word for word in folded if word in spoken.telling or not word.isalpha()])
    return Shape(tuple(sorted(pairs)), tuple(telling))


_WORD, _LIGHT = (1 << 32) - 1, 3 << 64
_EDGE = 1 << 64


@lru_cache(maxsize=100_000)
def _number(word: str, light: bool) -> int:
    return zlib.crc32(word.encode()) | int(light) << 64


def near(one: Shape, other: Shape) -> bool:
    """Whether two texts are near-identical."""
    if one.telling != other.telling:
        return False
    common = len(set(one.pairs).intersection(other.pairs))
    over, under = NEAR
    return under * common >= over * (len(one.pairs) + len(other.pairs) - common)


@dataclass
class Groups:
    """Texts in groups, kept as texts come in; adding one costs the same among ten and among a hundred thousand."""

    code: str = "en"
    members: dict[str, list[str]] = field(default_factory=dict)
    leader: dict[str, str] = field(default_factory=dict)
    _shapes: dict[str, Shape] = field(default_factory=dict)
    _same: dict[Shape, str] = field(default_factory=dict)
    _found_by: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, name: str, text: str) -> str:
        """Take a text in and return the leader of its group, which is itself if it is the first of its kind."""
        shape = shape_of(text, self.code)
        leader = self._same.get(shape) or self._nearest(shape)
        if leader is None:
            leader = name
            self.members[name] = []
            self._shapes[name] = shape
            for pair in shape.prefix:
                self._found_by.setdefault(pair, []).append((len(self._shapes), name))
        self._same.setdefault(shape, leader)
        self.members[leader].append(name)
        self.leader[name] = leader
        return leader

    def _nearest(self, shape: Shape) -> str | None:
        """The earliest leader to which it is near-identical."""
        over, under = NEAR
        size = len(shape.pairs)
        candidates = sorted({place for pair in shape.prefix for place in self._found_by.get(pair, ())})
        for _, name in candidates:
            other = self._shapes[name]
            # Sets of too different sizes cannot overlap enough, and need not be looked into.
            if over * size <= under * len(other.pairs) and over * len(other.pairs) <= under * size and near(shape, other):
                return name
        return None

    def __iter__(self) -> Iterator[tuple[str, list[str]]]:
        """Leaders with their members, in the order in which the leaders came in."""
        return iter(self.members.items())


@dataclass
class KeptGroups:
    """Groups that were asked for before, so that only what is new since is compared; what it answers never depends on what was asked before."""

    limit: int = 256
    _kept: OrderedDict[str, tuple[list[tuple[str, str]], Groups]] = field(default_factory=OrderedDict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def of(self, key: str, texts: Sequence[tuple[str, str]], code: str = "en") -> Groups:
        """Groups of names and texts, taken in in this order; `key` says whose they are."""
        with self._turn:
            seen, groups = self._kept.pop(key, ([], Groups(code)))
            if groups.code != code or seen != list(texts[: len(seen)]):
                # Something in the middle is gone or reads differently: who led a group may not lead it now.
                seen, groups = [], Groups(code)
            for name, text in texts[len(seen) :]:
                groups.add(name, text)
            self._kept[key] = (list(texts), groups)
            while len(self._kept) > self.limit:
                self._kept.popitem(last=False)
            return groups
