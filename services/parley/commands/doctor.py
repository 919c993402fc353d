"""`parley doctor`: says what is wrong, if anything, and what to do about it."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from parley.kernel import migrations
from parley.kernel.database import Database
from parley.kernel.process import Part
from parley.kernel.settings import Settings
from parley.kernel.sql_reader import SqlReader
from parley.kernel.view_tables import VIEWS

ROOM_NEEDED = 200_000_000  # bytes


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is well, what was seen, and what to do if it is not."""

    what: str
    well: bool
    seen: str
    do: str = ""


def examine(settings: Settings, parts: Sequence[Part], *, as_json: bool) -> int:
    """Look at everything; 1 if anything is wrong."""
    findings = list(_findings(settings, parts))
    if as_json:
        print(json.dumps({"well": all(one.well for one in findings), "findings": [vars(one) for one in findings]}))
    else:
        for one in findings:
            print(f"{'well ' if one.well else 'WRONG'}  {one.what}: {one.seen}" + (f"\n       {one.do}" if not one.well else ""))
    return 0 if all(one.well for one in findings) else 1


def _findings(settings: Settings, parts: Sequence[Part]) -> Iterator[Finding]:
    for what, file in (("secret", settings.secret_file or settings.data / "secret"), ("signing keys", settings.signing_keys)):
        if file.exists():
            private = not file.stat().st_mode & 0o077
            yield Finding(what, private, "readable by its owner alone" if private else "readable by others", f"chmod 600 {file}")
    if settings.database_url.startswith("sqlite"):
        file = settings.data.absolute() / "parley.db"
        if not settings.database and not file.exists():
            yield Finding("record", well=True, seen=f"none yet at {file}; `parley up` makes it")
            return
        room = shutil.disk_usage(file.parent if not settings.database else ".").free
        yield Finding("disk", room > ROOM_NEEDED, f"{room // 1_000_000} MB free", "Make room before the record cannot grow; it refuses what it cannot keep.")
    database = Database(settings.database_url)
    checks: tuple[Callable[[], Finding], ...] = (lambda: _whole(database), lambda: _form(database), lambda: _ends(database))
    for check in checks:
        try:
            finding = check()
        except (DBAPIError, sqlite3.Error) as error:
            yield Finding(
                "record", well=False, seen=f"cannot be read ({type(error).__name__})", do="Restore it from its last backup, or check PARLEY_DATABASE."
            )
            return
        yield finding
    yield from _views(database, parts)
    database.close()


def _whole(database: Database) -> Finding:
    if not database.is_sqlite:
        return Finding("store", well=True, seen="answers")
    with database.reading() as connection:
        said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    return Finding("store", said == "ok", f"quick_check says {said}", "The file is damaged: restore it from its last backup, then `parley verify`.")


def _form(database: Database) -> Finding:
    revision = migrations.revision(database)
    return Finding("form", revision == migrations.HEAD, f"revision {revision}, this release expects {migrations.HEAD}", "Start `parley up` once: it migrates.")


def _ends(database: Database) -> Finding:
    return Finding("facts", well=True, seen=f"{SqlReader(database).position()} recorded; prove them with `parley verify`")


def _views(database: Database, parts: Sequence[Part]) -> Iterator[Finding]:
    with database.reading() as connection:
        rows = {row.name: row for row in connection.execute(select(VIEWS))}
    for part in parts:
        row = rows.get(part.catalogue.service)
        if row is None:
            yield Finding(f"view {part.catalogue.service}", well=True, seen="none yet; the next start folds it")
        else:
            seen = row.stopped or f"at position {row.position}"
            yield Finding(f"view {row.name}", row.stopped is None, seen, "Install the release that mends it and start again, or `parley rebuild`.")
