"""HTTP for the working summary: the bench writes, composes, answers and asks the gate."""

import asyncio
from collections.abc import Callable, Collection
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Query, Response

from parley.kernel.decider import Refused, Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.log import Receipt
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS
from parley.kernel.service import Service
from parley.protocol.standing import Actor, Standing, identify
from parley.summaries import queries
from parley.summaries.balance import balance_of
from parley.summaries.beginning import MarkSummary, RetitleSummary, StartSummary
from parley.summaries.composing import ComposeSummary, SetApart, groups_of
from parley.summaries.disposing import DisposeInputs
from parley.summaries.drafting import AddTheme, Cited, EditSentence, MoveSentence, RemoveSentence, RemoveTheme, RetitleTheme, WriteSentence
from parley.summaries.facts import CATALOGUE, Disposition
from parley.summaries.gate import report
from parley.summaries.grouping import KeptGroups
from parley.summaries.http_bodies import Answers, Apart, Beginning, Cut, LetStand, Marked, Merger, NewSentence, NewTheme, Place, Title, Wording
from parley.summaries.inputs import Inputs, in_order
from parley.summaries.issuing import OverrideFinding
from parley.summaries.joining import MergeSentences, SplitSentence
from parley.summaries.ports import Drafter, Similarity
from parley.summaries.rules import SUMMARIES, identity
from parley.summaries.wording import flat

ATTEMPTS = 8
"""So many chairs may begin a summary in the same moment before one is asked to try again."""

Made = TypeVar("Made", bound=msgspec.Struct)
_decode = CATALOGUE.decoder()


async def standing_of(service: Service, call: Call[Actor]) -> Standing:
    """The standing of an open negotiation for those who work on its summaries, or the refusal."""
    require_bench(call)
    standing: Standing = await service.known("standing", call.lane)
    if not standing.known_at:
        raise Unknown
    if not standing.open:
        raise Refused("negotiation-closed", "The negotiation is closed; from now on it is only read.")
    return standing


async def made(service: Service, receipt: Receipt, kind: type[Made]) -> Made | None:
    """The fact of this kind that a receipt is for: by its place in the record, because others may have the same time."""
    recorded = await asyncio.to_thread(service.recorded, receipt)
    return next((fact for fact in (_decode(one.type, one.body) for one in recorded) if isinstance(fact, kind)), None)


async def working(service: Service, call: Call[Actor], summary: str) -> tuple[Any, int]:
    """The working text and its version, for the bench alone."""
    found = await service.ask(queries.working, call.lane, summary) if call.actor.may("summary.read-working") else None
    if found is None:
        raise Unknown
    return found


def require_bench(call: Call[Actor]) -> None:
    """Refuse before anything is read or compared: already the version of a text would tell those who may not see it that it is there."""
    if call.signed_in and not call.actor.may("summary.read-working"):
        raise Unknown


async def change(service: Service, call: Call[Actor], summary: str, command: Callable[..., Any], **fields: object) -> Response:
    """Hand a command on a summary to the record; the caller must have seen the text that it changes."""
    require_bench(call)
    request = call.asks(SUMMARIES, identity(call.lane, summary), lambda at, _: command(by=call.actor, at=at, **fields), seen=True)
    return answer(service, await service.submit(request), {"summary": summary})


