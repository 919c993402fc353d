"""A service at work: its record, its view, and the few verbs that its HTTP handlers need."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from parley.kernel.clock import Clock
from parley.kernel.database import Database
from parley.kernel.log import Log, Receipt, Request
from parley.kernel.view import Knowledge, Projection


@dataclass
class Service:
    """One service: `name` is its own; everything else it was given by the composition root."""

    name: str
    database: Database
    log: Log
    projection: Projection
    clock: Clock

    async def submit(self, request: Request) -> Receipt:
        """Decide, record, and wait until this service's readers see it; see `Log.handle` for what is raised."""
        receipt = await self.log.handle(request)
        await self.reached(request.lane, {self.name: receipt.seq})
        return receipt

    async def reached(self, lane: str, cut: Mapping[str, int]) -> None:
        """Wait until this service's view reflects a cut; TimeoutError after 2 s."""
        await self.projection.reached(lane, cut)

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for queries; blocking, so only in handlers that run in a thread."""
        return self.database.reading()

    async def known(self, kind: str, key: str) -> Any:
        """What this service knows under a key; from memory, or read once in a thread."""
        knowledge = self._knowledge(kind)
        held = knowledge.kept(key)
        return held if held is not None else await asyncio.to_thread(self._read, knowledge, key)

    def known_now(self, kind: str, key: str) -> Any:
        """The same for code that runs in a thread already."""
        knowledge = self._knowledge(kind)
        held = knowledge.kept(key)
        return held if held is not None else self._read(knowledge, key)

    def _knowledge(self, kind: str) -> Knowledge[Any]:
        return next(knowledge for knowledge in self.projection.view.knowledge if knowledge.kind == kind)

    def _read(self, knowledge: Knowledge[Any], key: str) -> Any:
        with self.database.reading() as connection:
            return knowledge.keep(key, knowledge.read(connection, self.projection.view.name, key))
