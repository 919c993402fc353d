"""What is kept of a release: the database of a whole negotiation, and what readers were answered from it.

`make release-fixture` plays the demo, and writes `tests/releases/<version>/` and `schemas/released/<version>.json`, once. What was released is never written
again: the facts of that release stand in somebody's record.
"""

import asyncio
import itertools
import json
import lzma
import re
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.house import TestClock
from tests.schemas_written import EVENTS, ROOT, written

from parley import main
from parley.commands import demo
from parley.commands.demo.acts import Meeting
from parley.commands.demo.scenario import load
from parley.kernel.clock import from_milliseconds
from parley.kernel.database import Database
from parley.kernel.process import Process
from parley.kernel.settings import Settings

RELEASES = Path(__file__).parent
SCHEMAS = ROOT / "schemas/released"
SECRET = "0" * 64  # of this record alone: its tokens open nothing else
SPEED = 20.0
EVERYBODY = ""
READERS = ("chair", "rapporteur", "secretariat", "fr-head")
ISSUED = re.compile(r"/summaries/[^/]+/(?:\d+\.\w+|versions/\d+|versions/\d+/text\.\w+)$")
LEFT_OUT = re.compile(r"/stream$|\.atom$|\.csv$|/\{shelf\}/\{name\}/\{version\}$")  # the same things again, in forms that may gain without a field being named


@dataclass(frozen=True)
class Release:
    """A release as it is kept in its folder."""

    folder: Path

    def restore(self, file: Path) -> None:
        """Write its SQLite database as it lay on a disk, views and all."""
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(lzma.decompress((self.folder / "record.sql.xz").read_bytes()).decode())

    def tables(self) -> str:
        """The statements that made its record's tables in PostgreSQL."""
        return (self.folder / "postgresql.sql").read_text(encoding="utf-8")

    def answers(self) -> dict[str, Any]:
        """What was answered: `tokens` by reader, and `said` by reader and address."""
        return dict(json.loads(lzma.decompress((self.folder / "answers.json.xz").read_bytes())))


RELEASED = [Release(folder) for folder in sorted(RELEASES.iterdir()) if (folder / "record.sql.xz").exists()]


@asynccontextmanager
async def reopened(database: Database) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """A process on a record that was kept, at the time of its last fact, and a client of it without a socket."""
    with database.reading() as connection:
        end = from_milliseconds(int(connection.exec_driver_sql("SELECT max(at) FROM fact").scalar_one()))
    process = Process(database, main.parts(), TestClock(end), SECRET.encode())
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
    """Play the demo and keep what it gives.

    Raises:
        FileExistsError: this version was kept before.
    """
    folder, facts = releases / version, schemas / f"{version}.json"
    if folder.exists() or facts.exists():
        raise FileExistsError(f"{version} is kept already, and stays as it is: raise the version first.")
    with tempfile.TemporaryDirectory(prefix="parley-release-") as data:
        meeting = played(Path(data))
        with closing(sqlite3.connect(Path(data) / "parley.db")) as connection:
            dump = "\n".join(connection.iterdump())
        answers = asyncio.run(_answers(Database(f"sqlite:///{data}/parley.db"), meeting))
    folder.mkdir()
    (folder / "record.sql.xz").write_bytes(lzma.compress(dump.encode(), preset=9))
    (folder / "answers.json.xz").write_bytes(lzma.compress(json.dumps(answers, indent=1, sort_keys=True).encode(), preset=9))
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


def played(data: Path) -> Meeting:
    """The demo on a server of its own, whose record stays in the folder."""
    (data / "secret").write_text(SECRET)
    settings = Settings(data=data, database="", port=0)
    meeting = asyncio.run(demo._on_a_server(settings, load(), SPEED, data / "out", main.process, main.app))
    if meeting.broken:
        raise ValueError("; ".join(meeting.broken))
    return meeting


async def _answers(database: Database, meeting: Meeting) -> dict[str, Any]:
    tokens = {EVERYBODY: "", **{reader: meeting.people[reader].token or "" for reader in READERS}}
    said: dict[str, dict[str, Any]] = {reader: {} for reader in tokens}
    async with reopened(database) as (_, client):
        openapi = (await client.get("/api/v1/openapi.json")).json()
        for address in await _addresses(client, meeting, openapi):
            for reader, token in tokens.items():
                if reader == EVERYBODY or "/public/" not in address:
                    said[reader][address] = await answered(client, token, address)
    return {"tokens": tokens, "said": said}


async def _addresses(client: httpx.AsyncClient, meeting: Meeting, openapi: Any) -> list[str]:
    """Everything that can be asked of the negotiation, from the description of the interface and the names of what is in it."""
    document = meeting.scenario.draft.document
    at = {"Authorization": f"Bearer {meeting.people['chair'].token}"}
    amendments = (await client.get(f"/api/v1/negotiations/{meeting.name}/documents/{document}/amendments", headers=at)).json()["amendments"]
    names = {
        "negotiation": [meeting.name], "document": [document], "summary": [meeting.summary], "principle": sorted(meeting.principles.values()),
        "amendment": [one["amendment"] for one in amendments], "clause": [one.clause for one in meeting.scenario.draft.clauses], "form": ["json", "md", "html"],
        "delegation": sorted(meeting.scenario.delegations),
    }  # fmt: skip
    asked = {"/redline": "?before=0&after=2&whole=true", "/nearest": f"?of=principle/{names['principle'][0]}"}
    paths = [path for path, methods in openapi["paths"].items() if "get" in methods and not LEFT_OUT.search(path)]
    found = [address for path in paths for shelved in _shelved(path, meeting) for address in _filled(shelved, names)]
    return [address + asked.get(address[address.rindex("/") :], "") for address in found]


def _shelved(path: str, meeting: Meeting) -> list[str]:
    """The path on both shelves of what is public, where it is about one; versions are those that the demo made."""
    shelves = [("documents", meeting.scenario.draft.document, (1, 2)), ("summaries", meeting.summary, (1,))]
    if "{shelf}" not in path:
        shelves = [("", "", (0, 1, 2) if "/documents/" in path else (1,))]
    numbered = [path.format_map(_Kept(shelf=shelf, name=name, version=version)) for shelf, name, versions in shelves for version in versions]
    return list(dict.fromkeys(numbered))


class _Kept(dict[str, Any]):
    """Fills what it knows and leaves the rest in its braces."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _filled(path: str, names: dict[str, list[str]]) -> Iterator[str]:
    open_ones = re.findall(r"\{(\w+)\}", path)
    for values in itertools.product(*(names[name] for name in open_ones)):
        yield path.format(**dict(zip(open_ones, values, strict=True)))


if __name__ == "__main__":
    try:
        write(main.VERSION)
    except FileExistsError as kept:
        sys.exit(str(kept))
