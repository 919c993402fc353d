"""The relay: carries a record to Kafka, fact by fact in the order of their commits, and skips none.

One relay is active per record: it holds a lock on the very connection through which it reads. It remembers nothing of its own: where to go on it reads back
at the topic's tail. What is published twice after a fault has one effect, because every consumer goes by the fact's number.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry import metrics
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from parley.kernel.database import Database
from parley.kernel.envelope import private_headers, public_headers
from parley.kernel.kafka_tail import Tail, read_tail
from parley.kernel.kafka_topics import MESSAGE_BYTES, PUBLIC_TOPIC, Kafka, partition_of, topic_of
from parley.kernel.log import Log, Recorded
from parley.kernel.sql_reader import facts_after
from parley.kernel.telemetry import sending, without_text

logger = logging.getLogger(__name__)

READ = 50  # facts at once: each may be as large as a request
WINDOW = 1_000  # positions that may be under way; how far back a new relay looks for what did not arrive
UNDER_WAY_BYTES = 16_000_000
SETTLE_SECONDS = 25  # how long Kafka may take to acknowledge the oldest
# The producer gives nothing up by itself: it would go on with what stands behind that, and the tail would say that all before it had arrived.
NEVER_MILLISECONDS = 24 * 3_600_000
LOOK_AGAIN_SECONDS = 0.05  # commits of other processes do not wake us
TRY_AGAIN_SECONDS = 0.5
CLOSE_SECONDS = 5

HeadersOf = Callable[[Recorded], list[tuple[str, bytes]]]

_published = metrics.get_meter("parley").create_counter("parley.relay.published", unit="{message}", description="messages that Kafka acknowledged")


@dataclass
class _UnderWay:
    """What was sent and is not acknowledged, the oldest first."""

    sent: deque[tuple[int, int, Any]] = field(default_factory=deque)
    bytes: int = 0

    def add(self, position: int, size: int, future: Any) -> None:
        self.sent.append((position, size, future))
        self.bytes += size

    def settle_oldest(self) -> None:
        """Wait for the oldest; raises what became of it if it was not acknowledged."""
        _, size, future = self.sent[0]
        future.get(timeout=SETTLE_SECONDS)
        self.sent.popleft()
        self.bytes -= size

    def is_full(self, after: int) -> bool:
        return bool(self.sent) and (after - self.sent[0][0] >= WINDOW or self.bytes > UNDER_WAY_BYTES)


class Relay:
    """A thread that publishes the facts of one service.

    Args:
        database: where its record stands.
        service: whose facts they are.
        kafka: where they go.
        log: the record in this process, which wakes the relay at each commit.
    """

    def __init__(self, database: Database, service: str, kafka: Kafka, log: Log) -> None:
        self._database = database
        self._service = service
        self._kafka = kafka
        self._woken = threading.Event()
        self._closed = threading.Event()
        self.active = False
        self.published_to = 0
        self._thread = threading.Thread(target=self._work, name="relay", daemon=True)
        log.subscribe(self._woken.set)

    def start(self) -> None:
        """Begin, or wait until the relay that is active ends."""
        self._thread.start()

    def close(self) -> None:
        """Stop after what is under way."""
        self._closed.set()
        self._woken.set()
        self._thread.join()

    def _work(self) -> None:
        from kafka.errors import KafkaError  # noqa: PLC0415  (only the scaled-out mode pays for Kafka)

        while not self._closed.is_set():
            try:
                with self._turn() as connection:
                    self._publish(connection)
            except (KafkaError, DBAPIError, OSError) as fault:
                logger.warning("the relay of %s tries again: %s", self._service, type(fault).__name__)
            except Exception as fault:
                place = without_text(fault)
                logger.error("the relay of %s stands still before %d", self._service, self.published_to + 1, exc_info=place)  # noqa: TRY400  (no message)
            finally:
                self.active = False
            self._closed.wait(TRY_AGAIN_SECONDS)

    @contextmanager
    def _turn(self) -> Iterator[Connection]:
        """The connection that holds the record's lock for publishing; waited for while another one has it."""
        with self._database.apart() as connection:
            name = {"name": f"relay of {self._database.schema}"}
            while not connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), name):
                if self._closed.wait(TRY_AGAIN_SECONDS):
                    break
            yield connection

    def _publish(self, connection: Connection) -> None:
        from kafka import KafkaProducer  # noqa: PLC0415  (as above)

        tail = read_tail(self._kafka, self._service, WINDOW + READ)
        producer = KafkaProducer(
            **self._kafka.client(), client_id=f"parley-relay-{self._service}", acks="all", enable_idempotence=True, compression_type="zstd", linger_ms=0,
            max_request_size=MESSAGE_BYTES, max_block_ms=10_000, request_timeout_ms=10_000, delivery_timeout_ms=NEVER_MILLISECONDS, reconnect_backoff_max_ms=1_000,
        )  # fmt: skip
        self.active = True
        try:
            self._follow(connection, producer, tail)
        finally:
            _throw_away(producer)

    def _follow(self, connection: Connection, producer: Any, tail: Tail) -> None:
        after, under_way = tail.resume, _UnderWay()
        while not self._closed.is_set():
            self._woken.clear()
            # Read through the connection that holds the lock: if that is lost, so is the right to publish.
            facts = facts_after(connection, after, READ)
            for fact in facts:
                self._send(producer, tail, fact, under_way)
                while under_way.is_full(fact.position):
                    under_way.settle_oldest()
                after = fact.position
            if len(facts) < READ:
                while under_way.sent:
                    under_way.settle_oldest()
                self.published_to = after
                self._woken.wait(LOOK_AGAIN_SECONDS)

    def _send(self, producer: Any, tail: Tail, fact: Recorded, under_way: _UnderWay) -> None:
        topic = topic_of(self._service)
        if fact.public_seq is not None and not tail.has_public(fact):
            self._hand_over(producer, PUBLIC_TOPIC, tail.public_partitions, fact, public_headers, under_way)
        if not tail.has(fact):
            self._hand_over(producer, topic, tail.partitions, fact, private_headers, under_way)

    def _hand_over(self, producer: Any, topic: str, partitions: int, fact: Recorded, headers_of: HeadersOf, under_way: _UnderWay) -> None:
        where, on_its_way = partition_of(fact.lane, partitions), sending(topic, fact)
        try:
            future = producer.send(topic, key=fact.lane.encode(), value=fact.body, headers=headers_of(on_its_way.fact), partition=where)
        except Exception as fault:
            on_its_way.failed(fault)
            raise
        on_its_way.until(future)
        under_way.add(fact.position, len(fact.body), future)
        _published.add(1, {"messaging.destination.name": topic})


def _throw_away(producer: Any) -> None:
    """End a producer with all that it still holds, which the next one sends."""
    from kafka.errors import KafkaTimeoutError  # noqa: PLC0415  (as above)

    try:
        producer.close(timeout=CLOSE_SECONDS)
    except KafkaTimeoutError:
        # It waits for what it holds, gives up, and leaves its thread behind (kafka-python 3.0.12), which would send when a broker is back.
        producer._sender.force_close()  # noqa: SLF001  (there is no other way)
        producer.close(timeout=CLOSE_SECONDS)
