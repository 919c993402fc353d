"""Opening an SQLite record: it is made whole or not at all, and one that is damaged, locked or cannot be written is refused before anything is served.

What a start looks at: the file's head, whether it can be written, SQLite's own `quick_check` of every page, and the hash chains of the newest facts. Both
take longer as the record grows; the second is bounded, because `parley verify` proves all of it at any time.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from parley.kernel import migrations
from parley.kernel.chains import START_HASH, Chains
from parley.kernel.database import Database
from parley.kernel.record_tables import FACTS, HEADS
from parley.kernel.sql_reader import facts_after

PROVED = 100_000
CHUNK = 1_000
MAGIC = b"SQLite format 3\0"
RESTORE = "Restore it from its last backup, with the files beside it that begin with its name moved away, then run `parley verify`."

LOCK_SECONDS = 15.0
"""How long a start waits for the record: another process may be migrating it just now, and proves it before it lets go."""


class RecordRefused(Exception):  # noqa: N818  (the start's answer to the operator)
    """The record must not be served. The message names the file (or the database), what is wrong with it, and what to do."""

    def __init__(self, file: Path | str, wrong: str, do: str) -> None:
        super().__init__(f"{file} {wrong}. {do}")
        self.file, self.wrong, self.do = file, wrong, do


def open_record(database: Database, proved: int = PROVED) -> None:
    """Make the record where there is none, or look whether it may be served, and bring an older one into the form of this release.

    The newest `proved` facts are held against their hashes; of an older record once it is migrated, and before that is kept. PostgreSQL answers for its own
    files.

    Raises:
        RecordRefused: it may not be served, and was left as it was.
    """
    file: Path | str = database.url.render_as_string(hide_password=True)
    holds: Callable[[Connection], None] = migrations.nothing
    if database.is_sqlite:
        file = Path(str(database.url.database))
        if not file.exists():
            _make(file)
        look_at_record(database, proved)
        holds = partial(_prove, file=file, proved=proved)
    try:
        migrations.upgrade(database, holds)
    except migrations.NewerRelease:
        raise RecordRefused(file, "was written by a newer release of Parley", "Start that release, or a later one.") from None
    except DBAPIError as error:
        if not database.is_sqlite or _name_of(error) == "SQLITE_ERROR":
            raise  # the database is away, or the migration is wrong; the record is not
        raise _refusal(Path(file), error) from None


def look_at_record(database: Database, proved: int = PROVED) -> None:
    """Look whether an SQLite record that is there may be served; of a record of another release only whether it is whole as a file.

    Raises:
        RecordRefused: it may not.
    """
    file = Path(str(database.url.database))
    _look_at(file)
    try:
        _look_into(database, file, proved)
    except (DBAPIError, sqlite3.Error) as error:
        raise _refusal(file, getattr(error, "orig", None) or error) from None


def _make(file: Path) -> None:
    """A record that is there is whole: it is made beside, and gets its name when it is on disk."""
    beside = file.with_name(f"{file.name}.new-{os.getpid()}")
    try:
        fresh = Database(f"sqlite:///{beside}")
        migrations.upgrade(fresh)
        fresh.close()  # the last connection brings everything into the file
        with contextlib.suppress(FileExistsError):  # another process was faster, and what it made is as good
            os.link(beside, file)  # unlike a rename, this never takes the place of a file
        folder = os.open(file.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except (OSError, DBAPIError) as error:
        raise RecordRefused(file, f"cannot be made ({_name_of(error)})", "Make room on the disk, let Parley write to the folder, or set PARLEY_DATA.") from None
    finally:
        for one in ("", "-wal", "-shm", "-journal"):
            beside.with_name(beside.name + one).unlink(missing_ok=True)


def _look_at(file: Path) -> None:
    if not file.is_file():
        raise RecordRefused(file, "is not a file", "Set PARLEY_DATA to the folder that holds the record.")
    if not (os.access(file, os.R_OK | os.W_OK) and os.access(file.parent, os.W_OK)):
        raise RecordRefused(file, "cannot be written", "Let Parley's user write to the file and its folder, or mount the disk for writing.")
    with file.open("rb") as start:
        head = start.read(len(MAGIC))
    if head != MAGIC:
        raise RecordRefused(file, "is empty" if not head else "is not a database", f"It was truncated or overwritten. {RESTORE}")


def _look_into(database: Database, file: Path, proved: int) -> None:
    connection = sqlite3.connect(file, timeout=LOCK_SECONDS, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if said != "ok":
            raise RecordRefused(file, f"is damaged ({str(said).splitlines()[-1]})", RESTORE)
    finally:
        connection.close()
    revision = migrations.revision(database)
    if revision is None:
        raise RecordRefused(file, "holds no record of Parley", f"Set PARLEY_DATA to the folder that holds it. If this was it: {RESTORE}")
    if revision == migrations.HEAD:
        with database.reading() as reading:
            _prove(reading, file, proved)


def _prove(connection: Connection, file: Path, proved: int) -> None:
    try:
        broken = _unproved(connection, proved)
    except (ValueError, TypeError, OverflowError) as error:
        broken = f"a fact cannot be read: {type(error).__name__}"
    if broken:
        raise RecordRefused(file, f"is damaged ({broken})", RESTORE)


def _unproved(connection: Connection, proved: int) -> str:
    """What does not hold among the newest facts, or nothing."""
    end = connection.scalar(select(HEADS.c.seq).where(HEADS.c.service == "", HEADS.c.lane == "")) or 0
    after = max(0, end - proved)
    chains = Chains()
    while facts := facts_after(connection, after, CHUNK):
        for fact in facts:
            if fact.position != after + 1:
                return f"position {after + 1} is missing"
            if (fact.service, fact.lane) not in chains.heads:
                chains.heads[fact.service, fact.lane] = fact.seq - 1, _hash_before(connection, fact.service, fact.lane, fact.seq)
            chains.follow(fact)
            after = fact.position
    if after != end:
        return f"{end} facts were recorded, {after} are there"
    for head in connection.execute(select(HEADS).where(HEADS.c.service != "")):
        if (head.seq, head.hash) != chains.heads.get((head.service, head.lane), (head.seq, head.hash)):
            chains.broken.append(f"{head.service}:{head.lane} does not end where it was recorded to")
    return chains.broken[0] if chains.broken else ""


def _hash_before(connection: Connection, service: str, lane: str, seq: int) -> bytes:
    if seq == 1:
        return START_HASH
    before = select(FACTS.c.hash).where(FACTS.c.service == service, FACTS.c.lane == lane, FACTS.c.seq == seq - 1)
    return bytes(connection.scalar(before) or b"")


def _refusal(file: Path, error: BaseException) -> RecordRefused:
    name = _name_of(error)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return RecordRefused(file, "is locked by another program", "End what holds it (`fuser` names it), then start again.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return RecordRefused(file, f"cannot be written ({name})", "Let Parley's user write to the file and its folder, or mount the disk for writing.")
    if name.startswith("SQLITE_FULL"):
        return RecordRefused(file, "cannot be opened because the disk is full", "Make room, then start again.")
    if name.startswith("SQLITE_IOERR"):
        return RecordRefused(file, f"cannot be read or written ({name})", "Make room if the disk is full; look into the system's log for faults of the disk.")
    return RecordRefused(file, f"is damaged ({name})", RESTORE)


def _name_of(error: BaseException) -> str:
    original = getattr(error, "orig", None) or error
    return getattr(original, "sqlite_errorname", None) or getattr(original, "strerror", None) or type(original).__name__
