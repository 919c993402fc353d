"""Forwarding: the gateway hands every request of the interface to the service that owns its path, and passes on what it answers."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

import httpx
from fastapi import Request, Response
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse

from parley.kernel.problem import technical
from parley.kernel.telemetry import answered_with, forwarding_span, traceparent_of

CLIENTS = 16
CONNECTIONS = 4  # of one client: httpx slows down when one client has many in flight
READ_SECONDS = 30
_HOP = frozenset({"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "host"})


@dataclass(frozen=True)
class Owned:
    """A path of the interface, the methods that it takes, and the service that owns it; `route` is the path as it is declared."""

    route: str
    path: re.Pattern[str]
    methods: frozenset[str]
    service: str


class _Instance:
    """One running instance of a service: clients with few connections each, and one for streams that stay open."""

    def __init__(self, address: str) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        timeout = httpx.Timeout(READ_SECONDS, connect=2, pool=READ_SECONDS)
        self.clients = [httpx.AsyncClient(base_url=address, limits=limits, timeout=timeout) for _ in range(CLIENTS)]
        endless = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self.streams = httpx.AsyncClient(base_url=address, limits=endless, timeout=httpx.Timeout(None, connect=2))
        self._next = itertools.cycle(self.clients)

    def client(self, *, stream: bool) -> httpx.AsyncClient:
        return self.streams if stream else next(self._next)


class Forwarding:
    """The services by their paths. Enter it to hold its connections.

    Args:
        owned: whose each path is.
        addresses: where each service is; several instances with commas between them, which take turns.
    """

    def __init__(self, owned: Sequence[Owned], addresses: Mapping[str, str]) -> None:
        self._owned = tuple(owned)
        self._instances = {service: [_Instance(one.strip()) for one in said.split(",")] for service, said in addresses.items()}
        self._turn = {service: itertools.cycle(range(len(instances))) for service, instances in self._instances.items()}
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open the clients."""
        for instances in self._instances.values():
            for instance in instances:
                for client in (*instance.clients, instance.streams):
                    await self._open.enter_async_context(client)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the clients."""
        await self._open.aclose()

    async def forward(self, request: Request) -> Response:
        """The answer of the service that owns the path."""
        matching = [one for one in self._owned if one.path.match(request.url.path)]
        if not matching:
            return technical("unknown")
        owned = next((one for one in matching if request.method in one.methods), None)
        if owned is None:
            return technical("not-allowed-here", {"Allow": ", ".join(sorted(set().union(*(one.methods for one in matching))))})
        with forwarding_span(request.method, owned.route, request.headers.get("traceparent")) as span:
            response = await self._passed_on(owned.service, request, traceparent_of(span))
            answered_with(span, response.status_code)
        return response

    async def _passed_on(self, service: str, request: Request, traceparent: str | None) -> Response:
        stream = "text/event-stream" in request.headers.get("accept", "")
        body = await request.body()
        for instance in self._in_turn(service):
            try:
                return await _answer(instance.client(stream=stream), request, body, traceparent)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent: the next instance may take it
            except httpx.TransportError:
                break  # it may have been done: the caller repeats it under its key
        return technical("store-failed", {"Retry-After": "1"})

    def _in_turn(self, service: str) -> Iterator[_Instance]:
        instances = self._instances.get(service, [])
        if not instances:
            return
        first = next(self._turn[service])
        for n in range(len(instances)):
            yield instances[(first + n) % len(instances)]


async def _answer(client: httpx.AsyncClient, request: Request, body: bytes, traceparent: str | None) -> Response:
    headers = [(name, value) for name, value in request.headers.raw if name.decode("latin-1") not in _HOP]
    if traceparent is not None:
        headers = [*((name, value) for name, value in headers if name != b"traceparent"), (b"traceparent", traceparent.encode("latin-1"))]
    # The path as it was sent: what stands in it as %3F or %00 is a name's own and must not become part of the address.
    target = request.scope["raw_path"].decode("ascii") + (f"?{request.url.query}" if request.url.query else "")
    answered = await client.send(client.build_request(request.method, target, headers=headers, content=body), stream=True)
    # Bytes as they came, so that an ETag and a hash stay true; the connection is given back when the last has gone.
    response = StreamingResponse(answered.aiter_raw(), answered.status_code, background=BackgroundTask(answered.aclose))
    response.raw_headers = [(name.lower(), value) for name, value in answered.headers.raw if name.decode("latin-1").lower() not in _HOP]
    return response
