"""HTTP for consensus on a summary: the chair calls, delegations object by name, the chair answers and declares."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS, NotSignedIn
from parley.kernel.service import Service
from parley.protocol import consensus_forms
from parley.protocol.consensus_forms import Calling, Ending, Raised, Reply
from parley.protocol.silence_forms import Statement
from parley.protocol.standing import Actor, identify
from parley.summaries import queries
from parley.summaries.by_consensus import AnswerObjection, CallConsensus, DeclareConsensus, EndCall, RaiseObjection, RetractObjection, StateOnCall, visible_to
from parley.summaries.frozen import answered
from parley.summaries.http import change, standing_of
from parley.summaries.rules import SUMMARIES, identity


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["consensus on a summary"], prefix="/negotiations/{negotiation}/summaries/{summary}/consensus")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    async def tell(call: Call[Actor], summary: str, command: Callable[..., Any], **fields: object) -> Response:
        """Hand a command to the record. The words are frozen, so no version of them is compared."""
        request = call.asks(SUMMARIES, identity(call.lane, summary), lambda at, _: command(by=call.actor, at=at, **fields))
        return answer(service, await service.submit(replace(request, expected=None)), {"summary": summary})

    @router.post("", status_code=201, summary="Ask whether anybody objects to the working text", responses=COMMAND_PROBLEMS)
    async def call_consensus(summary: str, body: Calling, call: caller) -> Response:
        standing = await standing_of(service, call)
        inputs, forum = await service.ask(queries.what_is_known, call.lane, standing)
        with answered():
            closes_at, zone = body.moment(standing.zone)
        return await change(service, call, summary, CallConsensus, closes_at=closes_at, zone=zone, rule=body.rule, inputs=inputs, forum=forum)

    @router.get("", summary="The calls for consensus, with the objections and what became of them", responses=QUERY_PROBLEMS)
    async def show_consensus(summary: str, call: caller) -> Response:
        if not call.signed_in:
            raise NotSignedIn
        found = await service.ask(queries.working, call.lane, summary)
        mine = [one for one in found[0].calls if visible_to(one, call.actor)] if found else []
        if not mine:
            raise Unknown
        attribution = found[0].attribution if found else ""
        told = [consensus_forms.shown(one, call.actor, attribution, service.clock()) for one in mine]
        return shown(service, call.lane, {"summary": summary, "calls": told})

    @router.post("/objections", status_code=201, summary="Object by name, or ask for time until a limit", responses=COMMAND_PROBLEMS)
    async def raise_objection(summary: str, body: Raised, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        with answered():
            hold_until = body.hold(standing.zone)
        return await tell(call, summary, RaiseObjection, standing=standing, says=body.says, on_behalf_of=body.on_behalf_of, hold_until=hold_until)

    @router.post("/objections/{objection}/retract", status_code=201, summary="Take your delegation's objection back", responses=COMMAND_PROBLEMS)
    async def retract_objection(summary: str, objection: str, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        return await tell(call, summary, RetractObjection, standing=standing, objection=objection)

    @router.post("/objections/{objection}/answer", status_code=201, summary="Answer an objection that stands", responses=COMMAND_PROBLEMS)
    async def answer_objection(summary: str, objection: str, body: Reply, call: caller) -> Response:
        await standing_of(service, call)
        return await tell(call, summary, AnswerObjection, objection=objection, reason=body.reason)

    @router.post("/statements", status_code=201, summary="Put a reservation or another statement beside the text", responses=COMMAND_PROBLEMS)
    async def state_on_call(summary: str, body: Statement, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        return await tell(call, summary, StateOnCall, standing=standing, **body.model_dump())

    @router.post("/declare", status_code=201, summary="Declare consensus", responses=COMMAND_PROBLEMS)
    async def declare_consensus(summary: str, call: caller) -> Response:
        await standing_of(service, call)
        return await tell(call, summary, DeclareConsensus)

    @router.post("/end", status_code=201, summary="End the call without consensus", responses=COMMAND_PROBLEMS)
    async def end_call(summary: str, body: Ending, call: caller) -> Response:
        await standing_of(service, call)
        return await tell(call, summary, EndCall, reason=body.reason, accommodated=tuple(body.accommodated))

    return router
