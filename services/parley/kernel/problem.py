"""Problems: how every refusal and fault is answered over HTTP (RFC 9457)."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException

from parley.kernel.decider import Refused
from parley.kernel.log import KeyInFlight, KeyReused, Stale, StoreFailed, StoreFull
from parley.kernel.projection import ViewStopped

TECHNICAL = {
    "not-json": (
        400,
        "The body cannot be read, or not in one way alone. Send JSON in UTF-8 without a byte order mark, each name once in its object, in at most 100 levels.",
    ),
    "not-a-cursor": (400, "Send a cursor, an event's id or a cut as it was given to you, to where it was given; or none, to begin at the start."),
    "undeclared": (400, "This address does not take that parameter, or takes it once. The interface's description names those that it takes."),
    "malformed": (
        422,
        "The request has not the documented form. Look at `errors`: each names the place and what is expected there; `*` stands for a name of your own.",
    ),
    "unknown": (404, "There is nothing here under this address that you may see."),
    "not-allowed-here": (405, "This address does not take that method; the `Allow` header names those that it takes."),
    "not-signed-in": (401, "Sign in first, and send the token as `Authorization: Bearer ...`."),
    "precondition-required": (428, "Send `If-Match` with the ETag of what you have seen, so that you do not change what you have not read."),
    "stale": (412, "It has changed since you saw it. `since` says what came after; read it again, then decide anew."),
    "key-reused": (422, "This Idempotency-Key stands for another request. Use a new key for a new request."),
    "key-in-flight": (409, "The same request is being worked on. Wait a moment and send it again with the same key."),
    "too-large": (413, "The request is larger than this address takes. Split it, or ask the secretariat to import it."),
    "not-there-yet": (503, "The service does not yet reflect what you have seen elsewhere. Send it again in a moment."),
    "store-full": (507, "The record cannot grow because the disk is full. Nothing was recorded; tell the operator, then send it again with the same key."),
    "store-failed": (503, "The record did not answer. Send the request again with the same Idempotency-Key: it will have one effect."),
    "stopped": (503, "The service stands still because it could not apply a fact. The operator sees which one with `parley doctor`."),
    "broken": (500, "This is a fault of the program, not of your request. Nothing was recorded under it; the operator finds it by the trace id."),
}
"""The problems that are not rules of the domain: code, status, and what to do. The page of problems is written from this and from the rules."""


ERRORS = 20
"""How many places one answer names: a body may have as many faults as characters."""


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """An `application/problem+json` answer whose `type` is the address of a page that says what to do."""
    body = {"type": f"/problems/{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail, **more}
    return JSONResponse(body, status, {"Cache-Control": "no-store", **(headers or {})}, media_type="application/problem+json")


def technical(code: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """One of the problems in `TECHNICAL`."""
    status, detail = TECHNICAL[code]
    return problem(status, code, detail, headers, **more)


class NotSignedIn(Refused):
    """No token, or one that is unknown, expired or revoked: the same answer in all these cases."""

    status = 401

    def __init__(self) -> None:
        super().__init__("not-signed-in", TECHNICAL["not-signed-in"][1])


class PreconditionRequired(Refused):
    """A change was asked for without saying which state was seen."""

    status = 428

    def __init__(self) -> None:
        super().__init__("precondition-required", TECHNICAL["precondition-required"][1])


def answer_problems(app: FastAPI) -> None:
    """Teach an application to answer every refusal and fault as a problem."""
    retry = {"Retry-After": "1"}

    @app.exception_handler(Refused)
    async def _refused(_: Request, refused: Refused) -> Response:
        headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else None
        return problem(refused.status, refused.rule, refused.why, headers, **refused.details)

    @app.exception_handler(Stale)
    async def _stale(_: Request, stale: Stale) -> Response:
        since = [{"type": fact.type, "at": fact.at.isoformat(), "version": fact.version} for fact in stale.since]
        return technical("stale", {"ETag": f'"{stale.current}"'}, current=f'"{stale.current}"', since=since)

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: RequestValidationError) -> Response:
        # Only the place and the expectation: the input itself may be a submission's text.
        body = request.scope["route"].dependant.body_params
        names = _names_of(body[0].field_info.annotation) if body else frozenset()
        errors = [{"pointer": _pointer(one["loc"], names), "expected": one["msg"]} for one in error.errors()[:ERRORS]]
        return technical("malformed", errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> Response:
        codes = {400: "not-json", 404: "unknown", 405: "not-allowed-here", 413: "too-large"}
        if error.status_code not in codes:
            return technical("malformed", errors=[{"pointer": "/", "expected": "a body in the documented form"}])
        return technical(codes[error.status_code], dict(error.headers or {}))

    for kind, code, headers in (
        (KeyReused, "key-reused", None),
        (KeyInFlight, "key-in-flight", retry),
        (StoreFull, "store-full", None),
        (StoreFailed, "store-failed", retry),
        (OperationalError, "store-failed", retry),
        (InterfaceError, "store-failed", retry),
        (NoConnection, "store-failed", retry),
        (ViewStopped, "stopped", None),
        (TimeoutError, "not-there-yet", retry),
    ):
        app.exception_handler(kind)(_answering(code, headers))


@lru_cache(maxsize=512)
def _names_of(body: type[BaseModel]) -> frozenset[str]:
    """Every name that a body declares, at any level: what a problem may repeat. A name of the caller's own may be a submission's text."""
    schema = body.model_json_schema()
    return frozenset(name for part in (schema, *schema.get("$defs", {}).values()) for name in part.get("properties", ()))


def _pointer(place: Sequence[int | str], names: Collection[str]) -> str:
    """The place of an error in a request; names that the interface does not declare are the caller's own words and are not repeated."""
    said = (str(step) if number == 0 or place[0] != "body" or isinstance(step, int) or step in names else "*" for number, step in enumerate(place))
    return "/" + "/".join(said)


def _answering(code: str, headers: dict[str, str] | None) -> Any:
    async def answer(_: Request, __: Exception) -> Response:
        return technical(code, headers)

    return answer


def _described(*codes: str) -> dict[int | str, dict[str, Any]]:
    statuses = sorted({TECHNICAL[code][0] for code in codes} | {403, 409})
    schema = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": schema} for status in statuses}


QUERY_PROBLEMS = {
    status: said for status, said in _described("undeclared", "malformed", "unknown", "not-signed-in", "not-there-yet", "broken").items() if status != 409
}
"""What a question may be answered with besides its answer; for the OpenAPI description."""

COMMAND_PROBLEMS = _described(*TECHNICAL)
"""What a command may be answered with besides its receipt."""

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "description": "the address of a page that says what to do"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable; made for programs"},
        "detail": {"type": "string", "description": "a sentence that says what to do"},
    },
    "additionalProperties": True,
}
"""The form of every problem (RFC 9457, with `code`)."""
