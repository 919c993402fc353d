"""What comes in is counted by the minute in Faust's windowed tables, once, wherever the partitions go, and is shown to the operator alone."""

import asyncio
import json
import time
from collections import Counter
from typing import Any

import httpx
import pytest
from infra.native.cluster import Cluster

from faults.crowd import Crowd
from parley.kernel.peers import shared_word
from scaled.collector import Collector

pytestmark = pytest.mark.real

LANES = 6
CANARY = "Words that no measure may hold"


def counted_by(cluster: Cluster, name: str) -> list[dict[str, Any]]:
    """What one instance has counted in the lanes of this file."""
    answered = httpx.get(f"{cluster.at(name)}/internal/measures", headers=word_of(cluster, "services"), timeout=20)
    return [one for one in answered.json()["seen"] if one["lane"].startswith("counted")]


def seen(cluster: Cluster) -> list[list[dict[str, Any]]]:
    """What each instance that runs has counted."""
    return [counted_by(cluster, name) for name in cluster.instances("summaries") if cluster.started.process(name)]


def told(measures: list[dict[str, Any]], what: str) -> dict[tuple[str, str], tuple[int, int]]:
    """How often and by how many, over all instances: what two of them count would be seen as twice as often."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for one in measures:
        if one["what"] == what:
            times, by = found.get((one["lane"], one["of"]), (0, 0))
            found[one["lane"], one["of"]] = (times + sum(one["minutes"].values()), by + one["by"])
    return found


def submitted(crowd: Crowd, times: Counter[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """So often, and by how many: every principle by each head in turn, the three amendments by three of them."""
    heads = Counter(person.lane for person in crowd.people)
    return {(lane, theme): (often, heads[lane] if theme else 3) for (lane, theme), often in times.items()}


async def until_whole(cluster: Cluster, seconds: float = 60) -> dict[str, Any]:
    """What `parley top` shows, once it says that each partition is with an instance that has its counts."""
    end = time.monotonic() + seconds
    while True:
        shown: dict[str, Any] = json.loads(await asyncio.to_thread(cluster.run, "top", "--json", service="summaries"))
        if shown["whole"]:
            return shown
        assert time.monotonic() < end, shown


async def until_told(cluster: Cluster, wanted: dict[tuple[str, str], tuple[int, int]], seconds: float = 120) -> list[dict[str, Any]]:
    """What is counted, once it is what is wanted, and every instance that runs has a share in it."""
    end = time.monotonic() + seconds
    while True:
        shares = await asyncio.to_thread(seen, cluster)
        measures = [one for share in shares for one in share]
        if all(shares) and told(measures, "submission") == wanted:
            return measures
        assert time.monotonic() < end, (told(measures, "submission"), wanted)
        await asyncio.sleep(0.5)


async def test_submissions_and_contested_clauses_are_counted_once_also_when_partitions_move(cluster: Cluster, collector: Collector) -> None:
    async with Crowd(cluster.address, 8, "counted") as crowd:
        await crowd.gather_people(await asyncio.to_thread(cluster.invite, "counted"), lanes=LANES)
        wanted: Counter[tuple[str, str]] = Counter()

        async def submit(turn: str) -> None:
            for n, person in enumerate(crowd.people):
                at = f"/api/v1/negotiations/{person.lane}"
                await crowd.told(person, "POST", f"{at}/principles", f"counted-{turn}-{n}", json={"text": f"{CANARY} {turn} {n}.", "theme": "policy"})
                wanted[person.lane, "policy"] += 1

        first, second = cluster.instances("summaries")
        cluster.started.stop(second)
        await submit("one")  # one instance counts alone
        for n, (person, clause) in enumerate(zip(crowd.people, ("p1", "p1", "p2"), strict=False)):
            body = {"base_version": 0, "operation": "replace", "clause": clause, "old": "security", "new": f"safety {n}"}
            await crowd.told(person, "POST", "/api/v1/negotiations/counted0/documents/zero/amendments", f"counted-am-{n}", json=body)
        wanted["counted0", ""] = 3
        measures = await until_told(cluster, submitted(crowd, wanted))
        assert told(measures, "amended") == {("counted0", "zero/p1"): (2, 2), ("counted0", "zero/p2"): (1, 1)}
        assert all(0 <= one["late"] < 60 for one in measures)

        assert {one["lane"] for one in measures} == set(crowd.lanes)

        cluster.start(second)  # half of the partitions move to it
        await asyncio.to_thread(cluster.wait, second)
        await submit("two")
        await until_told(cluster, submitted(crowd, wanted))

        cluster.started.kill(first)  # what it had counted is in the changelog
        await submit("three")
        shown = json.loads(await asyncio.to_thread(cluster.run, "top", "--json", service="summaries"))
        assert not shown["whole"]  # for as long as the killed one is still counted as a member
        measures = await until_told(cluster, submitted(crowd, wanted))
        assert told(measures, "amended") == {("counted0", "zero/p1"): (2, 2), ("counted0", "zero/p2"): (1, 1)}
        cluster.start(first)
        await asyncio.to_thread(cluster.wait, first)
    shown = await until_whole(cluster)
    assert told([one for one in shown["measures"] if one["lane"] in crowd.lanes], "submission") == submitted(crowd, wanted)
    assert {one["service"] for one in shown["services"]} == {"delegations", "drafts", "summaries", "observers"}
    assert CANARY not in json.dumps(shown)
    await asyncio.sleep(6)  # metrics are sent every five seconds
    assert {"parley.live.submissions", "parley.live.contested", "parley.live.lag"} <= collector.metrics
    assert CANARY.encode() not in collector.bytes


def word_of(cluster: Cluster, secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {shared_word((cluster.folder / 'secrets' / secret).read_text().strip().encode())}"}


def test_measures_are_hidden_from_who_has_not_the_services_word(cluster: Cluster) -> None:
    address = f"{cluster.at('summaries-1')}/internal/measures"
    assert httpx.get(address, headers=word_of(cluster, "services"), timeout=20).status_code == 200
    for headers in ({}, word_of(cluster, "observers"), {"Authorization": "Bearer guessed"}):
        refused = httpx.get(address, headers=headers, timeout=20)
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown")
    assert httpx.get(f"{cluster.address}/internal/measures", timeout=20).status_code == 404
