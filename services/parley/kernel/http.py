"""HTTP in the way all services speak it: who calls, under which key, having seen what; and how a receipt is answered."""

import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid4

from parley.kernel.decider import Decider, Invalid
from parley.kernel.log import Look, Receipt
from parley.kernel.log import Request as RecordRequest
from parley.kernel.one_reading import NotACursor, only_declared, reads_one_way
from parley.kernel.problem import NotSignedIn, PreconditionRequired, technical
from parley.kernel.service import Service
from parley.kernel.telemetry import continued, without_text

logger = logging.getLogger(__name__)

Actor = TypeVar("Actor", bound=msgspec.Struct)

CUT = "Parley-Cut"
_CUT_PART = re.compile(r"^([a-z]{1,32}(?:\.public)?)=([0-9]{1,15})$")
_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
_TAG = re.compile(r'^"([0-9]{1,15})"$')

Identify = Callable[[Any, Any, str, datetime], Actor]
"""From what is known of a lane, what is known of a token, the lane and the time, to the one who calls."""


@dataclass(frozen=True)
class Call(Generic[Actor]):
    """One HTTP call: by whom, on which lane, under which key, having seen which version."""

    actor: Actor
    signed_in: bool
    lane: str
    scope: str
    key: str
    fingerprint: str
    expected: int | None
    trace: str | None

    def asks(self, decider: Decider[Any, Any, Any], identity: str, command: Callable[[datetime, Look], Any], *, seen: bool = False) -> RecordRequest:
        """The request to the record. With `seen`, the caller must have said with If-Match which version it has read.

        Raises:
            NotSignedIn: nobody is known to call.
            PreconditionRequired: `seen`, and there was no If-Match.
        """
        if not self.signed_in:
            raise NotSignedIn
        if seen and self.expected is None:
            raise PreconditionRequired
        return RecordRequest(
            decider=decider, identity=identity, lane=self.lane, command=command, by=msgspec.json.encode(self.actor, order="deterministic"),
            scope=self.scope, key=self.key, fingerprint=self.fingerprint, expected=self.expected, trace=self.trace,
        )  # fmt: skip

    def on(self, lane: str) -> "Call[Actor]":
        """The same call on another lane: for what is made there by it."""
        return replace(self, lane=lane)

    def new_identity(self) -> str:
        """A name for what this call makes; the same when the call is repeated under its key, so that a retry makes nothing twice."""
        return hashlib.sha256(f"{self.lane}|{self.scope}|{self.key}".encode()).hexdigest()[:16]


def calls(service: Service, identify: Identify[Actor], *, elsewhere: str | None = None) -> Callable[..., Awaitable[Call[Actor]]]:
    """A FastAPI dependency that says who calls, once this service's view has reached what the caller has seen (`Parley-Cut`).

    The service's view must know a `standing` by lane and a `grant` by the SHA-256 of a token. The lane is in the path; where the path
    has none, it is `elsewhere`.
    """

    async def call_from(request: Request, here: str) -> Call[Actor]:
        # A cut counts one negotiation's facts; what was seen of another one says nothing of this lane.
        seen = read_cut(request.headers.get(CUT), service.siblings)
        await service.reached(here, {} if elsewhere else seen)
        token = bearer(request)
        grant = await service.known("grant", hash_of(token)) if token else None
        actor = identify(await service.known("standing", here), grant, here, service.clock())
        signed_in = bool(getattr(actor, "person", None))
        if token and not signed_in:
            raise NotSignedIn
        return Call(
            actor=actor, signed_in=signed_in, lane=here, scope=f"{service.name}|{here}|{getattr(actor, 'person', '')}", key=key_of(request),
            fingerprint=await _fingerprint(request), expected=_if_match(request.headers.get("If-Match")), trace=request.headers.get("traceparent"),
        )  # fmt: skip

    async def call_there(request: Request) -> Call[Actor]:
        return await call_from(request, str(elsewhere))

    async def call_here(request: Request, negotiation: Annotated[str, Path(max_length=64)]) -> Call[Actor]:
        return await call_from(request, negotiation)

    return call_there if elsewhere else call_here


def caught_up(service: Service) -> Callable[[Request], Awaitable[None]]:
    """A FastAPI dependency for addresses where nobody signs in: it waits until this service's view has reached what the caller has seen (`Parley-Cut`).

    A list of all negotiations has no lane to wait for.
    """

    async def wait(request: Request) -> None:
        seen = read_cut(request.headers.get(CUT), service.siblings)
        if lane := request.path_params.get("negotiation"):
            await service.reached(lane, seen)

    return wait


def answer(
    service: Service, receipt: Receipt, body: dict[str, Any] | None = None, status: int = 201, location: str | None = None, *, counted: bool = True
) -> Response:
    """The answer to a command: its receipt, its ETag, and the cut that the caller has now seen.

    For who may not learn how much there is, it is not `counted`: receipt, ETag and cut are numbers of facts, and stay out.
    """
    content = {"receipt": receipt, **(body or {})} if counted else body or {}
    headers = {"Cache-Control": "no-store"} | ({"ETag": f'"{receipt.version}"', CUT: write_cut(service, receipt.lane)} if counted else {})
    if location:
        headers["Location"] = location
    return Response(msgspec.json.encode(content), status, headers, media_type="application/json")


