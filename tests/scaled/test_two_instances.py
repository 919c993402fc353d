"""Two instances of each service share the work and one record: nothing is done twice, and either goes on without the other."""

import asyncio
import time
from collections import Counter

import httpx
import pytest
from infra.native.cluster import Cluster

from faults.crowd import Crowd
from faults.findings import Findings
from parley.commands.demo.acts import Meeting
from parley.commands.demo.board import Board
from parley.commands.demo.scenario import load
from parley.main import parts

pytestmark = pytest.mark.real


def carrier(cluster: Cluster, name: str) -> dict[str, object]:
    said: dict[str, dict[str, object]] = httpx.get(f"{cluster.at(name)}/health/ready", timeout=20).json()
    return said["carrier"]


async def until(true: object, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not await asyncio.to_thread(true):  # type: ignore[arg-type]
        assert time.monotonic() < end
        await asyncio.sleep(0.2)


async def test_partitions_are_shared_out_and_one_relay_is_active(cluster: Cluster) -> None:
    for service, topics in (("drafts", 1), ("summaries", 2), ("observers", 1)):
        await until(lambda s=service, t=topics: sorted(int(str(carrier(cluster, n)["partitions"])) for n in cluster.instances(s)) == [6 * t, 6 * t])
    for service in ("delegations", "drafts", "summaries"):
        active = [carrier(cluster, name)["relay"]["active"] for name in cluster.instances(service)]  # type: ignore[index]
        assert sorted(active) == [False, True]


async def test_one_key_has_one_effect_when_both_instances_get_it_at_once(cluster: Cluster) -> None:
    async with Crowd(cluster.address, 2, "twice") as crowd:
        await crowd.gather_people(cluster.invite("second"), lanes=1)
        person = crowd.people[0]
        async with httpx.AsyncClient(timeout=20) as http:
            for n in range(20):
                asked = {"json": {"text": f"Said at two doors at once, {n}.", "theme": "policy"}, "headers": person.headers | {"Idempotency-Key": f"twice-{n}"}}
                addresses = [f"{cluster.at(name)}/api/v1/negotiations/{person.lane}/principles" for name in cluster.instances("delegations")]
                answers = await asyncio.gather(*(http.post(address, **asked) for address in addresses for _ in range(2)))
                done = [one.json()["receipt"] for one in answers if one.status_code == 201]
                assert done
                assert all(one == done[0] for one in done)
                assert {one.status_code for one in answers} <= {201, 409}
    bodies = Counter(fact.body for fact in Findings(cluster, parts()).record("delegations") if b"Said at two doors" in fact.body)
    assert len(bodies) == 20
    assert set(bodies.values()) == {1}


async def test_when_one_of_two_is_killed_the_other_takes_over_its_relay_and_its_partitions(cluster: Cluster) -> None:
    active = next(name for name in cluster.instances("delegations") if carrier(cluster, name)["relay"]["active"])  # type: ignore[index]
    (other,) = set(cluster.instances("delegations")) - {active}
    gone = cluster.instances("drafts")[0]
    began = time.monotonic()
    cluster.started.kill(active)
    cluster.started.kill(gone)
    await until(lambda: carrier(cluster, other)["relay"]["active"])  # type: ignore[index]
    assert time.monotonic() - began < 10
    async with Crowd(cluster.address, 3, "after") as crowd:
        # Everything goes on through one gateway, which notices by itself who is away.
        crowd.lanes = []
        code = await asyncio.to_thread(cluster.invite, "third")
        signed = await crowd.told(None, "POST", "/api/v1/negotiations/house/sign-in", "third", json={"code": code})
        assert signed.status_code == 201
    await until(lambda: carrier(cluster, cluster.instances("drafts")[1])["partitions"] == 12)
    for name in (active, gone):
        cluster.start(name)
        await asyncio.to_thread(cluster.wait, name)
    findings = Findings(cluster, parts())
    await asyncio.to_thread(findings.wait_for_views)
    findings.assert_chained()
    findings.assert_topics_in_order()
    findings.assert_views_equal_rebuilt()
    findings.assert_nothing_parked()


class AtBothDoors(httpx.AsyncHTTPTransport):
    """Sends what issues to both instances of the summaries at once, twice each, under keys of their own; everything else goes its way."""

    def __init__(self, doors: list[str]) -> None:
        super().__init__()
        self._doors = doors
        self.answers: list[list[tuple[int, str]]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/issue"):
            return await super().handle_async_request(request)
        async with httpx.AsyncClient(timeout=30) as http:
            headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length", "idempotency-key")}
            sent = [
                http.post(f"{door}{request.url.path}", content=request.content, headers=headers | {"Idempotency-Key": f"issue-{len(self.answers)}-{door}-{n}"})
                for door in self._doors
                for n in range(2)
            ]
            answers = await asyncio.gather(*sent)
        self.answers.append(sorted((one.status_code, one.json().get("code", "")) for one in answers))
        told = min(answers, key=lambda one: one.status_code)
        return httpx.Response(told.status_code, headers={k: v for k, v in told.headers.items() if k != "content-encoding"}, content=told.content)


async def test_a_summary_is_issued_once_and_released_once_whichever_instances_are_asked_and_whichever_timers_ring(cluster: Cluster) -> None:
    doors = AtBothDoors([cluster.at(name) for name in cluster.instances("summaries")])
    scenario, code = load(), await asyncio.to_thread(cluster.invite, "issuer")
    async with httpx.AsyncClient(base_url=cluster.address, timeout=30, transport=doors) as http:
        with Board(str(scenario.negotiation["title"])) as board:
            meeting = Meeting(http, scenario, board, 200)
            await meeting.run(code)
    assert meeting.broken == []
    (refused, issued) = doors.answers
    assert refused == [(409, "gate-shut")] * 4
    assert issued == [(201, "")] + [(412, "stale")] * 3
    await asyncio.sleep(1)  # a timer looks five times a second: one that rang late would have by now
    words = Counter(fact.type.split(".")[2] for fact in Findings(cluster, parts()).record("summaries") if fact.lane == meeting.name)
    once = {word: times for word, times in words.items() if word.endswith(("Issued", "Released"))}
    assert {"SummaryIssued", "SummaryReleased", "CorrectionReleased"} <= set(once)
    assert set(once.values()) == {1}, once
