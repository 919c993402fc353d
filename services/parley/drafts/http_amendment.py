"""HTTP for amendments: proposed, imported, restated, sponsored, withdrawn, ruled on; and where they meet."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Response

from parley.drafts import queries_amendment as queries
from parley.drafts.forms import Import, Looser, Proposal, Restatement, Ruling, Waiver
from parley.drafts.http_document import Name, address, reader
from parley.drafts.rules import DOCUMENTS, DocumentCommand
from parley.drafts.rules_chair import RuleOnAmendments, WaiveLateness
from parley.drafts.rules_importing import ImportAmendment
from parley.drafts.rules_proposing import EndSponsorship, LoosenMarking, ProposeAmendment, RestateAmendment, SponsorAmendment, WithdrawAmendment
from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS
from parley.kernel.service import Service
from parley.protocol.standing import Actor, Standing, identify

Amendment = Annotated[str, Path(max_length=16, description="the amendment's number, as in A12")]


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["amendments"], prefix="/negotiations/{negotiation}/documents/{document}")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    async def submit(
        call: Call[Actor], document: str, amendment: str, command: Callable[..., DocumentCommand], *, seen: bool = False, **fields: object
    ) -> Response:
        """Hand a command on one amendment to the record. What the caller has seen is compared with the amendment, not with the whole busy document."""
        standing = await service.known("standing", call.lane)
        if seen:
            fields["seen"] = call.expected
        request = call.asks(
            DOCUMENTS,
            f"{call.lane}/{document}",
            lambda at, _: command(by=call.actor, at=at, standing=standing, amendment=amendment, **fields),
            seen=seen,
        )
        receipt = await service.submit(replace(request, expected=None))
        return answer(service, receipt, {"amendment": amendment}, location=f"{address(call, document)}/amendments/{amendment}")

    @router.post("/amendments", status_code=201, summary="Propose an amendment", responses=COMMAND_PROBLEMS)
    async def propose_amendment(document: Name, body: Proposal, call: caller) -> Response:
        standing, identity = await service.known("standing", call.lane), f"{call.lane}/{document}"
        asked = ("base_version", "reason", "theme", "on_behalf_of", "marking", "retables", "amends")
        fields: dict[str, Any] = {name: getattr(body, name) for name in asked} | {"audience": tuple(body.audience)}
        wanted, also = body.wanted(), body.with_it()
        request = call.asks(DOCUMENTS, identity, lambda at, _: ProposeAmendment(by=call.actor, at=at, standing=standing, wanted=wanted, also=also, **fields))
        receipt = await service.submit(request)
        made = await service.ask(queries.name_of, identity, receipt.version)
        return answer(service, receipt, {"document": document, **made}, location=f"{address(call, document)}/amendments/{made.get('amendment', '')}")

    @router.post("/imports", status_code=201, summary="Import an amendment of another source", responses=COMMAND_PROBLEMS)
    async def import_amendment(document: Name, body: Import, call: caller) -> Response:
        standing, identity = await service.known("standing", call.lane), f"{call.lane}/{document}"
        request = call.asks(
            DOCUMENTS,
            identity,
            lambda at, _: ImportAmendment(
                call.actor, at, standing, body.source, body.location, tuple(body.authors), body.wanted(), reason=body.reason, theme=body.theme
            ),
        )
        if call.actor.may("material.import"):  # nobody else may be answered from memory
            # The source's own name is the key: whatever is sent under it again, by whomever and however late, gets the receipt of the first time.
            request = replace(request, scope=f"{service.name}|{identity}|source", key=body.source, fingerprint=body.source)
        receipt = await service.submit(request)
        made = await service.ask(queries.of_source, identity, body.source)
        return answer(service, receipt, {"document": document, **made}, location=f"{address(call, document)}/amendments/{made['amendment']}")

    @router.get("/amendments", summary="The amendments that you may read", responses=QUERY_PROBLEMS)
    async def list_amendments(
        document: Name,
        call: caller,
        after: Annotated[int, Query(ge=0, le=2**31, description="the number after which to go on")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        clause: Annotated[str | None, Query(max_length=64)] = None,
        state: Annotated[str | None, Query(max_length=24)] = None,
        delegation: Annotated[str | None, Query(max_length=300, description="author or co-sponsor")] = None,
    ) -> Response:
        reader(call)
        asked = {"clause": clause, "state": state, "delegation": delegation}
        page = await service.ask(queries.amendments, f"{call.lane}/{document}", call.actor, after, limit, **asked)
        if page is None:
            raise Unknown
        found, then = page
        standing = await service.known("standing", call.lane)
        for one in found:
            one["participating"] = participating(standing, one["delegation"])
        query = urlencode({"after": then, "limit": limit} | {name: value for name, value in asked.items() if value is not None})
        following = {} if then is None else {"Link": f'<{address(call, document)}/amendments?{query}>; rel="next"'}
        return shown(service, call.lane, {"amendments": found}, headers=following)

    @router.get("/amendments/{amendment}", summary="One amendment, its redline and what became of it", responses=QUERY_PROBLEMS)
    async def show_amendment(document: Name, amendment: Amendment, call: caller) -> Response:
        reader(call)
        found = await service.ask(queries.amendment, f"{call.lane}/{document}", amendment, call.actor)
        if found is None:
            raise Unknown
        found["participating"] = participating(await service.known("standing", call.lane), found["delegation"])
        return shown(service, call.lane, found, found["changed"])

    @router.put("/amendments/{amendment}", status_code=201, summary="Restate an amendment", responses=COMMAND_PROBLEMS)
    async def restate_amendment(document: Name, amendment: Amendment, body: Restatement, call: caller) -> Response:
        fields = {"base_version": body.base_version, "wanted": body.wanted(), "also": body.with_it(), "reason": body.reason}
        return await submit(call, document, amendment, RestateAmendment, seen=True, **fields)

    @router.post("/amendments/{amendment}/withdraw", status_code=201, summary="Withdraw your amendment, for good", responses=COMMAND_PROBLEMS)
    async def withdraw_amendment(document: Name, amendment: Amendment, call: caller) -> Response:
        return await submit(call, document, amendment, WithdrawAmendment)

    @router.post("/amendments/{amendment}/marking", status_code=201, summary="Let your amendment travel further", responses=COMMAND_PROBLEMS)
    async def loosen_marking(document: Name, amendment: Amendment, body: Looser, call: caller) -> Response:
        return await submit(call, document, amendment, LoosenMarking, marking=body.marking)

    @router.post("/amendments/{amendment}/sponsors", status_code=201, summary="Add your delegation to the sponsors", responses=COMMAND_PROBLEMS)
    async def sponsor_amendment(document: Name, amendment: Amendment, call: caller) -> Response:
        return await submit(call, document, amendment, SponsorAmendment, seen=True)

    @router.post("/amendments/{amendment}/sponsors/leave", status_code=201, summary="Take your delegation's name away", responses=COMMAND_PROBLEMS)
    async def end_sponsorship(document: Name, amendment: Amendment, call: caller) -> Response:
        return await submit(call, document, amendment, EndSponsorship)

    @router.post("/amendments/{amendment}/waive", status_code=201, summary="Let a late amendment in", responses=COMMAND_PROBLEMS)
    async def waive_lateness(document: Name, amendment: Amendment, body: Waiver, call: caller) -> Response:
        return await submit(call, document, amendment, WaiveLateness, reason=body.reason)

    @router.post("/rulings", status_code=201, summary="Rule on one amendment or on many", responses=COMMAND_PROBLEMS)
    async def rule_on_amendments(document: Name, body: Ruling, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        fields = body.model_dump() | {"amendments": tuple(body.amendments), "seen": call.expected}
        request = call.asks(DOCUMENTS, f"{call.lane}/{document}", lambda at, _: RuleOnAmendments(by=call.actor, at=at, standing=standing, **fields), seen=True)
        receipt = await service.submit(replace(request, expected=None))
        ruled = await service.ask(queries.ruled_in, f"{call.lane}/{document}", receipt.version - len(receipt.facts) + 1, receipt.version)
        return answer(service, receipt, {"document": document, "outcome": body.outcome, "amendments": ruled})

    @router.get("/conflicts", summary="Where amendments meet, and which ask for the same", responses=QUERY_PROBLEMS)
    async def show_conflicts(document: Name, call: caller, clause: Annotated[str | None, Query(max_length=64)] = None) -> Response:
        reader(call)
        found = await service.ask(queries.conflicts, f"{call.lane}/{document}", call.actor, clause)
        if found is None:
            raise Unknown
        return shown(service, call.lane, found)

    return router


def participating(standing: Standing, delegation: str) -> bool | None:
    """Whether the author still takes part; None where it is nobody on the roster, as an imported author may be."""
    return standing.accredited(delegation) if delegation in standing.delegations else None
