"""The agents: a Faust application that brings other services' facts to a view.

Faust joins the group, shares out the partitions and hands over messages; what is taken in, and how far, stands in the view's own transaction. So it does not
matter what Faust remembers: a message that comes again has no second effect. An application that ends, because the broker is away, is made anew.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Self

from parley.kernel.kafka_intake import Intake
from parley.kernel.kafka_topics import Kafka
from parley.kernel.telemetry import without_text

logger = logging.getLogger(__name__)

AT_ONCE = 200
HELD = 512
TRY_AGAIN_SECONDS = 1.0
RETRY_MISSING_SECONDS = 3.0
LOOK_AGAIN_SECONDS = 5.0
STOP_SECONDS = 5.0


def faust_app(name: str, kafka: Kafka, **more: Any) -> Any:
    """A Faust application as this project runs them: nothing declared, nothing kept on disk, no web server, from the beginning of a topic."""
    import faust  # noqa: PLC0415  (only the scaled-out mode pays for Faust)

    from parley.kernel.kafka_handover import Transport  # noqa: PLC0415  (as above)

    credentials = {}
    if kafka.user:
        credentials["broker_credentials"] = faust.SASLCredentials(
            username=kafka.user, password=kafka.password, ssl_context=kafka.tls(), mechanism="SCRAM-SHA-512"
        )
    app = faust.App(
        name, broker=[f"kafka://{one}" for one in kafka.bootstrap.split(",")], store="memory://", web_enabled=False, topic_disable_leader=True,
        topic_allow_declare=False, autodiscover=False, consumer_auto_offset_reset="earliest", stream_wait_empty=True, broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0, broker_commit_interval=1.0, stream_buffer_maxsize=HELD, datadir="/nonexistent", **(credentials | more),
    )  # fmt: skip
    app.transport = Transport(app.conf.broker_consumer, app)
    return app


class Share:
    """The partitions of an application as its group told it. Asked of the application itself, from another thread, they would bind it to the wrong loop."""

    def __init__(self) -> None:
        self.places: frozenset[Any] = frozenset()
        self.recovered = False  # whether the tables are as their changelogs say

    def follow(self, app: Any) -> None:
        """Begin anew with an application that has not started."""
        self.places, self.recovered = frozenset(), False

        async def assigned(_: Any, places: Any, **__: Any) -> None:
            self.places = frozenset(places)

        async def recovered(_: Any, **__: Any) -> None:
            self.recovered = True

        async def revoked(_: Any, __: Any, **___: Any) -> None:
            self.places, self.recovered = frozenset(), False  # until the group has shared out anew, nobody reads

        app.on_partitions_assigned.connect(assigned, weak=False)
        app.on_rebalance_complete.connect(recovered, weak=False)
        app.on_partitions_revoked.connect(revoked, weak=False)


async def keep_running(name: str, make: Callable[[], Any], stopping: asyncio.Event) -> None:
    """Run a Faust application until `stopping` is set; one that ends by itself, because the broker is away, is made anew."""
    from faust.contrib.asgi import faust_app_running  # noqa: PLC0415  (as above)

    while not stopping.is_set():
        app = make()
        try:
            async with faust_app_running(app, stop_timeout=STOP_SECONDS):
                await _first(stopping.wait(), app.wait_until_stopped(), _crashed(app))
        except Exception as fault:  # noqa: BLE001  (whatever ended the application, the facts are still in Kafka: a new one goes on)
            logger.warning("the agents of %s begin anew: %s", name, type(fault).__name__)
        if not stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), TRY_AGAIN_SECONDS)


class Agents:
    """The way of other services' facts into one view, as long as it is entered.

    Args:
        name: of the consumer group; a view that is built anew gets a new one, and so everything from the beginning.
        kafka: where the facts are.
        topics: in which topics.
        intake: what takes them in.
    """

    def __init__(self, name: str, kafka: Kafka, topics: Sequence[str], intake: Intake) -> None:
        self._name = name
        self._kafka = kafka
        self._topics = tuple(topics)
        self._intake = intake
        self._queue: asyncio.Queue[tuple[Any, Any]] = asyncio.Queue(HELD)
        self._stopping = asyncio.Event()
        self._share = Share()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def assigned(self) -> int:
        """How many partitions this process reads now."""
        return len(self._share.places)

    async def __aenter__(self) -> Self:
        """Begin; Kafka need not be there yet."""
        self._tasks = [asyncio.create_task(one()) for one in (self._run, self._take_in, self._retry_missing, self._look_again)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the group, after what is at hand is taken in."""
        self._stopping.set()
        await self._tasks[0]
        for task in self._tasks[1:]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self) -> None:
        await keep_running(self._name, self._make, self._stopping)

    def _make(self) -> Any:
        self._drop()
        app = faust_app(self._name, self._kafka)
        self._share.follow(app)
        app.agent(app.topic(*self._topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"), concurrency=1)(self._agent())
        return app

    def _agent(self) -> Any:
        async def carry(stream: Any) -> None:
            stream.enable_acks = False  # a message is done when it is in the view, not when it was handed over
            async for event in stream.events():
                await self._queue.put((stream, event))

        return carry

    async def _take_in(self) -> None:
        """Take in what has gathered since the last transaction, in the next."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            messages = [_Message(event.message) for _, event in batch]
            while not await self._taken(messages):  # noqa: ASYNC110  (what is waited for is another try)
                await asyncio.sleep(TRY_AGAIN_SECONDS)
            for stream, event in batch:
                with suppress(Exception):  # the partition may be another process's by now; then it reads the message again, to no effect
                    await stream.ack(event)

    async def _taken(self, messages: Sequence["_Message"]) -> bool:
        try:
            await asyncio.to_thread(self._intake.take_in, messages)
        except Exception as fault:
            logger.error("the agents of %s stand still", self._name, exc_info=without_text(fault))  # noqa: TRY400  (the message stays out)
            return False
        return True

    async def _retry_missing(self) -> None:
        while True:
            await asyncio.sleep(RETRY_MISSING_SECONDS)
            with suppress(Exception):  # the database is away, or the fact cannot be applied: it is tried again
                await asyncio.to_thread(self._intake.retry_missing)

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            with suppress(Exception):  # as above
                await asyncio.to_thread(self._intake.look_again)

    def _drop(self) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()


class _Message:
    """A message of Faust's as the intake wants it."""

    def __init__(self, message: Any) -> None:
        self.topic: str = message.topic
        self.partition: int = message.partition
        self.offset: int = message.offset
        self.key: bytes | None = message.key
        self.value: bytes | None = message.value
        headers = message.headers or ()
        self.headers: list[tuple[str, bytes]] = list(headers.items() if isinstance(headers, dict) else headers)


async def _crashed(app: Any) -> None:
    while not app.crashed:  # noqa: ASYNC110  (Faust has no event to wait for)
        await asyncio.sleep(0.2)


async def _first(*waiting: Any) -> None:
    tasks = [asyncio.ensure_future(one) for one in waiting]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
