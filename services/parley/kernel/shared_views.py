"""One view kept by several processes on one PostgreSQL: lanes are held while facts are applied, and neighbours are told how far the view has come.

What is told is a hint that saves asking; what counts stands in the store. So a lost notification costs a moment and no fact.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec
from sqlalchemy import Connection, text

from parley.kernel.database import Database

Progress = Mapping[tuple[str, str], int]
AT_ONCE = 40  # entries: a notification takes up to 8,000 bytes
LISTEN_SECONDS = 0.5

_HOLD = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
_REACHED = text("SELECT source, lane, seq FROM progress WHERE view = :view AND lane = ANY(:lanes)")
# What is told for each row is the same, and PostgreSQL tells the same once.
_NOTE = text("""
    WITH noted AS (UPDATE view SET position = :position WHERE name = :view AND position < :position)
    INSERT INTO progress (view, source, lane, seq)
    SELECT :view, reached.* FROM unnest(CAST(:sources AS text[]), CAST(:lanes AS text[]), CAST(:seqs AS bigint[])) AS reached
    ON CONFLICT (view, source, lane) DO UPDATE SET seq = excluded.seq
    RETURNING pg_notify(:channel, :payload)
""")


class Hearing(Protocol):
    """What a neighbour's news are told to. `teller` is its own name: what it told itself is no news."""

    teller: str

    def hear(self, progress: Progress) -> None:
        """The shared view is this far."""
        ...

    def reload(self) -> None:
        """News may have been missed."""
        ...


def held(connection: Connection, database: Database, view: str, lanes: Sequence[str]) -> dict[tuple[str, str], int]:
    """Hold the lanes of a view until the transaction ends; how far the view has come in them, by source and lane."""
    keys = sorted(_number(database.schema or "", view, lane) for lane in lanes)  # sorted: two processes can then never wait for each other
    connection.execute(_HOLD, {"keys": keys})
    # A statement of its own: it must see what was committed while we waited.
    rows = connection.execute(_REACHED, {"view": view, "lanes": list(lanes)})
    return {(row.source, row.lane): row.seq for row in rows}


def note(connection: Connection, database: Database, view: str, teller: str, progress: Progress, position: int) -> None:
    """Store how far the view is, and tell the neighbours once the transaction has ended well. One statement: each costs a way to the store and back."""
    entries = [(source, lane, seq) for (source, lane), seq in progress.items()]
    for start in range(0, len(entries), AT_ONCE):
        told = entries[start : start + AT_ONCE]
        sources, lanes, seqs = (list(column) for column in zip(*told, strict=True))
        said = {"channel": channel(database, view), "payload": msgspec.json.encode((teller, told)).decode()}
        connection.execute(_NOTE, {"view": view, "position": position, "sources": sources, "lanes": lanes, "seqs": seqs, **said})


def channel(database: Database, view: str) -> str:
    """The name under which processes on this store tell each other of a view."""
    return "view_" + hashlib.sha256(f"{database.schema}|{view}".encode()).hexdigest()[:24]


def _number(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:8], signed=True)


class Neighbours:
    """A thread that hears what other processes did to a view, and tells it to ours."""

    def __init__(self, database: Database, view: str, projection: Hearing) -> None:
        self._database = database
        self._channel = channel(database, view)
        self._projection = projection
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"neighbours of {view}", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._closed.set()
        self._thread.join()

    def _work(self) -> None:
        import psycopg  # noqa: PLC0415  (9 MB that only who shares a view on PostgreSQL pays for)

        while not self._closed.is_set():
            try:
                self._listen()
            except psycopg.Error:
                self._closed.wait(LISTEN_SECONDS)

    def _listen(self) -> None:
        import psycopg  # noqa: PLC0415  (as above)

        url = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'LISTEN "{self._channel}"')
            self._projection.reload()  # what was told before we listened
            while not self._closed.is_set():
                for told in connection.notifies(timeout=LISTEN_SECONDS):
                    teller, entries = msgspec.json.decode(told.payload, type=tuple[str, list[tuple[str, str, int]]])
                    if teller != self._projection.teller:
                        self._projection.hear({(source, lane): seq for source, lane, seq in entries})
                    if self._closed.is_set():
                        return
