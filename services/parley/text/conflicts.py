"""Conflicts: which open amendments ask for the same words, kept live as amendments come and go."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from parley.text.claims import Claim, Lane, claims, collide
from parley.text.clauses import Version
from parley.text.contests import Contest
from parley.text.operations import Amendment
from parley.text.tokens import Unfit


class Standing(msgspec.Struct, frozen=True):
    """How an amendment stands among the open ones: `collisions` with claims of others, and who proposes the very same."""

    collisions: int
    identical: tuple[str, ...]


class _Cluster:
    """Claims that are chained together, and the stretch they cover."""

    __slots__ = ("claims", "first", "last")

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.claims: list[tuple[Claim, str]] = []


class _Tally:
    """How many points lie at or below a place (a Fenwick tree over only the places in use)."""

    __slots__ = ("sums",)

    def __init__(self) -> None:
        self.sums: defaultdict[int, int] = defaultdict(int)

    def add(self, place: int, size: int, count: int) -> None:
        while place <= size:
            self.sums[place] += count
            place += place & -place

    def up_to(self, place: int) -> int:
        total = 0
        while place > 0:
            total += self.sums.get(place, 0)
            place -= place & -place
        return total


class _LaneIndex:
    """The claims on one lane: clusters in order, none meeting another, and tallies of where claims begin and end."""

    __slots__ = ("begins", "clusters", "ends", "firsts", "same", "size")

    def __init__(self, length: int) -> None:
        self.size = 2 * length + 3  # points run from -1 to 2 * length + 1; the tallies count from 1
        self.begins = _Tally()
        self.ends = _Tally()
        self.same: Counter[Claim] = Counter()
        self.firsts: list[int] = []
        self.clusters: list[_Cluster] = []

    def collisions(self, claim: Claim) -> int:
        return self.begins.up_to(claim[2] + 2) - self.ends.up_to(claim[1] + 1) - self.same[claim]

    def count(self, claim: Claim, one: int) -> None:
        self.begins.add(claim[1] + 2, self.size, one)
        self.ends.add(claim[2] + 2, self.size, one)
        self.same[claim] += one

    def place(self, claim: Claim, by: str) -> None:
        """Puts the claim into the cluster it meets; those it chains together become one, the smaller poured into the larger."""
        _, first, last, _ = claim
        at = bisect_left(self.firsts, first)
        at -= at > 0 and self.clusters[at - 1].last >= first
        end = at
        while end < len(self.clusters) and self.firsts[end] <= last:
            end += 1
        met = self.clusters[at:end]
        cluster = max(met, key=lambda one: len(one.claims)) if met else _Cluster(first, last)
        for other in met:
            if other is not cluster:
                cluster.claims += other.claims
        cluster.claims.append((claim, by))
        cluster.first = min(first, met[0].first) if met else first
        cluster.last = max(last, met[-1].last) if met else last
        self.firsts[at:end] = [cluster.first]
        self.clusters[at:end] = [cluster]

    def take_out(self, claim: Claim, by: str) -> None:
        """Takes the claim out of its cluster, which may fall apart."""
        at = self.at(claim)
        cluster = self.clusters.pop(at)
        self.firsts.pop(at)
        for other in cluster.claims:
            if other != (claim, by):
                self.place(*other)

    def at(self, claim: Claim) -> int:
        return bisect_right(self.firsts, claim[1]) - 1


class Conflicts:
    """The open amendments to one version. Each arrival finds its place in O(log n), however many compete for the same words."""

    def __init__(self, base: Version, amendments: Iterable[Amendment] = ()) -> None:
        self._base = base
        self._lanes: dict[Lane, _LaneIndex] = {}
        self._claims: dict[str, tuple[Claim, ...]] = {}
        self._groups: dict[tuple[Claim, ...], list[str]] = {}
        for amendment in amendments:
            self.add(amendment)

    def add(self, amendment: Amendment) -> Standing:
        """Places an arriving amendment, which must fit the version, among the others."""
        if amendment.id in self._claims:
            raise Unfit("name-taken", f"An open amendment is called “{amendment.id}” already. Give this one its own name.")
        wanted = self._claims[amendment.id] = tuple(claims(self._base, amendment))
        self._groups.setdefault(wanted, []).append(amendment.id)
        for claim in wanted:
            lane = self._lane(claim[0])
            lane.count(claim, 1)
            lane.place(claim, amendment.id)
        return self.standing(amendment.id)

    def withdraw(self, amendment: str) -> None:
        """Takes an amendment out; only the clusters it was in are looked at again."""
        wanted = self._claims.pop(amendment)
        self._groups[wanted].remove(amendment)
        if not self._groups[wanted]:
            del self._groups[wanted]
        for claim in wanted:
            self._lanes[claim[0]].count(claim, -1)
            self._lanes[claim[0]].take_out(claim, amendment)

    def standing(self, amendment: str) -> Standing:
        """How many claims of others it collides with, and who proposes the very same."""
        wanted = self._claims[amendment]
        return Standing(sum(self._lanes[claim[0]].collisions(claim) for claim in wanted), tuple(sorted(self._groups[wanted])))

    def rivals(self, amendment: str) -> tuple[str, ...]:
        """The amendments that cannot stand beside it: on demand, for in a hot spot they may be very many."""
        found: set[str] = set()
        for claim in self._claims[amendment]:
            lane = self._lanes[claim[0]]
            found.update(by for other, by in lane.clusters[lane.at(claim)].claims if collide(claim, other))
        return tuple(sorted(found - {amendment}))

    def groups(self) -> list[tuple[str, ...]]:
        """Amendments that are identical, two or more together: each one proposal with several sponsors."""
        return sorted(tuple(sorted(group)) for group in self._groups.values() if len(group) > 1)

    def contests(self, clause: str | None = None) -> Iterator[Contest]:
        """Where different amendments meet; of one clause, or of all."""
        for lane in sorted(self._lanes):
            if clause is None or lane[1] == clause:
                for cluster in self._lanes[lane].clusters:
                    if len({claim for claim, _ in cluster.claims}) > 1:
                        yield Contest(lane, cluster.first, cluster.last, tuple(sorted({by for _, by in cluster.claims})))

    def _lane(self, lane: Lane) -> _LaneIndex:
        index = self._lanes.get(lane)
        if index is None:
            index = self._lanes[lane] = _LaneIndex(len(self._base.clause(lane[1]).text) if lane[0] == "words" else 1)
        return index
