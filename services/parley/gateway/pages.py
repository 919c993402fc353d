"""The public pages: plain HTML that is made here and needs no script, read from the services' HTTP like any other client reads it."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from importlib.resources import files
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from parley.gateway.headers import SecurityHeaders
from parley.gateway.public import Absent, Public, Unreadable
from parley.gateway.showing import templates, themes_of
from parley.kernel.problem import technical

NEWEST = 12
MEDIA = {"parley.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


def pages(client: httpx.AsyncClient, problems: Mapping[str, tuple[int, str]]) -> Starlette:
    """The public pages as an application of their own.

    Let it answer whatever the interface does not: `app.router.default = pages(client, problems)`. A mount at `/` works as well, but turns the interface's
    405 into a 404.

    Args:
        client: reaches the services' HTTP; in one process over `httpx.ASGITransport`.
        problems: by code, the status and what to do: what the pages under `/problems` say.
    """
    shown = Pages(Public(client), problems)
    return Starlette(
        routes=[
            Route("/", shown.front),
            Route("/negotiations/{negotiation}", shown.negotiation),
            Route("/negotiations/{negotiation}/record", shown.record),
            Route("/negotiations/{negotiation}/summaries/{name}/{version:int}", shown.summary),
            Route("/negotiations/{negotiation}/documents/{name}/{version:int}", shown.document),
            Route("/problems", shown.list_problems),
            Route("/problems/{code}", shown.problem),
            Route("/assets/{name}", shown.asset),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={Absent: shown.absent, HTTPException: shown.absent, Unreadable: shown.unreadable},
    )


class Pages:
    """The pages, one method each."""

    def __init__(self, public: Public, problems: Mapping[str, tuple[int, str]]) -> None:
        self._public = public
        self._problems = problems
        self._assets = {name: files("parley.gateway").joinpath("assets", name).read_bytes() for name in MEDIA}
        self._prints = {name: hashlib.sha256(body).hexdigest()[:12] for name, body in self._assets.items()}
        # The address of an asset changes with its bytes, so it may be kept for ever.
        self._templates = templates(asset=lambda name: f"/assets/{name}?v={self._prints[name]}")

    async def front(self, request: Request) -> Response:
        """What is public: all negotiations."""
        return self._shown(request, "front.html", listed=await self._public.negotiations(request.query_params.get("cursor")))

    async def negotiation(self, request: Request) -> Response:
        """One negotiation: texts, deadlines, themes, the newest of its record."""
        about, record = await self._public.negotiation(request.path_params["negotiation"], NEWEST)
        return self._shown(request, "negotiation.html", about=about, record=record)

    async def record(self, request: Request) -> Response:
        """The whole record, page by page."""
        about, record = await self._public.record(request.path_params["negotiation"], request.query_params.get("cursor"))
        return self._shown(request, "record.html", about=about, record=record)

    async def summary(self, request: Request) -> Response:
        """An issued summary with its versions, its corrections, and what delegations have put beside it."""
        given = request.path_params
        page = await self._public.text(given["negotiation"], "summaries", given["name"], given["version"])
        said: dict[str, Any] = {"words": page.words, "themes": themes_of(page.words), "statements": page.statements}
        return self._shown(request, "summary.html", about=page.about, history=page.history, version=page.version, **said)

    async def document(self, request: Request) -> Response:
        """A released version of a draft."""
        given = request.path_params
        page = await self._public.text(given["negotiation"], "documents", given["name"], given["version"])
        return self._shown(request, "document.html", about=page.about, history=page.history, version=page.version, words=page.words)

    async def list_problems(self, request: Request) -> Response:
        """All problems by code."""
        listed = [(code, HTTPStatus(status), said) for code, (status, said) in sorted(self._problems.items())]
        return self._shown(request, "problems.html", problems=listed)

    async def problem(self, request: Request) -> Response:
        """What a problem is, and what to do: the address that stands in its `type`."""
        code = request.path_params["code"]
        if code not in self._problems:
            raise Absent
        status, said = self._problems[code]
        paragraphs = [one.strip() for one in said.split("\n\n") if one.strip()]
        return self._shown(request, "problem.html", code=code, answered=HTTPStatus(status), paragraphs=paragraphs)

    async def asset(self, request: Request) -> Response:
        """The stylesheet and the icon."""
        name = request.path_params["name"]
        if name not in self._assets:
            raise Absent
        current = request.query_params.get("v") == self._prints[name]
        keep = "public, max-age=31536000, immutable" if current else "public, no-cache"
        return Response(self._assets[name], headers={"ETag": f'"{self._prints[name]}"', "Cache-Control": keep}, media_type=MEDIA[name])

    async def absent(self, request: Request, fault: Exception) -> Response:
        """Nothing is here; or nothing that takes this method."""
        status = fault.status_code if isinstance(fault, HTTPException) else 404
        if request.url.path.startswith("/api/"):  # a program asks: it is answered in its own form
            return technical("not-allowed-here" if status == 405 else "unknown")
        return self._shown(request, "missing.html", status)

    async def unreadable(self, request: Request, _: Exception) -> Response:
        """The record does not answer."""
        answer = self._shown(request, "unreadable.html", 503)
        answer.headers["Retry-After"] = "5"
        return answer

    def _shown(self, request: Request, template: str, status: int = 200, **what: Any) -> Response:
        body = self._templates.get_template(template).render(**what).encode()
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "Cache-Control": "public, no-cache"} if status == 200 else {"Cache-Control": "no-store"}
        held = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
        if headers.get("ETag") in held:
            return Response(None, 304, headers)
        return Response(body, status, headers, media_type="text/html")
