"""HTTP for what comes after the issue: statements beside a version, files that are issued anew, and the version with all that stands beside it."""

import asyncio
from dataclasses import replace
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Response

from parley.issued.attached import Attached
from parley.issued.record import FORMS, recorded
from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS
from parley.kernel.service import Service
from parley.protocol.standing import Actor, identify
from parley.summaries import queries
from parley.summaries.facts import SummaryIssued
from parley.summaries.facts_afterwards import StatementRecorded, SummaryReissued
from parley.summaries.http import made, require_bench
from parley.summaries.http_bodies import Anew, Back, Stated
from parley.summaries.reissuing import ReissueVersion
from parley.summaries.rules import SUMMARIES, identity
from parley.summaries.stating import RecordStatement, TakeStatementBack

Version = Annotated[int, Path(ge=1, le=1_000_000)]
Count = Annotated[int, Path(ge=1, le=1_000_000)]
MOVING = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["issued summaries"], prefix="/negotiations/{negotiation}/summaries/{summary}/versions/{version}")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    async def beside(call: Call[Actor], summary: str, version: int) -> tuple[SummaryIssued, Attached]:
        found = await service.ask(queries.version, call.lane, summary, version, call.actor)
        if found is None:
            raise Unknown
        return found[0], await service.ask(queries.attached, call.lane, summary, version)

    @router.post("/statements", status_code=201, summary="Put a reservation or another statement beside an issued version", responses=COMMAND_PROBLEMS)
    async def record_statement(summary: str, version: Version, body: Stated, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        fields = body.model_dump() | {"places": tuple(body.places)}
        request = call.asks(SUMMARIES, identity(call.lane, summary), lambda at, _: RecordStatement(call.actor, at, standing, version, **fields))
        receipt = await service.submit(replace(request, expected=None))
        stated = await made(service, receipt, StatementRecorded)
        assert stated is not None, "a statement is recorded or refused"  # noqa: S101  (for the type checker)
        return answer(service, receipt, {"summary": summary, "version": version, "statement": stated.statement})

    @router.post("/statements/{statement}/withdraw", status_code=201, summary="Hold to your statement no more; it stays", responses=COMMAND_PROBLEMS)
    async def take_statement_back(summary: str, version: Version, statement: Count, body: Back, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        request = call.asks(SUMMARIES, identity(call.lane, summary), lambda at, _: TakeStatementBack(call.actor, at, standing, version, statement, body.reason))
        receipt = await service.submit(replace(request, expected=None))
        return answer(service, receipt, {"summary": summary, "version": version, "statement": statement})

    @router.get("/statements", summary="The statements beside an issued version", responses=QUERY_PROBLEMS)
    async def list_statements(summary: str, version: Version, call: caller) -> Response:
        _, found = await beside(call, summary, version)
        return shown(service, call.lane, {"statements": found.statements}, counted=call.actor.takes_part)

    @router.post("/reissue", status_code=201, summary="Issue a version anew for a fault of the file", responses=COMMAND_PROBLEMS)
    async def reissue_version(summary: str, version: Version, body: Anew, call: caller) -> Response:
        require_bench(call)
        sign = (await asyncio.to_thread(service.keys)).sign
        request = call.asks(
            SUMMARIES, identity(call.lane, summary), lambda at, _: ReissueVersion(call.actor, at, version, body.reason, sign), seen=True
        )  # fmt: skip
        receipt = await service.submit(request)
        anew = await made(service, receipt, SummaryReissued)
        told = {name: getattr(anew, name) for name in ("summary", "version", "reissue", "symbol", "content_hash", "replaces_hash", "issued_at")}
        return answer(service, receipt, told)

    @router.get("/reissues/{reissue}", summary="A version as it was issued anew, as JSON", responses=QUERY_PROBLEMS)
    async def show_reissue(summary: str, version: Version, reissue: Count, call: caller) -> Response:
        await beside(call, summary, version)
        issued = await service.ask(queries.reissues, call.lane, summary, version)
        if reissue > len(issued):
            raise Unknown
        headers = {"Parley-Content-Hash": issued[reissue - 1].content_hash, **MOVING}
        return Response(issued[reissue - 1].document, 200, headers, media_type="application/json")

    @router.get(
        "/record.{form}",
        summary="A version with its corrections, statements and reissues, as JSON, Markdown, HTML or PDF",
        responses=QUERY_PROBLEMS
        | {409: COMMAND_PROBLEMS[409], 200: {"description": "The record.", "content": {one.partition(";")[0]: {} for one in FORMS.values()}}},
    )
    async def show_record(summary: str, version: Version, form: str, call: caller) -> Response:
        if form not in FORMS:
            raise Unknown
        issued, found = await beside(call, summary, version)
        said = msgspec.structs.asdict(issued)
        return Response(await asyncio.to_thread(recorded, said, found, form), 200, MOVING, media_type=FORMS[form])

    return router
