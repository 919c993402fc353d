"""HTTP for principles and positions."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator, Field

from parley.delegations import queries
from parley.delegations.http_negotiation import Body, Code, Line
from parley.delegations.principle import hash_of
from parley.delegations.rules_importing import ImportPosition, ImportPrinciple
from parley.delegations.rules_negotiation import NEGOTIATIONS
from parley.delegations.rules_principle import (
    PRINCIPLES,
    JoinSponsors,
    LeaveSponsors,
    LoosenPrincipleMarking,
    PrincipleCommand,
    RevisePrinciple,
    SubmitPrinciple,
    TakePosition,
    WaiveLateness,
    WithdrawPrinciple,
)
from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS, NotSignedIn
from parley.kernel.service import Service
from parley.protocol.plain_text import plain_text
from parley.protocol.standing import Actor, identify

TEXT_LIMIT = 20_000
Text = Annotated[str, AfterValidator(plain_text), Field(max_length=TEXT_LIMIT)]
Reason = Annotated[str, AfterValidator(lambda text: text and plain_text(text)), Field(max_length=TEXT_LIMIT)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="the hash of the text that you have read")]


class Submission(Body):
    """A principle to be submitted."""

    text: Text
    reason: Reason = ""
    theme: Line
    tags: Annotated[list[Line], Field(max_length=20)] = []
    marking: Annotated[str | None, Field(description="public, participants or restricted; the negotiation's own if left out")] = None
    audience: Annotated[list[Code], Field(max_length=300, description="who may read a restricted text, besides the bench")] = []
    on_behalf_of: Annotated[Code | None, Field(description="a group that you are a member of")] = None
    retables: Annotated[str | None, Field(max_length=64, description="the withdrawn principle that this one brings back")] = None


class Import(Body):
    """A principle from elsewhere, in the name of a delegation of the roster; the same source brings it in once."""

    delegation: Code
    text: Text
    reason: Reason = ""
    theme: Line
    tags: Annotated[list[Line], Field(max_length=20)] = []
    source: Annotated[Line, Field(description="its name where it comes from, as in prague-2019/A1")]


class ImportedPosition(Body):
    """A delegation's position from elsewhere."""

    delegation: Code
    stance: Annotated[str, Field(description="support, oppose, reserve or hold")]


class Revision(Body):
    """A new text for one's own principle."""

    text: Text
    reason: Reason = ""


class Waiver(Body):
    """Why a late principle is let in."""

    reason: Text


class LooserMarking(Body):
    """A marking that lets a principle travel further."""

    marking: Annotated[str, Field(max_length=16, description="public or participants")]


class Sponsorship(Body):
    """One's own name under a text."""

    text_hash: Hash


