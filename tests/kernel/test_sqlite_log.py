"""The record on SQLite keeps every promise of the contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.log_contract import LogContract
from parley.kernel.database import Database


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
