"""`parley serve gateway`: the pages, and the whole interface under one address."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp

from parley.commands.up import listen, server_of
from parley.gateway.forwarding import Forwarding, Owned
from parley.kernel import telemetry
from parley.kernel.database import Database
from parley.kernel.health import health_routes
from parley.kernel.http import BodyLimit, FaultsAnswered
from parley.kernel.problem import answer_problems
from parley.kernel.process import BODY_LIMIT, Part, Process, application
from parley.kernel.settings import Settings
from parley.kernel.telemetry import OUR_OWN_TELEMETRY

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Pages = Callable[[httpx.AsyncClient], ASGIApp]


@dataclass(frozen=True)
class Interface:
    """The whole interface: whose each path is, and its OpenAPI description."""

    owned: tuple[Owned, ...]
    description: dict[str, Any]


def interface_of(parts: Sequence[Part], version: str) -> Interface:
    """What the services themselves declare, so that there is no second list. They are put together once on an empty record, and never work there."""
    with tempfile.TemporaryDirectory(prefix="parley") as folder:
        process = Process(Database(f"sqlite:///{folder}/empty.db"), parts)
        description = application(process, title="Parley", version=version).openapi()
        process.log.close()
        process.database.close()
    owned = [_owned(path, operations) for path, operations in description["paths"].items()]
    # A path without a variable goes before those that would take it for one.
    return Interface(tuple(sorted(owned, key=lambda one: one.path.pattern.count("(?P<"))), description)


def _owned(path: str, operations: dict[str, Any]) -> Owned:
    services = {str(operation["operationId"]).partition("_")[0] for operation in operations.values()}
    (service,) = services  # a path has one owner
    return Owned(path, compile_path(path)[0], frozenset(method.upper() for method in operations), service)


def gateway_of(settings: Settings, parts: Sequence[Part], pages: Pages | None, version: str) -> FastAPI:
    """The gateway's application."""
    interface = interface_of(parts, version)
    forwarding = Forwarding(interface.owned, settings.peers)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with forwarding:
            yield

    app = FastAPI(title="Parley", version=version, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, telemetry=OUR_OWN_TELEMETRY)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT)
    app.add_middleware(FaultsAnswered)
    answer_problems(app)
    app.include_router(health_routes({}))
    app.add_api_route("/api/v1/openapi.json", lambda: JSONResponse(interface.description), methods=["GET"], include_in_schema=False)
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
    server_of(stopping, app, level=settings.log_level).run([bound])
