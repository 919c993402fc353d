"""The record on SQLite or PostgreSQL: one writer thread, group commit, order without gaps.

What queued up while the last batch went to disk is decided and appended in the next transaction, so the cost of a commit is shared by all who wait for it
and no timer is needed. The record's head row is held from the first read to the commit; therefore positions become visible in the order of their commits,
also with several processes on one PostgreSQL, and a reader that goes by position can never step over a fact.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from parley.kernel.clock import Clock, from_milliseconds, system_clock
from parley.kernel.database import Database
from parley.kernel.decider import Decider, NotEntitled, Unknown
from parley.kernel.log import KeyInFlight, KeyReused, Receipt, Recorded, Request, Stale, StoreFailed, StoreFull
from parley.kernel.record_tables import HEADS
from parley.kernel.sql_batch import Batch, Memory
from parley.kernel.sql_reader import SqlReader
from parley.kernel.telemetry import recorded_at

BATCH = 512
ATTEMPTS = 4
HANDED_OVER_BYTES = 4_000_000

_RECORD_HEAD = select(HEADS.c.seq, HEADS.c.at).where(HEADS.c.service == "", HEADS.c.lane == "").with_for_update()
_TIME_OF_HEAD = select(HEADS.c.at).where(HEADS.c.service == "", HEADS.c.lane == "")


@dataclass
class _Waiting:
    """A request and the place where its outcome is awaited."""

    request: Request
    loop: asyncio.AbstractEventLoop
    outcome: "asyncio.Future[Receipt]"
    durable: int = 0  # when what came of it was, in nanoseconds since 1970


class SqlLog(SqlReader):
    """The record of one or several services in one database.

    Args:
        database: where it stands; the tables are there already (`migrations.upgrade`).
        clock: the record's clock; if None, the machine's on SQLite, and the database's on PostgreSQL, so that several processes have one time.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        super().__init__(database)
        self._clock = clock
        self._memory = Memory()
        self._in_doubt = False
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._in_flight: set[tuple[str, str]] = set()
        self._wakes: list[Callable[[], None]] = []
        self._newest: list[Recorded] = []
        self._newest_bytes = 0
        self._closed = False
        with database.reading() as connection:
            self._latest = from_milliseconds(connection.scalar(_TIME_OF_HEAD) or 0)
        self._thread = threading.Thread(target=self._work, name="record", daemon=True)
        self._thread.start()

    # -- what every record promises ------------------------------------------------------------------------------------------------------------------

    async def handle(self, request: Request) -> Receipt:
        """Decide and append in one transaction; see `Log.handle`."""
        if self._closed:
            raise StoreFailed("the record is closed")
        name = (request.scope, request.key)
        if name in self._in_flight:
            raise KeyInFlight(request.key)
        self._in_flight.add(name)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(request, loop, loop.create_future())
        self._queue.put(waiting)
        # A caller that goes away does not take the request out of the batch; its key stays in flight until the record has answered.
        receipt = await waiting.outcome
        recorded_at(waiting.durable)
        return receipt

    def read(self, after: int, limit: int) -> list[Recorded]:
        """The next facts after a position; those that this process has just recorded are handed over without asking the store for them."""
        newest = self._newest
        if newest and 0 <= (start := after + 1 - newest[0].position) < len(newest):
            return newest[start : start + limit]
        return super().read(after, limit)

    def subscribe(self, wake: Callable[[], None]) -> None:
        """Call `wake` after each commit of this process."""
        self._wakes.append(wake)

    def now(self) -> datetime:
        """The time by which sessions, windows and timers go: the clock's, but never before the last fact, however the clock is set."""
        return max((self._clock or system_clock)(), self._latest)

    def close(self) -> None:
        """Finish what is queued and stop."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    @property
    def waiting(self) -> int:
        """How many requests stand in the queue."""
        return self._queue.qsize()

    # -- the writer thread ---------------------------------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        stopping = False
        while not stopping:
            batch: list[_Waiting] = []
            arrived = self._queue.get()
            while arrived is not None:
                batch.append(arrived)
                if len(batch) == BATCH:
                    break
                try:
                    arrived = self._queue.get_nowait()
                except queue.Empty:
                    break
            stopping = arrived is None
            if batch:
                outcomes = self._append_with_retry([waiting.request for waiting in batch])
                durable = time.time_ns()  # before anybody is woken, who may be heard of sooner than its caller
                for waiting in batch:
                    waiting.durable = durable
                for wake in self._wakes:
                    wake()
                self._in_flight.difference_update((waiting.request.scope, waiting.request.key) for waiting in batch)
                _deliver(batch, outcomes)

    def _append_with_retry(self, requests: list[Request]) -> list[Receipt | Exception]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._append(requests)
            except DBAPIError as error:
                # What is remembered may not be recorded. Whether the batch stands, the next attempt sees by its idempotency keys.
                self._memory.forget()
                answer = _translated(error)
                self._in_doubt = self.database.is_sqlite and "IOERR" in str(answer)
                if isinstance(answer, StoreFull) or self.database.is_sqlite or attempt == ATTEMPTS:
                    return [answer] * len(requests)
                time.sleep(0.1 * attempt)
            except Exception as error:  # noqa: BLE001  (the writer must outlive any fault; the callers are told, and nothing was recorded)
                self._memory.forget()
                return [error] * len(requests)
        raise AssertionError("unreachable: the last attempt returns")

    def _append(self, requests: list[Request]) -> list[Receipt | Exception]:
        if self._in_doubt and not self.database.settle():
            raise StoreFailed("a sync failed, and the journal cannot be written anew yet")
        self._in_doubt = False
        with self.database.record() as connection:
            batch = self._begin(connection)
            batch.load(requests)
            outcomes = [self._outcome(batch, request) for request in requests]
            batch.write()
        self._memory.take_in(batch)
        if batch.answered:
            self._latest = batch.now
            self._hand_over(batch.facts)
        return outcomes

    def _hand_over(self, facts: list[Recorded]) -> None:
        """Keep the newest facts for `read`, without a gap and within bounds; the list is never changed, because it is read from other threads."""
        newest = self._newest
        if len(newest) > BATCH or (newest and facts and newest[-1].position + 1 != facts[0].position):  # another process has written in between
            newest, self._newest_bytes = [], 0
        self._newest_bytes += sum(len(fact.body) for fact in facts)
        self._newest = [*newest, *facts] if self._newest_bytes <= HANDED_OVER_BYTES else []

    def _begin(self, connection: Connection) -> Batch:
        """Take the record's turn: hold its head, forget what is remembered if other processes wrote, fix the time."""
        row = connection.execute(_RECORD_HEAD).one()
        if row.seq != self._memory.position:
            self._memory.forget()
        self._latest = from_milliseconds(row.at)
        return Batch(connection, self._memory, row.seq, max(self._now(connection), self._latest), self.database.has_room())

    def _now(self, connection: Connection) -> datetime:
        if self._clock is not None:
            return self._clock()
        if self.database.is_sqlite:
            return system_clock()
        return from_milliseconds(connection.execute(text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")).scalar_one())

    def _outcome(self, batch: Batch, request: Request) -> Receipt | Exception:
        before = batch.receipts.get((request.scope, request.key))
        if before is not None:
            fingerprint, receipt = before
            return receipt if fingerprint == request.fingerprint else KeyReused(request.key)
        if not batch.has_room:  # looked at ahead: a disk that is full to the last page could not show what it has recorded
            return StoreFull("the disk is full")
        try:
            return self._decided(batch, request)
        except Exception as error:  # noqa: BLE001  (a refusal or a fault of one request must not fail its neighbours in the batch; its caller gets it)
            return error

    def _decided(self, batch: Batch, request: Request) -> Receipt:
        decider, stream = request.decider, request.decider.stream(request.identity)
        version, state = batch.state(decider, stream)
        command = request.command(batch.now, lambda other, identity: batch.state(other, other.stream(identity))[1])
        if request.expected is not None and request.expected != version:
            _require_entitled(decider, state, command)
            raise Stale(version, batch.since(stream, request.expected))
        facts = decider.decide(state, command)
        for fact in facts:
            state = decider.evolve(state, fact)
        return batch.add(request, facts, state)


def _require_entitled(decider: Decider[Any, Any, Any], state: Any, command: Any) -> None:
    """Refuse who may not do this, or may not know of the thing: how often it has changed since is not theirs to learn."""
    try:
        decider.decide(state, command)
    except (NotEntitled, Unknown):
        raise
    except Exception:  # noqa: BLE001  (what else would be said of it is about a state that the caller has not seen)
        return


def _deliver(batch: list[_Waiting], outcomes: list[Receipt | Exception]) -> None:
    """Hand every caller its outcome, with one call into each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Receipt | Exception]]] = {}
    for waiting, outcome in zip(batch, outcomes, strict=True):
        by_loop.setdefault(waiting.loop, []).append((waiting, outcome))
    for loop, answers in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, answers)
        except RuntimeError:  # the loop is closed: its callers are gone, the facts stand, and a retry finds them by its key
            continue


def _settle(answers: list[tuple[_Waiting, Receipt | Exception]]) -> None:
    for waiting, outcome in answers:
        if waiting.outcome.done():
            continue
        if isinstance(outcome, Exception):
            waiting.outcome.set_exception(outcome)
        else:
            waiting.outcome.set_result(outcome)


def _translated(error: DBAPIError) -> Exception:
    """The store's fault in our words; the statement and its values stay out of it, because they may hold a submission's text."""
    original = error.orig
    if getattr(original, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(original, "sqlstate", "") == "53100":
        return StoreFull("the disk is full")
    return StoreFailed(getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None) or type(original).__name__)
