"""The record on a real PostgreSQL keeps every promise of the contract, and the order that a naive cursor loses."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from kernel.counting import raising
from kernel.dropping import Line
from kernel.log_contract import LogContract
from kernel.postgres import fresh_schema
from parley.kernel.database import Database
from parley.kernel.log import StoreFailed
from parley.kernel.sql_log import ATTEMPTS, SqlLog

pytestmark = pytest.mark.real


class TestPostgresLog(LogContract):
    @pytest.fixture
    def database(self, postgres: str) -> Iterator[Database]:
        database = Database(postgres, fresh_schema(postgres))
        yield database
        database.close()

    @pytest.fixture
    def line(self, postgres: str) -> Iterator[Line]:
        line = Line(postgres)
        yield line
        line.close()

    def test_a_cursor_over_an_identity_column_steps_over_a_late_commit(self, postgres: str) -> None:
        """Why positions are handed out under a held row: an identity column numbers rows before they are visible."""
        schema = fresh_schema(postgres)
        engine = create_engine(postgres, connect_args={"options": f"-csearch_path={schema}"})
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE naive (position BIGINT GENERATED ALWAYS AS IDENTITY, word TEXT)"))
        slow, fast = engine.connect(), engine.connect()
        slow.execute(text("INSERT INTO naive (word) VALUES ('slow')"))
        fast.execute(text("INSERT INTO naive (word) VALUES ('fast')"))
        fast.commit()
        with engine.connect() as reader:
            cursor = reader.execute(text("SELECT max(position) FROM naive")).scalar_one()
        slow.commit()
        with engine.connect() as reader:
            after = reader.execute(text("SELECT word FROM naive WHERE position > :cursor"), {"cursor": cursor}).all()
        slow.close()
        fast.close()
        engine.dispose()
        assert after == [], "the slow row is visible now, behind the cursor: this reader has lost it"

    async def test_a_killed_connection_loses_nothing_and_doubles_nothing(self, log: SqlLog, database: Database) -> None:
        await log.handle(raising("c", key="one"))
        with database.reading() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = ''"))
        receipt = await log.handle(raising("c", key="two"))
        assert receipt.version == 2
        assert [fact.version for fact in log.stream("counter/c")] == [1, 2]

    async def test_a_commit_whose_answer_is_lost_on_the_wire_stands_once_and_its_receipt_is_found(self, log: SqlLog, database: Database, line: Line) -> None:
        there = SqlLog(Database(line.url.render_as_string(hide_password=False), database.schema))
        await there.handle(raising("c", key="before"))
        line.lose = 1
        receipt = await there.handle(raising("c", by=2, key="k"))  # the writer asks again by itself, and finds what it had recorded
        assert line.lost == 1
        assert await there.handle(raising("c", by=2, key="k")) == receipt
        assert [fact.id for fact in self.all_of(log) if fact.version > 1] == list(receipt.facts)
        there.close()
        there.database.close()

    async def test_who_was_told_of_no_answer_asks_again_by_the_key_and_gets_the_one_receipt(self, log: SqlLog, database: Database, line: Line) -> None:
        there = SqlLog(Database(line.url.render_as_string(hide_password=False), database.schema))
        await there.handle(raising("c", key="before"))
        line.lose = ATTEMPTS
        with pytest.raises(StoreFailed):
            await there.handle(raising("c", by=2, key="k"))
        recorded = [fact for fact in self.all_of(log) if fact.version > 1]
        assert len(recorded) == 1, "it stands, though nobody could be told"
        receipt = await there.handle(raising("c", by=2, key="k"))
        assert list(receipt.facts) == [fact.id for fact in recorded]
        assert len(self.all_of(log)) == 2
        there.close()
        there.database.close()

    @pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
    async def test_a_serialisation_failure_or_a_deadlock_is_tried_again_and_has_one_effect(self, log: SqlLog, database: Database, sqlstate: str) -> None:
        failing(database, sqlstate, times=2)
        receipt = await log.handle(raising("c", key="k"))
        assert [fact.id for fact in self.all_of(log)] == list(receipt.facts)

    async def test_a_failure_that_does_not_end_is_told_and_nothing_is_recorded(self, log: SqlLog, database: Database) -> None:
        failing(database, "40001", times=ATTEMPTS)
        with pytest.raises(StoreFailed, match="40001"):
            await log.handle(raising("c", key="k"))
        assert self.all_of(log) == []
        assert (await log.handle(raising("c", key="k"))).version == 1


def failing(database: Database, sqlstate: str, times: int) -> None:
    """Let the server fail the next appends with this state; a sequence counts, because it is not taken back with the transaction."""
    with database.record() as connection:
        connection.execute(text("CREATE SEQUENCE tries"))
        body = f"BEGIN IF nextval('tries') <= {times} THEN RAISE EXCEPTION 'as asked' USING ERRCODE = '{sqlstate}'; END IF; RETURN NEW; END"
        connection.execute(text(f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"))
        connection.execute(text("CREATE TRIGGER fails BEFORE INSERT ON fact FOR EACH STATEMENT EXECUTE FUNCTION fail()"))
