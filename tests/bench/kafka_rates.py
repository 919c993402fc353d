"""How fast messages are taken in: into the view, by Faust alone, by aiokafka alone, and by the performance tool that kafka-python ships."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from cluster_at_work import dammed
from infra.native.cluster import Cluster

from parley.kernel.kafka_agents import faust_app
from parley.kernel.kafka_topics import Kafka, topic_of

SETTLED_SECONDS = 10  # until partitions are shared out, and the measures have read their changelog
AHEAD = 1_000  # messages: Faust's queue and ours


def in_view(cluster: Cluster, count: int, fill: Callable[[], None]) -> float:
    """Facts a second that come into the summaries' view, of so many that `fill` brings in; what the service held in its memory when they were let go is not counted."""

    def has() -> int:
        with cluster.postgres.connect() as connection:
            found = connection.execute("SELECT seq FROM summaries.progress WHERE lane = 'path' AND source = 'delegations'").fetchone()
        return int(str(found[0])) if found else 0

    cluster.start("summaries-1", PARLEY_PEERS="{}")  # so that nothing is fetched past Kafka
    try:
        cluster.wait("summaries-1")
        time.sleep(SETTLED_SECONDS)
        before = has()
        with dammed(cluster):
            fill()
        while (first := has()) < before + AHEAD:
            time.sleep(0.01)
        began = time.perf_counter()
        while has() < before + count:
            time.sleep(0.01)
        return (before + count - first) / (time.perf_counter() - began)
    finally:
        cluster.started.stop("summaries-1")


def perf_tool(cluster: Cluster, count: int) -> float:
    """Messages a second of kafka-python's own consumer_performance, without what it takes to connect and to get the first.

    Raises:
        ValueError: they are so few that connecting takes longer than they do; a figure would say nothing.
    """
    connecting, all_of_it = min(_took(cluster, 1) for _ in range(2)), _took(cluster, count)
    if all_of_it < 1.5 * connecting:
        raise ValueError(f"{count} messages are too few for kafka-python's own tool: give BENCH_PRINCIPLES more.")
    return (count - 1) / (all_of_it - connecting)


def _took(cluster: Cluster, count: int) -> float:
    command = [sys.executable, "-m", "kafka.benchmarks.consumer_performance", "-b", cluster.kafka.bootstrap, "-t", topic_of("delegations"), "--num-records", str(count)]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    consumed, took = re.search(r"Consumed (\d+) records", said), re.search(r"Execution time: ([\d.]+)", said)
    assert consumed, said
    assert took, said
    assert int(consumed[1]) == count, said
    return float(took[1])


def by_aiokafka(cluster: Cluster, count: int) -> float:
    """Messages a second that an aiokafka loop reads and drops."""

    async def read() -> float:
        from aiokafka import AIOKafkaConsumer

        async with AIOKafkaConsumer(topic_of("delegations"), bootstrap_servers=cluster.kafka.bootstrap, auto_offset_reset="earliest") as consumer:
            await consumer.getone()
            began = time.perf_counter()
            for _ in range(count - 1):
                await consumer.getone()
            return (count - 1) / (time.perf_counter() - began)

    return asyncio.run(read())


def by_faust(cluster: Cluster, count: int, turn: int) -> float:
    """Messages a second of a Faust agent that does nothing, set up as ours are."""

    async def read() -> float:
        from faust.contrib.asgi import faust_app_running

        app = faust_app(f"bench-nothing-{turn}", Kafka(cluster.kafka.bootstrap))
        taken: list[float] = []
        enough = asyncio.Event()

        async def nothing(stream: Any) -> None:
            async for _ in stream.events():
                taken.append(time.perf_counter())
                if len(taken) == count:
                    enough.set()

        topic = app.topic(topic_of("delegations"), key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        app.agent(topic, concurrency=1)(nothing)
        async with faust_app_running(app, stop_timeout=5.0):
            await asyncio.wait_for(enough.wait(), 60)
        return (count - 1) / (taken[count - 1] - taken[0])

    return asyncio.run(read())
