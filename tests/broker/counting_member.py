"""One member of a group that counts in a table, as a program: it writes down the partition and offset of each message that it is given.

python counting_member.py BOOTSTRAP GROUP TOPIC FILE SECONDS

It is as slow as a busy machine makes it: so many seconds pass between a seek and what Faust does next, and a three-hundredth of it before each message.
"""  # fmt: skip

import asyncio
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parley.kernel.kafka_agents import faust_app, keep_running
from parley.kernel.kafka_handover import Consumer, Transport
from parley.kernel.kafka_measures import as_of
from parley.kernel.kafka_topics import Kafka


async def main(bootstrap: str, group: str, topic: str, file: Path, seconds: float) -> None:
    """Take part until told to end."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)

    class Slow(Consumer):
        async def seek_to_committed(self) -> Any:
            sought = await super().seek_to_committed()
            await asyncio.sleep(seconds)
            return sought

        async def seek_wait(self, partitions: Mapping[Any, int]) -> None:
            await super().seek_wait(partitions)
            await asyncio.sleep(seconds)

    Transport.Consumer = Slow
    with file.open("a", buffering=1) as given:

        def make() -> Any:
            app = faust_app(group, Kafka(bootstrap), table_standby_replicas=0)
            counts = app.Table("counts", default=int)

            async def note(stream: Any) -> None:
                async def slowly(message: Any) -> Any:
                    await asyncio.sleep(seconds / 300)
                    return message

                stream.enable_acks = False  # as in the measures
                stream.add_processor(slowly)
                async for events in stream.take_events(500, within=0.5):
                    given.writelines(f"{event.message.partition} {event.message.offset}\n" for event in events)
                    for event in events:
                        with as_of(event):
                            counts[event.message.partition] += 1

            app.agent(app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"), concurrency=1)(note)
            return app

        await keep_running(group, make, stopping)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], Path(sys.argv[4]), float(sys.argv[5])))
