"""HTTP for signing in: invitations, sessions and API tokens. Only hashes of codes and tokens are recorded."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from parley.delegations.http_negotiation import Body, Code, Line, Moment, Name
from parley.delegations.rules_access import AcceptInvitation, IssueToken, RevokeToken
from parley.delegations.rules_negotiation import NEGOTIATIONS
from parley.delegations.rules_roster import EnrolPerson, StrikeOff
from parley.kernel.http import Call, answer, calls, hash_of, key_of
from parley.kernel.log import Request as RecordRequest
from parley.kernel.problem import COMMAND_PROBLEMS
from parley.kernel.service import Service
from parley.protocol.standing import Actor, identify

INVITATION_LASTS = timedelta(days=14)
SESSION_LASTS = timedelta(hours=12)
TOKEN_PREFIX = "parley_"  # noqa: S105  (what secret scanners look for, not a secret)


UNCOUNTED: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "Done. Participants get its receipt too.",
        "content": {"application/json": {"schema": {"type": "object", "properties": {"receipt": {"$ref": "#/components/schemas/Receipt"}}}}},
    }
}
"""The receipt stays out for observers: its numbers say how much there is that they may not see."""

ADMITTED: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "The token, which is told this once. Participants get the receipt too.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["token", "expires_at"],
                    "properties": {
                        "token": {"type": "string"},
                        "expires_at": {"type": "string", "format": "date-time"},
                        "receipt": {"$ref": "#/components/schemas/Receipt"},
                    },
                }
            }
        },
    }
}


class Enrolment(Body):
    """A person for the roster."""

    person: Name
    name: Line
    role: Annotated[str, Field(description="head, member, observer or secretariat")]
    delegation: Code | None = None


class SignIn(Body):
    """The code of an invitation."""

    code: Annotated[str, Field(min_length=8, max_length=200)]


class Token(Body):
    """An API token for oneself."""

    scopes: Annotated[list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=60, description="actions, or * for all of one's own")]
    expires_at: Moment


def routes(service: Service) -> APIRouter:
    """The routes of this subject.

    Signing in and tokens are for observers too. No version of the negotiation is compared there, and its numbers are told to participants alone.
    """
    router = APIRouter(tags=["people and access"])
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    @router.post("/negotiations/{negotiation}/persons", status_code=201, summary="Put a person on the roster and invite them", responses=COMMAND_PROBLEMS)
    async def enrol_person(body: Enrolment, call: caller) -> Response:
        code = service.code("invitation", call.scope, call.key, body.person)
        receipt = await service.submit(
            call.asks(
                NEGOTIATIONS,
                call.lane,
                lambda at, _: EnrolPerson(call.actor, at, body.person, body.name, body.role, body.delegation, hash_of(code), at + INVITATION_LASTS),
            )
        )
        return answer(service, receipt, {"person": body.person, "code": code})

    @router.delete("/negotiations/{negotiation}/persons/{person}", status_code=201, summary="Strike a person off the roster", responses=COMMAND_PROBLEMS)
    async def strike_off(person: str, call: caller) -> Response:
        return answer(service, await service.submit(call.asks(NEGOTIATIONS, call.lane, lambda at, _: StrikeOff(call.actor, at, person))))

    @router.post("/negotiations/{negotiation}/sign-in", status_code=201, summary="Sign in with an invitation", responses=COMMAND_PROBLEMS | ADMITTED)
    async def sign_in(negotiation: str, body: SignIn, request: Request) -> Response:
        code_hash = hash_of(body.code)
        # Without a key of the caller's own, the used code gets nobody in again: it may stand in the history of a browser.
        key = key_of(request)
        token = TOKEN_PREFIX + service.code("session", code_hash, key)
        receipt = await service.submit(
            RecordRequest(
                decider=NEGOTIATIONS,
                identity=negotiation,
                lane=negotiation,
                command=lambda at, _: AcceptInvitation(at, code_hash, hash_of(token), at + SESSION_LASTS),
                scope=f"sign-in|{negotiation}|{code_hash}",
                key=key,
                fingerprint=code_hash,
                trace=request.headers.get("traceparent"),
            )
        )
        actor = identify(await service.known("standing", negotiation), await service.known("grant", hash_of(token)), negotiation, service.clock())
        return answer(service, receipt, {"token": token, "expires_at": receipt.at + SESSION_LASTS}, counted=actor.takes_part)

    @router.post("/negotiations/{negotiation}/tokens", status_code=201, summary="Make an API token for yourself", responses=COMMAND_PROBLEMS | ADMITTED)
    async def issue_token(body: Token, call: caller) -> Response:
        token = TOKEN_PREFIX + service.code("token", call.scope, call.key)
        request = call.asks(NEGOTIATIONS, call.lane, lambda at, _: IssueToken(call.actor, at, hash_of(token), tuple(body.scopes), body.expires_at))
        receipt = await service.submit(replace(request, expected=None))
        return answer(service, receipt, {"token": token, "expires_at": body.expires_at}, counted=call.actor.takes_part)

    @router.post("/negotiations/{negotiation}/tokens/revoke", status_code=201, summary="End a session or an API token", responses=COMMAND_PROBLEMS | UNCOUNTED)
    async def revoke_token(body: SignIn, call: caller) -> Response:
        token_hash = hash_of(body.code)
        request = call.asks(NEGOTIATIONS, call.lane, lambda at, _: RevokeToken(call.actor, at, token_hash))
        return answer(service, await service.submit(replace(request, expected=None)), counted=call.actor.takes_part)

    return router


async def invite_secretariat(service: Service, person: str = "secretariat") -> str:
    """A code with which a person signs in to the secretariat; for the operator at the machine itself, never over HTTP."""
    from secrets import token_hex  # noqa: PLC0415  (the one place that needs a fresh secret)

    from parley.delegations.rules_access import FoundHouse  # noqa: PLC0415  (nothing here that HTTP reaches may name it)
    from parley.protocol.standing import HOUSE  # noqa: PLC0415

    code = token_hex(32)
    by = msgspec.json.encode(Actor(person="operator", roles=("operator",)), order="deterministic")
    await service.submit(
        RecordRequest(NEGOTIATIONS, HOUSE, HOUSE, lambda at, _: FoundHouse(at, person, hash_of(code), at + INVITATION_LASTS), by=by, scope="operator")
    )
    return code
