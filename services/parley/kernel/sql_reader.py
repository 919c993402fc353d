"""The reading half of the record: facts by position, by lane and by stream, as they stand on disk."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from parley.kernel.clock import from_milliseconds
from parley.kernel.database import Database
from parley.kernel.decider import Decider
from parley.kernel.log import Recorded
from parley.kernel.record_tables import FACTS, HEADS

# Statements are made once: making one costs more than running it.
_AFTER = select(FACTS).where(FACTS.c.position > bindparam("after")).order_by(FACTS.c.position).limit(bindparam("most"))
_SAID = select(FACTS.c.version, FACTS.c.type, FACTS.c.body).where(FACTS.c.stream == bindparam("name")).order_by(FACTS.c.version)
_STREAM = select(FACTS).where(FACTS.c.stream == bindparam("name"), FACTS.c.version > bindparam("after")).order_by(FACTS.c.version)


class SqlReader:
    """The record for who only reads; tools need no writer."""

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
            return [recorded(row) for row in connection.execute(wanted)]

    def heads(self, service: str, *, public_only: bool = False) -> dict[str, int]:
        """The last `seq` of each lane of a service; or the last `public_seq` of those where anything is public."""
        number = HEADS.c.public_seq if public_only else HEADS.c.seq
        with self.database.reading() as connection:
            return {row.lane: row.last for row in connection.execute(select(HEADS.c.lane, number.label("last")).where(HEADS.c.service == service, number > 0))}

    def stream(self, name: str, after: int = 0) -> list[Recorded]:
        """The facts of one stream after a version."""
        with self.database.reading() as connection:
            return facts_of_stream(connection, name, after)

    def state(self, decider: Decider[Any, Any, Any], identity: str) -> tuple[int, Any]:
        """The version of a thing and its state, folded from its facts."""
        with self.database.reading() as connection:
            return state_of_stream(connection, decider, decider.stream(identity))

    def position(self) -> int:
        """The position of the last fact that is on disk."""
        with self.database.reading() as connection:
            return int(connection.scalar(select(HEADS.c.seq).where(HEADS.c.service == "", HEADS.c.lane == "")) or 0)


def facts_after(connection: Connection, after: int, limit: int) -> list[Recorded]:
    """The next facts after a position, in commit order, as a connection sees them."""
    return [recorded(row) for row in connection.execute(_AFTER, {"after": after, "most": limit})]


def facts_of_stream(connection: Connection, name: str, after: int) -> list[Recorded]:
    """The facts of one stream after a version, in order, as a connection sees them."""
    return [recorded(row) for row in connection.execute(_STREAM, {"name": name, "after": after})]


def state_of_stream(connection: Connection, decider: Decider[Any, Any, Any], name: str) -> tuple[int, Any]:
    """The version and state of a stream, as a connection sees it."""
    version, state, evolve, decode = 0, decider.initial, decider.evolve, decider.catalogue.decoder()
    for version, name_of_fact, body in connection.execute(_SAID, {"name": name}):  # noqa: B007  (the last one counts)
        state = evolve(state, decode(name_of_fact, body))
    return version, state


def recorded(row: Row[Any]) -> Recorded:
    """A fact from its row."""
    return Recorded(
        row.position, row.service, row.stream, row.version, row.lane, row.seq, row.public_seq, row.type, bytes(row.body), bytes(row.by),
        from_milliseconds(row.at), bytes(row.hash), row.trace,
    )  # fmt: skip
