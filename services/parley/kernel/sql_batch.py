"""One batch of the record: what a transaction reads for all who wait, what it has decided so far, and how that is written."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Executable, bindparam, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from parley.kernel.chains import START_HASH, chain
from parley.kernel.clock import to_milliseconds
from parley.kernel.decider import Decider
from parley.kernel.log import Receipt, Recorded, Request
from parley.kernel.record_tables import FACTS, HEADS, RECEIPTS
from parley.kernel.sql_reader import facts_of_stream, state_of_stream

STATES_KEPT = 20_000

# Statements are made once: making one costs more than running it.
_LANE_HEAD = select(HEADS).where(HEADS.c.service == bindparam("service"), HEADS.c.lane == bindparam("lane"))
_STREAMS = (
    select(FACTS.c.stream, FACTS.c.version, FACTS.c.type, FACTS.c.body)
    .where(FACTS.c.stream.in_(bindparam("names", expanding=True)))
    .order_by(FACTS.c.stream, FACTS.c.version)
)
_NEW_FACTS, _NEW_RECEIPTS = insert(FACTS), insert(RECEIPTS)


def _moving(upsert: Any) -> Any:
    moved = {name: upsert.excluded[name] for name in ("seq", "public_seq", "hash", "at")}
    return upsert.on_conflict_do_update(index_elements=["service", "lane"], set_=moved)


_MOVE_HEADS = {"sqlite": _moving(sqlite.insert(HEADS)), "postgresql": _moving(postgresql.insert(HEADS))}

_canonical = msgspec.json.Encoder(order="deterministic")


@dataclass
class Head:
    """Where a lane stands while a batch is being decided."""

    seq: int = 0
    public_seq: int = 0
    hash: bytes = START_HASH


@dataclass
class Memory:
    """What the writer knows without reading it again: states of streams and heads of lanes, as they are at a position of the record."""

    position: int = -1
    states: OrderedDict[str, tuple[int, Any]] = field(default_factory=OrderedDict)
    heads: dict[tuple[str, str], Head] = field(default_factory=dict)

    def take_in(self, batch: "Batch") -> None:
        """The batch is on disk: what it decided is known."""
        self.position = batch.position
        self.states.update(batch.states)
        for stream in batch.states:
            self.states.move_to_end(stream)
        while len(self.states) > STATES_KEPT:
            self.states.popitem(last=False)
        self.heads.update(batch.heads)

    def forget(self) -> None:
        """What is remembered may not be recorded, or others have written since."""
        self.position = -1
        self.states.clear()
        self.heads.clear()


@dataclass
class Batch:
    """What one transaction has decided so far, on top of what is remembered; thrown away if the commit fails."""

    connection: Connection
    memory: Memory
    position: int
    now: datetime
    has_room: bool = True
    states: dict[str, tuple[int, Any]] = field(default_factory=dict)
    heads: dict[tuple[str, str], Head] = field(default_factory=dict)
    receipts: dict[tuple[str, str], tuple[str, Receipt]] = field(default_factory=dict)
    facts: list[Recorded] = field(default_factory=list)
    answered: list[tuple[Request, Receipt]] = field(default_factory=list)

    def load(self, requests: Sequence[Request]) -> None:
        """Read what all of the requests need with one statement each: receipts under their keys, and the streams that are not remembered."""
        self._load_receipts([(request.scope, request.key) for request in requests])
        missing = {request.decider.stream(request.identity): request.decider for request in requests}
        missing = {stream: decider for stream, decider in missing.items() if stream not in self.memory.states}
        self.states.update({stream: (0, decider.initial) for stream, decider in missing.items()})
        for stream, version, name, body in self.connection.execute(_STREAMS, {"names": sorted(missing)}) if missing else ():
            decider = missing[stream]
            self.states[stream] = (version, decider.evolve(self.states[stream][1], decider.catalogue.decoder()(name, body)))

    def _load_receipts(self, names: list[tuple[str, str]]) -> None:
        size = 1 << (len(names) - 1).bit_length()  # few sizes, so that few statements are made
        padded = names + names[-1:] * (size - len(names))
        asked = {f"{word}{n}": value for n, name in enumerate(padded) for word, value in zip(("scope", "key"), name, strict=True)}
        for scope, key, fingerprint, receipt in self.connection.execute(_receipts(size), asked):
            self.receipts[scope, key] = (fingerprint, msgspec.json.decode(receipt, type=Receipt))

    def state(self, decider: Decider[Any, Any, Any], stream: str) -> tuple[int, Any]:
        """A stream's version and state, with what the batch has decided before."""
        if (pending := self.states.get(stream)) is not None:
            return pending
        if (remembered := self.memory.states.get(stream)) is not None:
            self.memory.states.move_to_end(stream)
            return remembered
        found = self.states[stream] = state_of_stream(self.connection, decider, stream)
        return found

    def since(self, stream: str, version: int) -> list[Recorded]:
        """The facts of a stream after a version; what this batch has decided is not in the table yet."""
        decided = [fact for fact in self.facts if fact.stream == stream and fact.version > version]
        return [*facts_of_stream(self.connection, stream, version), *decided]

    def add(self, request: Request, facts: Sequence[msgspec.Struct], state: Any) -> Receipt:
        """Number and chain the facts that follow from a request, and make its receipt; `state` is the stream's after them."""
        service, stream = request.decider.catalogue.service, request.decider.stream(request.identity)
        version, _ = self.state(request.decider, stream)
        head = self._head(service, request.lane)
        recorded = [self._numbered(head, request, stream, version + n, fact) for n, fact in enumerate(facts, start=1)]
        self.facts.extend(recorded)
        self.states[stream] = (version + len(facts), state)
        receipt = Receipt(
            service=service, lane=request.lane, stream=stream, version=version + len(facts), seq=head.seq, hash=head.hash.hex(), at=self.now,
            facts=tuple(fact.id for fact in recorded),
        )  # fmt: skip
        self.receipts[request.scope, request.key] = (request.fingerprint, receipt)
        self.answered.append((request, receipt))
        return receipt

    def write(self) -> None:
        """Bring facts, heads and receipts into their tables."""
        if not self.answered:
            return
        if self.facts:
            self.connection.execute(_NEW_FACTS, [_row(fact) for fact in self.facts])
        now = to_milliseconds(self.now)
        heads = [{"service": "", "lane": "", "seq": self.position, "public_seq": 0, "hash": b"", "at": now}]
        heads += [
            {"service": service, "lane": lane, "seq": head.seq, "public_seq": head.public_seq, "hash": head.hash, "at": now}
            for (service, lane), head in self.heads.items()
        ]
        self.connection.execute(_MOVE_HEADS[self.connection.dialect.name], heads)
        receipts = [
            {"scope": request.scope, "key": request.key, "fingerprint": request.fingerprint, "receipt": _canonical.encode(receipt)}
            for request, receipt in self.answered
        ]
        self.connection.execute(_NEW_RECEIPTS, receipts)

    def _head(self, service: str, lane: str) -> Head:
        """The lane's head as a copy that the batch may move on."""
        if (pending := self.heads.get((service, lane))) is not None:
            return pending
        remembered = self.memory.heads.get((service, lane))
        if remembered is None:
            row = self.connection.execute(_LANE_HEAD, {"service": service, "lane": lane}).one_or_none()
            remembered = Head(row.seq, row.public_seq, row.hash) if row else Head()
        head = self.heads[service, lane] = Head(remembered.seq, remembered.public_seq, remembered.hash)
        return head

    def _numbered(self, head: Head, request: Request, stream: str, version: int, fact: msgspec.Struct) -> Recorded:
        catalogue = request.decider.catalogue
        self.position += 1
        head.seq += 1
        public = type(fact) in catalogue.public
        head.public_seq += public
        unchained = Recorded(
            position=self.position, service=catalogue.service, stream=stream, version=version, lane=request.lane, seq=head.seq,
            public_seq=head.public_seq if public else None, type=catalogue.name(type(fact)), body=_canonical.encode(fact), by=request.by, at=self.now,
            hash=b"", trace=request.trace,
        )  # fmt: skip
        head.hash = chain(head.hash, unchained)
        return msgspec.structs.replace(unchained, hash=head.hash)


@cache
def _receipts(size: int) -> Executable:
    """The receipts under so many scopes and keys. Joined, because SQLite reads the whole table for `(scope, key) IN (VALUES ...)`."""
    names = ", ".join(f"(:scope{n}, :key{n})" for n in range(size))
    return text(
        f"SELECT receipt.scope, receipt.key, receipt.fingerprint, receipt.receipt FROM (VALUES {names}) AS asked "
        "CROSS JOIN receipt WHERE receipt.scope = asked.column1 AND receipt.key = asked.column2"
    )


def _row(fact: Recorded) -> dict[str, Any]:
    row = msgspec.structs.asdict(fact)
    row["at"] = to_milliseconds(fact.at)
    return row
