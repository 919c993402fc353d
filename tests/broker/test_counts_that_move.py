"""The counts of a partition are shown by who has them, and by nobody while a changelog is still read."""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest
from infra.native.kafka import Kafka as Broker
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from parley.kernel.clock import system_clock
from parley.kernel.envelope import private_headers
from parley.kernel.kafka_handover import Consumer
from parley.kernel.kafka_measures import Measures
from parley.kernel.kafka_topics import Kafka, minutes_topic
from parley.kernel.log import Recorded
from parley.kernel.measures import FACT, Counts

pytestmark = pytest.mark.real

LANES = 6


def send(broker: Broker, topic: str) -> None:
    """A fact of each of some negotiations."""
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    for lane in (f"lane-{n}" for n in range(LANES)):
        fact = Recorded(1, "counters", lane, 1, lane, 1, None, "parley.counters.Raised.v1", b"{}", b"{}", system_clock(), b"")
        producer.send(topic, key=lane.encode(), value=fact.body, headers=private_headers(fact))
    producer.close()


async def until(measures: Measures, wanted: Callable[[Counts], bool]) -> Counts:
    """The counts as soon as they are as wanted."""
    end = time.monotonic() + 60
    while True:
        counts = measures.counts()
        if wanted(counts):
            return counts
        assert time.monotonic() < end, counts
        await asyncio.sleep(0.02)


async def test_who_takes_partitions_over_names_them_once_their_counts_are_there(kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    service, topic = f"watching-{secrets.token_hex(3)}", f"facts-{secrets.token_hex(3)}"
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.create_topics([NewTopic(name, 2, 1) for name in (topic, minutes_topic(service))])
    admin.close()
    await asyncio.to_thread(send, kafka, topic)
    async with Measures(service, Kafka(kafka.bootstrap), [topic], lambda _: []) as first:
        await until(first, lambda counts: len(counts.seen) == LANES)

    found = Consumer.seek_wait

    async def slowly(self: Consumer, partitions: Any) -> None:
        await found(self, partitions)
        await asyncio.sleep(2)  # as on a busy machine: the changelog is at its beginning and not yet read

    monkeypatch.setattr(Consumer, "seek_wait", slowly)
    async with Measures(service, Kafka(kafka.bootstrap), [topic], lambda _: []) as second:
        counts = await until(second, lambda counts: bool(counts.partitions))
    assert counts.partitions == [0, 1]
    assert {(one.lane, one.what, sum(one.minutes.values())) for one in counts.seen} == {(f"lane-{n}", FACT, 1) for n in range(LANES)}
