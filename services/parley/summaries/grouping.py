"""Grouping: which texts say the same in nearly the same words.

Two texts are near-identical if the pairs of neighbouring words in them overlap by four fifths (Jaccard) and they agree in every telling word: numbers,
"not", "must" or "may". A group is led by the first of its texts; a later one joins the earliest leader that it is near-identical to.

Candidates are found by prefix filtering: of two sets that overlap that much, the first fifth of each, in one order, must share a member. The order puts
pairs of content words first, which are rare, so the lists to look through stay short however many texts there are; nothing is missed, nothing is random.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from parley.summaries.languages import language
from parley.text.tokens import words

NEAR = (4, 5)
"""Four fifths of all pairs of words in either text must be in both."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Shape:
    """What is compared of a text: its pairs of words in the one order, and its telling words."""

    pairs: tuple[Pair, ...]
    telling: tuple[str, ...]

    @property
    def prefix(self) -> tuple[Pair, ...]:
        """Those of which a near-identical text must share one."""
        over, under = NEAR
        size = len(self.pairs)
        return self.pairs[: size - -(-over * size // under) + 1]


def shape_of(text: str, code: str = "en") -> Shape:
    """The shape of a text in a language."""
    spoken = language(code)
    folded = [word.casefold() for word in words(text)]
    pairs = set(zip(["", *folded], [*folded, ""], strict=True))
    light = spoken.function_words
    ordered = sorted(
        pairs, key=lambda pair: ((pair[0] in light or not pair[0]) + (pair[1] in light or not pair[1]), zlib.crc32("\0".join(pair).encode()), pair)
    )
    telling = sorted(word for word in folded if word in spoken.telling or any(sign.isdigit() for sign in word))
    return Shape(tuple(ordered), tuple(telling))


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
    _found_by: dict[Pair, list[tuple[int, str]]] = field(default_factory=dict)

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


def grouped(texts: Iterable[tuple[str, str]], code: str = "en") -> Groups:
    """Groups of names and texts, taken in in this order."""
    groups = Groups(code)
    for name, text in texts:
        groups.add(name, text)
    return groups
