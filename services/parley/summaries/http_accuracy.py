"""HTTP for accuracy: a delegation reads how its own view is put and may ask to correct it; the bench answers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS, NotSignedIn
from parley.kernel.service import Service
from parley.protocol.standing import Actor, identify
from parley.summaries import queries
from parley.summaries.accuracy import AnswerCorrection, AskCorrection, OpenAccuracyWindow, WithdrawRequest, concerned
from parley.summaries.http import change, standing_of, working
from parley.summaries.http_bodies import Answered, Asked, Window
from parley.summaries.inputs import Inputs
from parley.summaries.rules import SUMMARIES, identity
from parley.summaries.summary import Summary


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["accuracy of a summary"], prefix="/negotiations/{negotiation}/summaries/{summary}")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    async def own(call: Call[Actor], summary: str) -> tuple[Summary, Inputs]:
        """The working text, for a delegation that has had a window on it. It learns nothing of it but through `concerned`."""
        if not call.signed_in:
            raise NotSignedIn
        found = await service.ask(queries.working, call.lane, summary)
        if found is None or call.actor.delegation is None or not call.actor.may("summary.read-issued") or found[0].window_closes_at is None:
            raise Unknown
        cited = {source.input for sentence in found[0].sentences.values() for source in sentence.sources}
        inputs, _ = await service.ask(queries.what_is_known, call.lane, await service.known("standing", call.lane), cited)
        return found[0], inputs

    async def tell(call: Call[Actor], summary: str, command: Callable[..., Any], **fields: object) -> Response:
        """Hand on what a delegation says. It has not seen the whole text, so no version of the whole is compared or told."""
        request = call.asks(SUMMARIES, identity(call.lane, summary), lambda at, _: command(by=call.actor, at=at, **fields))
        receipt = await service.submit(replace(request, expected=None))
        return answer(service, receipt, {"summary": summary})

    @router.put("/window", status_code=201, summary="Let delegations ask for corrections until a time", responses=COMMAND_PROBLEMS)
    async def open_window(summary: str, body: Window, call: caller) -> Response:
        await standing_of(service, call)
        return await change(service, call, summary, OpenAccuracyWindow, closes_at=body.closes_at)

    @router.get("/own", summary="The sentences that put your delegation's view, and your requests", responses=QUERY_PROBLEMS)
    async def show_own(summary: str, call: caller) -> Response:
        text, inputs = await own(call, summary)
        mine = call.actor.delegation
        is_open = text.window_closes_at is not None and service.clock() < text.window_closes_at
        sentences = [one for _, listed in text.in_order() for one in listed if is_open and mine in concerned(one, inputs.by_reference)]
        requests = [one for one in text.requests.values() if one.delegation == mine]
        if not sentences and not requests:
            raise Unknown
        said = [{"sentence": one.sentence, "text": one.text} for one in sentences]
        return shown(service, call.lane, {"closes_at": text.window_closes_at, "sentences": said, "requests": requests})

    @router.post("/requests", status_code=201, summary="Ask to correct how your own view is put", responses=COMMAND_PROBLEMS)
    async def ask_correction(summary: str, body: Asked, call: caller) -> Response:
        _, inputs = await own(call, summary)
        return await tell(call, summary, AskCorrection, **body.model_dump(), known=inputs.by_reference)

    @router.post("/requests/{request}/withdraw", status_code=201, summary="Ask no longer", responses=COMMAND_PROBLEMS)
    async def withdraw_request(summary: str, request: str, call: caller) -> Response:
        await own(call, summary)
        return await tell(call, summary, WithdrawRequest, request=request)

    @router.get("/requests", summary="All requests for correction, for the bench", responses=QUERY_PROBLEMS)
    async def list_requests(summary: str, call: caller) -> Response:
        text, version = await working(service, call, summary)
        return shown(service, call.lane, {"requests": list(text.requests.values()), "closes_at": text.window_closes_at}, version)

    @router.post("/requests/{request}/answer", status_code=201, summary="Answer a request for correction", responses=COMMAND_PROBLEMS)
    async def answer_correction(summary: str, request: str, body: Answered, call: caller) -> Response:
        await standing_of(service, call)
        return await change(service, call, summary, AnswerCorrection, request=request, outcome=body.outcome, reason=body.reason)

    @router.get("/versions/{version}/requests", summary="The requests that were kept with an issued version", responses=QUERY_PROBLEMS)
    async def list_kept_requests(summary: str, version: int, call: caller) -> Response:
        found = await service.ask(queries.version, call.lane, summary, version, call.actor)
        if found is None or not call.signed_in:
            raise Unknown
        issued, _ = found
        # Who asked, and words that may say so, are shown as the attribution policy lets views be shown.
        everything = call.actor.may("summary.read-working") or issued.attribution == "named"
        kept = [one for one in issued.requests if everything or one.delegation == call.actor.delegation]
        return shown(service, call.lane, {"requests": kept})

    return router
