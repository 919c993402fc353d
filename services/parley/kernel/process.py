"""One process: services on one database, their views followed, their times kept, their routes in one application."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Self

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute

from parley.kernel.clock import Clock
from parley.kernel.database import Database
from parley.kernel.decider import Catalogue
from parley.kernel.follow import Follower
from parley.kernel.forms import learn
from parley.kernel.health import Check, follows, health_routes
from parley.kernel.http import BodyLimit, FaultsAnswered, by_word
from parley.kernel.measures import Measuring
from parley.kernel.one_reading import only_declared
from parley.kernel.openapi import describe
from parley.kernel.opening import PROVED, open_record
from parley.kernel.problem import answer_problems
from parley.kernel.projection import Projection
from parley.kernel.service import Service
from parley.kernel.signing import Keys, no_keys
from parley.kernel.sql_log import SqlLog
from parley.kernel.telemetry import OUR_OWN_TELEMETRY
from parley.kernel.timers import Due, keep_time
from parley.kernel.view import View

BODY_LIMIT = 1_000_000
SWITCH_SECONDS = 0.0002
PREFIX = "/api/v1"


@dataclass(frozen=True)
class Part:
    """What a service brings into a process.

    Args:
        catalogue: its facts.
        view: makes its view; a fresh one for each process, because a view holds what it knows in memory.
        routes: its HTTP routes, under /api/v1; a router for each subject.
        ring: what it does when something is due; None if nothing ever is.
        signs: whether it signs what it gives out, and so needs the signing keys.
        measuring: the live measures that it keeps in the scaled-out mode; None if it keeps none.
    """

    catalogue: Catalogue
    view: Callable[[], View]
    routes: Callable[[Service], Sequence[APIRouter]]
    ring: Callable[[Service, Due], Awaitable[None]] | None = None
    signs: bool = False
    measuring: Measuring | None = None


class Process:
    """Services at work in one process on one database. Use it as an asynchronous context; `services` are then at work.

    A record that is damaged, locked or cannot be written raises `RecordRefused`; the newest `proved` facts are held against their hashes.
    `keys` reads the keys with which services sign what they give out; without it nothing can be signed. `elsewhere` names the services that are
    at work in other processes.
    """

    def __init__(
        self,
        database: Database,
        parts: Sequence[Part],
        clock: Clock | None = None,
        secret: bytes = b"",
        proved: int = PROVED,
        keys: Callable[[], Keys] = no_keys,
        elsewhere: Iterable[str] = (),
    ) -> None:
        # The writer gives the interpreter away at every statement; while requests are served it would wait 5 ms to get it back.
        sys.setswitchinterval(SWITCH_SECONDS)
        self.database = database
        self.parts = tuple(parts)
        open_record(database, proved)
        self.log = SqlLog(database, clock)
        self.projections = [Projection(database, part.view()) for part in parts]
        self.stopping = asyncio.Event()
        siblings = frozenset(elsewhere).union({part.catalogue.service for part in parts}, *(projection.view.sources for projection in self.projections))
        self.services = {
            part.catalogue.service: Service(part.catalogue.service, database, self.log, projection, self.log.now, secret, siblings, self.stopping, keys)
            for part, projection in zip(parts, self.projections, strict=True)
        }
        self.follower = Follower(self.log, self.projections)

    async def __aenter__(self) -> Self:
        """Catch up with the record, then follow it and keep its times."""
        learn()
        await asyncio.to_thread(self.follower.catch_up)
        self.follower.start()
        self._times = [asyncio.create_task(self._keep_time(part)) for part in self.parts if part.ring is not None]
        return self

    async def __aexit__(self, *_: object) -> None:
        """End in order: no more rings, no more requests, no more following."""
        self.stopping.set()
        for task in self._times:
            task.cancel()
        await asyncio.gather(*self._times, return_exceptions=True)
        await asyncio.to_thread(self.log.close)
        await asyncio.to_thread(self.follower.close)
        self.database.close()

    async def _keep_time(self, part: Part) -> None:
        service, ring = self.services[part.catalogue.service], part.ring
        assert ring is not None  # noqa: S101  (only parts with a ring get here)
        await keep_time(service.database, service.name, service.clock, lambda due: ring(service, due))


def application(process: Process, *, title: str, version: str, checks: Mapping[str, Check] = {}) -> FastAPI:
    """All routes of a process in one application, which starts and ends the process with itself; it is ready when its views follow and `checks` are well."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.process = await stack.enter_async_context(process)
            yield

    app = FastAPI(
        title=title, version=version, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json", telemetry=OUR_OWN_TELEMETRY
    )  # fmt: skip
    app.add_middleware(BodyLimit, limit=BODY_LIMIT)
    app.add_middleware(FaultsAnswered)
    answer_problems(app)
    app.include_router(health_routes({one.view.name: partial(follows, one, process.log) for one in process.projections} | dict(checks)))
    subjects: list[APIRouter] = []
    for part in process.parts:
        service = process.services[part.catalogue.service]
        named = partial(_operation, service.name)
        for subject in part.routes(service):
            app.include_router(subject, prefix=PREFIX, generate_unique_id_function=named, dependencies=[Depends(only_declared)])
            subjects.append(subject)
    describe(app)
    by_word(app, subjects, PREFIX)
    return app


def _operation(service: str, route: APIRoute) -> str:
    """The operation's name in the OpenAPI description, which clients make their functions from."""
    return f"{service}_{route.name}"
