"""Contests: where amendments meet, from one sort and one sweep over all of them at once."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from parley.text.claims import Lane, claims
from parley.text.clauses import Version
from parley.text.operations import Amendment


class Contest(msgspec.Struct, frozen=True):
    """Amendments that meet in one stretch. A long one may chain many that do not meet each other: `overlaps` says which do."""

    lane: Lane
    first: int
    last: int
    amendments: tuple[str, ...]

    @property
    def clause(self) -> str:
        """The clause that it is about."""
        return self.lane[1]


_Claimed = tuple[int, int, str, str]
"""First, last, what is asked for, and by which amendment."""


def contests(base: Version, amendments: Iterable[Amendment]) -> Iterator[Contest]:
    """Where different amendments meet, lane by lane."""
    for lane, claimed in _by_lane(base, amendments):
        for cluster in _clusters(claimed):
            if len({one[:3] for one in cluster}) > 1:
                by = tuple(sorted({one[3] for one in cluster}))
                yield Contest(lane, cluster[0][0], max(last for _, last, _, _ in cluster), by)


def collisions(base: Version, amendments: Iterable[Amendment]) -> dict[str, int]:
    """With how many claims of others each amendment collides: counted from sorted ends, never by looking at pairs."""
    found: Counter[str] = Counter()
    for _, claimed in _by_lane(base, amendments):
        firsts, lasts = [one[0] for one in claimed], sorted(one[1] for one in claimed)
        same = Counter(one[:3] for one in claimed)
        for first, last, wanted, by in claimed:
            found[by] += bisect_right(firsts, last) - bisect_left(lasts, first) - same[first, last, wanted]
    return dict(found)


def overlaps(base: Version, amendments: Iterable[Amendment], lane: Lane) -> Iterator[Contest]:
    """What competes for the same point of a lane, each largest such set once: what a chair decides between.

    In a hot spot these can be long and many; take as many as are shown.
    """
    for there, claimed in _by_lane(base, amendments):
        if there == lane:
            ends = sorted((last, by) for _, last, _, by in claimed)
            starts = sorted((first, by) for first, _, _, by in claimed)
            yield from _overlaps(lane, starts, ends)


def _overlaps(lane: Lane, starts: list[tuple[int, str]], ends: list[tuple[int, str]]) -> Iterator[Contest]:
    here: Counter[str] = Counter()
    at, grown = 0, False
    for last, by in ends:
        while at < len(starts) and starts[at][0] <= last:
            here[starts[at][1]] += 1
            at, grown = at + 1, True
        if grown and len(+here) > 1:
            yield Contest(lane, starts[at - 1][0], last, tuple(sorted(+here)))
        here[by] -= 1
        grown = False


def _by_lane(base: Version, amendments: Iterable[Amendment]) -> Iterator[tuple[Lane, list[_Claimed]]]:
    lanes: defaultdict[Lane, list[_Claimed]] = defaultdict(list)
    for amendment in amendments:
        for lane, first, last, wanted in claims(base, amendment):
            lanes[lane].append((first, last, wanted, amendment.id))
    for lane in sorted(lanes):
        yield lane, sorted(lanes[lane])


def _clusters(claimed: list[_Claimed]) -> Iterator[list[_Claimed]]:
    cluster = claimed[:1]
    end = claimed[0][1]
    for one in claimed[1:]:
        if one[0] <= end:
            cluster.append(one)
        else:
            yield cluster
            cluster = [one]
        end = max(end, one[1])
    yield cluster
