"""`parley serve gateway`: the pages, and the whole interface under one address."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from parley.commands.up import listen, server_of
from parley.gateway.forwarding import Forwarding, Owned
from parley.kernel import telemetry
from parley.kernel.health import health_routes
from parley.kernel.http import BodyLimit
from parley.kernel.problem import answer_problems
from parley.kernel.process import BODY_LIMIT, Part, Process
from parley.kernel.service import Service
from parley.kernel.settings import Settings

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Pages = Callable[[httpx.AsyncClient], ASGIApp]


def owned_by(parts: Sequence[Part]) -> list[Owned]:
    """Whose each path is: what the services themselves declare, so that there is no second list. Paths without a variable go before those with one."""
    owned: list[Owned] = []
    for part in parts:
        # Routes are made around a service; to be read, they need none that is at work.
        service = cast("Service", SimpleNamespace(name=part.catalogue.service, code=lambda *_: ""))
        owned += [
            Owned(re.compile("^/api/v1" + route.path_regex.pattern.removeprefix("^")), frozenset(route.methods or ()), part.catalogue.service)
            for route in _routes_of(part.routes(service))
        ]
    return sorted(owned, key=lambda one: one.path.pattern.count("(?P<"))


def _routes_of(router: Any) -> list[APIRoute]:
    app = FastAPI()
    app.include_router(router)
    return [route for route in app.routes if isinstance(route, APIRoute)]


def gateway_of(settings: Settings, parts: Sequence[Part], pages: Pages | None, version: str) -> FastAPI:
    """The gateway's application."""
    forwarding = Forwarding(owned_by(parts), settings.peers)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with forwarding:
            yield

    app = FastAPI(title="Parley", version=version, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT)
    answer_problems(app)
    app.include_router(health_routes({}))
    app.add_api_route("/api/v1/{path:path}", forwarding.forward, methods=METHODS, include_in_schema=False)
    if pages is not None:
        # The pages reach the services through the gateway itself, without a socket.
        app.mount("/", pages(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://parley")))
    return app


def serve(settings: Settings, parts: Sequence[Part], pages: Pages | None, version: str) -> None:
    """Serve the gateway until a signal comes."""
    telemetry.set_up("gateway", settings.otlp_endpoint, settings.log_level)
    try:
        bound = listen(settings.host, settings.port)
    except OSError as error:
        sys.exit(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Stop what uses the port, or set PARLEY_PORT.")
    app = gateway_of(settings, parts, pages, version)
    stopping = cast("Process", SimpleNamespace(stopping=asyncio.Event()))
    asyncio.run(server_of(stopping, app, level=settings.log_level).serve([bound]))
