"""HTTP for consensus on a draft: the chair calls, delegations object by name, the chair answers and declares."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from parley.drafts import queries_silence
from parley.drafts.asked import answered
from parley.drafts.http_document import Name, reader
from parley.drafts.rules import DOCUMENTS
from parley.drafts.rules_consensus import AnswerObjection, CallConsensus, DeclareConsensus, EndCall, RaiseObjection, RetractObjection, StateOnCall
from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS
from parley.kernel.service import Service
from parley.protocol import consensus_forms
from parley.protocol.consensus_forms import Calling, Ending, Raised, Reply
from parley.protocol.silence_forms import Statement
from parley.protocol.standing import Actor, identify


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["consensus on a document"], prefix="/negotiations/{negotiation}/documents/{document}/consensus")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    async def tell(call: Call[Actor], document: str, command: Callable[..., Any], *, seen: bool = False, **fields: object) -> Response:
        standing = await service.known("standing", call.lane)
        request = call.asks(DOCUMENTS, f"{call.lane}/{document}", lambda at, _: command(by=call.actor, at=at, standing=standing, **fields), seen=seen)
        return answer(service, await service.submit(request), {"document": document})

    async def own_zone(call: Call[Actor]) -> str:
        return str((await service.known("standing", call.lane)).zone)

    @router.post("", status_code=201, summary="Ask whether anybody objects to the present version", responses=COMMAND_PROBLEMS)
    async def call_consensus(document: Name, body: Calling, call: caller) -> Response:
        with answered():
            closes_at, zone = body.moment(await own_zone(call))
        return await tell(call, document, CallConsensus, seen=True, closes_at=closes_at, zone=zone, rule=body.rule)

    @router.get("", summary="The calls for consensus, with the objections and what became of them", responses=QUERY_PROBLEMS)
    async def show_consensus(document: Name, call: caller) -> Response:
        reader(call)
        found = await service.ask(queries_silence.calls, f"{call.lane}/{document}", call.actor)
        if not found:
            raise Unknown
        attribution = (await service.known("standing", call.lane)).attribution
        told = [consensus_forms.shown(one, call.actor, attribution, service.clock()) for one in found]
        return shown(service, call.lane, {"document": document, "calls": told})

    @router.post("/objections", status_code=201, summary="Object by name, or ask for time until a limit", responses=COMMAND_PROBLEMS)
    async def raise_objection(document: Name, body: Raised, call: caller) -> Response:
        with answered():
            hold_until = body.hold(await own_zone(call))
        return await tell(call, document, RaiseObjection, says=body.says, on_behalf_of=body.on_behalf_of, hold_until=hold_until)

    @router.post("/objections/{objection}/retract", status_code=201, summary="Take your delegation's objection back", responses=COMMAND_PROBLEMS)
    async def retract_objection(document: Name, objection: str, call: caller) -> Response:
        return await tell(call, document, RetractObjection, objection=objection)

    @router.post("/objections/{objection}/answer", status_code=201, summary="Answer an objection that stands", responses=COMMAND_PROBLEMS)
    async def answer_objection(document: Name, objection: str, body: Reply, call: caller) -> Response:
        return await tell(call, document, AnswerObjection, objection=objection, reason=body.reason)

    @router.post("/statements", status_code=201, summary="Put a reservation or another statement beside the text", responses=COMMAND_PROBLEMS)
    async def state_on_call(document: Name, body: Statement, call: caller) -> Response:
        return await tell(call, document, StateOnCall, **body.model_dump())

    @router.post("/declare", status_code=201, summary="Declare consensus", responses=COMMAND_PROBLEMS)
    async def declare_consensus(document: Name, call: caller) -> Response:
        return await tell(call, document, DeclareConsensus)

    @router.post("/end", status_code=201, summary="End the call without consensus", responses=COMMAND_PROBLEMS)
    async def end_call(document: Name, body: Ending, call: caller) -> Response:
        return await tell(call, document, EndCall, reason=body.reason, accommodated=tuple(body.accommodated))

    return router
