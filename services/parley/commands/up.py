"""`parley up` and `parley invite`: one process on one record, and the way in."""

import asyncio
import gc
import json
import sys
from collections.abc import Awaitable, Callable
from socket import AF_INET, IPPROTO_TCP, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket

import uvicorn
from fastapi import FastAPI

from parley.delegations.http_access import invite_secretariat
from parley.kernel import telemetry
from parley.kernel.opening import RecordRefused
from parley.kernel.process import Process
from parley.kernel.settings import Settings

Build = Callable[[Settings], Process]
Compose = Callable[[Process], FastAPI]
Started = Callable[[], Awaitable[None]]

STOP_SECONDS = 3
# Longer than those before us keep an idle connection (httpx, and so the gateway: 5 s; nginx and most balancers: 60 s). Who sends must be the one who gives it
# up: a server that does, by default after 5 s as well, may do so just as a request is under way to it, and that request fails though nothing is wrong.
KEEP_ALIVE_SECONDS = 75
COLLECT_AFTER = 10_000  # new objects that may stand in a circle; a request in progress has hundreds of them


class Server(uvicorn.Server):
    """uvicorn, told to end open streams first: it would wait for an idle stream for ever."""

    def __init__(self, config: uvicorn.Config, process: Process, started: Started | None = None) -> None:
        super().__init__(config)
        self._process = process
        self._on_start = started

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to serve, then say so."""
        await super().startup(sockets)
        # What is there now stays; without this the collector looks at all of it again and again, which took a third of the time of a command.
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        gc.enable()
        if self.started and self._on_start is not None:
            await self._on_start()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End the streams, then everything else. The signal that ended us is raised again after this, so what is left to tell is sent here."""
        self._process.stopping.set()
        await super().shutdown(sockets)
        await asyncio.to_thread(telemetry.send_rest)


def server_of(process: Process, app: FastAPI, started: Started | None = None, *, level: str = "warning") -> Server:
    """A server for an application, ready to be run on a socket."""
    config = uvicorn.Config(
        app, log_config=None, log_level=level, access_log=False, server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS, timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )  # fmt: skip
    return Server(config, process, started)


def listen(host: str, port: int) -> socket:
    """A bound socket; raises OSError where the port is taken."""
    bound = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)  # named: only then does asyncio send each part of an answer at once (TCP_NODELAY)
    bound.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def serve(settings: Settings, build: Build, compose: Compose) -> None:
    """Serve until a signal comes; say first where, and how to sign in."""
    telemetry.set_up("embedded", settings.otlp_endpoint, settings.log_level)
    try:
        bound = listen(settings.host, settings.port)
    except OSError as error:
        sys.exit(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Stop what uses the port, or choose another with --port.")
    host, port = bound.getsockname()[:2]
    process = opened(settings, build)
    # `run` takes uvloop's event loop where there is one: it has twice the speed of Python's own.
    server_of(process, compose(process), lambda: _say_how(process, f"http://{host}:{port}"), level=settings.log_level).run([bound])


def opened(settings: Settings, build: Build) -> Process:
    """The process on its record; ends with a sentence for the operator where the record may not be served."""
    try:
        return build(settings)
    except RecordRefused as refused:
        sys.exit(str(refused))


async def _say_how(process: Process, address: str) -> None:
    print(f"Parley is at {address}\n  what is public   {address}/\n  the interface    {address}/api/v1/openapi.json", flush=True)
    service = process.services["delegations"]
    if process.log.position() == 0:
        code = await invite_secretariat(service)
        print(
            "Sign in as the secretariat (once, within 14 days):\n"
            f"  curl -s {address}/api/v1/negotiations/house/sign-in -H 'Content-Type: application/json' -d '{{\"code\": \"{code}\"}}'",
            flush=True,
        )
    else:
        print("To sign in to the secretariat: parley invite", flush=True)


def invite(person: str, settings: Settings, build: Build, *, as_json: bool) -> int:
    """Make an invitation and print it."""

    async def invited() -> str:
        async with opened(settings, build) as process:
            return await invite_secretariat(process.services["delegations"], person)

    code = asyncio.run(invited())
    print(json.dumps({"person": person, "code": code}) if as_json else f"The code for {person}, good for one sign-in within 14 days: {code}")
    return 0
