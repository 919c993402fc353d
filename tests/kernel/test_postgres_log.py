"""The record on a real PostgreSQL keeps every promise of the contract, and the order that a naive cursor loses."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from kernel.counting import raising
from kernel.log_contract import LogContract
from kernel.postgres import fresh_schema
from parley.kernel.database import Database
from parley.kernel.sql_log import SqlLog

pytestmark = pytest.mark.real


class TestPostgresLog(LogContract):
    @pytest.fixture
    def database(self, postgres: str) -> Iterator[Database]:
        database = Database(postgres, fresh_schema(postgres))
        yield database
        database.close()

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
