"""`parley replay`: what a service has parked is shown to its operator alone, and taken in from the record by whichever instance answers."""

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from infra.native.cluster import Cluster
from kafka import KafkaProducer

from faults.crowd import Crowd
from parley.kernel.kafka_topics import partition_of, topic_of
from parley.kernel.peers import shared_word

pytestmark = pytest.mark.real

LANE, PARTITIONS = "stuck0", 12
FOLLOWING = ("drafts", "summaries")  # who follows the delegations


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One of its own: what is forged stays in its topics, where other tests look for nothing but envelopes."""
    with tempfile.TemporaryDirectory(prefix="parley-cluster-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder), services=("delegations", *FOLLOWING, "summaries", "gateway"))
        try:
            cluster.up()
            yield cluster
        finally:
            cluster.down()


def parked(cluster: Cluster, service: str) -> list[dict[str, str]]:
    """What a service has parked of this file's lane, as its last instance says."""
    word = shared_word((cluster.folder / "secrets" / "services").read_text().strip().encode())
    answered = httpx.get(f"{cluster.at(cluster.instances(service)[-1])}/internal/parked", headers={"Authorization": f"Bearer {word}"}, timeout=20)
    return [one for one in answered.json() if one["lane"] == LANE]


def forge(cluster: Cluster) -> None:
    """Put a message in the delegations' topic that is no envelope."""
    producer = KafkaProducer(bootstrap_servers=cluster.kafka.bootstrap, acks="all")
    producer.send(topic_of("delegations"), key=LANE.encode(), value=b"{}", headers=[("ce_specversion", b"0.3")], partition=partition_of(LANE, PARTITIONS))
    producer.close()


async def test_what_is_parked_is_taken_in_once_the_operator_says_so(cluster: Cluster) -> None:
    async with Crowd(cluster.address, 4, "stuck") as crowd:
        await crowd.gather_people(await asyncio.to_thread(cluster.invite, "stuck"), lanes=1)
        await asyncio.to_thread(forge, cluster)
        until = time.monotonic() + 40
        while not all([await asyncio.to_thread(parked, cluster, service) for service in FOLLOWING]):
            assert time.monotonic() < until
            await asyncio.sleep(0.2)
        await crowd.told(crowd.people[0], "POST", f"/api/v1/negotiations/{LANE}/principles", "stuck-1", json={"text": "It stands behind.", "theme": "policy"})

    first = cluster.instances("summaries")[0]
    cluster.started.stop(first)  # the command asks the next
    try:
        for service in FOLLOWING:
            said = json.loads(await asyncio.to_thread(cluster.run, "replay", service, "--json", service=service))
            assert [one["reason"] for one in said["parked"] if one["lane"] == LANE] == ["not CloudEvents 1.0 with JSON in it"]
            assert [one["facts"] for one in said["outcome"] if one["lane"] == LANE] == [1]
            assert "stands behind" not in json.dumps(said)
            assert parked(cluster, service) == []
            assert (await asyncio.to_thread(cluster.run, "replay", service, service=service)).strip() == "Nothing is parked."
    finally:
        cluster.start(first)
        await asyncio.to_thread(cluster.wait, first)


def test_what_is_parked_is_hidden_from_who_has_not_the_services_word(cluster: Cluster) -> None:
    at = f"{cluster.at('summaries-1')}/internal"
    for headers in ({}, {"Authorization": "Bearer guessed"}):
        for answered in (httpx.get(f"{at}/parked", headers=headers, timeout=20), httpx.post(f"{at}/replay", headers=headers, timeout=20)):
            assert (answered.status_code, answered.json()["code"]) == (404, "unknown")
    with pytest.raises(RuntimeError, match="summaries has another secret than the one in PARLEY_SECRET_FILE"):
        cluster.run("replay", "summaries", service="observers")
    with pytest.raises(RuntimeError, match="set PARLEY_SECRET_FILE"):
        cluster.run("replay", "summaries")
