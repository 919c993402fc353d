"""`parley move`: takes an embedded record to PostgreSQL, one schema for each service; Kafka is filled from there by the relays.

Every fact keeps its number, its time and its hash. What was moved is checked against the chain before it is written, so a move that ended well has moved the
truth; one that was broken off goes on where it stopped.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from parley.commands.progress import bar
from parley.kernel import migrations
from parley.kernel.chains import START_HASH, chain
from parley.kernel.clock import to_milliseconds
from parley.kernel.database import Database
from parley.kernel.log import Recorded
from parley.kernel.migrations import NewerRelease
from parley.kernel.process import Part
from parley.kernel.record_tables import FACTS, HEADS, RECEIPTS
from parley.kernel.settings import Settings
from parley.kernel.sql_reader import SqlReader

CHUNK = 1_000


@dataclass(frozen=True)
class Moved:
    """What stands in a service's schema after the move."""

    service: str
    facts: int
    lanes: int
    receipts: int


def move(settings: Settings, to: str, parts: Sequence[Part], *, as_json: bool) -> int:
    """Move every service's facts and receipts; 1 if a hash does not follow from the one before it, or the database cannot take them."""
    source = Database(settings.database_url)
    services = [part.catalogue.service for part in parts]
    moved: list[Moved] = []
    try:
        for service in services:
            moved.append(move_service(source, Database(to, service), service))  # noqa: PERF401  (what was moved before a fault is said)
    except (ValueError, NewerRelease, DBAPIError) as broken:
        why = f"the database does not let us ({type(broken.orig).__name__}); `parley doctor` says more" if isinstance(broken, DBAPIError) else str(broken)
        print(json.dumps({"broken": why}) if as_json else f"Nothing more was moved: {why}")
        return 1
    finally:
        source.close()
    if as_json:
        print(json.dumps([vars(one) for one in moved]))
    else:
        for one in moved:
            print(f"{one.service:12} {one.facts:8} facts in {one.lanes} negotiations, {one.receipts} receipts; every hash follows from the one before it")
        print("Start the services with `parley serve`: their relays fill Kafka from here.")
    return 0


def move_service(source: Database, target: Database, service: str) -> Moved:
    """Move one service's facts and receipts into its schema.

    Raises:
        ValueError: a fact's hash does not follow from the one before it, or the schema holds another record.
        NewerRelease: the schema is of a newer release.
    """
    try:
        return _moved(source, target, service)
    finally:
        target.close()


def _moved(source: Database, target: Database, service: str) -> Moved:
    migrations.upgrade(target)
    reader, heads = SqlReader(source), dict[str, tuple[int, int, bytes]]()
    with target.reading() as connection:
        there = connection.scalar(select(func.count()).select_from(FACTS)) or 0
    with source.reading() as connection:
        total = connection.scalar(select(func.count()).select_from(FACTS).where(FACTS.c.service == service)) or 0
    after, position = 0, 0
    with bar() as progress:
        task = progress.add_task(f"moving {service}", total=total)
        while read := reader.read(after, CHUNK):
            after = read[-1].position
            facts = []
            for fact in (one for one in read if one.service == service):
                position += 1
                _follow(heads, fact)
                facts.append(msgspec.structs.replace(fact, position=position))
            _require_the_same(target, service, [fact for fact in facts if fact.position <= there])
            with target.record() as connection:
                _write(connection, service, [fact for fact in facts if fact.position > there], heads, position)
            progress.update(task, completed=position)
    receipts = _receipts(source, target, service)
    if position < there:
        raise ValueError(f"the schema {service} holds {there} facts, and the record that is to be moved into it only {position}")
    return Moved(service, position, len(heads), receipts)


def _require_the_same(target: Database, service: str, facts: Sequence[Recorded]) -> None:
    """What is there already must be what would be moved now: a move goes on only with the record that it began with."""
    held = SqlReader(target).read(facts[0].position - 1, len(facts)) if facts else []
    if [(fact.position, fact.hash) for fact in held] != [(fact.position, fact.hash) for fact in facts]:
        raise ValueError(f"the schema {service} holds another record; move this one to a database that is empty, or that has the beginning of it")


def _follow(heads: dict[str, tuple[int, int, bytes]], fact: Recorded) -> None:
    seq, public, before = heads.get(fact.lane, (0, 0, START_HASH))
    if fact.seq != seq + 1 or chain(before, msgspec.structs.replace(fact, hash=b"")) != fact.hash:
        raise ValueError(f"{fact.id} does not follow from the fact before it; `parley verify` says more")
    heads[fact.lane] = (fact.seq, fact.public_seq or public, fact.hash)


def _write(connection: Connection, service: str, facts: Sequence[Recorded], heads: dict[str, tuple[int, int, bytes]], position: int) -> None:
    if not facts:
        return
    connection.execute(insert(FACTS), [msgspec.structs.asdict(fact) | {"at": to_milliseconds(fact.at)} for fact in facts])
    at = to_milliseconds(facts[-1].at)
    rows = [{"service": "", "lane": "", "seq": position, "public_seq": 0, "hash": b"", "at": at}]
    for lane in sorted({fact.lane for fact in facts}):
        seq, public, digest = heads[lane]
        rows.append({"service": service, "lane": lane, "seq": seq, "public_seq": public, "hash": digest, "at": at})
    upsert = postgresql.insert(HEADS)
    moved = {name: upsert.excluded[name] for name in ("seq", "public_seq", "hash", "at")}
    connection.execute(upsert.on_conflict_do_update(index_elements=["service", "lane"], set_=moved), rows)


def _receipts(source: Database, target: Database, service: str) -> int:
    """A retry after the move finds the receipt that it was given before."""
    mine = RECEIPTS.c.scope.startswith(f"{service}|", autoescape=True)
    with source.reading() as reading, target.record() as writing:
        rows = [dict(row._mapping) for row in reading.execute(select(RECEIPTS).where(mine))]  # noqa: SLF001  (SQLAlchemy's own public name for it)
        for start in range(0, len(rows), CHUNK):
            writing.execute(postgresql.insert(RECEIPTS).values(rows[start : start + CHUNK]).on_conflict_do_nothing())
    return len(rows)