def shown(service: Service, lane: str, body: Any, version: int | None = None, headers: dict[str, str] | None = None, *, counted: bool = True) -> Response:
    """The answer to a question: a body, the cut that it reflects, and the version as ETag where a change may follow; not `counted`, without the cut."""
    said = {"Cache-Control": "no-store", **({CUT: write_cut(service, lane)} if counted else {}), **(headers or {})}
    if version is not None:
        said["ETag"] = f'"{version}"'
    return Response(msgspec.json.encode(body), 200, said, media_type="application/json")


def hash_of(token: str) -> str:
    """What is stored of a token: SHA-256, in hex. The token itself has 256 random bits, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def key_of(request: Request) -> str:
    """The call's Idempotency-Key; a fresh one where the caller sends none and so cannot repeat the call."""
    key = request.headers.get("Idempotency-Key") or uuid4().hex
    if not _KEY.match(key):
        raise Invalid("malformed", "The Idempotency-Key takes 1 to 255 printable ASCII characters without spaces.")
    return key


def bearer(request: Request) -> str | None:
    """The token of the call: from the Authorization header, or from the session's cookie."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.cookies.get("__Host-parley") or request.cookies.get("parley")


def read_cut(header: str | None, services: Collection[str]) -> dict[str, int]:
    """`delegations=812, drafts=77` as numbers, of these services.

    Raises:
        NotACursor: it cannot be read, or names others; guessing would show the caller its past undone.
    """
    if not header:
        return {}
    parts = [_CUT_PART.match(part.strip()) for part in header.split(",")]
    read = {part[1]: int(part[2]) for part in parts if part and part[1].partition(".")[0] in services}
    if len(read) != len(parts) or len(parts) > 16:
        raise NotACursor
    return read


def write_cut(service: Service, lane: str) -> str:
    """Up to which `seq` of each service this answer reflects the lane."""
    return ", ".join(f"{source}={seq}" for source, seq in service.projection.cut(lane).items())


def _if_match(header: str | None) -> int | None:
    if header is None:
        return None
    tag = _TAG.match(header.strip())
    if tag is None:
        raise Invalid("malformed", 'Send If-Match with an ETag as it was given to you, as in `"7"`.')
    return int(tag[1])


async def _fingerprint(request: Request) -> str:
    """What was asked, without the words: method, path, precondition and body under one hash."""
    asked = hashlib.sha256()
    for part in (request.method, request.url.path, request.url.query, request.headers.get("If-Match", "")):
        asked.update(part.encode() + b"\0")
    asked.update(await request.body())
    return asked.hexdigest()


class FaultsAnswered:
    """ASGI middleware that answers a fault of the program, and tells the log its type and its place.

    Starlette would raise it once more, for the server to log its message, which may hold a submission's text.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; where an answer has begun when the fault comes, the server cuts it off."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            with continued(Headers(scope=scope).get("traceparent")):
                logger.error("a request failed: %s", type(error).__name__, exc_info=without_text(error))  # noqa: TRY400  (the message stays out)
            if not begun:
                await technical("broken")(scope, receive, send)


class BodyLimit:
    """ASGI middleware that refuses a body over a number of bytes before anybody parses it, and JSON that can be read in two ways.

    FastAPI has a limit of its own (`max_body_size`), but answers it in plain text; ours is a problem like every other.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"").lstrip(b"0")
        # The digits are counted first, because Python refuses to read a number of thousands of them.
        if declared.isdigit() and (len(declared) > 18 or int(declared) > self.limit):
            await technical("too-large")(scope, receive, send)
            return
        if b"content-length" not in headers and b"transfer-encoding" not in headers:  # then HTTP/1.1 says that there is no body
            await self.app(scope, receive, send)
            return
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.limit:
                await technical("too-large")(scope, receive, send)
                return
        if body and b"json" in b"".join(value for name, value in scope["headers"] if name == b"content-type").lower() and not reads_one_way(bytes(body)):
            await technical("not-json")(scope, receive, send)
            return
        handed: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> Message:
            return handed.pop() if handed else await receive()

        await self.app(scope, replay, send)


def by_word(app: FastAPI, subjects: Sequence[APIRouter], prefix: str) -> None:
    """Let a request try only the routes that share its word (`principles` in /api/v1/negotiations/prague/principles).

    FastAPI tries one route after the other; with a hundred of them that took longer than the rest of the request.
    """
    near: dict[str, APIRouter] = {}
    for subject in subjects:
        for word in sorted({_word(f"{prefix}{route.path}") for route in subject.routes if isinstance(route, APIRoute)} - {""}):
            near.setdefault(word, APIRouter()).include_router(subject, prefix=prefix, dependencies=[Depends(only_declared)])
    all_of_them = app.router.middleware_stack

    async def directory(scope: Scope, receive: Receive, send: Send) -> None:
        router = near.get(_word(scope["path"])) if scope["type"] == "http" else None
        await (router.app if router is not None else all_of_them)(scope, receive, send)

    app.router.middleware_stack = directory


def _word(path: str) -> str:
    """The word that tells subjects apart: the fifth step of a path below /api/v1/negotiations/{negotiation}, and nothing elsewhere."""
    steps = path.split("/", 6)
    return steps[5] if len(steps) > 5 and steps[3] == "negotiations" and not steps[5].startswith("{") else ""
