"""HTTP for negotiations: open and close, phases, delegations, credentials, groups and offices."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from parley.delegations import queries
from parley.delegations.facts import NegotiationOpened
from parley.delegations.rules_negotiation import NEGOTIATIONS, CloseNegotiation, NegotiationCommand, OpenNegotiation, SchedulePhase
from parley.delegations.rules_roster import AdmitDelegation, AssumeOffice, DecideCredentials, FormGroup, JoinGroup, LeaveGroup, LeaveOffice
from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, bearer, calls, hash_of, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS, NotSignedIn
from parley.kernel.service import Service
from parley.protocol.moments import moment
from parley.protocol.plain_text import plain_line, plain_text
from parley.protocol.standing import HOUSE, Actor, Standing, identify

Line = Annotated[str, AfterValidator(plain_line), Field(min_length=1, max_length=300)]
CODE = r"^[A-Z][A-Z0-9-]{0,15}$"
NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
Code = Annotated[str, Field(pattern=CODE, description="a delegation's or group's code, as in CZ")]
Name = Annotated[str, Field(pattern=NAME, description="lower case letters, digits and hyphens")]
Moment = Annotated[datetime, BeforeValidator(moment), Field(description="a time with its offset from UTC")]

DEFAULT_QUANTIFIERS = (
    ("one delegation", "1"),
    ("a few delegations", "2"),
    ("some delegations", "4"),
    ("many delegations", "1/3"),
    ("most delegations", "2/3"),
    ("all delegations that spoke", "all"),
)


class Body(BaseModel):
    """A request's body: nothing undeclared, nothing guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Opening(Body):
    """A negotiation to be opened."""

    negotiation: Annotated[Name, Field(description="its name in addresses, for ever")]
    title: Line
    zone: Annotated[str, Field(max_length=64, description="the conference's time zone, as in Europe/Prague")] = "UTC"
    themes: Annotated[list[Line], Field(min_length=1, max_length=100)]
    attribution: Annotated[str, Field(description="how sources appear in what is issued: named, group, counted or none")] = "none"
    marking: Annotated[str, Field(description="how far submissions travel unless they say otherwise: public, participants or restricted")] = "participants"
    quantifiers: Annotated[
        list[tuple[Line, Annotated[str, Field(max_length=9)]]],
        Field(max_length=20, description="the forum's words for counts, from the least: a word and a number, a share such as 1/3, or all", strict=False),
    ] = list(DEFAULT_QUANTIFIERS)


class Deadline(Body):
    """A phase's deadline, with its offset from UTC."""

    closes_at: Moment


class Admission(Body):
    """A delegation for the roster."""

    delegation: Code
    name: Line


class Credentials(Body):
    """A decision on credentials."""

    credentials: Annotated[str, Field(description="provisional, accepted, rejected, suspended or withdrawn")]
    reason: Annotated[str, AfterValidator(lambda text: text and plain_text(text)), Field(max_length=2_000)] = ""


class Group(Body):
    """A group of delegations."""

    group: Code
    name: Line
    members: Annotated[list[Code], Field(max_length=1_000)] = []


