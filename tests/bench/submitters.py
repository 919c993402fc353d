"""Submitters: connections that send one request after the other and note how long each answer took, with as little work of their own as can be."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import uvloop


@dataclass
class Answers:
    """What came back: seconds of each answer, their statuses and bodies in the order in which they came, and how long all of it took."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took

    def at(self, share: float) -> float:
        """The time that this share of the answers stayed under."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * share))]


class _Submitter(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], answers: Answers, done: "asyncio.Future[None]") -> None:
        self._requests = requests
        self._answers = answers
        self._done = done
        self._came = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self._done.done():
                self._done.set_result(None)
            return
        self._sent = perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, separator, body = self._came.partition(b"\r\n\r\n")
        if not separator:
            return
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at:].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        self._answers.seconds.append(perf_counter() - self._sent)
        status = int(head[9:12])
        self._answers.statuses[status] = self._answers.statuses.get(status, 0) + 1
        self._answers.bodies.append(body)
        self._came = b""
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server ended the connection"))


def submit(address: str, requests: list[bytes], submitters: int) -> Answers:
    """Send all of the requests over that many connections, each of which waits for its answer before it sends the next."""
    return uvloop.run(_submit(address, requests, submitters))


async def _submit(address: str, requests: list[bytes], submitters: int) -> Answers:
    host, _, port = address.removeprefix("http://").partition(":")
    loop, answers, waiting = asyncio.get_running_loop(), Answers(), iter(requests)
    done = [loop.create_future() for _ in range(submitters)]
    connections = [await loop.create_connection(lambda one=one: _Submitter(waiting, answers, one), host, int(port)) for one in done]
    began = perf_counter()
    for _, submitter in connections:
        submitter.send()
    await asyncio.gather(*done)
    answers.took = perf_counter() - began
    for transport, _ in connections:
        transport.close()
    return answers


def post(path: str, body: bytes, token: str, key: str) -> bytes:
    """A request as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
