"""`parley doctor`: says what is wrong, if anything, and what to do about it. It changes nothing."""

import errno
import json
import os
import shutil
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import inspect, select
from sqlalchemy.engine import make_url

from parley.commands.doctor_parts import parts_away, store_away
from parley.commands.finding import Finding
from parley.commands.up import listen
from parley.kernel import migrations
from parley.kernel.database import Database
from parley.kernel.opening import RecordRefused, look_at_record
from parley.kernel.process import Part
from parley.kernel.settings import Settings, SettingsRefused, WrongSetting, read_settings, unknown_settings
from parley.kernel.signing import keys_in
from parley.kernel.sql_reader import SqlReader
from parley.kernel.view_tables import VIEWS

ROOM_NEEDED = 200_000_000  # bytes
SECONDS = 3


def examine(data: Path | None, parts: Sequence[Part], *, as_json: bool) -> int:
    """Look at everything, with the data folder of the command line before the settings; 1 if anything is wrong."""
    findings = list(_findings(data, parts))
    well = all(one.well for one in findings)
    if as_json:
        print(json.dumps({"well": well, "findings": [vars(one) for one in findings]}))
        return 0 if well else 1
    for one in findings:
        print(f"{'well ' if one.well else 'WRONG'}  {one.what}: {one.seen}")
        if not one.well:
            print(f"       {one.do}")
    return 0 if well else 1


def _findings(data: Path | None, parts: Sequence[Part]) -> Iterator[Finding]:
    yield from map(_setting, unknown_settings())
    try:
        settings = read_settings(data=data) if data else read_settings()
    except SettingsRefused as refused:
        yield from map(_setting, refused.wrong)
        return
    yield from _secrets(settings)
    serving = yield from _address(settings)
    yield from _collector(settings)
    if settings.kafka:
        yield from parts_away(settings, parts)
    else:
        yield from _record(settings, parts, serving=serving)


def _setting(wrong: WrongSetting) -> Finding:
    return Finding(wrong.variable, well=False, seen=wrong.wrong, do=wrong.do)


def _secrets(settings: Settings) -> Iterator[Finding]:
    for what, file in (("secret", settings.secret_file or settings.data / "secret"), ("signing keys", settings.signing_keys)):
        if file.exists():
            private = not file.stat().st_mode & 0o077
            yield Finding(what, private, "readable by its owner alone" if private else "readable by others", f"Run `chmod 600 {file}`.")
    if settings.signing_keys.exists():
        try:
            keys_in(settings.signing_keys)
        except (OSError, ValueError) as unreadable:
            wrong, _, do = str(unreadable).partition(". ")
            yield Finding("signing keys", well=False, seen=wrong, do=do or f"Let Parley's user read {settings.signing_keys}.")


def _address(settings: Settings) -> Generator[Finding, None, bool]:
    """Whether Parley can listen where it is to, or does; returns whether it does."""
    where = f"{settings.host}:{settings.port}"
    try:
        listen(settings.host, settings.port).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            yield Finding("address", well=False, seen=f"cannot listen on {where} ({error.strerror})", do="Set PARLEY_HOST to an address of this machine.")
            return False
    else:
        yield Finding("address", well=True, seen=f"{where} is free; `parley up` may listen there")
        return False
    try:
        said = httpx.get(f"http://{where}/health/ready", timeout=SECONDS).json()
        ready = bool(said.pop("ready"))
    except (httpx.HTTPError, ValueError, KeyError, AttributeError, TypeError):
        do = "Stop what uses the port (`ss -ltnp` names it), or set PARLEY_PORT to another."
        yield Finding("address", well=False, seen=f"{where} is in use by another program", do=do)
        return False
    seen = f"Parley serves at {where}" + ("" if ready else f" and is not ready: {json.dumps(said)}")
    yield Finding("address", ready, seen, "Look below for a view that stands still; else wait, and look into its log if it does not catch up.")
    return True