class Holder(Body):
    """The person who holds an office from now on."""

    person: Name


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["negotiations"])
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]
    staff = Annotated[Call[Actor], Depends(calls(service, identify, elsewhere=HOUSE))]

    async def submit(call: Call[Actor], command: Callable[..., NegotiationCommand], **fields: object) -> Response:
        """Hand a command on the negotiation itself to the record."""
        request = call.asks(NEGOTIATIONS, call.lane, lambda at, _: command(by=call.actor, at=at, **fields))
        return answer(service, await service.submit(request))

    @router.get("/negotiations", summary="The negotiations you take part in", responses=QUERY_PROBLEMS)
    async def list_negotiations(request: Request) -> Response:
        token = bearer(request)
        grant = await service.known("grant", hash_of(token)) if token else None
        actor = identify(await service.known("standing", grant.lane), grant, grant.lane, service.clock()) if grant is not None else None
        if grant is None or actor is None or not actor.person:
            raise NotSignedIn
        return shown(service, grant.lane, {"negotiations": await service.ask(queries.negotiations, grant)}, counted=actor.takes_part)

    @router.post("/negotiations", status_code=201, summary="Open a negotiation", responses=COMMAND_PROBLEMS)
    async def open_negotiation(body: Opening, call: staff) -> Response:
        opened = NegotiationOpened(
            body.negotiation, body.title, body.zone, tuple(body.themes), body.attribution, body.marking, tuple((w, n) for w, n in body.quantifiers)
        )
        here = call.on(body.negotiation)
        receipt = await service.submit(here.asks(NEGOTIATIONS, here.lane, lambda at, _: OpenNegotiation(call.actor, at, opened)))
        return answer(service, receipt, {"negotiation": body.negotiation}, location=f"/api/v1/negotiations/{body.negotiation}")

    @router.get("/negotiations/{negotiation}", summary="A negotiation: its rules, phases and offices", responses=QUERY_PROBLEMS)
    async def show_negotiation(negotiation: str, call: caller) -> Response:
        standing = await participant(service, call)
        said = {name: getattr(standing, name) for name in ("title", "zone", "themes", "attribution", "marking", "quantifiers", "phases", "offices", "open")}
        return shown(service, call.lane, {"negotiation": negotiation, **said, "you": call.actor})

    @router.post("/negotiations/{negotiation}/close", status_code=201, summary="Close a negotiation", responses=COMMAND_PROBLEMS)
    async def close_negotiation(negotiation: str, call: caller) -> Response:
        return await submit(call, CloseNegotiation, negotiation=negotiation)

    @router.put("/negotiations/{negotiation}/phases/{phase}", status_code=201, summary="Set or move a deadline", responses=COMMAND_PROBLEMS)
    async def schedule_phase(phase: str, body: Deadline, call: caller) -> Response:
        return await submit(call, SchedulePhase, phase=phase, closes_at=body.closes_at)

    @router.post("/negotiations/{negotiation}/delegations", status_code=201, summary="Admit a delegation", responses=COMMAND_PROBLEMS)
    async def admit_delegation(body: Admission, call: caller) -> Response:
        return await submit(call, AdmitDelegation, delegation=body.delegation, name=body.name)

    @router.put(
        "/negotiations/{negotiation}/delegations/{delegation}/credentials", status_code=201, summary="Decide on credentials", responses=COMMAND_PROBLEMS
    )
    async def decide_credentials(delegation: str, body: Credentials, call: caller) -> Response:
        return await submit(call, DecideCredentials, delegation=delegation, credentials=body.credentials, reason=body.reason)

    @router.post("/negotiations/{negotiation}/groups", status_code=201, summary="Form a group", responses=COMMAND_PROBLEMS)
    async def form_group(body: Group, call: caller) -> Response:
        return await submit(call, FormGroup, group=body.group, name=body.name, members=tuple(body.members))

    @router.put("/negotiations/{negotiation}/groups/{group}/members/{delegation}", status_code=201, summary="Join a group", responses=COMMAND_PROBLEMS)
    async def join_group(group: str, delegation: str, call: caller) -> Response:
        return await submit(call, JoinGroup, group=group, delegation=delegation)

    @router.delete("/negotiations/{negotiation}/groups/{group}/members/{delegation}", status_code=201, summary="Leave a group", responses=COMMAND_PROBLEMS)
    async def leave_group(group: str, delegation: str, call: caller) -> Response:
        return await submit(call, LeaveGroup, group=group, delegation=delegation)

    @router.put("/negotiations/{negotiation}/offices/{office}", status_code=201, summary="Give an office to a person", responses=COMMAND_PROBLEMS)
    async def assume_office(office: str, body: Holder, call: caller) -> Response:
        return await submit(call, AssumeOffice, office=office, person=body.person)

    @router.delete("/negotiations/{negotiation}/offices/{office}", status_code=201, summary="End a term of office", responses=COMMAND_PROBLEMS)
    async def leave_office(office: str, call: caller) -> Response:
        return await submit(call, LeaveOffice, office=office)

    return router


async def participant(service: Service, call: Call[Actor]) -> Standing:
    """What is known of the negotiation, for those who take part in it; for all others it is not there."""
    if not call.signed_in:
        raise NotSignedIn
    standing: Standing = await service.known("standing", call.lane)
    if not standing.known_at or not call.actor.may("roster.read"):
        raise Unknown
    return standing
