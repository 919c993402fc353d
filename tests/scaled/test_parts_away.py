"""What is away is waited for by those who need it, and by nobody else."""

import asyncio
import signal
import time

import psutil
import pytest
from infra.native.cluster import Cluster

from faults.crowd import Crowd
from faults.findings import Findings
from parley.main import parts

pytestmark = pytest.mark.real

AWAY_SECONDS = 125  # minutes: longer than anything in the relay, its producer or the consumers waits for


def memory(cluster: Cluster) -> int:
    """What the instances of the delegations service hold, in bytes."""
    processes = (cluster.started.process(name) for name in cluster.instances("delegations"))
    return sum(psutil.Process(one.pid).memory_info().rss for one in processes if one)


async def principles(crowd: Crowd, people: list, name: str, seconds: float) -> int:
    """Submit principles for a while; how many were answered."""
    until, count = time.monotonic() + seconds, 0

    async def work(person: object, who: int) -> None:
        nonlocal count
        while time.monotonic() < until:
            body = {"text": f"Said while something is away: {name} {who} {count}.", "theme": "policy"}
            await crowd.told(person, "POST", f"/api/v1/negotiations/{person.lane}/principles", f"{name}-{who}-{count}", json=body)  # type: ignore[attr-defined, arg-type]
            count += 1

    await asyncio.gather(*(work(person, who) for who, person in enumerate(people)))
    return count


async def test_without_a_broker_submissions_go_on_and_everything_drains_in_order_afterwards(cluster: Cluster) -> None:
    findings = Findings(cluster, parts())
    async with Crowd(cluster.address, 5, "away") as crowd:
        await crowd.gather_people(cluster.invite("away"), lanes=2)
        await principles(crowd, crowd.people, "before", 2)
        began = memory(cluster)
        cluster.kafka.kill()
        try:
            answered = await principles(crowd, crowd.people, "without", AWAY_SECONDS)
            grown = memory(cluster) - began
        finally:
            await asyncio.to_thread(cluster.kafka.start)
        assert answered > 20 * AWAY_SECONDS / 10
        assert crowd.slowest < 5
        assert grown < 80_000_000
    await asyncio.to_thread(findings.wait_for_views)
    findings.assert_topics_in_order()
    findings.assert_nothing_parked()


async def test_nobody_waits_for_a_consumer_that_stands_still(cluster: Cluster) -> None:
    findings = Findings(cluster, parts())
    still = [*cluster.instances("drafts"), *cluster.instances("observers")]
    async with Crowd(cluster.address, 6, "still") as crowd:
        await crowd.gather_people(cluster.invite("still"), lanes=1)
        for name in still:
            cluster.started.signal(name, signal.SIGSTOP)
        try:
            crowd.slowest = 0.0
            assert await principles(crowd, crowd.people, "still", 6) > 20
            assert crowd.slowest < 2.5
        finally:
            for name in still:
                cluster.started.signal(name, signal.SIGCONT)
    await asyncio.to_thread(findings.wait_for_views)
    findings.assert_nothing_parked()
