"""Faust's consumer, mended where it lost the first messages of a partition, and where it let others wait (decisions 120, 121 and 122)."""

from collections.abc import Coroutine, Generator, Mapping
from functools import partial
from typing import Any

from faust.transport.drivers import aiokafka
from faust.types import TP

SOON_SECONDS = 0.02
FETCH_MILLISECONDS = 100


class Fetching(aiokafka.AIOKafkaConsumerThread):
    """The thread that fetches.

    A broker is asked one thing at a time. Faust lets it wait 1.5 s for something new to say, and so long nothing is asked of a partition that is read to its end only then.
    """

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_MILLISECONDS  # noqa: SLF001  (it is a setting of aiokafka's, and none of Faust's)
        return consumer


class Consumer(aiokafka.Consumer):
    """Faust's consumer on Kafka, which hands over the first messages of a partition too."""

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

    async def wait_first(self, *awaited: Any, timeout: Any = None) -> Any:  # noqa: ASYNC109  (Faust's name)
        """The first of what is awaited, or that we stop.

        Faust hands each message over this way, beside the wait for a rebalance, and makes four tasks to do so. Nearly every message finds room at once and needs none.
        """
        if len(awaited) != 2:  # only messages are waited for in company
            return await super().wait_first(*awaited, timeout=timeout)
        handing_over, rebalance = awaited
        try:
            waits_for = handing_over.send(None)
        except StopIteration:
            rebalance.close()
            return None
        return await super().wait_first(_Begun(handing_over, waits_for), rebalance, timeout=timeout)


class Transport(aiokafka.Transport):
    """Faust's way to Kafka, with this consumer."""

    Consumer = Consumer


class _Begun:
    """A coroutine that has been begun and waits for something; whoever awaits this goes on with it."""

    def __init__(self, begun: Coroutine[Any, Any, Any], waits_for: Any) -> None:
        self._begun = begun
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        waits_for = self._waits_for
        while True:  # as `yield from` does with one that was not begun
            try:
                said = yield waits_for
            except BaseException as thrown:  # noqa: BLE001  (a cancellation is for it, too)
                step = partial(self._begun.throw, thrown)
            else:
                step = partial(self._begun.send, said)
            try:
                waits_for = step()
            except StopIteration as ended:
                return ended.value
