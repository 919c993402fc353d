"""A meeting for tests: a house with the delegations service, a secretariat that is signed in, and a negotiation with people in it."""

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from house import TestClock, house
from parley.delegations.http_access import invite_secretariat
from parley.kernel.process import Part, Process

ROSTER = """kind,code,name,role,delegation
delegation,CZ,Czechia,,
delegation,SK,Slovakia,,
delegation,JP,Japan,,
delegation,NO,Norway,,
group,EU,European Union,,
member,EU,,,CZ
member,EU,,,SK
person,cz-head,Head of CZ,head,CZ
person,cz-member,Member of CZ,member,CZ
person,sk-head,Head of SK,head,SK
person,jp-head,Head of JP,head,JP
person,no-head,Head of NO,head,NO
person,chair,The Chair,member,CZ
person,rapporteur,The Rapporteur,secretariat,
person,watcher,An Observer,observer,
office,chair,chair,,
office,rapporteur,rapporteur,,
"""

OPENING: dict[str, Any] = {
    "negotiation": "prague",
    "title": "Security of 5G networks",
    "zone": "Europe/Prague",
    "themes": ["policy", "technology", "economy", "security"],
    "attribution": "none",
    "marking": "participants",
}


@dataclass
class Meeting:
    """One negotiation over HTTP; `tokens` by person."""

    process: Process
    client: httpx.AsyncClient
    at: str = "/api/v1/negotiations/prague"
    tokens: dict[str, str] = field(default_factory=dict)

    async def ask(self, who: str | None, path: str = "", **more: Any) -> httpx.Response:
        return await self.client.get(self.at + path, headers=self._headers(who, more), **more)

    async def tell(self, who: str | None, path: str, body: Any = None, method: str = "POST", **more: Any) -> httpx.Response:
        return await self.client.request(method, self.at + path, json=body, headers=self._headers(who, more), **more)

    def _headers(self, who: str | None, more: dict[str, Any]) -> dict[str, str]:
        headers: dict[str, str] = more.pop("headers", {})
        return headers | ({"Authorization": f"Bearer {self.tokens[who]}"} if who else {})

    async def sign_in(self, who: str, code: str, lane: str = "prague") -> None:
        answered = await self.client.post(f"/api/v1/negotiations/{lane}/sign-in", json={"code": code})
        assert answered.status_code == 201, answered.text
        self.tokens[who] = answered.json()["token"]


async def secretariat_of(process: Process, client: httpx.AsyncClient) -> Meeting:
    """A meeting that is not opened yet, with the secretariat signed in."""
    meeting = Meeting(process, client)
    await meeting.sign_in("secretariat", await invite_secretariat(process.services["delegations"]), "house")
    return meeting


async def meeting_of(process: Process, client: httpx.AsyncClient, **opening: Any) -> Meeting:
    """An open negotiation with its whole roster signed in."""
    meeting = await secretariat_of(process, client)
    headers = {"Authorization": f"Bearer {meeting.tokens['secretariat']}"}
    opened = await client.post("/api/v1/negotiations", json=OPENING | opening, headers=headers)
    assert opened.status_code == 201, opened.text
    brought = await client.post(meeting.at + "/roster.csv", content=ROSTER.encode(), headers=headers | {"Content-Type": "text/csv"})
    assert brought.status_code == 201, brought.text
    for person, code in brought.json()["invitations"].items():
        await meeting.sign_in(person, code)
    return meeting


_PREPARED = tempfile.TemporaryDirectory(prefix="parley-tests-")
_TOKENS: dict[str, tuple[Path, dict[str, str]]] = {}


@asynccontextmanager
async def meeting_in(folder: Path, parts: Sequence[Part], clock: TestClock, **opening: Any) -> AsyncIterator[Meeting]:
    """An open negotiation with its whole roster signed in, on a record of its own.

    Opening it and signing everybody in is done once for each set of services and opening; every test gets a copy of the file.
    """
    name = json.dumps([[part.catalogue.service for part in parts], opening, clock.now.isoformat()], sort_keys=True)
    if name not in _TOKENS:
        prepared = Path(_PREPARED.name) / str(len(_TOKENS))
        prepared.mkdir()
        async with house(prepared, parts, clock) as (process, client):
            _TOKENS[name] = prepared, (await meeting_of(process, client, **opening)).tokens
    prepared, tokens = _TOKENS[name]
    shutil.copyfile(prepared / "parley.db", folder / "parley.db")
    async with house(folder, parts, clock) as (process, client):
        yield Meeting(process, client, tokens=dict(tokens))