def routes(service: Service, drafter: Drafter | None, similarity: Similarity) -> APIRouter:
    """The routes of this subject."""
    kept = KeptGroups()
    router = APIRouter(tags=["summaries"], prefix="/negotiations/{negotiation}/summaries")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    @router.post("", status_code=201, summary="Begin a summary", responses=COMMAND_PROBLEMS)
    async def start_summary(body: Beginning, call: caller) -> Response:
        standing = await standing_of(service, call)
        _, forum = await service.ask(queries.what_is_known, call.lane, standing, ())
        fields = body.model_dump() | {name: tuple(getattr(body, name)) for name in ("audience", "themes", "claims", "nicknames")}

        async def begin(number: str) -> Receipt:
            command = StartSummary
            return await service.submit(
                call.asks(SUMMARIES, identity(call.lane, number), lambda at, _: command(by=call.actor, at=at, summary=number, forum=forum, **fields))
            )

        receipt = await _next(service, call, begin)
        summary = receipt.stream.rpartition("/")[2]
        return answer(service, receipt, {"summary": summary}, location=f"/api/v1/negotiations/{call.lane}/summaries/{summary}")

    @router.get("/{summary}", summary="The working text, for the bench", responses=QUERY_PROBLEMS)
    async def show_summary(summary: str, call: caller) -> Response:
        text, version = await working(service, call, summary)
        issued = [{"version": one.version, "symbol": one.symbol, "released": one.released} for one in text.issued]
        body = {
            word: getattr(text, word)
            for word in ("summary", "title", "attribution", "marking", "audience", "language", "cut", "window_closes_at", "countersigned", "signature")
        }
        themes = [{"theme": theme.theme, "title": theme.title, "sentences": sentences} for theme, sentences in text.in_order()]
        return shown(service, call.lane, body | {"themes": themes, "dispositions": list(text.dispositions.values()), "issued": issued}, version)

    @router.get("/{summary}/gate", summary="What the gate finds, and what is different from the last issued version", responses=QUERY_PROBLEMS)
    async def show_gate(summary: str, call: caller) -> Response:
        text, version = await working(service, call, summary)
        inputs, forum = await service.ask(queries.what_is_known, call.lane, await service.known("standing", call.lane))
        found = await asyncio.to_thread(report, text, inputs, forum, service.clock())
        return shown(service, call.lane, {"cut": inputs.cut, **msgspec.structs.asdict(found)}, version)

    @router.get("/{summary}/balance", summary="Whose inputs are taken up, by group and delegation, and who is passed over", responses=QUERY_PROBLEMS)
    async def show_balance(summary: str, call: caller) -> Response:
        text, version = await working(service, call, summary)
        standing = await service.known("standing", call.lane)
        inputs, _ = await service.ask(queries.what_is_known, call.lane, standing)
        found = await asyncio.to_thread(balance_of, text, inputs, standing.groups, tuple(standing.delegations))
        return shown(service, call.lane, found, version)

    @router.get("/{summary}/inputs", summary="The inputs with their counted voices and their answers, for the bench", responses=QUERY_PROBLEMS)
    async def list_inputs(
        negotiation: str,
        summary: str,
        call: caller,
        after: Annotated[int, Query(ge=0, le=2**31, description="how many to pass over")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        text, _ = await working(service, call, summary)
        inputs, _ = await service.ask(queries.what_is_known, call.lane, await service.known("standing", call.lane))
        every = in_order(inputs.by_reference.values())
        listed = [_counted(one, text) for one in every[after : after + limit]]
        here = f"/api/v1/negotiations/{negotiation}/summaries/{summary}/inputs"
        following = {"Link": f'<{here}?after={after + limit}&limit={limit}>; rel="next"'} if after + limit < len(every) else {}
        return shown(service, call.lane, {"inputs": listed, "cut": inputs.cut}, headers=following)

    @router.put("/{summary}/title", status_code=201, summary="Give it another title", responses=COMMAND_PROBLEMS)
    async def retitle_summary(summary: str, body: Title, call: caller) -> Response:
        await standing_of(service, call)
        return await change(service, call, summary, RetitleSummary, title=body.title)

    @router.put("/{summary}/marking", status_code=201, summary="Say how far it travels", responses=COMMAND_PROBLEMS)
    async def mark_summary(summary: str, body: Marked, call: caller) -> Response:
        await standing_of(service, call)
        return await change(service, call, summary, MarkSummary, marking=body.marking, audience=tuple(body.audience), reason=body.reason)

    @router.post("/{summary}/compose", status_code=201, summary="Compose a first text, or bring it up to date", responses=COMMAND_PROBLEMS)
    async def compose_summary(summary: str, call: caller) -> Response:
        standing = await standing_of(service, call)
        text, _ = await working(service, call, summary)
        inputs, forum = await service.ask(queries.what_is_known, call.lane, standing)
        groups = await asyncio.to_thread(groups_of, text, inputs, kept)
        drafted = await asyncio.to_thread(_drafted, drafter, inputs, groups, text.language) if drafter else {}
        named = drafter.name if drafter else None
        return await change(service, call, summary, ComposeSummary, inputs=inputs, forum=forum, groups=groups, drafted=drafted, drafter=named)

    @router.post("/{summary}/apart", status_code=201, summary="Compose an input alone, or with its like again", responses=COMMAND_PROBLEMS)
    async def set_apart(summary: str, body: Apart, call: caller) -> Response:
        inputs, _ = await service.ask(queries.what_is_known, call.lane, await standing_of(service, call), {body.input})
        return await change(service, call, summary, SetApart, input=body.input, apart=body.apart, known=inputs.by_reference)

    @router.get("/{summary}/nearest", summary="The inputs that say most nearly the same in other words: suggestions, for the bench", responses=QUERY_PROBLEMS)
    async def list_nearest(
        summary: str,
        call: caller,
        of: Annotated[str, Query(max_length=300, description="the reference of an input")],
        limit: Annotated[int, Query(ge=1, le=50)] = 5,
    ) -> Response:
        text, _ = await working(service, call, summary)
        inputs, _ = await service.ask(queries.what_is_known, call.lane, await service.known("standing", call.lane))
        if of not in inputs.by_reference:
            raise Unknown
        texts = [(one.reference, one.text) for one in inputs.live() if one.reference != of]
        found = await asyncio.to_thread(similarity.nearest, inputs.by_reference[of].text, texts, text.language, limit)
        return shown(service, call.lane, {"nearest": found, "cut": inputs.cut})

    @router.post("/{summary}/themes", status_code=201, summary="Add a theme", responses=COMMAND_PROBLEMS)
    async def add_theme(summary: str, body: NewTheme, call: caller) -> Response:
        await standing_of(service, call)
        return await change(service, call, summary, AddTheme, title=body.title, after=body.after)

    @router.put("/{summary}/themes/{theme}", status_code=201, summary="Give a theme another title", responses=COMMAND_PROBLEMS)
    async def retitle_theme(summary: str, theme: str, body: Title, call: caller) -> Response:
        await standing_of(service, call)
        return await change(service, call, summary, RetitleTheme, theme=theme, title=body.title)

    @router.delete("/{summary}/themes/{theme}", status_code=201, summary="Take an empty theme out", responses=COMMAND_PROBLEMS)
    async def remove_theme(summary: str, theme: str, call: caller) -> Response:
        await standing_of(service, call)
        return await change(service, call, summary, RemoveTheme, theme=theme)

    @router.post("/{summary}/sentences", status_code=201, summary="Write a sentence", responses=COMMAND_PROBLEMS)
    async def write_sentence(summary: str, body: NewSentence, call: caller) -> Response:
        worded = await _worded(service, call, body)
        worded["sources"] = worded["sources"] or ()
        return await change(service, call, summary, WriteSentence, theme=body.theme, after=body.after, **worded)

    @router.put("/{summary}/sentences/{sentence}", status_code=201, summary="Give a sentence other words or sources", responses=COMMAND_PROBLEMS)
    async def edit_sentence(summary: str, sentence: str, body: Wording, call: caller) -> Response:
        worded = await _worded(service, call, body, await _cited(service, call, summary, sentence))
        return await change(service, call, summary, EditSentence, sentence=sentence, **worded)

    @router.post("/{summary}/sentences/{sentence}/split", status_code=201, summary="Make two sentences of one", responses=COMMAND_PROBLEMS)
    async def split_sentence(summary: str, sentence: str, body: Cut, call: caller) -> Response:
        cited = await _cited(service, call, summary, sentence)
        inputs, _ = await service.ask(queries.what_is_known, call.lane, await standing_of(service, call), cited)
        return await change(service, call, summary, SplitSentence, sentence=sentence, at_character=body.at_character, known=inputs.by_reference)

    @router.post("/{summary}/sentences/merge", status_code=201, summary="Make one sentence of several", responses=COMMAND_PROBLEMS)
    async def merge_sentences(summary: str, body: Merger, call: caller) -> Response:
        await standing_of(service, call)
        return await change(service, call, summary, MergeSentences, sentences=tuple(body.sentences), text=body.text)

    @router.post("/{summary}/sentences/{sentence}/move", status_code=201, summary="Put a sentence elsewhere", responses=COMMAND_PROBLEMS)
    async def move_sentence(summary: str, sentence: str, body: Place, call: caller) -> Response:
        await standing_of(service, call)
        return await change(service, call, summary, MoveSentence, sentence=sentence, theme=body.theme, after=body.after)

    @router.delete("/{summary}/sentences/{sentence}", status_code=201, summary="Take a sentence out", responses=COMMAND_PROBLEMS)
    async def remove_sentence(summary: str, sentence: str, call: caller) -> Response:
        await standing_of(service, call)
        return await change(service, call, summary, RemoveSentence, sentence=sentence)

    @router.post("/{summary}/dispositions", status_code=201, summary="Say what became of inputs", responses=COMMAND_PROBLEMS)
    async def dispose_inputs(summary: str, body: Answers, call: caller) -> Response:
        standing = await standing_of(service, call)
        named = {one.input for one in body.dispositions} | {one.into for one in body.dispositions if one.into}
        inputs, _ = await service.ask(queries.what_is_known, call.lane, standing, named)
        said = tuple(Disposition(**one.model_dump()) for one in body.dispositions)
        return await change(service, call, summary, DisposeInputs, dispositions=said, known=inputs.by_reference)

    @router.post("/{summary}/overrides", status_code=201, summary="Let a finding of the gate stand, with a reason", responses=COMMAND_PROBLEMS)
    async def override_finding(summary: str, body: LetStand, call: caller) -> Response:
        inputs, forum = await service.ask(queries.what_is_known, call.lane, await standing_of(service, call))
        return await change(service, call, summary, OverrideFinding, finding=body.finding, reason=body.reason, inputs=inputs, forum=forum)

    return router


async def _next(service: Service, call: Call[Actor], begin: Callable[[str], Any]) -> Receipt:
    """Begin under the next free number; whoever began one in the same moment has it, and we take the one behind."""
    number = await service.ask(queries.next_number, call.lane)
    for attempt in range(ATTEMPTS):
        try:
            receipt: Receipt = await begin(str(number + attempt))
        except Refused as refused:
            if refused.rule != "summary-exists" or attempt == ATTEMPTS - 1:
                raise
        else:
            return receipt
    raise AssertionError("unreachable: the last attempt returns or raises")


def _drafted(drafter: Drafter, inputs: Inputs, groups: tuple[tuple[str, ...], ...], code: str) -> dict[str, str]:
    """What the drafter proposes for each group, by its leader; a group for which it has nothing keeps its own words."""
    proposed = ((group[0], drafter.draft([inputs.by_reference[one].text for one in group], code)) for group in groups)
    return {leader: flat(text) for leader, text in proposed if text}


async def _cited(service: Service, call: Call[Actor], summary: str, sentence: str) -> set[str]:
    """The inputs on which a sentence rests now."""
    text, _ = await working(service, call, summary)
    if sentence not in text.sentences:
        raise Unknown
    return {source.input for source in text.sentences[sentence].sources}


async def _worded(service: Service, call: Call[Actor], body: Wording, cited: Collection[str] = ()) -> dict[str, object]:
    """The words and sources of a sentence, with what is known of the inputs that it cites."""
    named = {one.input for one in body.sources or ()}
    inputs, _ = await service.ask(queries.what_is_known, call.lane, await standing_of(service, call), {*cited, *named})
    sources = None if body.sources is None else tuple(Cited(**one.model_dump()) for one in body.sources)
    return {"text": body.text, "known": inputs.by_reference, "sources": sources, "own_wording": body.own_wording, "quantifier": body.quantifier}


def _counted(one: Any, text: Any) -> dict[str, Any]:
    voices = {stance: sorted(one.those_who(stance)) for stance in ("support", "oppose", "reserve", "hold")}
    said = text.dispositions.get(one.reference)
    words = ("reference", "theme", "text", "text_hash", "state", "marking", "delegation", "on_behalf_of")
    return {**{word: getattr(one, word) for word in words}, **voices, "disposition": said, "sentences": text.citing(one.reference)}
