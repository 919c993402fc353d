"""The database: SQLite in one file, or one schema of a PostgreSQL, with the settings that durability asks for."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool, QueuePool

RESERVED = 4_000_000  # bytes that the record leaves free on its disk: what was recorded must also be shown


class Database:
    """One store with three doors: `record` for durable writes, `views` for what can be rebuilt, `reading` for queries.

    On SQLite, `record` commits with synchronous=FULL and `views` with NORMAL: a view that loses its last rows in a power cut folds them again from the
    record. One lock lets a single writer in at a time, because SQLite's own waiting sleeps in steps.

    Args:
        url: `sqlite:///path/to/file.db` or `postgresql+psycopg://user@host/database`.
        schema: the PostgreSQL schema of the service; SQLite has none.
    """

    def __init__(self, url: str, schema: str | None = None) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.schema = None if self.is_sqlite else schema
        self._turn = threading.Lock()
        if self.is_sqlite:
            if not self.url.database or self.url.database == ":memory:":
                raise ValueError("An SQLite record needs a file: its readers and its writer are different connections.")
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self._record = _sqlite(url, synchronous="FULL", immediate=True)
            self._views = _sqlite(url, synchronous="NORMAL", immediate=True)
            self._reading = _sqlite(url, synchronous="NORMAL", immediate=False)
        else:
            options = {"options": f"-csearch_path={schema}"} if schema else {}
            self._record = self._views = self._reading = create_engine(
                url, hide_parameters=True, connect_args=options, pool_size=10, max_overflow=20, pool_pre_ping=True
            )

    @contextmanager
    def record(self) -> Iterator[Connection]:
        """A transaction that is on disk once it ends."""
        with self._writing(), self._record.begin() as connection:
            yield connection

    @contextmanager
    def views(self) -> Iterator[Connection]:
        """A transaction for rows that can be folded again."""
        with self._writing(), self._views.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads; it sees one state of the store throughout."""
        with self._reading.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)  # noqa: PLW2901
            yield connection

    def create_schema(self) -> None:
        """Make the service's schema where there is none."""
        if self.schema:
            with self._record.begin() as connection:
                # Looked for first: a service's own role may use its schema, and need not be allowed to make any.
                if not connection.scalar(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": self.schema}):
                    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"'))

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        """A connection of its own, each statement of which sees the store as it is then; for who holds a lock as long as it lives. PostgreSQL only."""
        # The server finds out within seconds when the other end has gone without a word, and gives the lock to whoever waits.
        alive = "-ctcp_keepalives_idle=2 -ctcp_keepalives_interval=1 -ctcp_keepalives_count=3"
        options = f"-csearch_path={self.schema} {alive}" if self.schema else alive
        engine = create_engine(self.url, hide_parameters=True, connect_args={"options": options}, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection

    def has_room(self) -> bool:
        """Whether the disk has room for more, and for what follows from it in the views; PostgreSQL's disk is not ours to look at."""
        if not self.is_sqlite:
            return True
        disk = os.statvfs(Path(str(self.url.database)).parent)
        return disk.f_bavail * disk.f_frsize >= RESERVED

    def settle(self) -> bool:
        """After a write or sync that failed: bring all that stands in SQLite's journal into the file, synced anew, and begin the journal again.

        What a failed sync left in doubt must not be built upon: a system reports such a fault once, and the next sync says nothing of the pages that were
        lost with it. False as long as it cannot be done.
        """
        with self._writing(), closing(self._record.raw_connection()) as connection:
            try:
                busy, _, _ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.Error:
                return False
            return not busy

    def close(self) -> None:
        """Give all connections back."""
        for engine in (self._record, self._views, self._reading):
            engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self.is_sqlite:
            with self._turn:
                yield
        else:
            yield


def _sqlite(url: str, *, synchronous: str, immediate: bool) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 10}, poolclass=QueuePool, pool_size=20, max_overflow=40
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so that a writer can say IMMEDIATE
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "busy_timeout=10000", "foreign_keys=ON", f"query_only={'OFF' if immediate else 'ON'}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