def _collector(settings: Settings) -> Iterator[Finding]:
    if not settings.otlp_endpoint:
        return
    address = urlsplit(settings.otlp_endpoint)
    try:
        create_connection((address.hostname or "", address.port or (443 if address.scheme == "https" else 80)), timeout=SECONDS).close()
    except (OSError, ValueError) as error:
        seen = f"{settings.otlp_endpoint} does not answer ({type(error).__name__})"
        yield Finding("collector", well=False, seen=seen, do="Start the collector, correct PARLEY_OTLP_ENDPOINT, or unset it: Parley works without.")
    else:
        yield Finding("collector", well=True, seen=f"{settings.otlp_endpoint} answers")


def _record(settings: Settings, parts: Sequence[Part], *, serving: bool) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database)).absolute()
        yield from _disk(file)
        if not file.exists():
            yield Finding("record", well=True, seen=f"none yet at {file}; `parley up` makes it")
            return
    database = Database(settings.database_url)
    try:
        if database.is_sqlite:
            look_at_record(database, settings.proved_facts)
        elif away := store_away(database):
            yield away
            return
        yield from _tables(database, parts, serving=serving)
    except RecordRefused as refused:
        yield Finding("record", well=False, seen=f"{refused.file} {refused.wrong}", do=refused.do)
    finally:
        database.close()


def _disk(file: Path) -> Iterator[Finding]:
    """The disk of a record that is there, or is to be made."""
    folder = next(one for one in file.parents if one.exists())
    room = shutil.disk_usage(folder).free
    yield Finding("disk", room > ROOM_NEEDED, f"{room // 1_000_000} MB free at {folder}", "Make room: a full disk takes nothing more, and answers 507.")
    if not file.exists() and not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("folder", well=False, seen=f"{folder} cannot be written", do="Let Parley's user write there, or set PARLEY_DATA to another folder.")


def _tables(database: Database, parts: Sequence[Part], *, serving: bool) -> Iterator[Finding]:
    """The form of the record's tables, and how far each view has come."""
    revision = migrations.revision(database)
    if revision is None:
        yield Finding("record", well=True, seen="none yet; the next start makes it")
        return
    newer = revision > migrations.HEAD
    do = "Start that release, or a later one." if newer else "Start Parley once: it migrates the record. Keep a backup from before."
    seen = f"form {revision}; this release knows {migrations.HEAD}"
    yield Finding("form", revision == migrations.HEAD, seen + (": a newer release wrote it" if newer else ""), do)
    if revision != migrations.HEAD:
        return
    end, until = SqlReader(database).position(), time.monotonic() + SECONDS
    yield Finding("record", well=True, seen=f"{end} facts; prove them all with `parley verify`")
    rows = _views(database)
    while serving and any(row.position < end for row in rows.values()) and time.monotonic() < until:  # what was just recorded is no lag
        time.sleep(0.1)
        rows = _views(database)
    for part in parts:
        row = rows.get(part.catalogue.service)
        yield Finding(f"view {part.catalogue.service}", *_kept_up(row, part.view().form, end, serving=serving))


def _views(database: Database) -> dict[str, Any]:
    with database.reading() as connection:
        if not inspect(connection).has_table(VIEWS.name, schema=database.schema):
            return {}  # the process that makes them has not come so far
        return {row.name: row for row in connection.execute(select(VIEWS))}


def _kept_up(row: Any, form: int, end: int, *, serving: bool) -> tuple[bool, str, str]:
    """Whether a view is well, what is seen of it, and what to do."""
    if row is None:
        return True, "none yet; the next start folds it", ""
    if row.form != form:
        return True, "of another release; the next start folds it anew", ""
    if row.stopped:
        return False, row.stopped, "Install the release that mends it and start again, or `parley rebuild`."
    behind = max(0, end - row.position)
    seen = f"at position {row.position}" + (f", {behind} facts behind the record" if behind else "")
    if serving:
        return not behind, seen, "Look again in a minute; if it comes no nearer, look into the log and start Parley again."
    return True, seen + ("; the next start brings it up" if behind else ""), ""
