"""Live: new entries of the public record on their way to many readers at once.

Nothing is queued for a reader. The end of each record that somebody follows is kept once, as bytes that are ready to be sent, and every reader goes along
it at its own pace; who is further behind than that reads from the store. So history and what comes while it is read are one sequence, memory does not grow
with slow readers, and a thousand readers who wait for one entry cost one query.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from sqlalchemy.exc import DBAPIError

from parley.kernel.service import Service
from parley.kernel.telemetry import delivered
from parley.observers import queries

KEPT = 256
CHUNK = 100
PING_SECONDS = 15.0
AGAIN_SECONDS = 1.0

_canonical = msgspec.json.Encoder(order="deterministic")


@dataclass
class _Tail:
    """The end of one record: the last entry's number, and the frames up to it."""

    last: int
    seen: dict[str, int]
    readers: int = 0
    frames: deque[bytes] = field(default_factory=lambda: deque(maxlen=KEPT))
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def since(self, after: int) -> list[bytes] | None:
        """The frames after a number; None if the first of them is not kept."""
        start = after - (self.last - len(self.frames))
        return list(islice(self.frames, start, start + CHUNK)) if start >= 0 else None

    def put(self, frames: Sequence[bytes]) -> None:
        self.frames.extend(frames)
        self.last += len(frames)
        self.tell()

    def tell(self) -> None:
        moved, self.moved = self.moved, asyncio.Event()
        moved.set()


class Live:
    """The records that somebody follows at the moment, for all streams of a process."""

    def __init__(self, service: Service, ping_seconds: float = PING_SECONDS) -> None:
        self._service = service
        self._ping_seconds = ping_seconds
        self._tails: dict[str, _Tail] = {}
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        service.projection.subscribe(self._wake)

    async def frames(self, negotiation: str, after: int) -> AsyncIterator[bytes]:
        """The entries after a number and all that come, with a ping where none comes; ends when the process is stopping."""
        tail = await self._tail(negotiation)
        tail.readers += 1
        try:
            while not self._service.stopping.is_set():
                moved = tail.moved  # taken before looking: what comes in between wakes us
                frames = tail.since(after)
                if frames is None:
                    frames = await self._service.ask(frames_after, negotiation, after, CHUNK)
                if frames:
                    after += len(frames)
                    yield b"".join(frames)
                    continue
                try:
                    async with asyncio.timeout(self._ping_seconds):
                        await moved.wait()
                except TimeoutError:
                    yield KEEPALIVE_COMMENT
        finally:
            tail.readers -= 1
            if not tail.readers and self._tails.get(negotiation) is tail:
                del self._tails[negotiation]

    async def _tail(self, negotiation: str) -> _Tail:
        if not self._tasks:
            self._loop = asyncio.get_running_loop()
            self._tasks = [asyncio.create_task(self._keep()), asyncio.create_task(self._end())]
        if negotiation not in self._tails:
            seen = self._service.projection.cut(negotiation)  # before the store is read: what comes in between is fetched once more
            last = await self._service.ask(queries.last, negotiation) or 0
            self._tails.setdefault(negotiation, _Tail(last, seen))
            self._woken.set()  # what came after we read, and before anybody would have brought this tail up
        return self._tails[negotiation]

    def _wake(self) -> None:
        """Called from the carrier's thread."""
        if self._loop is None or self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._woken.set)

    async def _keep(self) -> None:
        """Fetch what is new, once for all readers of a record."""
        while not self._service.stopping.is_set():
            await self._woken.wait()
            self._woken.clear()
            for negotiation, tail in list(self._tails.items()):
                try:
                    await self._bring_up(negotiation, tail)
                except DBAPIError:  # the store is away: the readers wait, and so do we
                    await asyncio.sleep(AGAIN_SECONDS)
                    self._woken.set()

    async def _bring_up(self, negotiation: str, tail: _Tail) -> None:
        seen = self._service.projection.cut(negotiation)
        while seen != tail.seen:
            frames = await self._service.ask(frames_after, negotiation, tail.last, CHUNK)
            if len(frames) < CHUNK:
                tail.seen = seen
            tail.put(frames)
        for trace in self._service.projection.traces(negotiation):
            delivered("public entry", negotiation, trace)

    async def _end(self) -> None:
        await self._service.stopping.wait()
        self._woken.set()
        for tail in self._tails.values():
            tail.tell()


def frames_after(connection: Any, negotiation: str, after: int, limit: int) -> list[bytes]:
    """Entries as frames of a stream. The id is the entry's own name, so that an id of another record is known for what it is."""
    found = queries.entries(connection, negotiation, after, limit)
    return [format_sse_event(data_str=_canonical.encode(entry).decode(), id=entry["id"]) for entry in found]
