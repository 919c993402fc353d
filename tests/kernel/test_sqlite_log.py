"""The record on SQLite keeps every promise of the contract."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kernel.counting import raising
from kernel.log_contract import LogContract
from parley.kernel.database import Database
from parley.kernel.log import StoreFailed
from parley.kernel.sql_log import SqlLog

HOLDING = """
import sqlite3, sys, time
writer = sqlite3.connect(sys.argv[1], isolation_level=None)
writer.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
writer.execute("ROLLBACK")
"""


@contextmanager
def held_by_another(database: Database, seconds: float) -> Iterator[None]:
    """Another process holds the write lock, for so long or until this ends."""
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(database.url.database), str(seconds)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.kill()


class TestSqliteLog(LogContract):
    @pytest.fixture
    def database(self, tmp_path: Path) -> Iterator[Database]:
        database = Database(f"sqlite:///{tmp_path / 'record.db'}")
        yield database
        database.close()

    def test_the_record_is_synced_at_every_commit(self, database: Database) -> None:
        with database.record() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"

    @pytest.mark.real
    async def test_a_lock_that_another_process_holds_for_a_moment_is_waited_for(self, log: SqlLog, database: Database) -> None:
        with held_by_another(database, seconds=1):
            receipt = await log.handle(raising("c", key="k"))
        assert [fact.id for fact in self.all_of(log)] == list(receipt.facts)

    @pytest.mark.real
    async def test_a_lock_that_another_process_keeps_is_told_and_a_retry_by_the_key_has_one_effect(self, log: SqlLog, database: Database) -> None:
        first = await log.handle(raising("c", key="first"))
        with held_by_another(database, seconds=60):
            with pytest.raises(StoreFailed, match="SQLITE_BUSY"):
                await log.handle(raising("c", key="k"))
            assert [fact.id for fact in self.all_of(log)] == list(first.facts), "who only reads is not held up"
        receipt = await log.handle(raising("c", key="k"))
        assert await log.handle(raising("c", key="k")) == receipt
        assert [fact.version for fact in self.all_of(log)] == [1, 2]