class Position(Body):
    """Where one's own delegation stands on a text."""

    stance: Annotated[str, Field(description="support, oppose, reserve or hold")]
    text: Reason = ""
    text_hash: Hash
    on_behalf_of: Code | None = None


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["principles"], prefix="/negotiations/{negotiation}/principles")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    async def submit(
        call: Call[Actor], identity: str, command: Callable[..., PrincipleCommand], *, seen: bool = False, status: int = 201, **fields: object
    ) -> Response:
        """Hand a command on one principle to the record, with the negotiation's standing as it is in the same transaction."""
        request = call.asks(
            PRINCIPLES,
            f"{call.lane}/{identity}",
            lambda at, look: command(by=call.actor, at=at, standing=look(NEGOTIATIONS, call.lane).standing, principle=f"{call.lane}/{identity}", **fields),
            seen=seen,
        )
        return answer(
            service, await service.submit(request), {"principle": identity}, status, location=f"/api/v1/negotiations/{call.lane}/principles/{identity}"
        )

    @router.post("", status_code=201, summary="Submit a principle", responses=COMMAND_PROBLEMS)
    async def submit_principle(body: Submission, call: caller) -> Response:
        identity = call.new_identity()
        name = f"{call.lane}/{identity}"
        retables = f"{call.lane}/{body.retables}" if body.retables else None
        fields = body.model_dump(exclude={"tags", "audience", "retables"}) | {"tags": tuple(body.tags), "audience": tuple(body.audience)}
        request = call.asks(
            PRINCIPLES,
            name,
            lambda at, look: SubmitPrinciple(
                by=call.actor,
                at=at,
                standing=look(NEGOTIATIONS, call.lane).standing,
                principle=name,
                retables=retables,
                retabled=look(PRINCIPLES, retables) if retables else None,
                **fields,
            ),
        )
        receipt = await service.submit(request)
        return answer(service, receipt, {"principle": identity}, location=f"/api/v1/negotiations/{call.lane}/principles/{identity}")

    @router.post("/import", status_code=201, summary="Bring in a principle from elsewhere", responses=COMMAND_PROBLEMS)
    async def import_principle(body: Import, call: caller) -> Response:
        identity = hash_of(f"{call.lane}|{body.source}")[:16]
        return await submit(call, identity, ImportPrinciple, **body.model_dump(exclude={"tags"}), tags=tuple(body.tags))

    @router.post("/{principle}/positions/import", status_code=201, summary="Bring in a position from elsewhere", responses=COMMAND_PROBLEMS)
    async def import_position(principle: str, body: ImportedPosition, call: caller) -> Response:
        return await submit(call, principle, ImportPosition, **body.model_dump())

    @router.get("", summary="The principles that you may read", responses=QUERY_PROBLEMS)
    async def list_principles(
        negotiation: str,
        call: caller,
        after: Annotated[int, Query(ge=0, le=2**31, description="the number after which to go on")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        theme: Annotated[str | None, Query(max_length=300)] = None,
        delegation: Annotated[str | None, Query(max_length=16)] = None,
        state: Annotated[str | None, Query(max_length=16, description="live, late or withdrawn")] = None,
    ) -> Response:
        _reader(call)
        only = {"theme": theme, "delegation": delegation, "state": state}
        found, then = await service.ask(queries.principles, negotiation, call.actor, after, limit, **only)
        asked = urlencode({"after": then, "limit": limit} | {name: value for name, value in only.items() if value is not None})
        following = {} if then is None else {"Link": f'</api/v1/negotiations/{negotiation}/principles?{asked}>; rel="next"'}
        return shown(service, call.lane, {"principles": [_addressed(one) for one in found]}, headers=following)

    @router.get("/{principle}", summary="One principle, its versions and the positions on it", responses=QUERY_PROBLEMS)
    async def show_principle(negotiation: str, principle: str, call: caller) -> Response:
        _reader(call)
        found = await service.ask(queries.principle, negotiation, f"{negotiation}/{principle}", call.actor)
        if found is None:
            raise Unknown
        version = found.pop("stream_version")
        return shown(service, call.lane, _addressed(found), version)

    @router.put("/{principle}", status_code=201, summary="Give your principle a new text", responses=COMMAND_PROBLEMS)
    async def revise_principle(principle: str, body: Revision, call: caller) -> Response:
        return await submit(call, principle, RevisePrinciple, seen=True, text=body.text, reason=body.reason)

    @router.post("/{principle}/withdraw", status_code=201, summary="Withdraw your principle, for good", responses=COMMAND_PROBLEMS)
    async def withdraw_principle(principle: str, call: caller) -> Response:
        return await submit(call, principle, WithdrawPrinciple)

    @router.post("/{principle}/marking", status_code=201, summary="Let your principle travel further", responses=COMMAND_PROBLEMS)
    async def loosen_principle_marking(principle: str, body: LooserMarking, call: caller) -> Response:
        return await submit(call, principle, LoosenPrincipleMarking, marking=body.marking)

    @router.post("/{principle}/waive", status_code=201, summary="Let a late principle in", responses=COMMAND_PROBLEMS)
    async def waive_lateness(principle: str, body: Waiver, call: caller) -> Response:
        return await submit(call, principle, WaiveLateness, reason=body.reason)

    @router.post("/{principle}/sponsors", status_code=201, summary="Add your delegation to the sponsors", responses=COMMAND_PROBLEMS)
    async def join_sponsors(principle: str, body: Sponsorship, call: caller) -> Response:
        return await submit(call, principle, JoinSponsors, text_hash=body.text_hash)

    @router.post("/{principle}/sponsors/leave", status_code=201, summary="Take your delegation's name away", responses=COMMAND_PROBLEMS)
    async def leave_sponsors(principle: str, call: caller) -> Response:
        return await submit(call, principle, LeaveSponsors)

    @router.post("/{principle}/positions", status_code=201, summary="Say where your delegation stands", responses=COMMAND_PROBLEMS)
    async def take_position(principle: str, body: Position, call: caller) -> Response:
        return await submit(call, principle, TakePosition, **body.model_dump())

    return router


def _reader(call: Call[Actor]) -> None:
    if not call.signed_in:
        raise NotSignedIn
    if not call.actor.may("principle.read"):
        raise Unknown


def _addressed(principle: dict[str, object]) -> dict[str, object]:
    """The principle under its name in addresses, without the negotiation's before it."""
    for name in ("principle", "retables"):
        if principle[name]:
            principle[name] = str(principle[name]).partition("/")[2]
    principle.pop("stream_version", None)
    return principle
