"""What every record promises, as tests; each store inherits them and brings only its database."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from kernel.counting import COUNTERS, Raise, raising
from parley.kernel import migrations
from parley.kernel.chains import START_HASH, chain
from parley.kernel.database import Database
from parley.kernel.decider import Refused
from parley.kernel.log import KeyInFlight, KeyReused, Recorded, Request, Stale
from parley.kernel.record_tables import FACTS
from parley.kernel.sql_log import SqlLog

NOON = datetime(2019, 5, 3, 12, 0, tzinfo=UTC)


class LogContract:
    """Inherit, and say with `database` where the record stands."""

    @pytest.fixture
    def database(self) -> Iterator[Database]:
        raise NotImplementedError

    @pytest.fixture
    def log(self, database: Database) -> Iterator[SqlLog]:
        migrations.upgrade(database)
        log = SqlLog(database)
        yield log
        log.close()

    def all_of(self, log: SqlLog) -> list[Recorded]:
        return log.read(0, 100_000)

    async def test_a_receipt_says_where_the_facts_stand(self, log: SqlLog) -> None:
        receipt = await log.handle(raising("c"))
        (fact,) = self.all_of(log)
        assert (receipt.stream, receipt.version, receipt.seq, receipt.hash, receipt.facts) == ("counter/c", 1, 1, fact.hash.hex(), (fact.id,))
        assert receipt.at == fact.at

    async def test_a_stream_and_a_lane_count_without_gaps(self, log: SqlLog) -> None:
        await asyncio.gather(*(log.handle(raising(f"c{n % 7}", lane=f"l{n % 3}")) for n in range(200)))
        facts = self.all_of(log)
        assert [fact.position for fact in facts] == list(range(1, 201))
        for name in {fact.stream for fact in facts}:
            assert [fact.version for fact in facts if fact.stream == name] == list(range(1, 1 + sum(fact.stream == name for fact in facts)))
        for lane in ("l0", "l1", "l2"):
            mine = [fact.seq for fact in facts if fact.lane == lane]
            assert mine == list(range(1, len(mine) + 1))

    async def test_public_facts_have_a_gap_free_number_of_their_own(self, log: SqlLog) -> None:
        for n in range(20):
            await log.handle(raising("c", aloud=n % 3 == 0))
        public = [fact.public_seq for fact in self.all_of(log) if fact.public_seq is not None]
        assert public == list(range(1, 8))

    async def test_the_hashes_chain_the_facts_of_a_lane(self, log: SqlLog) -> None:
        for n in range(10):
            await log.handle(raising("c", by=n + 1, lane="a" if n % 2 else "b"))
        heads = {"a": START_HASH, "b": START_HASH}
        for fact in self.all_of(log):
            assert fact.hash == chain(heads[fact.lane], fact)
            heads[fact.lane] = fact.hash

    async def test_a_refusal_records_nothing_and_does_not_fail_its_neighbours(self, log: SqlLog) -> None:
        outcomes = await asyncio.gather(*(log.handle(raising("c", by=n % 2)) for n in range(20)), return_exceptions=True)
        assert sum(isinstance(one, Refused) for one in outcomes) == 10
        assert len(self.all_of(log)) == 10

    async def test_a_fault_in_a_rule_reaches_its_caller_alone(self, log: SqlLog) -> None:
        outcomes = await asyncio.gather(log.handle(raising("c", by=99)), log.handle(raising("c")), return_exceptions=True)
        assert isinstance(outcomes[0], ZeroDivisionError)
        assert len(self.all_of(log)) == 1

    async def test_a_retry_has_one_effect_and_the_same_receipt(self, log: SqlLog) -> None:
        first = await log.handle(raising("c", scope="CZ", key="k", fingerprint="f"))
        again = await log.handle(raising("c", scope="CZ", key="k", fingerprint="f"))
        assert again == first
        assert len(self.all_of(log)) == 1

    async def test_a_key_of_another_caller_is_another_key(self, log: SqlLog) -> None:
        await log.handle(raising("c", scope="CZ", key="k"))
        await log.handle(raising("c", scope="SK", key="k"))
        assert len(self.all_of(log)) == 2

    async def test_a_key_is_refused_for_another_request(self, log: SqlLog) -> None:
        await log.handle(raising("c", key="k", fingerprint="one"))
        with pytest.raises(KeyReused):
            await log.handle(raising("c", by=2, key="k", fingerprint="two"))
        assert len(self.all_of(log)) == 1

    async def test_the_same_key_twice_at_once_has_one_effect(self, log: SqlLog) -> None:
        outcomes = await asyncio.gather(*(log.handle(raising("c", key="k")) for _ in range(5)), return_exceptions=True)
        assert sum(isinstance(one, KeyInFlight) for one in outcomes) == 4
        assert len(self.all_of(log)) == 1

    async def test_a_retry_after_a_refusal_is_decided_anew(self, log: SqlLog) -> None:
        with pytest.raises(Refused):
            await log.handle(raising("c", by=0, key="k"))
        await log.handle(raising("c", by=1, key="k"))
        assert len(self.all_of(log)) == 1

    async def test_who_has_not_seen_the_last_fact_is_told_what_came_after(self, log: SqlLog) -> None:
        await log.handle(raising("c"))
        await log.handle(raising("c", by=5))
        with pytest.raises(Stale) as stale:
            await log.handle(raising("c", expected=1))
        assert stale.value.current == 2
        assert [fact.version for fact in stale.value.since] == [2]

    async def test_of_two_who_saw_the_same_version_one_is_recorded(self, log: SqlLog) -> None:
        await log.handle(raising("c"))
        outcomes = await asyncio.gather(*(log.handle(raising("c", expected=1)) for _ in range(2)), return_exceptions=True)
        assert sum(isinstance(one, Stale) for one in outcomes) == 1
        assert len(self.all_of(log)) == 2

    async def test_the_time_of_the_record_never_goes_back(self, database: Database) -> None:
        migrations.upgrade(database)
        times = iter([NOON, NOON - timedelta(hours=1), NOON + timedelta(seconds=1)])
        log = SqlLog(database, lambda: next(times))
        receipts = [await log.handle(raising("c")) for _ in range(3)]
        log.close()
        assert [receipt.at for receipt in receipts] == [NOON, NOON, NOON + timedelta(seconds=1)]

    async def test_a_record_that_is_opened_again_goes_on_where_it_was(self, database: Database) -> None:
        migrations.upgrade(database)
        log = SqlLog(database)
        before = await log.handle(raising("c", by=3, key="k"))
        log.close()
        migrations.upgrade(database)
        log = SqlLog(database)
        assert await log.handle(raising("c", by=3, key="k")) == before
        after = await log.handle(raising("c"))
        assert (after.version, after.seq) == (2, 2)
        log.close()

    async def test_two_writers_of_one_record_keep_one_order(self, database: Database) -> None:
        migrations.upgrade(database)
        one, other = SqlLog(database), SqlLog(database)
        seen: list[int] = []
        writing = asyncio.gather(*((one if n % 2 else other).handle(raising(f"c{n % 5}")) for n in range(300)))
        while not writing.done():
            seen += [fact.position for fact in await asyncio.to_thread(one.read, seen[-1] if seen else 0, 1000)]
        await writing
        seen += [fact.position for fact in one.read(seen[-1] if seen else 0, 1000)]
        assert seen == list(range(1, 301)), "a reader that goes by position saw every fact once, in order"
        for stream in {fact.stream for fact in one.read(0, 1000)}:
            assert [fact.version for fact in one.stream(stream)] == list(range(1, 61))
        one.close()
        other.close()

    async def test_a_writer_sees_what_another_wrote_before_it_decides(self, database: Database) -> None:
        migrations.upgrade(database)
        one, other = SqlLog(database), SqlLog(database)
        await one.handle(raising("c", by=2))
        await other.handle(raising("c", by=3))
        await one.handle(raising("c", by=4, aloud=True))
        assert b'"total":9' in one.read(0, 10)[-1].body
        one.close()
        other.close()

    async def test_a_command_sees_its_neighbours_in_the_same_transaction(self, log: SqlLog) -> None:
        await log.handle(raising("other", by=7))
        await log.handle(Request(COUNTERS, "c", "lane", lambda at, look: Raise(look(COUNTERS, "other"), at)))
        assert b'"by":7' in self.all_of(log)[-1].body

    async def test_a_fact_cannot_be_recorded_twice_under_one_number(self, log: SqlLog, database: Database) -> None:
        await log.handle(raising("c"))
        with database.record() as connection:
            row = dict(connection.execute(select(FACTS)).one()._mapping)
        for clash in ({"position": 2}, {"position": 2, "stream": "counter/d"}, {"position": 2, "seq": 2, "lane": "x", "stream": "counter/c"}):
            with pytest.raises(Exception, match=r"UNIQUE|unique"), database.record() as connection:
                connection.execute(insert(FACTS), [row | clash])

    def test_a_crash_between_the_commit_and_the_answer_loses_nothing_and_a_retry_gets_the_receipt(self, database: Database) -> None:
        migrations.upgrade(database)
        loop, log = asyncio.new_event_loop(), SqlLog(database)
        gone = threading.Event()

        def die() -> None:  # called after the commit and before the answer
            loop.call_soon_threadsafe(loop.stop)
            assert gone.wait(10)

        log.subscribe(die)
        task = loop.create_task(log.handle(raising("c", by=3, key="k", fingerprint="f")))
        loop.run_forever()
        assert not task.done(), "the caller was never answered"
        task.cancel()
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()
        gone.set()
        log.close()
        again = SqlLog(database)
        receipt = asyncio.run(again.handle(raising("c", by=3, key="k", fingerprint="f")))
        (fact,) = self.all_of(again)
        assert receipt.facts == (fact.id,)
        again.close()

    async def test_a_reader_by_position_never_steps_over_a_writer_that_is_slow_to_commit(self, database: Database) -> None:
        """Where a cursor over numbers that are handed out before the commit loses a fact: here the second writer has to wait for the first."""
        migrations.upgrade(database)
        slow, fast = SqlLog(database), SqlLog(database)
        deciding, go_on = threading.Event(), threading.Event()

        def held(at: datetime, _: object) -> Raise:
            deciding.set()
            assert go_on.wait(10)
            return Raise(1, at)

        first = asyncio.create_task(slow.handle(Request(COUNTERS, "slow", "lane", held)))  # its turn is taken, its commit is to come
        assert await asyncio.to_thread(deciding.wait, 10)
        second = asyncio.create_task(fast.handle(raising("fast")))
        await asyncio.sleep(0.3)
        assert not second.done()
        seen = [fact.position for fact in await asyncio.to_thread(fast.read, 0, 10)]
        go_on.set()
        await asyncio.gather(first, second)
        seen += [fact.position for fact in fast.read(seen[-1] if seen else 0, 10)]
        assert seen == [1, 2]
        assert [fact.stream for fact in fast.read(0, 10)] == ["counter/slow", "counter/fast"]
        slow.close()
        fast.close()
