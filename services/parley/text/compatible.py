"""Compatible: which open amendments can stand together, and which such package has the most support."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from parley.text.claims import Claim, Lane, claims, collide
from parley.text.clauses import Version
from parley.text.operations import Amendment

_LARGEST = 1_000  # amendments in one tangle that are still searched through
_WORK = 200_000  # branches times amendments looked at per tangle: well under a second, and enough for most of up to 60


class Package(msgspec.Struct, frozen=True):
    """Amendments that can all be accepted, with the support they have together; not `exact` where a tangle was too large to search through."""

    amendments: tuple[str, ...]
    support: int
    exact: bool


class _Group(msgspec.Struct, frozen=True):
    """Identical amendments, who stands behind them, and what they claim."""

    names: tuple[str, ...]
    weight: int
    claims: tuple[Claim, ...]


def best_package(base: Version, amendments: Iterable[Amendment], supporters: Mapping[str, Iterable[str]] | None = None) -> Package:
    """The compatible package with the most support: each proposal counts its distinct sponsors and `supporters`, and at least one."""
    groups = _groups(base, amendments, supporters or {})
    chosen: list[_Group] = []
    exact = True
    for tangle in _tangles(groups):
        best, certain = _best(tangle)
        chosen += best
        exact &= certain
    return Package(tuple(sorted(name for group in chosen for name in group.names)), sum(group.weight for group in chosen), exact)


def _groups(base: Version, amendments: Iterable[Amendment], supporters: Mapping[str, Iterable[str]]) -> list[_Group]:
    found: dict[tuple[Claim, ...], tuple[list[str], set[str]]] = {}
    for amendment in amendments:
        names, behind = found.setdefault(tuple(claims(base, amendment)), ([], set()))
        names.append(amendment.id)
        behind.update(amendment.sponsors, supporters.get(amendment.id, ()))
    groups = (_Group(tuple(sorted(names)), max(len(behind), 1), wanted) for wanted, (names, behind) in found.items())
    return sorted(groups, key=lambda group: (-group.weight, group.names))


def _tangles(groups: list[_Group]) -> list[list[_Group]]:
    """Groups that collide directly or through others, together; found by one sweep over each lane."""
    root = list(range(len(groups)))

    def top(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    lanes: dict[Lane, list[tuple[int, int, int]]] = {}
    for at, group in enumerate(groups):
        for lane, first, last, _ in group.claims:
            lanes.setdefault(lane, []).append((first, last, at))
    for claimed in lanes.values():
        claimed.sort()
        end, holder = claimed[0][1:]
        for first, last, at in claimed[1:]:
            if first <= end:
                root[top(at)] = top(holder)
            if last >= end:
                end, holder = last, at
    tangles: dict[int, list[_Group]] = {}
    for at, group in enumerate(groups):
        tangles.setdefault(top(at), []).append(group)
    return list(tangles.values())


def _best(tangle: list[_Group]) -> tuple[list[_Group], bool]:
    if len({group.claims[0][0] for group in tangle}) == 1 and all(len(group.claims) == 1 for group in tangle):
        return _best_on_one_lane(tangle), True
    if len(tangle) > _LARGEST:
        return _greedy(tangle), False
    return _searched(tangle)


def _best_on_one_lane(tangle: list[_Group]) -> list[_Group]:
    """Of stretches on one line: for each, in the order they end, the best with it or without it."""
    ordered = sorted(tangle, key=lambda group: (group.claims[0][2], group.names))
    ends = [group.claims[0][2] for group in ordered]
    best = [0]
    for at, group in enumerate(ordered):
        best.append(max(best[-1], best[bisect_left(ends, group.claims[0][1], 0, at)] + group.weight))
    chosen = []
    at = len(ordered)
    while at:
        if best[at] == best[at - 1]:
            at -= 1
        else:
            chosen.append(ordered[at - 1])
            at = bisect_left(ends, ordered[at - 1].claims[0][1], 0, at - 1)
    return chosen


def _searched(tangle: list[_Group]) -> tuple[list[_Group], bool]:
    """Branch and bound on bit masks. What outweighs all its rivals is taken at once; the first branch takes the tightest, so an answer is there early."""
    rivals = _rivals(tangle)
    weights = [group.weight for group in tangle]
    record, answer = 0, 0
    waiting = [((1 << len(tangle)) - 1, 0, 0)]
    for _ in range(_WORK // len(tangle)):
        left, chosen, weight = waiting.pop()
        while (safe := next((at for at in _bits(left) if weights[at] >= _total(weights, rivals[at] & left)), None)) is not None:
            chosen, weight, left = chosen | 1 << safe, weight + weights[safe], left & ~(rivals[safe] | 1 << safe)
        if weight > record:
            record, answer = weight, chosen
        if weight + _total(weights, left) > record:
            tight = max(_bits(left), key=lambda at: (rivals[at] & left).bit_count())
            waiting.append((left & ~(1 << tight), chosen, weight))
            waiting.append((left & ~(rivals[tight] | 1 << tight), chosen | 1 << tight, weight + weights[tight]))
        if not waiting:
            break
    return [tangle[at] for at in _bits(answer)], not waiting


def _rivals(tangle: list[_Group]) -> list[int]:
    found = [0] * len(tangle)
    lanes: dict[Lane, list[tuple[Claim, int]]] = {}
    for at, group in enumerate(tangle):
        for claim in group.claims:
            for other, there in lanes.setdefault(claim[0], []):
                if collide(claim, other):
                    found[at] |= 1 << there
                    found[there] |= 1 << at
            lanes[claim[0]].append((claim, at))
    return found


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _total(weights: list[int], mask: int) -> int:
    return sum(weights[at] for at in _bits(mask))


def _greedy(tangle: list[_Group]) -> list[_Group]:
    """The heaviest first, and whatever still fits beside it."""
    taken: dict[Lane, list[Claim]] = {}
    chosen = []
    for group in tangle:
        if not any(collide(claim, other) for claim in group.claims for other in _beside(taken.get(claim[0], []), claim)):
            chosen.append(group)
            for claim in group.claims:
                insort(taken.setdefault(claim[0], []), claim)
    return chosen


def _beside(taken: list[Claim], claim: Claim) -> list[Claim]:
    """The claims next to where this one would stand: they do not collide with each other, so no other can meet it."""
    at = bisect_left(taken, claim)
    return taken[max(at - 1, 0) : at + 1]
