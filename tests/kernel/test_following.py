"""The follower keeps views up with the record; timers ring for what is due."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from kernel.counting import raising
from kernel.tallying import TALLY, tally
from parley.kernel import migrations
from parley.kernel.database import Database
from parley.kernel.follow import CHUNK, Follower
from parley.kernel.projection import Projection
from parley.kernel.sql_log import SqlLog
from parley.kernel.timers import Due, clear_timer, due_by, keep_time, set_timer
from parley.kernel.view import View
from parley.kernel.view_tables import DUE

NOON = datetime(2019, 5, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'record.db'}")
    migrations.upgrade(database)
    yield database
    database.close()


@pytest.fixture
def log(database: Database) -> Iterator[SqlLog]:
    log = SqlLog(database)
    yield log
    log.close()


def total(database: Database) -> int:
    with database.reading() as connection:
        return sum(row.total for row in connection.execute(TALLY.select()))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  (a condition of a thread, which no event tells)
            await asyncio.sleep(0.005)


async def test_a_follower_catches_up_with_more_than_one_chunk_and_then_follows(database: Database, log: SqlLog) -> None:
    await asyncio.gather(*(log.handle(raising("c")) for _ in range(CHUNK + 10)))
    projection = Projection(database, tally())
    follower = Follower(log, [projection])
    follower.catch_up()
    assert total(database) == CHUNK + 10
    follower.start()
    receipt = await log.handle(raising("c", by=5))
    await projection.reached("lane", {"counters": receipt.seq})
    assert total(database) == CHUNK + 15
    follower.close()


async def test_a_view_that_stops_does_not_stop_the_others(database: Database, log: SqlLog) -> None:
    seen: list[str] = []
    other = View("others", 1, frozenset({"counters"}), (), lambda _, fact: seen.append(fact.id))
    sick, well = Projection(database, tally()), Projection(database, other)
    follower = Follower(log, [sick, well])
    follower.start()
    for by in (1, 13, 2):
        receipt = await log.handle(raising("c", by=by))
    await well.reached("lane", {"counters": receipt.seq})
    assert seen == ["counters:lane:1", "counters:lane:2", "counters:lane:3"]
    await until(lambda: sick.stopped is not None)
    assert (total(database), sick.progress("counters", "lane")) == (1, 1)
    follower.close()


async def test_what_another_process_records_is_followed_too(database: Database, log: SqlLog) -> None:
    projection = Projection(database, tally())
    follower = Follower(log, [projection])
    follower.start()
    other = SqlLog(database)
    await other.handle(raising("c", by=4))
    await projection.reached("lane", {"counters": 1})
    other.close()
    follower.close()


async def test_a_view_goes_on_when_the_database_is_back(database: Database, log: SqlLog) -> None:
    away = [True]

    def fold(_: object, __: object) -> None:
        if away[0]:
            raise OperationalError("statement", {}, Exception("the server is away"))

    projection = Projection(database, View("views", 1, frozenset({"counters"}), (), fold))
    follower = Follower(log, [projection])
    follower.start()
    await log.handle(raising("c"))
    await asyncio.sleep(0.02)
    assert (projection.stopped, projection.progress("counters", "lane")) == (None, 0)
    away[0] = False
    await projection.reached("lane", {"counters": 1})
    follower.close()


# -- timers -------------------------------------------------------------------------------------------------------------------------------------------------


def due(key: str, **after: float) -> Due:
    return Due(key, "lane", "thing", NOON + timedelta(**after))


@pytest.fixture
def timers(database: Database) -> Database:
    with database.views() as connection:
        DUE.create(connection)
        for one in (due("later", hours=1), due("second"), due("first", minutes=-1)):
            set_timer(connection, "views", one)
        set_timer(connection, "others", due("strange", hours=-1))
    return database


def test_what_is_due_is_due_at_its_very_time_the_earliest_first(timers: Database) -> None:
    assert due_by(timers, "views", NOON) == [due("first", minutes=-1), due("second")]
    assert [one.key for one in due_by(timers, "views", NOON - timedelta(milliseconds=1))] == ["first"]
    assert [one.key for one in due_by(timers, "views", NOON + timedelta(days=1), limit=2)] == ["first", "second"]


def test_a_timer_is_moved_by_setting_it_anew_and_taken_away_by_clearing_it(timers: Database) -> None:
    with timers.views() as connection:
        set_timer(connection, "views", due("first", days=1))
        clear_timer(connection, "views", "second")
        clear_timer(connection, "views", "never set")
    assert due_by(timers, "views", NOON) == []
    assert [one.key for one in due_by(timers, "views", NOON + timedelta(days=1))] == ["later", "first"]


async def test_a_ring_that_fails_is_tried_again_and_does_not_keep_the_others_from_ringing(
    timers: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("parley.kernel.timers.LOOK_SECONDS", 0)
    rung: list[str] = []

    async def ring(one: Due) -> None:
        rung.append(one.key)
        if one.key == "first" and len(rung) < 3:
            raise ValueError("the words of a submission")
        with timers.views() as connection:
            clear_timer(connection, "views", one.key)

    with caplog.at_level(logging.DEBUG):
        keeping = asyncio.create_task(keep_time(timers, "views", lambda: NOON, ring))
        await until(lambda: due_by(timers, "views", NOON) == [])
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    assert rung == ["first", "second", "first"]
    assert "could not ring for first: ValueError" in caplog.text
    assert "words of a submission" not in caplog.text


async def test_timers_go_on_when_the_database_is_back(timers: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley.kernel.timers.LOOK_SECONDS", 0)
    times = iter([None, NOON])
    rung: list[str] = []

    def clock() -> datetime:
        now = next(times, NOON)
        if now is None:
            raise OperationalError("statement", {}, Exception("the server is away"))
        return now

    async def ring(one: Due) -> None:
        rung.append(one.key)

    keeping = asyncio.create_task(keep_time(timers, "views", clock, ring))
    await until(lambda: len(rung) >= 2)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert rung[:2] == ["first", "second"]


async def test_who_keeps_time_and_is_cancelled_while_looking_leaves_the_record_in_one_file(timers: Database, tmp_path: Path) -> None:
    looking, held = threading.Event(), threading.Event()

    @event.listens_for(timers._reading, "before_cursor_execute")  # the door that a look goes through
    def _slow(*_: object) -> None:
        looking.set()
        held.wait(5)

    async def ring(_: Due) -> None: ...

    keeping = asyncio.create_task(keep_time(timers, "views", lambda: NOON, ring))
    await until(looking.is_set)
    keeping.cancel()
    await asyncio.sleep(0.05)
    assert not keeping.done()
    held.set()
    await asyncio.gather(keeping, return_exceptions=True)
    timers.close()
    assert not (tmp_path / "record.db-wal").exists()
