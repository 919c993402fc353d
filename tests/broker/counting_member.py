"""One member of a group that counts in a table, as a program: it writes down the partition and offset of each message that it is given.

python counting_member.py BOOTSTRAP GROUP TOPIC FILE
"""  # fmt: skip

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from parley.kernel.kafka_agents import faust_app, keep_running
from parley.kernel.kafka_topics import Kafka


async def main(bootstrap: str, group: str, topic: str, file: Path) -> None:
    """Take part until told to end."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    with file.open("a", buffering=1) as given:

        def make() -> Any:
            app = faust_app(group, Kafka(bootstrap), table_standby_replicas=0)
            app.Table("counts", default=int).tumbling(60, expires=3_600)

            async def note(stream: Any) -> None:
                stream.enable_acks = False  # as in the measures
                async for events in stream.take_events(500, within=0.5):
                    given.writelines(f"{event.message.partition} {event.message.offset}\n" for event in events)

            app.agent(app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"), concurrency=1)(note)
            return app

        await keep_running(group, make, stopping)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], Path(sys.argv[4])))
