"""A service at work: its record, its view, and the few verbs that its HTTP handlers need."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from parley.kernel.clock import Clock
from parley.kernel.database import Database
from parley.kernel.decider import Decider, Refused
from parley.kernel.knowledge import Knowledge
from parley.kernel.log import Log, Receipt, Recorded, Request
from parley.kernel.projection import Projection
from parley.kernel.signing import Keys, no_keys
from parley.kernel.telemetry import command_seconds, command_span, commands, traceparent_of

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

logger = logging.getLogger(__name__)


def code_of(secret: bytes, purpose: str, *of: str) -> str:
    """What `Service.code` makes, for who has the secret without being a service."""
    return hmac.new(secret, "|".join((purpose, *of)).encode(), hashlib.sha256).hexdigest()


@dataclass
class Service:
    """One service: `name` is its own; everything else it was given by the composition root.

    `siblings` are the names of all services that there are, its own among them.
    `stopping` is set when open streams are to end. `keys` reads the signing keys as they are now, so that a new one needs no new start; it blocks.
    """

    name: str
    database: Database
    log: Log
    projection: Projection
    clock: Clock
    secret: bytes = b""
    siblings: frozenset[str] = frozenset()
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    keys: Callable[[], Keys] = no_keys

    def code(self, purpose: str, *of: str) -> str:
        """An unguessable code with 256 bits that is the same whenever it is made for the same purpose: a retried request gets what it got before."""
        return code_of(self.secret, purpose, *of)

    def state_of(self, decider: Decider[Any, Any, Any], identity: str) -> Any:
        """The state of a thing as recorded now; blocking. For looking ahead only: what counts is decided in the record's transaction."""
        return self.log.state(decider, identity)[1]

    def recorded(self, receipt: Receipt) -> list[Recorded]:
        """The facts of a receipt, so that a repeated request is answered from what it did the first time; blocking."""
        return self.log.stream(receipt.stream, receipt.version - len(receipt.facts))[: len(receipt.facts)]

    async def submit(self, request: Request) -> Receipt:
        """Decide, record, and wait until this service's readers see it; see `Log.handle` for what is raised."""
        began, kind, outcome = perf_counter(), request.decider.kind, "broken"
        with command_span(kind, request.lane, request.trace) as span:
            try:
                trace = traceparent_of(span)
                receipt = await self.log.handle(request if trace == request.trace else replace(request, trace=trace))
                await self.reached(request.lane, {self.name: receipt.seq})
                outcome = "recorded"
            except Refused as refused:
                outcome = refused.rule
                raise
            finally:
                said = {"service": self.name, "kind": kind, "outcome": outcome}
                commands.add(1, said)
                command_seconds.record(perf_counter() - began, said)
                logger.info("%s: a command on %s in %s was %s", self.name, kind, request.lane, outcome)
        return receipt

    async def reached(self, lane: str, cut: Mapping[str, int]) -> None:
        """Wait until this service's view reflects a cut; TimeoutError after 2 s."""
        await self.projection.reached(lane, cut)

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for queries; blocking, so only in handlers that run in a thread."""
        return self.database.reading()

    async def ask(self, query: Callable[Concatenate[Connection, Asked], Answer], *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        """The answer of a query, which runs in a thread on a connection of its own."""

        def asked() -> Answer:
            with self.database.reading() as connection:
                return query(connection, *args, **kwargs)

        return await asyncio.to_thread(asked)

    async def known(self, kind: str, key: str) -> Any:
        """What this service knows under a key; from memory, or read once in a thread."""
        knowledge = self._knowledge(kind)
        held = knowledge.kept(key)
        return held if held is not None else await asyncio.to_thread(self._read, knowledge, key)

    def _knowledge(self, kind: str) -> Knowledge[Any]:
        return next(knowledge for knowledge in self.projection.view.knowledge if knowledge.kind == kind)

    def _read(self, knowledge: Knowledge[Any], key: str) -> Any:
        forgotten = knowledge.forgotten
        with self.database.reading() as connection:
            return knowledge.keep(key, knowledge.read(connection, self.projection.view.name, key), forgotten)
