"""HTTP for what is issued: the chair's act, and what each reader may see of it."""

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from parley.issued.forms import GIVEN, MADE, MEDIA, media_of, tag_of
from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.log import Receipt
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS
from parley.kernel.representations import held, preferred
from parley.kernel.service import Service
from parley.protocol.standing import Actor, identify
from parley.summaries import queries
from parley.summaries.correcting import IssueCorrection
from parley.summaries.facts import CorrectionIssued, SummaryIssued
from parley.summaries.http import made, require_bench, standing_of
from parley.summaries.http_bodies import Correction, Issue
from parley.summaries.issuing import CountersignIssue, IssueSummary
from parley.summaries.rules import SUMMARIES, identity

FIELDS = {"json": "document", "md": "markdown", "html": "html", "txt": "text"}
"""Where in the fact of the issue each form stands that was issued; the others are made of the JSON."""

KEPT_SECONDS = 31_536_000
FORESEEN: dict[int | str, dict[str, Any]] = {200: {"description": "After `dry_run`: what the answer would be. Nothing was recorded."}}
GIVEN_OR_REFUSED = QUERY_PROBLEMS | GIVEN | {409: COMMAND_PROBLEMS[409]}


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["issued summaries"], prefix="/negotiations/{negotiation}/summaries")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    async def readable(call: Call[Actor], summary: str, version: int) -> tuple[SummaryIssued, bool]:
        found = await service.ask(queries.version, call.lane, summary, version, call.actor)
        if found is None:
            raise Unknown
        return found

    async def answered(call: Call[Actor], summary: str, receipt: Receipt) -> Response:
        # A repeated request is answered with what it issued then, not with what is the latest now.
        fact = await made(service, receipt, SummaryIssued)
        if fact is None:
            return answer(service, receipt, {"summary": summary, "signed": True})
        issued = await service.ask(queries.versions, call.lane, summary, call.actor)
        mine = next((one for one in issued if one["version"] == fact.version), None)
        if mine is None:
            raise Unknown
        return answer(service, receipt, mine, location=f"/api/v1/negotiations/{call.lane}/summaries/{summary}/versions/{mine['version']}")

    @router.get("", summary="The summaries that you may read, with their issued versions", responses=QUERY_PROBLEMS)
    async def list_summaries(call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        issued = await service.ask(queries.versions, call.lane, None, call.actor)
        if not standing.known_at or not (issued or call.actor.may("summary.read-issued")):
            raise Unknown
        if call.actor.may("summary.read-working"):
            known = await service.ask(queries.in_work, call.lane)
        else:
            known = list({one["summary"]: (one["summary"], one["title"]) for one in issued}.values())
        listed = [{"summary": name, "title": title, "versions": [one for one in issued if one["summary"] == name]} for name, title in known]
        return _told(service, call, {"summaries": listed})

    @router.post("/{summary}/issue", status_code=201, summary="Issue the next version", responses=COMMAND_PROBLEMS | FORESEEN)
    async def issue_summary(
        summary: str,
        body: Issue,
        call: caller,
        dry_run: Annotated[bool, Query(description="record nothing, and say what the answer would be; needs no If-Match")] = False,
    ) -> Response:
        inputs, forum = await service.ask(queries.what_is_known, call.lane, await standing_of(service, call))
        sign = (await asyncio.to_thread(service.keys)).sign
        stream = identity(call.lane, summary)
        request = call.asks(SUMMARIES, stream, lambda at, _: IssueSummary(call.actor, at, inputs, forum, sign, body.release_at), seen=not dry_run)
        if dry_run:
            command = IssueSummary(call.actor, service.clock(), inputs, forum, sign, body.release_at)
            return shown(service, call.lane, await asyncio.to_thread(_foreseen, service, stream, command))
        return await answered(call, summary, await service.submit(request))

    @router.post("/{summary}/countersign", status_code=201, summary="Sign what the chair has signed: it is issued with that", responses=COMMAND_PROBLEMS)
    async def countersign_issue(summary: str, call: caller) -> Response:
        standing = await standing_of(service, call)
        inputs, forum = await service.ask(queries.what_is_known, call.lane, standing)
        sign, chair = (await asyncio.to_thread(service.keys)).sign, standing.offices.get("chair")
        request = call.asks(
            SUMMARIES, identity(call.lane, summary), lambda at, _: CountersignIssue(call.actor, at, inputs, forum, sign, chair), seen=True
        )  # fmt: skip
        return await answered(call, summary, await service.submit(request))

    @router.get("/{summary}/versions", summary="The issued versions that you may read", responses=QUERY_PROBLEMS)
    async def list_versions(summary: str, call: caller) -> Response:
        issued = await service.ask(queries.versions, call.lane, summary, call.actor)
        if not issued:
            raise Unknown
        return _told(service, call, {"versions": issued})

    @router.get(
        "/{summary}/versions/{version}",
        summary="An issued version in the form that you prefer (`Accept`): JSON, Markdown, HTML, plain text, PDF or Akoma Ntoso",
        responses=GIVEN_OR_REFUSED,
    )
    async def show_version(summary: str, version: int, call: caller, request: Request) -> Response:
        wanted = preferred(request.headers.get("Accept", "*/*"), [media_of(form) for form in MEDIA])
        form = next(form for form in MEDIA if media_of(form) == wanted)
        return await _given(request, *await readable(call, summary, version), form, "Accept")

    @router.get("/{summary}/versions/{version}/text.{form}", summary="The same in the form of the suffix", responses=GIVEN_OR_REFUSED)
    async def show_text(summary: str, version: int, form: str, call: caller, request: Request) -> Response:
        issued, everybody = await readable(call, summary, version)
        if form not in MEDIA:
            raise Unknown
        return await _given(request, issued, everybody, form)

    @router.get("/{summary}/versions/{version}/sources", summary="What each sentence rests on, for the bench", responses=QUERY_PROBLEMS)
    async def show_sources(summary: str, version: int, call: caller) -> Response:
        issued, _ = await readable(call, summary, version)
        if not call.actor.may("summary.read-working"):
            raise Unknown
        return shown(service, call.lane, {"themes": issued.themes, "cut": issued.cut, "overrides": issued.overrides})

    @router.get("/{summary}/versions/{version}/submissions", summary="What became of submissions: of yours, or for the bench of all", responses=QUERY_PROBLEMS)
    async def list_outcomes(
        negotiation: str,
        summary: str,
        version: int,
        call: caller,
        after: Annotated[str, Query(max_length=300, description="the reference after which to go on")] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        await readable(call, summary, version)
        if not call.signed_in:
            raise Unknown
        found = await service.ask(queries.outcomes, call.lane, summary, version, call.actor, after, limit + 1)
        here = f"/api/v1/negotiations/{negotiation}/summaries/{summary}/versions/{version}/submissions"
        following = {"Link": f'<{here}?after={found[limit - 1]["input"]}&limit={limit}>; rel="next"'} if len(found) > limit else {}
        return shown(service, call.lane, {"submissions": found[:limit]}, headers=following)

    @router.post("/{summary}/versions/{version}/corrections", status_code=201, summary="Correct an issued version", responses=COMMAND_PROBLEMS)
    async def issue_correction(summary: str, version: int, body: Correction, call: caller) -> Response:
        require_bench(call)
        changes = tuple((str(one.place), one.old, one.new) for one in body.changes)
        _, forum = await service.ask(queries.what_is_known, call.lane, await service.known("standing", call.lane), ())
        request = call.asks(
            SUMMARIES, identity(call.lane, summary), lambda at, _: IssueCorrection(call.actor, at, version, changes, body.reason, forum), seen=True
        )  # fmt: skip
        receipt = await service.submit(request)
        correction = await made(service, receipt, CorrectionIssued)
        assert correction is not None, "a correction is recorded or refused"  # noqa: S101  (for the type checker)
        return answer(service, receipt, msgspec.structs.asdict(correction))

    @router.get("/{summary}/versions/{version}/corrections", summary="The corrections of an issued version", responses=QUERY_PROBLEMS)
    async def list_corrections(summary: str, version: int, call: caller) -> Response:
        await readable(call, summary, version)
        return _told(service, call, {"corrections": await service.ask(queries.corrections, call.lane, summary, version)})

    return router


def _foreseen(service: Service, stream: str, command: IssueSummary) -> dict[str, object]:
    """What would be answered; the refusals are those of the rule itself."""
    first = SUMMARIES.decide(service.state_of(SUMMARIES, stream), command)[0]
    if not isinstance(first, SummaryIssued):
        return {"signed": True}
    return {word: getattr(first, word) for word in ("version", "symbol", "marking", "release_at", "content_hash")}


def _told(service: Service, call: Call[Actor], body: object) -> Response:
    """The answer; the cut only for participants, because from its numbers everybody else could count what is hidden."""
    return shown(service, call.lane, body, counted=call.actor.takes_part)


async def _given(request: Request, issued: SummaryIssued, everybody: bool, form: str, *depends_on: str) -> Response:
    """A form that never changes: whoever has it by its ETag need not fetch it again, and it is not made for that either."""
    kept = str(getattr(issued, FIELDS.get(form, FIELDS["json"]))).encode()
    tag = tag_of(form, kept)
    headers = {
        "ETag": tag, "Cache-Control": f"{'public' if everybody else 'private'}, max-age={KEPT_SECONDS}, immutable",
        "Parley-Content-Hash": issued.content_hash, "Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    if vary := [*depends_on, *(() if everybody else ("Authorization", "Cookie"))]:
        headers["Vary"] = ", ".join(vary)
    if held(request, tag):
        return Response(None, 304, headers)
    body = await asyncio.to_thread(MADE[form], kept) if form in MADE else kept
    return Response(body, 200, headers, media_type=MEDIA[form])
