"""HTTP for a draft under silence: the chair puts the present version before the delegations, and any of them may break the silence before its end."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from parley.drafts import queries_silence
from parley.drafts.asked import answered
from parley.drafts.http_document import Name, reader
from parley.drafts.rules import DOCUMENTS
from parley.drafts.rules_silence import BreakSilence, ExtendSilence, MakeStatement, RecordOutage, StartSilence, WithdrawText
from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS
from parley.kernel.service import Service
from parley.protocol import silence_forms
from parley.protocol.silence_forms import Later, Objection, Outage, Statement, TakenBack, Until
from parley.protocol.standing import Actor, identify


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["silence on a document"], prefix="/negotiations/{negotiation}/documents/{document}/silence")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    async def tell(call: Call[Actor], document: str, command: Callable[..., Any], *, seen: bool = False, **fields: object) -> Response:
        standing = await service.known("standing", call.lane)
        request = call.asks(DOCUMENTS, f"{call.lane}/{document}", lambda at, _: command(by=call.actor, at=at, standing=standing, **fields), seen=seen)
        return answer(service, await service.submit(request), {"document": document})

    async def own_zone(call: Call[Actor]) -> str:
        return str((await service.known("standing", call.lane)).zone)

    @router.post("", status_code=201, summary="Put the present version under silence until an exact time", responses=COMMAND_PROBLEMS)
    async def start_silence(document: Name, body: Until, call: caller) -> Response:
        with answered():
            expires_at, zone = body.moment(await own_zone(call))
        return await tell(call, document, StartSilence, seen=True, expires_at=expires_at, zone=zone)

    @router.get("", summary="What lies or lay under silence, and how it ended", responses=QUERY_PROBLEMS)
    async def show_silence(document: Name, call: caller) -> Response:
        reader(call)
        found = await service.ask(queries_silence.silences, f"{call.lane}/{document}", call.actor)
        if not found:
            raise Unknown
        attribution = (await service.known("standing", call.lane)).attribution
        return shown(service, call.lane, {"document": document, "silences": [silence_forms.shown(one, call.actor, attribution) for one in found]})

    @router.put("/until", status_code=201, summary="Let the silence end later", responses=COMMAND_PROBLEMS)
    async def extend_silence(document: Name, body: Later, call: caller) -> Response:
        with answered():
            expires_at, _ = body.moment(await own_zone(call))
        return await tell(call, document, ExtendSilence, expires_at=expires_at, reason=body.reason)

    @router.post("/outages", status_code=201, summary="Give back time in which delegations could not reach the service", responses=COMMAND_PROBLEMS)
    async def record_outage(document: Name, body: Outage, call: caller) -> Response:
        return await tell(call, document, RecordOutage, **body.model_dump())

    @router.post("/withdraw", status_code=201, summary="Take the text back before the end", responses=COMMAND_PROBLEMS)
    async def withdraw_text(document: Name, body: TakenBack, call: caller) -> Response:
        return await tell(call, document, WithdrawText, reason=body.reason)

    @router.post("/objections", status_code=201, summary="Break the silence by an objection", responses=COMMAND_PROBLEMS)
    async def break_silence(document: Name, body: Objection, call: caller) -> Response:
        return await tell(call, document, BreakSilence, **body.model_dump())

    @router.post("/statements", status_code=201, summary="Put a reservation or another statement beside the text", responses=COMMAND_PROBLEMS)
    async def make_statement(document: Name, body: Statement, call: caller) -> Response:
        return await tell(call, document, MakeStatement, **body.model_dump())

    return router
