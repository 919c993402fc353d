"""Instances of a service come and go, in order or hard, while submissions go on: every fact has one effect, in order, and no partition is left to nobody."""

import asyncio
import time
from collections import Counter

import httpx
import pytest
from infra.native.cluster import Cluster
from infra.native.kafka import free_ports

from faults.crowd import Crowd
from faults.findings import Findings
from parley.main import parts

pytestmark = pytest.mark.real

ONE, TWO, THREE = "summaries-1", "summaries-2", "summaries-3"
ALL = 24  # it follows two services, each with twelve partitions
STOPPED_SECONDS, KILLED_SECONDS = 20, 30  # one that leaves says so; one that was killed is missed after ten seconds


def shares(cluster: Cluster) -> dict[str, int]:
    """How many partitions each instance that runs reads."""
    running = [name for name in (ONE, TWO, THREE) if cluster.started.process(name)]
    return {name: httpx.get(f"{cluster.at(name)}/health/ready", timeout=20).json()["carrier"]["partitions"] for name in running}


async def shared(cluster: Cluster, *wanted: str, seconds: float) -> None:
    """Every partition is read by one of these instances, and each of them has its share."""
    until = time.monotonic() + seconds
    while (seen := await asyncio.to_thread(shares, cluster)) != dict.fromkeys(wanted, ALL // len(wanted)):
        assert time.monotonic() < until, seen
        await asyncio.sleep(0.2)


async def leave(cluster: Cluster, name: str) -> None:
    """End one in order: it ends by itself, in time, and says of nothing that it broke."""
    log = cluster.started.folder / f"{name}.log"
    before, began = log.stat().st_size, time.monotonic()
    await asyncio.to_thread(cluster.started.stop, name)
    assert time.monotonic() - began < 15
    said = log.read_text(errors="replace")[before:]
    assert "Traceback" not in said, said[-4_000:]


async def come(cluster: Cluster, name: str) -> None:
    cluster.start(name)
    await asyncio.to_thread(cluster.wait, name)


async def test_one_two_and_three_instances_share_the_partitions_and_lose_and_double_nothing(cluster: Cluster) -> None:
    cluster.ports[THREE] = free_ports(1)[0]
    try:
        async with Crowd(cluster.address, 9, "moving") as crowd:
            await crowd.gather_people(await asyncio.to_thread(cluster.invite, "moving"), lanes=4)
            submitting = asyncio.create_task(submit_until_told(crowd, gone := asyncio.Event()))
            await leave(cluster, TWO)
            await shared(cluster, ONE, seconds=STOPPED_SECONDS)
            await come(cluster, TWO)
            await shared(cluster, ONE, TWO, seconds=STOPPED_SECONDS)
            await come(cluster, THREE)
            await shared(cluster, ONE, TWO, THREE, seconds=STOPPED_SECONDS)
            cluster.started.kill(TWO)
            await shared(cluster, ONE, THREE, seconds=KILLED_SECONDS)
            await come(cluster, TWO)
            await leave(cluster, THREE)
            await shared(cluster, ONE, TWO, seconds=STOPPED_SECONDS)
            gone.set()
            submitted = await submitting
    finally:
        cluster.started.kill(THREE)
        del cluster.ports[THREE]
    findings = Findings(cluster, parts())
    await asyncio.to_thread(findings.wait_for_views)
    assert submitted > 60
    assert {number: times for number, times in findings.numbers().items() if number >= FIRST} == Counter(range(FIRST, FIRST + submitted))
    findings.assert_chained()
    findings.assert_topics_in_order()
    findings.assert_views_equal_rebuilt()
    findings.assert_nothing_parked()


FIRST = 7_000_000  # numbers that no other test submits


async def submit_until_told(crowd: Crowd, gone: asyncio.Event) -> int:
    """Submit as long as instances come and go; how many were answered."""
    number = FIRST
    while not gone.is_set():
        await crowd.submit(range(number, number + 8), workers=2)
        number += 8
        await asyncio.sleep(0.1)
    return number - FIRST
