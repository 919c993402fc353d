"""The intake: takes messages from Kafka into a view, each fact once, in order, whatever comes and however often.

It knows nothing of Faust: it is given messages and says when they are in. So it is the same in a test, in a replay and behind an agent.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

import httpx
from opentelemetry import metrics
from sqlalchemy.exc import DBAPIError

from parley.kernel.clock import system_clock
from parley.kernel.envelope import Headers, Undecodable, opened
from parley.kernel.log import Recorded
from parley.kernel.parking import MISSING, Parked, Parking, without
from parley.kernel.peers import Peers
from parley.kernel.projection import PUBLIC, Gap, Projection
from parley.kernel.telemetry import processing_span

logger = logging.getLogger(__name__)

_delay = metrics.get_meter("parley").create_histogram("parley.intake.delay", unit="s", description="from the record to a sibling's view")

TRY_AGAIN_SECONDS = 0.3
FETCHES = 3


class Message(Protocol):
    """What a consumer of Kafka is given."""

    @property
    def topic(self) -> str: ...  # noqa: D102  (as Kafka names them)
    @property
    def partition(self) -> int: ...  # noqa: D102
    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def key(self) -> bytes | None: ...  # noqa: D102
    @property
    def value(self) -> bytes | None: ...  # noqa: D102
    @property
    def headers(self) -> Headers: ...  # noqa: D102


@dataclass
class Intake:
    """The way of messages into one view. Blocking; threads take turns."""

    projection: Projection
    parking: Parking
    peers: Peers
    stopping: Callable[[], bool]
    _turn: Lock = field(default_factory=Lock)
    lag: int = 0  # facts that other records had at the last look, and this view had not
    _behind: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def _measure(self, facts: Sequence[Recorded]) -> None:
        now = system_clock()
        for fact in facts:
            _delay.record(max(0.0, (now - fact.at).total_seconds()), {"parley.view": self.projection.view.name})

    def take_in(self, messages: Sequence[Message]) -> None:
        """Take messages in. Returns when each is applied, was applied before, or is parked; or when we are stopping."""
        while not self.stopping():
            try:
                with self._turn:
                    return self._take_in(messages)
            except DBAPIError as fault:  # the database is away: nothing is lost, and nobody else waits for us
                logger.warning("%s waits for its database: %s", self.projection.view.name, type(fault).__name__)
                time.sleep(TRY_AGAIN_SECONDS)
        return None

    def replay(self, source: str, lane: str) -> int:
        """Fetch a parked lane from its record and go on with it; how many facts were taken in.

        Raises:
            Exception: what still stands in the way; the lane stays parked.
        """
        count = 0
        with self._turn:
            while facts := self._missing(source, lane):
                self._apply(facts)
                count += len(facts)
            self.parking.release(source, lane)
        return count

    def retry_missing(self) -> None:
        """Go on in the lanes that stand only because a record could not be reached."""
        for parked in self.parking.lanes().values():
            if parked.reason == MISSING:
                try:
                    self.replay(parked.source, parked.lane)
                except (httpx.HTTPError, Gap):
                    continue

    def look_again(self) -> int:
        """Fetch what stands in another record and has not come for as long as since the last look; how many facts.

        Faust was seen to leave messages out when partitions move (decision 86). A fact that is followed by another is missed at once, the last ones only here.
        """
        found = list(self._places_behind())
        behind = {place: had for place, had, _ in found}
        overlooked = [place for place, had in behind.items() if self._behind.get(place) == had]
        self._behind, self.lag = behind, sum(last - had for _, had, last in found)
        return sum(self._fetch_overlooked(source, lane) for source, lane in overlooked)

    def _places_behind(self) -> Iterator[tuple[tuple[str, str], int, int]]:
        """Where this view is behind another record, how far it is there, and how far the record."""
        view = self.projection.view
        for source in sorted(view.sources - {view.name}):
            try:
                heads = self.peers.heads(source, public=view.public_only)
            except httpx.HTTPError:
                continue  # it is away: then we are asked again
            for lane, last in heads.items():
                had = self.projection.progress(source + PUBLIC if view.public_only else source, lane)
                if had < last:
                    yield (source, lane), had, last

    def _fetch_overlooked(self, source: str, lane: str) -> int:
        with self._turn:
            parked, count = self.parking.lanes(), 0
            try:
                while (source, lane) not in parked and (facts := self._missing(source, lane)):
                    self._apply_around(facts, {_name(fact): f"the record of {source}" for fact in facts}, parked)
                    count += len(facts)
            except (httpx.HTTPError, DBAPIError) as fault:
                logger.warning("%s cannot fetch from %s: %s", self.projection.view.name, source, type(fault).__name__)
        if count:
            logger.warning("%s fetched %d facts of %s that no message had brought", self.projection.view.name, count, source)
        return count

    def _take_in(self, messages: Sequence[Message]) -> None:
        parked = self.parking.lanes_of_late()
        facts: list[Recorded] = []
        places: dict[str, str] = {}
        with ExitStack() as spans:
            for message in messages:
                place = f"{message.topic}:{message.partition}:{message.offset}"
                try:
                    fact = opened(message.key, message.value, message.headers, public=self.projection.view.public_only)
                except Undecodable as why:
                    self._park_undecodable(message, place, str(why), parked)
                    continue
                places[_name(fact)] = place
                facts.append(spans.enter_context(processing_span(message.topic, fact)))
            self._apply_around(facts, places, parked)
        self._measure(facts)

    def _apply_around(self, facts: Sequence[Recorded], places: Mapping[str, str], parked: dict[tuple[str, str], Parked]) -> None:
        """Apply what can be applied; a lane that breaks is parked, and the others go on without it."""
        while waiting := without(facts, parked):
            done, fault = self.projection.attempt(waiting)
            if fault is None:
                return
            broken = waiting[done]
            if done:
                self.projection.attempt(waiting[:done])
            if isinstance(fault, Gap) and self._fetched(broken):
                continue
            reason = MISSING if isinstance(fault, Gap) else type(fault).__name__
            self._park(Parked(broken.service, broken.lane, _name(broken), reason, places[_name(broken)]), parked)

    def _fetched(self, fact: Recorded) -> bool:
        """Whether what is missing before a fact was fetched from its record and applied."""
        for _ in range(FETCHES):
            try:
                facts = self._missing(fact.service, fact.lane)
                self._apply(facts)
            except httpx.HTTPError as fault:
                logger.warning("%s cannot fetch from %s: %s", self.projection.view.name, fact.service, type(fault).__name__)
                time.sleep(TRY_AGAIN_SECONDS)
                continue
            except Exception:  # noqa: BLE001  (what is fetched may be what cannot be applied: the lane is parked for it)
                return False
            return bool(facts)
        return False

    def _missing(self, source: str, lane: str) -> list[Recorded]:
        public = self.projection.view.public_only
        self.projection.reload()  # another process may have come further
        return self.peers.missing(source, lane, self.projection.progress(source + PUBLIC if public else source, lane), public=public)

    def _apply(self, facts: Sequence[Recorded]) -> None:
        done, fault = self.projection.attempt(facts)
        if fault is not None:
            if done:
                self.projection.attempt(facts[:done])
            raise fault

    def _park_undecodable(self, message: Message, place: str, why: str, parked: dict[tuple[str, str], Parked]) -> None:
        lane = (message.key or b"").decode(errors="replace")[:200]
        said = dict(message.headers).get("ce_source", b"").decode(errors="replace").removeprefix("/parley/")
        of_topic = message.topic.removeprefix("parley.")
        sources = {said, of_topic} & self.projection.view.sources or self.projection.view.sources
        for source in sorted(sources):
            self._park(Parked(source, lane, place, why, place), parked)

    def _park(self, one: Parked, parked: dict[tuple[str, str], Parked]) -> None:
        self.parking.park(one)
        parked[one.source, one.lane] = one


def _name(fact: Recorded) -> str:
    return fact.id if fact.seq else f"{fact.service}:{fact.lane}:public:{fact.public_seq}"
