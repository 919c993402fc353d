"""What every view promises: order, one effect, standing still instead of skipping, and coming back."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from kernel.counting import COUNTERS, Raise
from kernel.tallying import TALLY, Biggest, raised, tally
from parley.kernel.database import Database
from parley.kernel.projection import Gap, Projection, ViewStopped
from parley.kernel.timers import Due, due_by, set_timer
from parley.kernel.view import View
from recording import Recording, everything, kept_live, rebuilt


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'views.db'}")
    yield database
    database.close()


def tallied(database: Database) -> list[tuple[str, int, int]]:
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(TALLY.select().order_by(TALLY.c.counter))]


def test_a_view_takes_facts_in_and_says_how_far_it_is(database: Database) -> None:
    projection = Projection(database, tally())
    projection.apply(raised(1, 2, 3))
    assert tallied(database) == [("counter/c", 3, 6)]
    assert (projection.position, projection.progress("counters", "lane"), projection.progress("counters", "other")) == (3, 3, 0)


def test_a_fact_that_arrives_twice_has_one_effect(database: Database) -> None:
    facts = raised(1, 2, 3)
    projection = Projection(database, tally())
    for chunk in (facts[:2], facts[:2], facts[1:], facts, facts[:1]):
        projection.apply(chunk)
    assert tallied(database) == [("counter/c", 3, 6)]
    assert projection.position == 3, "an old fact does not take it back"


def test_a_gap_is_seen_and_nothing_of_the_chunk_is_taken_in(database: Database) -> None:
    facts = raised(1, 2, 3, 4)
    projection = Projection(database, tally())
    projection.apply(facts[:1])
    with pytest.raises(Gap, match="1 is followed by 3"):
        projection.apply([facts[2], facts[3]])
    assert tallied(database) == [("counter/c", 1, 1)]
    projection.apply(facts)
    assert tallied(database) == [("counter/c", 4, 10)]


def test_lanes_are_followed_each_by_itself(database: Database) -> None:
    record = Recording()
    raised(1, record=record, lane="a", counter="a")
    facts = raised(5, record=record, lane="b", counter="b")
    projection = Projection(database, tally())
    projection.apply(facts[1:])
    projection.apply(facts[:1])
    assert tallied(database) == [("counter/a", 1, 1), ("counter/b", 1, 5)]


def test_a_fact_of_a_service_that_is_not_followed_is_passed_by(database: Database) -> None:
    (fact,) = raised(1)
    projection = Projection(database, tally())
    projection.apply([msgspec.structs.replace(fact, service="strangers", seq=7)])
    assert (tallied(database), projection.position) == ([], 1)


# -- standing still -----------------------------------------------------------------------------------------------------------------------------------------


def test_a_view_that_cannot_apply_a_fact_stops_before_it_and_says_where(database: Database) -> None:
    facts = raised(1, 2, 13, 4)
    projection = Projection(database, tally())
    with pytest.raises(ViewStopped):
        projection.apply(facts)
    assert tallied(database) == [("counter/c", 2, 3)], "what came before is taken in"
    assert projection.stopped == "counters stopped before counters:lane:3 (parley.counters.Raised.v1): ValueError"
    assert (projection.position, projection.progress("counters", "lane")) == (2, 2)


def test_a_stopped_view_never_skips(database: Database) -> None:
    facts = raised(1, 13, 4)
    projection = Projection(database, tally())
    for _ in range(2):
        with pytest.raises(ViewStopped):
            projection.apply(facts)
    with pytest.raises(ViewStopped):
        projection.apply(facts[2:])
    assert tallied(database) == [("counter/c", 1, 1)]


def test_what_a_view_says_when_it_stops_holds_nothing_of_a_submission(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    projection = Projection(database, tally())
    with caplog.at_level(logging.DEBUG), pytest.raises(ViewStopped) as stopped:
        projection.apply(raised(13))
    assert "word of a delegation" not in str(stopped.value) + str(projection.stopped) + caplog.text


def test_what_is_known_of_a_fact_that_could_not_be_applied_is_forgotten(database: Database) -> None:
    view = tally()
    projection = Projection(database, view)
    with pytest.raises(ViewStopped):
        projection.apply(raised(2, 13))
    with database.reading() as connection:
        assert view.knowledge[0].read(connection, "counters", "lane") == Biggest(2)


def test_a_stopped_view_begins_anew_at_the_next_start_because_the_release_may_be_mended(database: Database) -> None:
    facts = raised(1, 2)
    projection = Projection(database, tally())
    with pytest.raises(ViewStopped):
        projection.apply([*facts, *raised(1, 2, 13)[2:]])
    again = Projection(database, tally())
    assert (again.stopped, again.position, tallied(database)) == (None, 0, [])
    again.apply(facts)
    assert tallied(database) == [("counter/c", 2, 3)]


def test_a_store_that_does_not_answer_stops_no_view(database: Database) -> None:
    def away(*_: object) -> None:
        raise OperationalError("statement", {}, Exception("database is locked"))

    there = tally()
    projection = Projection(database, there)
    projection.view = View(there.name, there.form, there.sources, there.tables, away, there.knowledge)
    with pytest.raises(OperationalError):
        projection.apply(raised(1))
    assert projection.stopped is None
    projection.view = there
    projection.apply(raised(1))
    assert tallied(database) == [("counter/c", 1, 1)]


def test_a_view_whose_tables_have_another_form_than_its_fold_stops_instead_of_waiting_for_ever(database: Database) -> None:
    there = tally()
    wrong = View(there.name, there.form, there.sources, there.tables, lambda connection, _: connection.exec_driver_sql("SELECT nothing FROM counters_tally"))
    projection = Projection(database, wrong)
    with pytest.raises(ViewStopped, match="OperationalError"):
        projection.apply(raised(1))


# -- beginning anew and going on ----------------------------------------------------------------------------------------------------------------------------


def test_a_view_goes_on_where_it_was(database: Database, tmp_path: Path) -> None:
    facts = raised(1, 2, 3)
    Projection(database, tally()).apply(facts[:2])
    again = Projection(database, tally())
    assert (again.position, again.progress("counters", "lane")) == (2, 2)
    again.apply(facts[2:])
    assert tallied(database) == [("counter/c", 3, 6)]


def test_a_view_in_a_new_form_is_built_anew(database: Database) -> None:
    Projection(database, tally()).apply(raised(1, 2, 3))
    again = Projection(database, tally(form=2))
    assert (again.position, again.progress("counters", "lane"), tallied(database)) == (0, 0, [])
    assert again.built == Projection(database, tally(form=2)).built, "and only once"


def test_a_view_that_is_thrown_away_comes_back_and_the_others_stay(database: Database) -> None:
    facts = raised(1, 2, 3)
    one, other = Projection(database, tally()), Projection(database, View("others", 1, frozenset({"counters"}), (), lambda *_: None))
    for projection in (one, other):
        projection.apply(facts)
    before = everything(database, one.view)
    with database.views() as connection:
        set_timer(connection, "counters", Due("k", "lane", "c", facts[0].at))
        set_timer(connection, "others", Due("k", "lane", "c", facts[0].at))
    one.rebuild()
    assert (tallied(database), due_by(database, "counters", facts[2].at)) == ([], [])
    assert (other.position, len(due_by(database, "others", facts[2].at))) == (3, 1)
    one.apply(facts)
    assert everything(database, one.view) == before


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(1, 12), st.booleans()), max_size=30), st.lists(st.integers(1, 5), min_size=1)
)
@pytest.mark.deep
def test_a_view_kept_live_equals_one_built_anew(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, int, bool]], chunks: list[int]) -> None:
    record = Recording()
    for lane, counter, by, aloud in steps:
        record.submit(COUNTERS, f"{lane}/{counter}", lane, lambda at, by=by, aloud=aloud: Raise(by, at, aloud))
    folder = tmp_path_factory.mktemp("views")
    assert kept_live(folder, tally, record.facts, chunks) == rebuilt(folder, tally, record.facts)


# -- what is known ------------------------------------------------------------------------------------------------------------------------------------------


def test_what_is_known_survives_a_restart(database: Database) -> None:
    facts = raised(1, 7, 3)
    Projection(database, tally()).apply(facts[:2])
    view = tally()
    projection = Projection(database, view)
    assert view.knowledge[0].kept("lane") is None, "nothing is in memory yet"
    projection.apply(facts[2:])
    with database.reading() as connection:
        assert view.knowledge[0].read(connection, "counters", "lane") == Biggest(7)
        assert view.knowledge[0].read(connection, "counters", "other") == Biggest()


def test_what_is_known_is_held_in_memory_once_the_transaction_has_ended(database: Database) -> None:
    view = tally()
    Projection(database, view).apply(raised(1, 7))
    assert view.knowledge[0].kept("lane") == Biggest(7)


# -- what everybody may read --------------------------------------------------------------------------------------------------------------------------------


def test_a_public_view_takes_in_public_facts_alone_by_their_own_numbers(database: Database) -> None:
    record = Recording()
    raised(1, 2, record=record)
    raised(3, 4, record=record, aloud=True)
    seen: list[str] = []
    view = View("public", 1, frozenset({"counters"}), (), lambda _, fact: seen.append(fact.type), public_only=True)
    projection = Projection(database, view)
    projection.apply(record.facts)
    projection.apply(record.facts)
    assert seen == ["parley.counters.Announced.v1"] * 2


# -- waiting for it -----------------------------------------------------------------------------------------------------------------------------------------


async def test_who_waits_for_a_cut_is_let_go_once_it_is_reached(database: Database) -> None:
    facts = raised(1, 2, 3)
    projection = Projection(database, tally())
    waiting = asyncio.create_task(projection.reached("lane", {"counters": 3}))
    projection.apply(facts[:2])
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await asyncio.to_thread(projection.apply, facts[2:])
    await asyncio.wait_for(waiting, 1)
    await projection.reached("lane", {"counters": 1, "strangers": 99})


async def test_who_waits_in_vain_is_told(database: Database) -> None:
    projection = Projection(database, tally())
    with pytest.raises(TimeoutError):
        await projection.reached("lane", {"counters": 1}, seconds=0.01)
    with pytest.raises(ViewStopped):
        projection.apply(raised(13))
    with pytest.raises(ViewStopped, match="stopped before counters:lane:1"):
        await projection.reached("lane", {"counters": 1})


async def test_who_waits_while_the_view_stops_is_told_at_once(database: Database) -> None:
    projection = Projection(database, tally())
    waiting = asyncio.create_task(projection.reached("lane", {"counters": 1}))
    await asyncio.sleep(0)
    with pytest.raises(ViewStopped):
        projection.apply(raised(13))
    with pytest.raises(ViewStopped):
        await asyncio.wait_for(waiting, 1)
