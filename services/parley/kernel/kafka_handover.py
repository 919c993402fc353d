"""Faust's consumer, mended where it lost messages while partitions moved, and where it let others wait (decisions 120, 121 and 123)."""

from collections.abc import Mapping
from typing import Any

from faust.transport.drivers import aiokafka
from faust.types import TP

SOON_SECONDS = 0.02
FETCH_MILLISECONDS = 100


class Fetching(aiokafka.AIOKafkaConsumerThread):
    """The thread that fetches.

    A broker is asked one thing at a time. Faust lets it wait 1.5 s for something new to say, and so long nothing is asked of a partition that is read to its end only then.
    """

    consumer: "Consumer"

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_MILLISECONDS  # noqa: SLF001  (it is a setting of aiokafka's, and none of Faust's)
        return consumer

    async def _fetch_records(self, consumer: Any, *asked: Any, **more: Any) -> Any:
        """What came. If the flow was stopped while it was waited for, it is put back: nobody would be given it, and partitions that were sought meanwhile would lack it."""
        stops = self.consumer.stops
        records = await super()._fetch_records(consumer, *asked, **more)
        if stops == self.consumer.stops:
            return records
        for tp, those in records.items():
            consumer.seek(tp, those[0].offset)
        return {}


class Consumer(aiokafka.Consumer):
    """Faust's consumer on Kafka, which hands over every message at least once, wherever partitions go."""

    stops = 0  # how often the flow was stopped

    def stop_flow(self) -> None:
        """Let nothing come any more, not even what a fetch that is under way brings."""
        self.stops += 1
        super().stop_flow()

    async def perform_seek(self) -> None:
        """Begin every partition again where it is committed, and let nothing come until Faust lets it flow again.

        Faust empties its queues just then. What comes between the seek and that would be in them, and what follows it be committed.
        """
        self.stop_flow()
        await super().perform_seek()

    def _new_consumer_thread(self) -> Fetching:
        return Fetching(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Begin every partition again at its committed offset, or at its beginning where there is none; the changelogs of tables stay where Faust has put them.

        Once partitions have been shared out, Faust throws away what came meanwhile. aiokafka would then go on where it is, behind the first messages.
        """
        committed = await super().seek_to_committed()
        fresh = [tp for tp, offset in committed.items() if not offset and not self._is_changelog_tp(tp)]
        if fresh:
            await self.seek_wait(dict.fromkeys(fresh, 0))
        return committed

    async def _wait_next_records(self, timeout: float) -> Any:  # noqa: ASYNC109  (Faust's name)
        """The next messages. While the queue is too full for those of some partitions, look again soon: Faust would notice only after a second that it is not."""
        while self._buffered_partitions and not self._get_active_partitions() and self.flow_active and not self.should_stop:
            await self.sleep(SOON_SECONDS)
        return await super()._wait_next_records(SOON_SECONDS if self._buffered_partitions else timeout)


class Transport(aiokafka.Transport):
    """Faust's way to Kafka, with this consumer."""

    Consumer = Consumer
