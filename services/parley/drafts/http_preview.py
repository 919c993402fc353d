"""HTTP for what could be: the text if amendments were accepted, what can stand together, how far a text is from settled, and where a clause went."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from parley import text as engine
from parley.drafts import queries_text as queries
from parley.drafts.forms import Supposition
from parley.drafts.http_document import Name, reader, rendered, rendering
from parley.drafts.previewing import Preview
from parley.drafts.rebase_report import as_told
from parley.kernel.decider import Refused, Unknown
from parley.kernel.http import Call, calls, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS
from parley.kernel.service import Service
from parley.protocol.standing import Actor, identify


def routes(service: Service) -> APIRouter:
    """The routes of this subject. None of them changes anything, so none needs an Idempotency-Key."""
    router = APIRouter(tags=["documents"], prefix="/negotiations/{negotiation}/documents/{document}")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    @router.post("/preview", summary="The text that would be, if these amendments were accepted", responses=COMMAND_PROBLEMS)
    async def show_preview(
        document: Name,
        body: Supposition,
        call: caller,
        request: Request,
        *,
        whole: Annotated[bool, Query(description="also the clauses that would not change")] = False,
    ) -> Response:
        reader(call)
        answered = await service.ask(queries.previewed, f"{call.lane}/{document}", call.actor, body.supposed())
        if answered is None:
            raise Unknown
        about, found = answered
        wanted = rendering(request)
        if found.made is None or found.text is None:
            if wanted != "json":
                meeting = [list(one.amendments) for one in found.conflicts]
                raise Refused("conflict", "They cannot all be accepted. Leave some out, or give the order of those that insert at one place.", between=meeting)
            return shown(service, call.lane, about | without_text(found))
        redline = engine.redline_of(found.made)
        if not whole:
            redline = engine.Redline(tuple(row for row in redline.rows if row.change != "kept"))
        if wanted == "json":
            return shown(service, call.lane, about | with_text(found, found.text, redline))
        return rendered(shown(service, call.lane, None), wanted, redline, about["title"])

    @router.get("/packages", summary="Which open amendments can stand together, with the most support", responses=QUERY_PROBLEMS)
    async def show_packages(document: Name, call: caller, clause: Annotated[str | None, Query(max_length=64)] = None) -> Response:
        reader(call)
        found = await service.ask(queries.package, f"{call.lane}/{document}", call.actor, clause)
        if found is None:
            raise Unknown
        return shown(service, call.lane, found)

    @router.get("/measures", summary="How far the wording is from settled; it says nothing of agreement", responses=QUERY_PROBLEMS)
    async def show_measures(document: Name, call: caller) -> Response:
        reader(call)
        standing = await service.known("standing", call.lane)
        found = await service.ask(queries.measures, f"{call.lane}/{document}", call.actor, {*standing.delegations, *standing.groups})
        if found is None:
            raise Unknown
        return shown(service, call.lane, found)

    @router.get("/clauses/{clause}", summary="Where a clause of any version went", responses=QUERY_PROBLEMS)
    async def show_clause(document: Name, clause: Annotated[str, Path(max_length=64, description="the clause's id")], call: caller) -> Response:
        reader(call)
        found = await service.ask(queries.whereabouts, f"{call.lane}/{document}", clause, call.actor)
        if found is None:
            raise Unknown
        return shown(service, call.lane, found)

    return router


def with_text(found: Preview, text: engine.Version, redline: engine.Redline) -> dict[str, object]:
    """What would be, and what would become of everything that stays open."""
    return {
        "accepted": list(found.accepted), "conflicts": [], "package": None, "version_hash": text.root, "rows": engine.as_data(redline),
        "fates": [as_told(fate, text) for fate in found.fates], "concordance": found.concordance,
    }  # fmt: skip


def without_text(found: Preview) -> dict[str, object]:
    """Why there is no such text, and which of the amendments could stand together."""
    meeting = [{"clause": one.clause, "about": one.lane[0], "amendments": list(one.amendments)} for one in found.conflicts]
    package = None if found.package is None else msgspec.structs.asdict(found.package)
    return {"accepted": list(found.accepted), "conflicts": meeting, "package": package, "version_hash": None, "rows": [], "fates": [], "concordance": []}
