"""The live measures of the scaled-out mode, in a windowed table of Faust.

A fact counts in the minute of its own time. Each count remembers the last `seq` that it took, so a message that comes again counts once; the table's changelog
in Kafka brings the counts along when partitions move to another instance.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Self
from weakref import ref

import msgspec

from parley.kernel.clock import system_clock
from parley.kernel.envelope import Undecodable, opened
from parley.kernel.kafka_agents import Share, faust_app, keep_running
from parley.kernel.kafka_topics import MINUTES_TABLE, Kafka, measures_app
from parley.kernel.measures import FACT, Counted, Counts, Measure, Minute, Tally, merged

logger = logging.getLogger(__name__)

MINUTE = 60
KEPT_SECONDS = 3_600
AT_ONCE = 500
GATHERED_SECONDS = 0.5


class _Key(msgspec.Struct, array_like=True, frozen=True):
    """The partition is in it: counts of one that is another instance's by now may still stand in memory."""

    partition: int
    lane: str
    source: str
    what: str
    of: str


class Measures:
    """The measures of a service, as long as it is entered.

    Args:
        service: whose they are; its instances share the partitions.
        kafka: where the facts are.
        topics: in which topics; all have as many partitions as the table's changelog.
        measure: what a fact counts for.
    """

    def __init__(self, service: str, kafka: Kafka, topics: Sequence[str], measure: Measure) -> None:
        self._name = measures_app(service)
        self._kafka = kafka
        self._topics = tuple(topics)
        self._measure = measure
        self._stopping = asyncio.Event()
        self._share = Share()
        self._table: Any = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin; Kafka need not be there yet."""
        self._task = asyncio.create_task(keep_running(self._name, self._make, self._stopping))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the group."""
        self._stopping.set()
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    def counts(self) -> Counts:
        """What this instance has counted in the last hour; other instances have counted what is in their partitions."""
        if self._table is None or not self._share.recovered:
            return Counts([], [])
        mine = {place.partition for place in self._share.places}
        # Not through the windowed table: that finds a key only in one minute, and lists keys only by means of a second table.
        counted = dict(self._table.data.data)
        return Counts(sorted(mine), merged(minute for partition, minute in _minutes(counted) if partition in mine and minute.start >= _oldest()))

    def _make(self) -> Any:
        app = faust_app(self._name, self._kafka, table_standby_replicas=0, table_cleanup_interval=MINUTE)
        self._share.follow(app)
        self._table = app.Table(MINUTES_TABLE, default=dict)
        minutes = self._table.tumbling(MINUTE, expires=KEPT_SECONDS)
        topic = app.topic(*self._topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

        async def count(stream: Any) -> None:
            # `take_events` says itself what is done, and puts this back as it was when it ends; what still comes then is not done, and must not be called so.
            stream.enable_acks = False
            # What gathered in half a second at once: many facts change the same few counts, and each change is a message of its own in the changelog.
            async for events in stream.take_events(AT_ONCE, within=GATHERED_SECONDS):
                self._count(minutes, events)

        app.agent(topic, concurrency=1)(count)
        return app

    def _count(self, minutes: Any, events: Sequence[Any]) -> None:
        tallies: dict[tuple[str, datetime], Tally] = {}
        of: dict[tuple[str, datetime], Any] = {}
        for event in events:
            try:
                for one in self._add(event.message, minutes, tallies):
                    of[one] = event
            except Exception:
                # What cannot be counted is not counted. The agent must not end for it: the view, not this, says what is broken.
                logger.exception("%s could not count a message", self._name)
        for (key, minute), tally in tallies.items():
            with as_of(of[key, minute]):
                minutes.relative_to(minute)[key] = msgspec.to_builtins(tally)
        self._forget()

    def _add(self, message: Any, minutes: Any, tallies: dict[tuple[str, datetime], Tally]) -> Iterator[tuple[str, datetime]]:
        """Add a message to the tallies; which of them have changed."""
        headers = message.headers or ()
        try:
            fact = opened(message.key, message.value, list(headers.items() if isinstance(headers, dict) else headers), public=False)
        except Undecodable:
            return  # the intake parks it
        if fact.at.timestamp() < _oldest():
            return
        minute, late = fact.at.replace(second=0, microsecond=0), max(0.0, (system_clock() - fact.at).total_seconds())
        for one in (Counted(FACT, fact.service), *self._measure(fact)):
            key = msgspec.json.encode(_Key(message.partition, fact.lane, fact.service, one.what, one.of)).decode()
            before = tallies.get((key, minute)) or msgspec.convert(minutes.relative_to(minute)[key].value() or {}, Tally)
            if (after := before.with_fact(fact.seq, one.by, late)) is not before:
                tallies[key, minute] = after
                yield key, minute

    def _forget(self) -> None:
        """Let go of minutes that came back from the changelog: Faust lets go only of those that were counted here."""
        counted = self._table.data.data
        for key in [key for key in list(counted)[:10] if key[1][0] < _oldest()]:
            counted.pop(key, None)


@contextmanager
def as_of(event: Any) -> Iterator[None]:
    """Change a table for an event of some that were taken at once: Faust reads the changelog's partition off the event that it thinks is at hand."""
    from faust.streams import _current_event  # noqa: PLC0415  (only the scaled-out mode pays for Faust)

    before = _current_event.set(ref(event))
    try:
        yield
    finally:
        _current_event.reset(before)


def _minutes(counted: dict[Any, Any]) -> Iterator[tuple[int, Minute]]:
    for (name, (start, _)), tally in counted.items():
        with suppress(msgspec.ValidationError):  # of a release that counted otherwise
            key = msgspec.json.decode(name, type=_Key)
            yield key.partition, Minute(key.lane, key.what, key.of, start, msgspec.convert(tally, Tally))


def _oldest() -> float:
    return system_clock().timestamp() - KEPT_SECONDS
