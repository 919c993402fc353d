"""What is kept of a release: the database of two meetings, and what readers were answered from it.

`make release-fixture` plays the demo, then a second meeting on the same record with what the demo lacks, and writes `tests/releases/<version>/` and
`schemas/released/<version>.json`, once. What was released is never written again: the facts of that release stand in somebody's record.
"""

import asyncio
import json
import lzma
import re
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.schemas_written import EVENTS, ROOT, written

from house import TestClock
from parley import main
from parley.commands import demo
from parley.commands.demo.acts import Meeting as Demo
from parley.commands.demo.scenario import load
from parley.kernel.clock import from_milliseconds
from parley.kernel.database import Database
from parley.kernel.process import Process
from parley.kernel.settings import Settings
from releases.second_meeting import SecondMeeting

RELEASES = Path(__file__).parent
SCHEMAS = ROOT / "schemas/released"
SECRET = "0" * 64  # of this record alone: its tokens open nothing else
SPEED = 20.0
EVERYBODY = ""
READERS = {"prague-5g": ("chair", "rapporteur", "fr-head"), "prague": ("chair", "cz-head", "no-head")}
ISSUED = re.compile(r"/summaries/[^/]+/(?:\d+\.\w+|versions/\d+|versions/\d+/text\.\w+|(?:versions/)?\d+/reissues/\d+)$")
LEFT_OUT = re.compile(
    r"/(?:stream|gate|measures|packages|conflicts|balance|nearest|keys)$"  # a stream; advice, which may become better; what is of the installation
    r"|\.atom$|\.csv$|/record\.\{form\}$|/\{shelf\}/\{name\}/\{version\}$"  # the same things again, in forms that may gain without a field being named
)
FORMS = ("json", "md", "html")


@dataclass(frozen=True)
class Release:
    """A release as it is kept in its folder."""

    folder: Path

    def restore(self, file: Path) -> None:
        """Write its SQLite database as it lay on a disk, views and all."""
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")  # as every record is kept; only one at a time can make it so
            connection.executescript(lzma.decompress((self.folder / "record.sql.xz").read_bytes()).decode())

    def tables(self) -> str:
        """The statements that made its record's tables in PostgreSQL."""
        return (self.folder / "postgresql.sql").read_text(encoding="utf-8")

    def answers(self) -> dict[str, Any]:
        """What was answered: `tokens` by reader, and `said` by reader and address."""
        return dict(json.loads(lzma.decompress((self.folder / "answers.json.xz").read_bytes())))


RELEASED = [Release(folder) for folder in sorted(RELEASES.iterdir()) if (folder / "record.sql.xz").exists()]


def ended(database: Database) -> datetime:
    """The time of the last fact."""
    with database.reading() as connection:
        return from_milliseconds(int(connection.exec_driver_sql("SELECT max(at) FROM fact").scalar_one()))


@asynccontextmanager
async def reopened(database: Database) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """A process on a record that was kept, at the time of its last fact, and a client of it without a socket."""
    parts = [replace(part, ring=None) for part in main.parts()]  # nothing is recorded that nobody asks for
    process = Process(database, parts, TestClock(ended(database)), SECRET.encode())
    transport = httpx.ASGITransport(main.app(process))
    async with process, httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield process, client


async def answered(client: httpx.AsyncClient, token: str, address: str) -> list[Any]:
    """The status and what was said: of a problem its code, of an issued text its characters, of anything else its JSON."""
    answer = await client.get(address, headers={"Authorization": f"Bearer {token}"} if token else {})
    if not answer.is_success:
        return [answer.status_code, answer.json()["code"]]
    return [answer.status_code, answer.text if ISSUED.search(address) else answer.json()]


# -- making a release ---------------------------------------------------------------------------------------------------------------------------------------


def write(version: str, releases: Path = RELEASES, schemas: Path = SCHEMAS) -> None:
    """Play two meetings and keep what they give.

    Raises:
        FileExistsError: this version was kept before.
        ValueError: something of the meetings does not hold, or a kind of fact is not in them.
    """
    folder, facts = releases / version, schemas / f"{version}.json"
    if folder.exists() or facts.exists():
        raise FileExistsError(f"{version} is kept already, and stays as it is: raise the version first.")
    with tempfile.TemporaryDirectory(prefix="parley-release-") as data:
        meeting = played(Path(data))
        second = asyncio.run(continued(Path(data), meeting))
        if missing := unplayed(Path(data) / "parley.db"):
            raise ValueError(f"no act of the two meetings brings about {', '.join(sorted(missing))}")
        with closing(sqlite3.connect(Path(data) / "parley.db")) as connection:
            dump = "\n".join(connection.iterdump())
        there = {"prague": second, "prague-5g": {name: person.token or "" for name, person in meeting.people.items()}}
        tokens = {f"{lane} {reader}": there[lane][reader] for lane, readers in READERS.items() for reader in readers}
        told = asyncio.run(answers(Database(f"sqlite:///{data}/parley.db"), {EVERYBODY: "", **tokens}))
    folder.mkdir()
    (folder / "record.sql.xz").write_bytes(lzma.compress(dump.encode(), preset=9))
    (folder / "answers.json.xz").write_bytes(lzma.compress(json.dumps(told, indent=1, sort_keys=True).encode(), preset=9))
    (folder / "postgresql.sql").write_text(tables_in_postgresql(), encoding="utf-8")
    facts.write_text(published(), encoding="utf-8")


