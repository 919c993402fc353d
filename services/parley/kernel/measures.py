"""Live measures: what happened in each minute, for those who watch. Nothing is decided by them, and no text is in them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from parley.kernel.log import Recorded

FACT = "fact"
"""What every fact counts for, of the service that it is from: how much comes in, and how late."""


@dataclass(frozen=True)
class Counted:
    """What one fact counts for: `what` happened to `of`, by `by`. Names only, as they stand in addresses and on the agenda; never words of a submission."""

    what: str
    of: str
    by: str = ""


Measure = Callable[[Recorded], Sequence[Counted]]
"""What a fact counts for."""


@dataclass(frozen=True)
class Gauge:
    """A metric read from what was seen and the name of the last whole minute: values with their attributes, which are names, never texts."""

    name: str
    unit: str
    description: str
    read: Callable[[Sequence["Seen"], str], Iterable[tuple[float, Mapping[str, str]]]]


@dataclass(frozen=True)
class Measuring:
    """The live measures of a service."""

    measure: Measure
    gauges: tuple[Gauge, ...]


class Tally(msgspec.Struct):
    """One minute of one thing: how often, by whom, up to which `seq`, and how late the latest fact came here, in seconds."""

    seq: int = 0
    times: int = 0
    by: tuple[str, ...] = ()
    late: float = 0.0

    def with_fact(self, seq: int, by: str, late: float) -> "Tally":
        """The tally with one more fact; the same if it has it already."""
        if seq <= self.seq:
            return self
        return Tally(seq, self.times + 1, tuple(sorted({*self.by, by} - {""})), max(self.late, round(late, 3)))


class Seen(msgspec.Struct):
    """One thing in the last hour.

    `minutes` says how often in each minute that had any (the minute as its start in UTC), `by` how many different ones did it in all, and `late` how late
    those of its newest minute came here at most, in seconds.
    """

    lane: str
    what: str
    of: str
    minutes: dict[str, int]
    by: int
    late: float


class Counts(msgspec.Struct):
    """What one instance has counted in the last hour, and in which partitions: one that is with nobody, or on its way to another instance, is in none."""

    partitions: list[int]
    seen: list[Seen]


class Minute(msgspec.Struct, frozen=True):
    """The tally of one thing in one minute, which began at `start` (seconds since 1970)."""

    lane: str
    what: str
    of: str
    start: float
    tally: Tally


def merged(minutes: Iterable[Minute]) -> list[Seen]:
    """Minutes of one thing put together, in the order of lane, what and of."""
    things: defaultdict[tuple[str, str, str], list[Minute]] = defaultdict(list)
    for one in minutes:
        things[one.lane, one.what, one.of].append(one)
    found = []
    for (lane, what, of), those in sorted(things.items()):
        times: defaultdict[str, int] = defaultdict(int)
        for one in sorted(those, key=lambda one: one.start):
            times[minute_of(datetime.fromtimestamp(one.start, UTC))] += one.tally.times
        voices = {by for one in those for by in one.tally.by}
        newest = max(one.start for one in those)
        found.append(Seen(lane, what, of, dict(times), len(voices), max(one.tally.late for one in those if one.start == newest)))
    return found


def minute_of(moment: datetime) -> str:
    """The minute that a moment is in, as `Seen` names it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def minute_before(moment: datetime) -> str:
    """The last minute that is over: a gauge of the present one would fall to nothing every minute."""
    return minute_of(moment - timedelta(minutes=1))
