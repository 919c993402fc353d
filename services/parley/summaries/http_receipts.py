"""HTTP for receipts, and for the keys with which they and the issued texts are signed."""

import hashlib
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from parley.kernel.decider import Unknown
from parley.kernel.http import Call, calls, shown
from parley.kernel.problem import QUERY_PROBLEMS
from parley.kernel.representations import held
from parley.kernel.service import Service
from parley.protocol.standing import Actor, identify
from parley.summaries import queries

KEPT_SECONDS = 300
"""So long the published keys may be kept; a key that was followed by another holds much longer."""


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["receipts"])
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]
    version_at = "/negotiations/{negotiation}/summaries/{summary}/versions/{version}/receipts"

    async def receipts(call: Call[Actor], summary: str, version: int) -> dict[str, str]:
        """Those that the caller may read. Who may not read the version learns of no receipt for it either."""
        if not call.actor.may("summary.read-issued") or await service.ask(queries.version, call.lane, summary, version, call.actor) is None:
            raise Unknown
        return await service.ask(queries.receipts, call.lane, summary, version, call.actor)

    @router.get(version_at, summary="The receipts for an issued version: yours, or for the bench all", responses=QUERY_PROBLEMS)
    async def list_receipts(negotiation: str, summary: str, version: int, call: caller) -> Response:
        here = f"/api/v1/negotiations/{negotiation}/summaries/{summary}/versions/{version}/receipts"
        found = await receipts(call, summary, version)
        listed = [
            {"delegation": delegation, "hash": hashlib.sha256(document.encode()).hexdigest(), "address": f"{here}/{delegation}"}
            for delegation, document in found.items()
        ]
        return shown(service, call.lane, {"receipts": listed})

    @router.get(f"{version_at}/{{delegation}}", summary="What became of each input of a delegation: signed, for ever the same bytes", responses=QUERY_PROBLEMS)
    async def show_receipt(summary: str, version: int, delegation: str, call: caller, request: Request) -> Response:
        document = (await receipts(call, summary, version)).get(delegation)
        if document is None:
            raise Unknown
        tag = f'"{hashlib.sha256(document.encode()).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie", "X-Content-Type-Options": "nosniff"}
        if held(request, tag):
            return Response(None, 304, headers)
        return Response(document, 200, headers, media_type="application/json")

    @router.get(
        "/keys", summary="The keys that sign receipts and issued texts, as JSON Web Keys, each with the time in which it holds", responses=QUERY_PROBLEMS
    )
    def show_keys() -> Response:
        headers = {"Cache-Control": f"public, max-age={KEPT_SECONDS}", "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
        return Response(msgspec.json.encode(service.keys().published(), order="deterministic"), 200, headers, media_type="application/json")

    return router
