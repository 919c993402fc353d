"""Faust's consumer, mended where it lost messages while partitions were shared out anew (decision 120).

Once partitions have been shared out, Faust (0.15.3) throws away what came meanwhile and begins every partition again at its committed offset. Where none had
been committed yet, aiokafka goes on where it is, behind the first messages of the partition, and nobody is given those.
"""

from collections.abc import Mapping
from typing import Any

from faust.transport.drivers import aiokafka
from faust.types import TP


class Consumer(aiokafka.Consumer):
    """Faust's consumer on Kafka, which hands over the first messages of a partition too."""

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Begin every partition again at its committed offset, or at its beginning; a table's own changelog, which Faust reads by itself, stays where it is."""
        committed = await super().seek_to_committed()
        fresh = [tp for tp, offset in committed.items() if not offset and not self._is_changelog_tp(tp)]
        if fresh:
            await self.seek_wait(dict.fromkeys(fresh, 0))
        return committed


class Transport(aiokafka.Transport):
    """Faust's way to Kafka, with this consumer."""

    Consumer = Consumer


def transport(app: Any) -> Transport:
    """The way to Kafka of an application that has not started."""
    return Transport(app.conf.broker_consumer, app)
