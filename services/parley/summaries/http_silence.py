"""HTTP for a summary under silence: the chair puts the text before the delegations, and any of them may break the silence before its end."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS, NotSignedIn
from parley.kernel.service import Service
from parley.protocol import silence_forms
from parley.protocol.silence_forms import Later, Objection, Outage, Statement, TakenBack, Until
from parley.protocol.standing import Actor, identify
from parley.summaries import queries
from parley.summaries.frozen import answered
from parley.summaries.http import change, require_bench, standing_of
from parley.summaries.rules import SUMMARIES, identity
from parley.summaries.under_silence import (
    BreakSilence,
    ExtendSilence,
    MakeStatement,
    RecordOutage,
    StartSilence,
    WithdrawText,
    visible_to,
)


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["silence on a summary"], prefix="/negotiations/{negotiation}/summaries/{summary}/silence")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    async def tell(call: Call[Actor], summary: str, command: Callable[..., Any], **fields: object) -> Response:
        """Hand a command to the record. It is about the silence and not about the words, so no version of them is compared."""
        request = call.asks(SUMMARIES, identity(call.lane, summary), lambda at, _: command(by=call.actor, at=at, **fields))
        return answer(service, await service.submit(replace(request, expected=None)), {"summary": summary})

    async def own_zone(call: Call[Actor]) -> str:
        return str((await service.known("standing", call.lane)).zone)

    @router.post("", status_code=201, summary="Put the working text under silence until an exact time", responses=COMMAND_PROBLEMS)
    async def start_silence(summary: str, body: Until, call: caller) -> Response:
        inputs, forum = await service.ask(queries.what_is_known, call.lane, await standing_of(service, call))
        with answered():
            expires_at, zone = body.moment(await own_zone(call))
        return await change(service, call, summary, StartSilence, expires_at=expires_at, zone=zone, inputs=inputs, forum=forum)

    @router.get("", summary="What lies or lay under silence, and how it ended", responses=QUERY_PROBLEMS)
    async def show_silence(summary: str, call: caller) -> Response:
        if not call.signed_in:
            raise NotSignedIn
        found = await service.ask(queries.working, call.lane, summary)
        mine = [one for one in found[0].silences if visible_to(one, call.actor)] if found else []
        if not mine:
            raise Unknown
        attribution = found[0].attribution if found else ""
        return shown(service, call.lane, {"summary": summary, "silences": [silence_forms.shown(one, call.actor, attribution) for one in mine]})

    @router.put("/until", status_code=201, summary="Let the silence end later", responses=COMMAND_PROBLEMS)
    async def extend_silence(summary: str, body: Later, call: caller) -> Response:
        require_bench(call)
        with answered():
            expires_at, _ = body.moment(await own_zone(call))
        return await tell(call, summary, ExtendSilence, expires_at=expires_at, reason=body.reason)

    @router.post("/outages", status_code=201, summary="Give back time in which delegations could not reach the service", responses=COMMAND_PROBLEMS)
    async def record_outage(summary: str, body: Outage, call: caller) -> Response:
        return await tell(call, summary, RecordOutage, **body.model_dump())

    @router.post("/withdraw", status_code=201, summary="Take the text back before the end", responses=COMMAND_PROBLEMS)
    async def withdraw_text(summary: str, body: TakenBack, call: caller) -> Response:
        return await tell(call, summary, WithdrawText, reason=body.reason)

    @router.post("/objections", status_code=201, summary="Break the silence by an objection", responses=COMMAND_PROBLEMS)
    async def break_silence(summary: str, body: Objection, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        return await tell(call, summary, BreakSilence, standing=standing, says=body.says, on_behalf_of=body.on_behalf_of)

    @router.post("/statements", status_code=201, summary="Put a reservation or another statement beside the text", responses=COMMAND_PROBLEMS)
    async def make_statement(summary: str, body: Statement, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        return await tell(call, summary, MakeStatement, standing=standing, **body.model_dump())

    return router
