"""The relay when Kafka goes away in the middle: what it published has no gap, whatever it had to give up."""

import asyncio
import threading
import time
from collections import defaultdict
from pathlib import Path

import pytest
from infra.native.kafka import Kafka as Broker

from kernel.counting import raising
from kernel.postgres import fresh_schema
from parley.kernel import kafka_relay, migrations
from parley.kernel.database import Database
from parley.kernel.kafka_relay import Relay
from parley.kernel.kafka_topics import Kafka, make_topics, topic_of
from parley.kernel.sql_log import SqlLog

pytestmark = pytest.mark.real

LANES, FACTS, BACK_AFTER = 2, 1_200, 31.0


def published(kafka: Broker) -> dict[str, list[int]]:
    """The numbers of each lane, in the order in which they stand."""
    from kafka import KafkaConsumer

    consumer = KafkaConsumer(
        topic_of("counters"), bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False, consumer_timeout_ms=4_000
    )
    found = defaultdict(list)
    for message in consumer:
        found[message.key.decode()].append(int(dict(message.headers)["ce_sequence"]))
    consumer.close()
    return found


def wait_for(relay: Relay, position: int) -> None:
    until = time.monotonic() + 60
    while relay.published_to < position and time.monotonic() < until:
        time.sleep(0.1)


async def test_a_broker_that_comes_back_while_the_relay_gives_up_gets_every_fact(tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kafka = Broker(tmp_path / "kafka")
    kafka.up()
    make_topics(Kafka(kafka.bootstrap), ["counters"], 2)
    database = Database(postgres, fresh_schema(postgres))
    migrations.upgrade(database)
    log = SqlLog(database)
    relay = Relay(database, "counters", Kafka(kafka.bootstrap), log)
    read = kafka_relay.facts_after
    try:
        relay.start()
        await log.handle(raising("first", lane="lane-0"))
        await asyncio.to_thread(wait_for, relay, 1)
        # A slow record: what is under way when the broker comes back was sent over many seconds.
        monkeypatch.setattr(kafka_relay, "facts_after", lambda *asked: time.sleep(0.7) or read(*asked))
        kafka.kill()
        gone = time.monotonic()
        for n in range(0, FACTS, 100):
            await asyncio.gather(*(log.handle(raising(f"c{m}", lane=f"lane-{m % LANES}")) for m in range(n, n + 100)))
        await asyncio.sleep(gone + BACK_AFTER - time.monotonic())
        await asyncio.to_thread(kafka.start)
        monkeypatch.setattr(kafka_relay, "facts_after", read)
        await asyncio.to_thread(wait_for, relay, FACTS + 1)
        for numbers in (await asyncio.to_thread(published, kafka)).values():
            last = 0
            for number in numbers:
                assert number <= last + 1, f"{number} stands behind {last}"
                last = max(last, number)
        assert relay.published_to == FACTS + 1
        assert [one.name for one in threading.enumerate() if one.name.startswith("parley-relay-counters")] == ["parley-relay-counters-network-thread"]
    finally:
        await asyncio.to_thread(relay.close)
        log.close()
        database.close()
        kafka.down()
