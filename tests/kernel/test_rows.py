"""Rows that are put in while a chunk is folded are written together, and nobody can tell from what a view holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, insert, select

from kernel.tallying import TALLY, TallyRow, raised
from parley.kernel.database import Database
from parley.kernel.log import Recorded
from parley.kernel.projection import Projection, ViewStopped
from parley.kernel.rows import change, gathering, put, put_by, remove
from parley.kernel.view import View

_NEXT = insert(TALLY).values(total=select(func.coalesce(func.max(TALLY.c.total), 0)).scalar_subquery() + 1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'rows.db'}")
    yield database
    database.close()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.views() as connection:
        TALLY.create(connection)
        yield connection


def row(counter: str, times: int = 1) -> dict[str, object]:
    return {"counter": counter, "times": times, "total": 0}


def rows(connection: Connection) -> list[tuple[str, int, int]]:
    return [tuple(one) for one in connection.execute(TALLY.select().order_by(TALLY.c.counter))]


def test_what_was_put_in_is_there_for_every_later_statement(connection: Connection) -> None:
    with gathering(connection):
        put(connection, TALLY, [row("a"), row("b")])
        put(connection, TALLY, row("c"))
        assert rows(connection) == [("a", 1, 0), ("b", 1, 0), ("c", 1, 0)]
        put(connection, TALLY, row("d"))
        change(connection, TALLY, {"counter": "d"}, {"times": 2})
        put(connection, TALLY, row("e"))
        remove(connection, TALLY, {"counter": "e"})
        put(connection, TALLY, row("f"))
    assert rows(connection) == [("a", 1, 0), ("b", 1, 0), ("c", 1, 0), ("d", 2, 0), ("f", 1, 0)]


def test_rows_of_one_table_are_one_statement_and_each_sees_the_one_before(connection: Connection) -> None:
    written: list[bool] = []
    event.listen(connection, "before_cursor_execute", lambda *said: written.append(said[-1]))
    with gathering(connection):
        for counter in "abcd":
            put_by(connection, _NEXT, {"counter": counter, "times": 1})
    assert written == [True], "one statement, for many rows"
    assert [total for _, _, total in rows(connection)] == [1, 2, 3, 4]


def test_what_was_put_in_before_a_fault_is_not_written_by_the_next(connection: Connection) -> None:
    def broken() -> None:
        with gathering(connection):
            put(connection, TALLY, row("a"))
            raise ValueError

    with pytest.raises(ValueError):
        broken()
    put(connection, TALLY, row("b"))
    assert rows(connection) == [("b", 1, 0)]


def test_a_row_that_the_store_refuses_stops_the_view_before_the_fact_that_it_is_of(database: Database) -> None:
    def fold(connection: Connection, fact: Recorded) -> None:
        put(connection, TALLY, row("twice" if fact.seq in (2, 4) else f"c{fact.seq}"))

    projection = Projection(database, View("counters", 1, frozenset({"counters"}), (TallyRow,), fold))
    with pytest.raises(ViewStopped, match="before counters:lane:4 "):
        projection.apply(raised(1, 2, 3, 4, 5, 6))
    with database.reading() as connection:
        assert [counter for counter, _, _ in rows(connection)] == ["c1", "c3", "twice"]