def published() -> str:
    """The schemas of all facts by name, a line each."""
    schemas = {path.stem: json.loads(text) for path, text in written().items() if path.parent == EVENTS}
    lines = (f"{json.dumps(name)}: {json.dumps(schemas[name], sort_keys=True, ensure_ascii=False)}" for name in sorted(schemas))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def tables_in_postgresql() -> str:
    """What Alembic would say to an empty PostgreSQL."""
    script, said = ScriptDirectory(str(files("parley.kernel") / "alembic")), StringIO()
    steps: Callable[..., Any] = lambda revision, _: script._upgrade_revs("head", revision)  # noqa: E731
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": said, "fn": steps, "transactional_ddl": False})
    with Operations.context(context):
        context.run_migrations()
    return said.getvalue()


def played(data: Path) -> Demo:
    """The demo on a server of its own, whose record stays in the folder."""
    (data / "secret").write_text(SECRET)
    settings = Settings(data=data, database="", port=0)
    meeting = asyncio.run(demo._on_a_server(settings, load(), SPEED, data / "out", main.process, main.app))
    if meeting.broken:
        raise ValueError("; ".join(meeting.broken))
    return meeting


async def continued(data: Path, meeting: Demo) -> dict[str, str]:
    """The second meeting on the record of the demo; the tokens of those who were there."""
    settings = Settings(data=data, database="")
    clock = TestClock(ended(Database(settings.database_url)))
    process = main.process(settings, clock)
    async with process, httpx.AsyncClient(transport=httpx.ASGITransport(main.app(process)), base_url="http://test", timeout=30) as client:
        second = SecondMeeting(process, client, clock, meeting.people["secretariat"].token or "")
        await second.play()
    return second.meeting.tokens


def unplayed(file: Path) -> set[str]:
    """The kinds of facts that the two meetings did not bring into the record."""
    with closing(sqlite3.connect(file)) as connection:
        there = {str(name) for (name,) in connection.execute("SELECT DISTINCT type FROM fact")}
    return {name for part in main.parts() for name in part.catalogue.types} - there


async def answers(database: Database, tokens: dict[str, str]) -> dict[str, Any]:
    """What every reader is answered under every address, of each negotiation that they are in."""
    said: dict[str, dict[str, Any]] = {reader: {} for reader in tokens}
    async with reopened(database) as (_, client):
        paths = [path for path, methods in (await client.get("/api/v1/openapi.json")).json()["paths"].items() if "get" in methods]
        for lane, chair in {reader.partition(" ")[0]: token for reader, token in tokens.items() if reader.endswith(" chair")}.items():
            named = await things(client, lane, chair)
            for address in (address for path in paths if not LEFT_OUT.search(path) for address in addresses(path, lane, named)):
                for reader, token in tokens.items():
                    if reader == EVERYBODY or (reader.startswith(f"{lane} ") and "/public/" not in address):
                        answer = await answered(client, token, address)
                        if answer[0] != HTTPStatus.UNAUTHORIZED:  # who is nobody here is told nothing
                            said[reader][address] = answer
    return {"tokens": tokens, "said": said}


async def things(client: httpx.AsyncClient, lane: str, chair: str) -> list[dict[str, Any]]:
    """Everything in a negotiation that has an address: by the names that stand in it."""

    async def ask(path: str) -> Any:
        return (await client.get(f"/api/v1/negotiations/{lane}{path}", headers={"Authorization": f"Bearer {chair}"})).json()

    found: list[dict[str, Any]] = [{}]
    for document in [one["document"] for one in (await ask("/documents"))["documents"]]:
        versions = [one["version"] for one in (await ask(f"/documents/{document}"))["versions"]]
        clauses = (await ask(f"/documents/{document}/versions/0"))["clauses"]
        amendments = (await ask(f"/documents/{document}/amendments?limit=500"))["amendments"]
        found += [{"document": document}, {"shelf": "documents", "name": document}]
        found += [{"document": document, "clause": one["id"]} for one in clauses] + [
            {"document": document, "amendment": one["amendment"]} for one in amendments
        ]
        for version in {0, *versions}:
            found += [{"document": document, "version": version}, {"shelf": "documents", "name": document, "version": version}]
            found.append({"shelf": "documents", "name": document, "version": version, "form": "json"})
    found += [{"principle": one["principle"]} for one in (await ask("/principles?limit=500"))["principles"]]
    for summary in [one["summary"] for one in (await ask("/summaries"))["summaries"]]:
        found += [{"summary": summary}, {"shelf": "summaries", "name": summary}]
        for version in [one["version"] for one in (await ask(f"/summaries/{summary}/versions")).get("versions", ())]:
            found += [{"summary": summary, "version": version}, {"shelf": "summaries", "name": summary, "version": version}]
            for form in FORMS:
                found += [{"summary": summary, "version": version, "form": form}, {"shelf": "summaries", "name": summary, "version": version, "form": form}]
            found += [{where: summary, "version": version, "reissue": 1} for where in ("summary", "name")]
            receipts = (await ask(f"/summaries/{summary}/versions/{version}/receipts"))["receipts"]
            found += [{"summary": summary, "version": version, "delegation": one["delegation"]} for one in receipts]
    return found


def addresses(path: str, lane: str, named: list[dict[str, Any]]) -> list[str]:
    """A path with the names of all things that it is about."""
    wanted = set(re.findall(r"\{(\w+)\}", path)) - {"negotiation"}
    about = [one for one in named if set(one) == wanted]
    if not about:
        raise LookupError(f"{path}: name the things that it is about in `things`, or leave it out with a reason")
    asked = "?before=0&after=0&whole=true" if path.endswith("/redline") else ""
    return [path.format(negotiation=lane, **one) + asked for one in about]


if __name__ == "__main__":
    try:
        write(main.VERSION)
    except (FileExistsError, ValueError) as kept:
        sys.exit(str(kept))
