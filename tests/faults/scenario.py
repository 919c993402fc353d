"""The main scenario, in small: two delegations submit at once, one takes a position and proposes, the chair composes and issues under embargo, a timer releases.

Everything up to the first submission is done once; each run begins on a copy. Every command is sent again, byte for byte and under its key, until it is
answered 2xx, through whatever server `revive` gives; at the end all of them are sent once more.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from delegations.meeting import OPENING
from faults.crowd import CLAUSES, ROSTER, Person
from faults.kept import Seen
from faults.servers import Nursery, Server

LANE = "prague"
AT = f"/api/v1/negotiations/{LANE}"
EMBARGO = timedelta(seconds=0.3)
PATIENCE = 20.0


@dataclass
class Clients:
    """Those who speak to a server, and what they saw. `revive` gives a server after the one before went away."""

    server: Server
    revive: Callable[[], Server]
    people: dict[str, Person] = field(default_factory=dict)
    history: list[Seen] = field(default_factory=list)
    kills: int = 0
    _sent: list[tuple[Seen, str, str, dict[str, Any]]] = field(default_factory=list)
    _http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=10))
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def tell(self, who: str | None, method: str, path: str, key: str, marker: str | None = None, **more: Any) -> dict[str, Any]:
        """A command, sent again until it is accepted; its answer."""
        person = self.people.get(who or "")
        headers = {"Idempotency-Key": key, **more.pop("headers", {})} | (person.headers if person else {})
        seen = Seen(key, marker=marker)
        self.history.append(seen)
        self._sent.append((seen, method, path, {"headers": headers, **more}))
        answered = await self._accepted(seen, method, path, {"headers": headers, **more})
        if person:
            person.see(answered)
        return dict(answered.json())

    async def again(self) -> None:
        """Everything that was sent, once more as it was."""
        for seen, method, path, said in self._sent:
            await self._accepted(seen, method, path, said)

    async def ask(self, who: str | None, path: str) -> httpx.Response:
        """A question, asked until it is answered."""
        person = self.people.get(who or "")
        answered = await self._answered("GET", path, {"headers": person.headers if person else {}})
        if person and answered.status_code == 200:
            person.see(answered)
        return answered

    async def close(self) -> None:
        await self._http.aclose()

    async def _accepted(self, seen: Seen, method: str, path: str, said: dict[str, Any]) -> httpx.Response:
        async with asyncio.timeout(PATIENCE):
            while True:
                answered = await self._answered(method, path, said)
                seen.answers.append((answered.status_code, answered.json()))
                if answered.status_code < 300:
                    return answered
                if answered.status_code not in (503, 507) and answered.json()["code"] != "key-in-flight":
                    raise AssertionError(f"{answered.status_code} {method} {path}: {answered.text}")
                await asyncio.sleep(0.05)

    async def _answered(self, method: str, path: str, said: dict[str, Any]) -> httpx.Response:
        while True:
            server = self.server
            try:
                return await self._http.request(method, server.address + path, **said)
            except httpx.TransportError:
                async with self._turn:
                    if self.server is server:
                        self.kills += 1
                        await asyncio.to_thread(_gone, server)
                        self.server = await asyncio.to_thread(self.revive)


def _gone(server: Server) -> None:
    server.end(seconds=10)


async def prepare(folder: Path, nursery: Nursery) -> dict[str, str]:
    """A negotiation in which the submitting may begin, in a folder; the tokens of its people."""
    server = nursery.start(folder)
    code = next(word for word in server.said().replace('"', " ").split() if len(word) == 64)
    clients = Clients(server, lambda: server)
    house = await clients.tell(None, "POST", "/api/v1/negotiations/house/sign-in", "house", json={"code": code})
    clients.people["house"] = Person("house", house["token"])
    await clients.tell("house", "POST", "/api/v1/negotiations", "open", json=OPENING | {"marking": "public"})
    brought = await clients.tell("house", "POST", f"{AT}/roster.csv", "roster", content=ROSTER.encode(), headers={"Content-Type": "text/csv"})
    for name, invitation in brought["invitations"].items():
        signed = await clients.tell(None, "POST", f"{AT}/sign-in", f"in-{name}", json={"code": invitation})
        clients.people[name] = Person(LANE, signed["token"])
    for code in ("CZ", "SK", "JP", "NO"):
        await clients.tell("house", "PUT", f"{AT}/delegations/{code}/credentials", f"good-{code}", json={"credentials": "accepted", "reason": "In order."})
    await clients.tell("chair", "POST", f"{AT}/documents", "table", json={"document": "zero", "title": "Zero draft", "clauses": CLAUSES})
    await clients.tell("chair", "POST", f"{AT}/documents/zero/window", "window", json={"closes_at": "2099-01-01T00:00:00+00:00"})
    await clients.close()
    server.end()
    (folder / "said").unlink()
    return {name: person.token for name, person in clients.people.items()}


async def play(clients: Clients) -> None:
    """The scenario, through to what observers read."""
    texts = {who: f"Networks are built with care <{who}>." for who in ("jp-head", "no-head")}
    principles = await asyncio.gather(
        *(clients.tell(who, "POST", f"{AT}/principles", f"principle-{who}", f"<{who}>", json={"text": text, "theme": "policy"}) for who, text in texts.items())
    )
    stance = {"stance": "support", "text_hash": hashlib.sha256(texts["jp-head"].encode()).hexdigest()}
    await clients.tell("cz-head", "POST", f"{AT}/principles/{principles[0]['principle']}/positions", "position", json=stance)
    proposed = {"base_version": 0, "operation": "insert", "clause": "p1", "new": "Care is taken <amendment>.", "number": "1a"}
    await clients.tell("cz-head", "POST", f"{AT}/documents/zero/amendments", "amendment", "<amendment>", json=proposed)

    begun = await clients.tell("chair", "POST", f"{AT}/summaries", "begin", json={"title": "Chair's summary"})
    path = f"{AT}/summaries/{begun['summary']}"
    clients.people["chair"].cut |= {name: max(person.cut.get(name, 0) for person in clients.people.values()) for name in ("delegations", "drafts")}
    await _change(clients, path, "compose", "POST", f"{path}/compose")
    said = {"disposition": "not_reflected", "reason_code": "other", "reason": "Answered in the draft, where its fate is recorded."}
    await clients.ask("chair", path)
    inputs = (await clients.ask("chair", f"{path}/inputs?limit=500")).json()["inputs"]
    left = [{"input": one["reference"], **said} for one in inputs if one["disposition"] is None]
    if left:
        await _change(clients, path, "dispose", "POST", f"{path}/dispositions", {"dispositions": left})
    release_at = (datetime.now(UTC) + EMBARGO).isoformat()
    await _change(clients, path, "issue", "POST", f"{path}/issue", {"release_at": release_at})
    await _released(clients, f"/api/v1/public/negotiations/{LANE}/summaries/{begun['summary']}/1.json", datetime.fromisoformat(release_at))


async def _change(clients: Clients, root: str, key: str, method: str, path: str, body: Any = None) -> None:
    """A change by the chair, who has just read the text. What was decided on a text that a kill took back cannot be: it is read from disk."""
    seen = (await clients.ask("chair", root)).headers["ETag"]
    await clients.tell("chair", method, path, key, headers={"If-Match": seen}, **({"json": body} if body is not None else {}))


async def _released(clients: Clients, path: str, due: datetime) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            before = datetime.now(UTC)
            answered = await clients.ask(None, path)
            if answered.status_code == 200:
                assert datetime.now(UTC) >= due, "it was released before its time"
                json.loads(answered.text)
                return
            assert answered.status_code in (404, 503), answered.text
            assert before < due + timedelta(seconds=PATIENCE)
            await asyncio.sleep(0.03)
