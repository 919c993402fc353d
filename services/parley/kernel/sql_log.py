"""The record on SQLite or PostgreSQL: one writer thread, group commit, order without gaps.

What queued up while the last batch went to disk is decided and appended in the next transaction, so the cost of a commit is shared by all who wait for it
and no timer is needed. The record's head row is held from the first read to the commit; therefore positions become visible in the order of their commits,
also with several processes on one PostgreSQL, and a reader that goes by position can never step over a fact.
"""

import asyncio
import hashlib
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from parley.kernel.clock import Clock, from_milliseconds, system_clock, to_milliseconds
from parley.kernel.database import Database
from parley.kernel.decider import Decider
from parley.kernel.log import KeyInFlight, KeyReused, Receipt, Recorded, Request, Stale, StoreFailed, StoreFull
from parley.kernel.record_tables import FactRow, HeadRow, ReceiptRow

FACTS, HEADS, RECEIPTS = FactRow.__table__, HeadRow.__table__, ReceiptRow.__table__  # type: ignore[attr-defined]  # SQLModel adds the table at run time

BATCH = 512
STATES_KEPT = 20_000
ATTEMPTS = 4
START_HASH = b"\0" * 32

# Statements are made once: making one costs more than running it.
_RECORD_HEAD = select(HEADS.c.seq, HEADS.c.at).where(HEADS.c.service == "", HEADS.c.lane == "").with_for_update()
_TIME_OF_HEAD = select(HEADS.c.at).where(HEADS.c.service == "", HEADS.c.lane == "")
_LANE_HEAD = select(HEADS).where(HEADS.c.service == bindparam("service"), HEADS.c.lane == bindparam("lane"))
_AFTER = select(FACTS).where(FACTS.c.position > bindparam("after")).order_by(FACTS.c.position).limit(bindparam("most"))
_STREAM = select(FACTS).where(FACTS.c.stream == bindparam("name"), FACTS.c.version > bindparam("after")).order_by(FACTS.c.version)
_STREAMS = select(FACTS).where(FACTS.c.stream.in_(bindparam("names", expanding=True))).order_by(FACTS.c.stream, FACTS.c.version)
_RECEIPTS = select(RECEIPTS).where(tuple_(RECEIPTS.c.scope, RECEIPTS.c.key).in_(bindparam("names", expanding=True)))
_NEW_FACTS, _NEW_RECEIPTS = insert(FACTS), insert(RECEIPTS)

_canonical = msgspec.json.Encoder(order="deterministic")


def chain(before: bytes, fact: Recorded) -> bytes:
    """The hash of a fact: SHA-256 over the hash before it in its lane, and everything that the fact says but its position."""
    said = (fact.id, fact.stream, fact.version, fact.public_seq, fact.type, to_milliseconds(fact.at), hashlib.sha256(fact.body).hexdigest(), fact.by.decode())
    return hashlib.sha256(before + _canonical.encode(said)).digest()


@dataclass
class _Head:
    """Where a lane stands while a batch is being decided."""

    seq: int = 0
    public_seq: int = 0
    hash: bytes = START_HASH


@dataclass
class _Waiting:
    """A request and the place where its outcome is awaited."""

    request: Request
    loop: asyncio.AbstractEventLoop
    outcome: "asyncio.Future[Receipt]"


@dataclass
class _Batch:
    """What one transaction has decided so far, on top of what is remembered; thrown away if the commit fails."""

    position: int
    now: datetime
    has_room: bool = True
    states: dict[str, tuple[int, Any]] = field(default_factory=dict)
    heads: dict[tuple[str, str], _Head] = field(default_factory=dict)
    receipts: dict[tuple[str, str], tuple[str, Receipt]] = field(default_factory=dict)
    facts: list[Recorded] = field(default_factory=list)
    answered: list[tuple[Request, Receipt]] = field(default_factory=list)


