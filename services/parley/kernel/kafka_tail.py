"""The tail: what a relay reads back from Kafka to know where to go on."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from parley.kernel.kafka_topics import PUBLIC_TOPIC, Kafka, partition_of, topic_of
from parley.kernel.log import Recorded

READ_SECONDS = 15.0


@dataclass(frozen=True)
class Tail:
    """How far a record is published.

    Args:
        resume: everything up to this position is in its topic.
        positions: the last position in each partition; within one, everything before it is there too.
        public: the last `public_seq` of each lane that was seen near the end of the public topic.
        partitions: of the service's topic.
        public_partitions: of the public topic.
    """

    resume: int
    positions: dict[int, int]
    public: dict[str, int]
    partitions: int
    public_partitions: int

    def has(self, fact: Recorded) -> bool:
        """Whether a fact is in its topic."""
        return fact.position <= self.positions.get(partition_of(fact.lane, self.partitions), 0)

    def has_public(self, fact: Recorded) -> bool:
        """Whether a public fact was seen in the public topic. If not it may be there all the same; published again it has no second effect."""
        return (fact.public_seq or 0) <= self.public.get(fact.lane, 0)


def read_tail(kafka: Kafka, service: str, window: int) -> Tail:
    """Read the tail of a service's topic and of the public one. `window` is how many positions a relay may have under way.

    Raises:
        kafka.errors.KafkaError: the cluster did not answer, or a topic is not there.
    """
    from kafka import KafkaConsumer  # noqa: PLC0415  (only the scaled-out mode pays for Kafka)

    consumer = KafkaConsumer(
        **kafka.client(), client_id=f"parley-relay-{service}", group_id=None, enable_auto_commit=False, auto_offset_reset="earliest",
        max_partition_fetch_bytes=8_000_000,
    )  # fmt: skip
    try:
        partitions, _ = _ends(consumer, topic_of(service))
        positions = {partition: int(said["ce_position"]) for partition, _, said in _last(consumer, topic_of(service), 1)}
        public_partitions, public_empty = _ends(consumer, PUBLIC_TOPIC)
        public: dict[str, int] = {}
        for _, lane, said in _last(consumer, PUBLIC_TOPIC, 2 * window):
            if said["ce_source"] == f"/parley/{service}".encode():
                public[lane] = int(said["ce_sequence"])
    finally:
        consumer.close()
    # No more than a window is ever under way, so everything before the last one has arrived in every partition. A public topic without a message was made
    # anew: then everything public goes there again.
    resume = 0 if public_empty else max(0, max(positions.values(), default=0) - window)
    return Tail(resume, positions, public, partitions, public_partitions)


def _ends(consumer: Any, topic: str) -> tuple[int, bool]:
    """How many partitions a topic has, and whether there is no message in any."""
    from kafka import TopicPartition  # noqa: PLC0415  (as above)
    from kafka.errors import UnknownTopicOrPartitionError  # noqa: PLC0415

    partitions = consumer.partitions_for_topic(topic)
    if not partitions:
        raise UnknownTopicOrPartitionError(f"There is no topic {topic}: `parley topics` makes it.")
    ends = consumer.end_offsets([TopicPartition(topic, number) for number in partitions])
    return len(partitions), not any(ends.values())


def _last(consumer: Any, topic: str, count: int) -> Iterator[tuple[int, str, dict[str, bytes]]]:
    """The last messages of each partition: its number, the lane, the headers."""
    from kafka import TopicPartition  # noqa: PLC0415  (as above)
    from kafka.errors import KafkaTimeoutError  # noqa: PLC0415

    everywhere = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
    begin, end = consumer.beginning_offsets(everywhere), consumer.end_offsets(everywhere)
    wanted = [one for one in everywhere if end[one] > begin[one]]
    if not wanted:
        return
    consumer.assign(wanted)
    for one in wanted:
        consumer.seek(one, max(begin[one], end[one] - count))
    until = time.monotonic() + READ_SECONDS
    while any(consumer.position(one) < end[one] for one in wanted):
        if time.monotonic() > until:
            raise KafkaTimeoutError(f"The tail of {topic} could not be read.")
        for one, messages in consumer.poll(timeout_ms=500).items():
            for message in messages:
                if message.offset < end[one]:
                    yield one.partition, (message.key or b"").decode(), dict(message.headers)
