"""Several processes keep one view on one PostgreSQL: every fact has one effect, and each process sees what the others did."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from sqlalchemy import BigInteger, Column, Connection, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from kernel.counting import CATALOGUE, raising
from kernel.postgres import fresh_schema
from parley.kernel import migrations
from parley.kernel.database import Database
from parley.kernel.knowledge import of_lane
from parley.kernel.log import Recorded
from parley.kernel.projection import Gap, Projection
from parley.kernel.shared_views import Neighbours
from parley.kernel.sql_log import SqlLog
from parley.kernel.view import View

pytestmark = pytest.mark.real


class TotalRow(SQLModel, table=True):
    __tablename__ = "shared_total"

    lane: str = Field(primary_key=True)
    total: int = Field(sa_column=Column(BigInteger, nullable=False))


TOTALS = TotalRow.__table__  # type: ignore[attr-defined]


class Sum(msgspec.Struct, frozen=True):
    raised: int = 0


def fold(connection: Connection, fact: Recorded) -> None:
    if fact.type.endswith("Raised.v1"):
        by = msgspec.json.decode(fact.body)["by"]
        new = insert(TOTALS).values(lane=fact.lane, total=by)
        connection.execute(new.on_conflict_do_update(index_elements=["lane"], set_={"total": TOTALS.c.total + by}))


def view() -> View:
    known = of_lane("sum", Sum(), "counters", {"Raised"}, lambda was, _, body, __: Sum(was.raised + body["by"]))
    return View("counters", 1, frozenset({CATALOGUE.service}), (TotalRow,), fold, knowledge=(known,))


@pytest.fixture
def databases(postgres: str) -> Iterator[tuple[Database, Database]]:
    schema = fresh_schema(postgres)
    both = Database(postgres, schema), Database(postgres, schema)
    migrations.upgrade(both[0])
    yield both
    for database in both:
        database.close()


@pytest.fixture
async def facts(databases: tuple[Database, Database]) -> list[Recorded]:
    log = SqlLog(databases[0])
    await asyncio.gather(*(log.handle(raising(f"c{n}", n % 7 + 1, lane=f"lane{n % 5}", aloud=n % 3 == 0)) for n in range(400)))
    log.close()
    return log.read(0, 10_000)


def totals(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return {row.lane: row.total for row in connection.execute(select(TOTALS))}


def test_two_processes_that_apply_the_same_facts_have_one_effect(databases: tuple[Database, Database], facts: list[Recorded]) -> None:
    expected = {f"lane{lane}": sum(n % 7 + 1 for n in range(400) if n % 5 == lane) for lane in range(5)}
    first, second = (Projection(database, view()) for database in databases)

    def bring(projection: Projection, step: int) -> None:
        for start in range(0, len(facts), step):
            projection.apply(facts[start : start + step])

    with ThreadPoolExecutor(2) as both:
        for outcome in [both.submit(bring, first, 7), both.submit(bring, second, 13)]:
            outcome.result()
    assert totals(databases[0]) == expected
    with databases[0].reading() as connection:
        assert first.view.knowledge[0].read(connection, "counters", "lane1").raised == expected["lane1"]


def test_two_threads_that_bring_facts_to_one_view_lose_nothing_that_it_knows(databases: tuple[Database, Database], facts: list[Recorded]) -> None:
    """Messages and a look at the record come on threads of their own; what one has learnt before its transaction ends is nothing to the other."""
    projection = Projection(databases[0], view())

    def bring(lane: int) -> None:
        mine = [fact for fact in facts if fact.lane == f"lane{lane}"]
        for start in range(0, len(mine), 3):
            projection.apply(mine[start : start + 3])

    with ThreadPoolExecutor(5) as threads:
        for outcome in [threads.submit(bring, lane) for lane in range(5)]:
            outcome.result()
    expected = totals(databases[0])
    with databases[0].reading() as connection:
        assert {lane: projection.view.knowledge[0].read(connection, "counters", lane).raised for lane in expected} == expected


def test_a_process_that_did_not_apply_a_fact_finds_it_when_it_is_told(databases: tuple[Database, Database], facts: list[Recorded]) -> None:
    first, second = (Projection(database, view()) for database in databases)
    neighbours = Neighbours(databases[1], "counters", second)
    neighbours.start()
    try:
        known = second.view.knowledge[0]
        for fact in facts[:60]:
            first.apply([fact])
            asyncio.run(second.reached(fact.lane, {"counters": fact.seq}))
            with databases[1].reading() as connection:
                here = known.keep(fact.lane, known.read(connection, "counters", fact.lane), known.forgotten)
            assert (known.kept(fact.lane) or here).raised == sum(
                msgspec.json.decode(one.body).get("by", 0) for one in facts[:60] if one.lane == fact.lane and one.position <= fact.position
            )
    finally:
        neighbours.close()


def test_what_a_process_tells_is_no_news_to_itself(databases: tuple[Database, Database], facts: list[Recorded]) -> None:
    """It would forget what it knows at each of its own facts, and read it anew at each request."""
    first, second = (Projection(database, view()) for database in databases)
    listening = [Neighbours(database, "counters", one) for database, one in zip(databases, (first, second), strict=True)]
    for one in listening:
        one.start()
    try:
        time.sleep(0.5)  # they listen, and have looked once
        before = first.view.knowledge[0].forgotten
        first.apply(facts[:60])
        asyncio.run(second.reached(facts[59].lane, {"counters": facts[59].seq}))  # told to whom it is news
        assert first.view.knowledge[0].forgotten == before
    finally:
        for one in listening:
            one.close()


def test_a_fact_is_not_stepped_over_by_any_process(databases: tuple[Database, Database], facts: list[Recorded]) -> None:
    first, second = (Projection(database, view()) for database in databases)
    first.apply(facts[:10])
    lane = [fact for fact in facts if fact.lane == facts[0].lane]
    with pytest.raises(Gap):
        second.apply(lane[-1:])
    second.apply(facts[:200])  # it need not have seen what the other one applied
    assert second.progress("counters", lane[0].lane) == max(fact.seq for fact in facts[:200] if fact.lane == lane[0].lane)


def test_a_process_that_has_seen_less_of_the_record_takes_the_view_no_way_back(databases: tuple[Database, Database], facts: list[Recorded]) -> None:
    """Where the view is in the record is noted once for all of its processes; who begins there again would read everything anew."""
    first, second = (Projection(database, view()) for database in databases)
    first.apply([fact for fact in facts if fact.lane != "lane4"])
    second.apply([fact for fact in facts if fact.lane == "lane4"][:1])
    assert second.position < first.position
    assert Projection(databases[0], view()).position == first.position


def test_a_view_that_is_built_anew_says_so_to_its_carrier(databases: tuple[Database, Database]) -> None:
    projection = Projection(databases[0], view())
    before = projection.built
    projection.rebuild()
    assert projection.built == before + 1


def test_public_facts_are_numbered_for_whoever_waits_for_them(databases: tuple[Database, Database], facts: list[Recorded]) -> None:
    projection = Projection(databases[0], view())
    projection.apply(facts)
    cut = projection.cut("lane0")
    assert cut["counters.public"] == sum(fact.public_seq is not None for fact in facts if fact.lane == "lane0")
    everybody = Projection(databases[1], View("watchers", 1, frozenset({"counters"}), (), lambda *_: None, public_only=True))
    everybody.apply(facts)
    assert everybody.cut("lane0") == {"counters.public": cut["counters.public"]}
    asyncio.run(everybody.reached("lane0", cut))