class SqlReader:
    """The reading half of the record; tools that only read need no writer."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def read(self, after: int, limit: int) -> list[Recorded]:
        """The next facts after a position, in commit order."""
        with self.database.reading() as connection:
            return facts_after(connection, after, limit)

    def lane(self, service: str, name: str, after: int, limit: int, *, public_only: bool = False) -> list[Recorded]:
        """The next facts of a service in a lane after a `seq`, or after a `public_seq` those that are public."""
        number = FACTS.c.public_seq if public_only else FACTS.c.seq
        wanted = select(FACTS).where(FACTS.c.service == service, FACTS.c.lane == name, number > after).order_by(number).limit(limit)
        with self.database.reading() as connection:
            return [_recorded(row) for row in connection.execute(wanted)]

    def stream(self, name: str, after: int = 0) -> list[Recorded]:
        """The facts of one stream after a version."""
        with self.database.reading() as connection:
            return _stream(connection, name, after)

    def position(self) -> int:
        """The position of the last fact that is on disk."""
        with self.database.reading() as connection:
            return int(connection.scalar(select(HEADS.c.seq).where(HEADS.c.service == "", HEADS.c.lane == "")) or 0)


class SqlLog(SqlReader):
    """The record of one or several services in one database.

    Args:
        database: where it stands; the tables are there already (`migrations.upgrade`).
        clock: the record's clock; if None, the machine's on SQLite, and the database's on PostgreSQL, so that several processes have one time.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        super().__init__(database)
        self._clock = clock
        self._states: OrderedDict[str, tuple[int, Any]] = OrderedDict()
        self._heads: dict[tuple[str, str], _Head] = {}
        self._position = -1
        self._in_doubt = False
        self._decoders: dict[str, Callable[[str, bytes], msgspec.Struct]] = {}
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._in_flight: set[tuple[str, str]] = set()
        self._wakes: list[Callable[[], None]] = []
        self._closed = False
        with database.reading() as connection:
            self._latest = from_milliseconds(connection.scalar(_TIME_OF_HEAD) or 0)
        upsert = sqlite.insert(HEADS) if database.is_sqlite else postgresql.insert(HEADS)
        moved = {name: upsert.excluded[name] for name in ("seq", "public_seq", "hash", "at")}
        self._move_heads = upsert.on_conflict_do_update(index_elements=["service", "lane"], set_=moved)
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
        waiting.outcome.add_done_callback(lambda _: self._in_flight.discard(name))
        self._queue.put(waiting)
        # Shielded: a caller that goes away does not take the request out of the batch; its key stays in flight until the record has answered.
        return await asyncio.shield(waiting.outcome)

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
                for wake in self._wakes:
                    wake()
                _deliver(batch, outcomes)

    def _append_with_retry(self, requests: list[Request]) -> list[Receipt | Exception]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._append(requests)
            except DBAPIError as error:
                # What is remembered may not be recorded. Whether the batch stands, the next attempt sees by its idempotency keys.
                self._forget()
                answer = _translated(error)
                self._in_doubt = self.database.is_sqlite and "IOERR" in str(answer)
                if isinstance(answer, StoreFull) or self.database.is_sqlite or attempt == ATTEMPTS:
                    return [answer] * len(requests)
                time.sleep(0.1 * attempt)
            except Exception as error:  # noqa: BLE001  (the writer must outlive any fault; the callers are told, and nothing was recorded)
                self._forget()
                return [error] * len(requests)
        raise AssertionError("unreachable: the last attempt returns")

    def _append(self, requests: list[Request]) -> list[Receipt | Exception]:
        if self._in_doubt and not self.database.settle():
            raise StoreFailed("a sync failed, and the journal cannot be written anew yet")
        self._in_doubt = False
        with self.database.record() as connection:
            batch = self._begin(connection)
            known = _receipts(connection, requests)
            self._load(connection, batch, requests)
            outcomes = [self._outcome(connection, batch, known, request) for request in requests]
            self._write(connection, batch)
        self._remember(batch)
        return outcomes

    def _begin(self, connection: Connection) -> _Batch:
        """Take the record's turn: hold its head, bring what is remembered forward by what other processes wrote, fix the time."""
        row = connection.execute(_RECORD_HEAD).one()
        if row.seq != self._position:
            self._forget()
            self._position = row.seq
        self._latest = from_milliseconds(row.at)
        return _Batch(position=row.seq, now=max(self._now(connection), self._latest), has_room=self.database.has_room())

    def _now(self, connection: Connection) -> datetime:
        if self._clock is not None:
            return self._clock()
        if self.database.is_sqlite:
            return system_clock()
        return from_milliseconds(connection.execute(text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")).scalar_one())

    def _outcome(self, connection: Connection, batch: _Batch, known: dict[tuple[str, str], tuple[str, Receipt]], request: Request) -> Receipt | Exception:
        name = (request.scope, request.key)
        before = batch.receipts.get(name) or known.get(name)
        if before is not None:
            fingerprint, receipt = before
            return receipt if fingerprint == request.fingerprint else KeyReused(request.key)
        if not batch.has_room:  # looked at ahead: a disk that is full to the last page could not show what it has recorded
            return StoreFull("the disk is full")
        try:
            receipt = self._decided(connection, batch, request)
        except Exception as error:  # noqa: BLE001  (a refusal or a fault of one request must not fail its neighbours in the batch; its caller gets it)
            return error
        batch.receipts[name] = (request.fingerprint, receipt)
        batch.answered.append((request, receipt))
        return receipt

    def _decided(self, connection: Connection, batch: _Batch, request: Request) -> Receipt:
        decider, stream = request.decider, request.decider.stream(request.identity)
        version, state = self._state(connection, batch, decider, stream)
        if request.expected is not None and request.expected != version:
            # What the same batch has decided before is not in the table yet.
            since = [fact for fact in batch.facts if fact.stream == stream and fact.version > request.expected]
            raise Stale(version, [*_stream(connection, stream, request.expected), *since])
        command = request.command(batch.now, lambda other, identity: self._state(connection, batch, other, other.stream(identity))[1])
        facts = decider.decide(state, command)
        for fact in facts:
            state = decider.evolve(state, fact)
        head = self._head(connection, batch, decider.catalogue.service, request.lane)
        recorded = [self._numbered(batch, head, request, stream, version + n, fact) for n, fact in enumerate(facts, start=1)]
        batch.facts.extend(recorded)
        batch.states[stream] = (version + len(facts), state)
        return Receipt(
            service=decider.catalogue.service, lane=request.lane, stream=stream, version=version + len(facts), seq=head.seq, hash=head.hash.hex(),
            at=batch.now, facts=tuple(fact.id for fact in recorded),
        )  # fmt: skip

    def _numbered(self, batch: _Batch, head: _Head, request: Request, stream: str, version: int, fact: msgspec.Struct) -> Recorded:
        catalogue = request.decider.catalogue
        batch.position += 1
        head.seq += 1
        public = type(fact) in catalogue.public
        head.public_seq += public
        unchained = Recorded(
            position=batch.position, service=catalogue.service, stream=stream, version=version, lane=request.lane, seq=head.seq,
            public_seq=head.public_seq if public else None, type=catalogue.name(type(fact)), body=_canonical.encode(fact), by=request.by, at=batch.now,
            hash=b"", trace=request.trace,
        )  # fmt: skip
        head.hash = chain(head.hash, unchained)
        return msgspec.structs.replace(unchained, hash=head.hash)

    def _load(self, connection: Connection, batch: _Batch, requests: list[Request]) -> None:
        """Fold the streams that the batch is about and that are not remembered, with one statement for all of them."""
        missing = {request.decider.stream(request.identity): request.decider for request in requests}
        missing = {stream: decider for stream, decider in missing.items() if stream not in self._states}
        batch.states.update({stream: (0, decider.initial) for stream, decider in missing.items()})
        rows = connection.execute(_STREAMS, {"names": sorted(missing)}) if missing else ()
        for row in rows:
            decider = missing[row.stream]
            fact = self._decoder(decider)(row.type, row.body)
            batch.states[row.stream] = (row.version, decider.evolve(batch.states[row.stream][1], fact))

    def _state(self, connection: Connection, batch: _Batch, decider: Decider[Any, Any, Any], stream: str) -> tuple[int, Any]:
        if (pending := batch.states.get(stream)) is not None:
            return pending
        if (remembered := self._states.get(stream)) is not None:
            self._states.move_to_end(stream)
            return remembered
        version, state = 0, decider.initial
        for fact in _stream(connection, stream, 0):
            version, state = fact.version, decider.evolve(state, self._decoder(decider)(fact.type, fact.body))
        batch.states[stream] = (version, state)
        return version, state

    def _decoder(self, decider: Decider[Any, Any, Any]) -> Callable[[str, bytes], msgspec.Struct]:
        service = decider.catalogue.service
        if service not in self._decoders:
            self._decoders[service] = decider.catalogue.decoder()
        return self._decoders[service]

    def _head(self, connection: Connection, batch: _Batch, service: str, lane: str) -> _Head:
        """The lane's head as a copy that the batch may move on."""
        if (pending := batch.heads.get((service, lane))) is not None:
            return pending
        remembered = self._heads.get((service, lane))
        if remembered is None:
            row = connection.execute(_LANE_HEAD, {"service": service, "lane": lane}).one_or_none()
            remembered = _Head(row.seq, row.public_seq, row.hash) if row else _Head()
        head = batch.heads[service, lane] = _Head(remembered.seq, remembered.public_seq, remembered.hash)
        return head

    def _write(self, connection: Connection, batch: _Batch) -> None:
        if not batch.answered:
            return
        if batch.facts:
            connection.execute(_NEW_FACTS, [_row(fact) for fact in batch.facts])
        now = to_milliseconds(batch.now)
        heads = [{"service": "", "lane": "", "seq": batch.position, "public_seq": 0, "hash": b"", "at": now}]
        heads += [
            {"service": service, "lane": lane, "seq": head.seq, "public_seq": head.public_seq, "hash": head.hash, "at": now}
            for (service, lane), head in batch.heads.items()
        ]
        connection.execute(self._move_heads, heads)
        receipts = [
            {"scope": request.scope, "key": request.key, "fingerprint": request.fingerprint, "receipt": _canonical.encode(receipt)}
            for request, receipt in batch.answered
        ]
        connection.execute(_NEW_RECEIPTS, receipts)

    def _remember(self, batch: _Batch) -> None:
        self._position = batch.position
        if batch.answered:
            self._latest = batch.now
        self._states.update(batch.states)
        for stream in batch.states:
            self._states.move_to_end(stream)
        while len(self._states) > STATES_KEPT:
            self._states.popitem(last=False)
        self._heads.update(batch.heads)

    def _forget(self) -> None:
        self._position = -1
        self._states.clear()
        self._heads.clear()


def facts_after(connection: Connection, after: int, limit: int) -> list[Recorded]:
    """The next facts after a position, in commit order, as a connection sees them."""
    return [_recorded(row) for row in connection.execute(select(FACTS).where(FACTS.c.position > after).order_by(FACTS.c.position).limit(limit))]


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


def _receipts(connection: Connection, requests: list[Request]) -> dict[tuple[str, str], tuple[str, Receipt]]:
    rows = connection.execute(_RECEIPTS, {"names": [(request.scope, request.key) for request in requests]})
    return {(row.scope, row.key): (row.fingerprint, msgspec.json.decode(row.receipt, type=Receipt)) for row in rows}


def _stream(connection: Connection, name: str, after: int) -> list[Recorded]:
    return [_recorded(row) for row in connection.execute(_STREAM, {"name": name, "after": after})]


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(
        row.position, row.service, row.stream, row.version, row.lane, row.seq, row.public_seq, row.type, bytes(row.body), bytes(row.by),
        from_milliseconds(row.at), bytes(row.hash), row.trace,
    )  # fmt: skip


def _row(fact: Recorded) -> dict[str, Any]:
    row = msgspec.structs.asdict(fact)
    row["at"] = to_milliseconds(fact.at)
    return row


def _translated(error: DBAPIError) -> Exception:
    """The store's fault in our words; the statement and its values stay out of it, because they may hold a submission's text."""
    original = error.orig
    if getattr(original, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(original, "sqlstate", "") == "53100":
        return StoreFull("the disk is full")
    return StoreFailed(getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None) or type(original).__name__)
