"""Nobody's own past disappears: whoever has done something finds it done, whichever instance of whichever service answers next."""

import asyncio
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from infra.native.cluster import Cluster

from faults.crowd import Crowd, Person

pytestmark = pytest.mark.real

ROUNDS = 60
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")


class Slowing(threading.Thread):
    """Stops one instance after the other for a moment, as a machine that is busy does."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(daemon=True)
        self._cluster = cluster
        self.names = [*cluster.instances("drafts"), *cluster.instances("summaries"), *cluster.instances("observers")]
        self.done = threading.Event()
        self.times = 0

    def run(self) -> None:
        while not self.done.is_set():
            name = self.names[self.times % len(self.names)]
            self._cluster.started.signal(name, signal.SIGSTOP)
            time.sleep(0.15)
            self._cluster.started.signal(name, signal.SIGCONT)
            self.times += 1
            time.sleep(0.1)


async def test_a_persons_next_request_never_misses_what_the_last_one_did(cluster: Cluster) -> None:
    async with Crowd(cluster.address, 1, "cause") as crowd:
        await crowd.gather_people(cluster.invite(), lanes=4)
        slowing = Slowing(cluster)
        slowing.start()
        try:
            seen = await asyncio.gather(
                *(go_on(crowd, person, n) for n, person in enumerate(crowd.people)), *(announce(crowd, chair, n) for n, chair in enumerate(crowd.chairs))
            )
        finally:
            slowing.done.set()
            slowing.join()
        assert slowing.times > 20
    assert sum(seen) == len(crowd.people) * ROUNDS * 3 + len(crowd.chairs) * ROUNDS


async def go_on(crowd: Crowd, person: Person, who: int) -> int:
    """Submit to one service, then ask another for what follows from it, again and again; how many answers had it."""
    at, found = f"/api/v1/negotiations/{person.lane}", 0
    for n in range(ROUNDS):
        # The delegations service records a principle: it is in its own list at once, from whichever instance.
        made = await crowd.told(person, "POST", f"{at}/principles", f"causal-{who}-{n}", json={"text": f"Cause {who} has effect {n}.", "theme": "policy"})
        name = made.json()["principle"]
        assert (await crowd.told(person, "GET", f"{at}/principles/{name}", f"q{who}{n}")).json()["principle"] == name
        found += 1
        # A token that was made a moment ago is known to the drafts service.
        token = await crowd.told(person, "POST", f"{at}/tokens", f"token-{who}-{n}", json={"scopes": ["*"], "expires_at": TOMORROW})
        fresh = Person(person.lane, token.json()["token"], dict(person.cut))
        assert (await crowd.told(fresh, "GET", f"{at}/documents/zero", f"d{who}{n}")).json()["document"] == "zero"
        found += 1
        # What the drafts service recorded, the drafts service's other instance shows.
        body = {"base_version": 0, "operation": "insert", "clause": "p1", "new": f"Effect {who} of cause {n}.", "number": f"8.{who}.{n}"}
        amendment = (await crowd.told(fresh, "POST", f"{at}/documents/zero/amendments", f"am-{who}-{n}", json=body)).json()["amendment"]
        shown = await crowd.told(fresh, "GET", f"{at}/documents/zero/amendments/{amendment}", f"a{who}{n}")
        assert shown.json()["amendment"] == amendment
        found += 1
        person.cut.update(fresh.cut)
    return found


async def announce(crowd: Crowd, chair: Person, who: int) -> int:
    """Move a deadline, then look at the public page as everybody does, again and again; how many pages had it."""
    at, found = f"/api/v1/negotiations/{chair.lane}", 0
    for n in range(ROUNDS):
        closes_at = f"2099-01-01T{n // 60:02}:{n % 60:02}:00+00:00"
        await crowd.told(chair, "PUT", f"{at}/phases/principles", f"moved-{who}-{n}", json={"closes_at": closes_at})
        everybody = Person(chair.lane, "", dict(chair.cut))  # they have seen what the chair has seen
        page = await crowd.told(everybody, "GET", f"/api/v1/public/negotiations/{chair.lane}", f"p{who}{n}")
        assert page.json()["deadlines"][0]["closes_at"][:16] == closes_at[:16]
        found += 1
    return found


async def test_what_was_never_reached_is_answered_503_and_not_with_a_gap(cluster: Cluster) -> None:
    async with httpx.AsyncClient(base_url=cluster.address) as http:
        answered = await http.get("/api/v1/negotiations/cause0/documents/zero", headers={"Parley-Cut": "delegations=999999"})
    assert (answered.status_code, answered.json()["code"]) == (503, "not-there-yet")
    assert answered.headers["Retry-After"] == "1"
