"""A crowd that submits through the gateway, whatever is killed meanwhile: every submission is repeated under its key until it is answered."""

import asyncio
import itertools
import random
import time
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from delegations.meeting import OPENING

CLAUSES = [{"id": f"p{n}", "text": f"Clause {n} of a text on the security of networks.", "number": str(n)} for n in range(1, 6)]
PEOPLE = ("jp-head", "no-head", "cz-head", "sk-head")
ROSTER = """kind,code,name,role,delegation
delegation,CZ,Czechia,,
delegation,SK,Slovakia,,
delegation,JP,Japan,,
delegation,NO,Norway,,
person,cz-head,Head of CZ,head,CZ
person,sk-head,Head of SK,head,SK
person,jp-head,Head of JP,head,JP
person,no-head,Head of NO,head,NO
person,chair,The Chair,member,CZ
office,chair,chair,,
"""
CLIENTS, CONNECTIONS = 12, 4
GIVE_UP_SECONDS = 180.0


@dataclass
class Person:
    """Somebody who is signed in, and what they have seen."""

    lane: str
    token: str
    cut: dict[str, int] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        seen = ", ".join(f"{name}={seq}" for name, seq in sorted(self.cut.items()))
        return ({"Authorization": f"Bearer {self.token}"} if self.token else {}) | ({"Parley-Cut": seen} if seen else {})

    def see(self, answered: httpx.Response) -> None:
        if self.lane == "house":
            return  # what it opens are other lanes, with numbers of their own
        for part in filter(None, answered.headers.get("Parley-Cut", "").split(", ")):
            name, _, seq = part.partition("=")
            self.cut[name] = max(self.cut.get(name, 0), int(seq))


class Crowd:
    """Negotiations with people in them, reached through one address."""

    def __init__(self, address: str, seed: int, prefix: str = "lane") -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS)
        self._clients = [httpx.AsyncClient(base_url=address, limits=limits, timeout=15) for _ in range(CLIENTS)]
        self._turn = itertools.cycle(self._clients)
        self._random = random.Random(seed)
        self._prefix = prefix
        self.people: list[Person] = []
        self.chairs: list[Person] = []
        self.lanes: list[str] = []
        self.receipts: dict[int, dict[str, Any]] = {}
        self.repeats = 0
        self.slowest = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            await client.aclose()

    async def told(self, person: Person | None, method: str, path: str, key: str, **more: Any) -> httpx.Response:
        """Answered 2xx, however often it has to be sent. Anything that no retry could mend fails the test."""
        headers, began = more.pop("headers", {}), time.monotonic()
        while True:
            asked = headers | {"Idempotency-Key": key} | (person.headers if person else {})
            try:
                answered = await next(self._turn).request(method, path, headers=asked, **more)
            except httpx.TransportError:
                pass
            else:
                if answered.status_code < 300:
                    if person:
                        person.see(answered)
                    self.slowest = max(self.slowest, time.monotonic() - began)
                    return answered
                assert answered.status_code in (503, 507) or answered.json()["code"] == "key-in-flight", f"{answered.status_code} {path} {answered.text}"
            assert time.monotonic() - began < GIVE_UP_SECONDS, f"{path} was not answered in time"
            self.repeats += 1
            await asyncio.sleep(0.2)

    async def gather_people(self, code: str, lanes: int, **opening: Any) -> None:
        """Open that many negotiations, each with its document, and let everybody sign in; `opening` is said of them besides what is usual."""
        house = Person("house", (await self.told(None, "POST", "/api/v1/negotiations/house/sign-in", f"house-{code[:8]}", json={"code": code})).json()["token"])
        for n in range(lanes):
            lane = f"{self._prefix}{n}"
            at = f"/api/v1/negotiations/{lane}"
            await self.told(house, "POST", "/api/v1/negotiations", f"open {lane}".replace(" ", "-"), json=OPENING | {"negotiation": lane} | opening)
            brought = await self.told(house, "POST", f"{at}/roster.csv", f"roster-{lane}", content=ROSTER.encode(), headers={"Content-Type": "text/csv"})
            for name, invitation in brought.json()["invitations"].items():
                signed = await self.told(None, "POST", f"{at}/sign-in", f"in-{lane}-{name}", json={"code": invitation})
                person = Person(lane, signed.json()["token"])
                person.see(signed)
                if name == "chair":
                    await self.told(person, "POST", f"{at}/documents", f"table-{lane}", json={"document": "zero", "title": "Zero draft", "clauses": CLAUSES})
                    await self.told(person, "POST", f"{at}/documents/zero/window", f"window-{lane}", json={"closes_at": "2099-01-01T00:00:00+00:00"})
                    self.chairs.append(person)
                else:
                    self.people.append(person)
            for person in self.people:
                if person.lane == lane:
                    person.cut.update(self.chairs[-1].cut)
            self.lanes.append(lane)

    async def submit(self, numbers: range, workers: int) -> None:
        """Submit all of these numbers, each in the text of one principle or amendment."""
        waiting = iter(numbers)
        people = itertools.cycle(self.people)

        async def work() -> None:
            for number in waiting:
                await self._one(next(people), number)

        await asyncio.gather(*(work() for _ in range(workers)))

    async def _one(self, person: Person, number: int) -> None:
        at, words = f"/api/v1/negotiations/{person.lane}", f"Number {number} is to be kept."
        if number % 4 == 0:
            path = f"{at}/documents/zero/amendments"
            body = {"base_version": 0, "operation": "insert", "clause": f"p{number % 5 + 1}", "new": words, "number": f"9.{number}"}
        else:
            path, body = f"{at}/principles", {"text": words, "theme": "policy"}
        answered = await self.told(person, "POST", path, f"number-{number}", json=body)
        self.receipts[number] = answered.json()["receipt"]
