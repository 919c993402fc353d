"""HTTP for the roster as a whole: read it, take it out as CSV, bring it in from CSV."""

import asyncio
import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from parley.delegations import queries
from parley.delegations.facts import CATALOGUE, InvitationIssued
from parley.delegations.http_access import INVITATION_LASTS
from parley.delegations.http_negotiation import CODE, NAME, participant
from parley.delegations.rules_negotiation import NEGOTIATIONS, decide
from parley.delegations.rules_roster import AdmitDelegation, AssumeOffice, EnrolPerson, FormGroup, ImportRoster, JoinGroup
from parley.kernel.decider import Invalid, NotEntitled
from parley.kernel.http import Call, answer, calls, hash_of, shown
from parley.kernel.log import Receipt
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS
from parley.kernel.service import Service
from parley.protocol.plain_text import plain_line
from parley.protocol.standing import Actor, Standing, identify

NAME_LIMIT = 300
COLUMNS = ("kind", "code", "name", "role", "delegation")
"""kind is delegation, group, member, person or office; a member's code is the group's; an office's name is the person's code."""

Step = AdmitDelegation | FormGroup | JoinGroup | EnrolPerson | AssumeOffice
_FORMS = {"delegation": CODE, "group": CODE, "member": CODE, "person": NAME, "office": NAME}
_ORDER = {"delegation": 0, "group": 1, "member": 2, "person": 3, "office": 4}
_NEVER = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["people and access"])
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    @router.get("/negotiations/{negotiation}/roster", summary="Delegations, groups, persons and terms", responses=QUERY_PROBLEMS)
    async def show_roster(negotiation: str, call: caller) -> Response:
        standing = await participant(service, call)
        return shown(service, call.lane, await service.ask(queries.roster, negotiation, standing, call.actor))

    @router.get(
        "/negotiations/{negotiation}/roster.csv",
        summary="The roster as CSV, in the form in which it is brought in",
        responses=QUERY_PROBLEMS | {200: {"description": "The roster.", "content": {"text/csv": {}}}},
    )
    async def export_roster(negotiation: str, call: caller) -> Response:
        standing = await participant(service, call)
        if not call.actor.may("roster.keep"):
            raise NotEntitled("not-entitled", "The roster as a file is for the secretariat.")
        roster = await service.ask(queries.roster, negotiation, standing, call.actor)
        return Response(_written(roster, standing), media_type="text/csv; charset=utf-8", headers={"Cache-Control": "no-store"})

    @router.post(
        "/negotiations/{negotiation}/roster.csv",
        status_code=201,
        summary="Bring in a roster: all rows or none",
        responses=COMMAND_PROBLEMS,
        openapi_extra={"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    async def import_roster(
        request: Request,
        call: caller,
        dry_run: Annotated[bool, Query(description="say what would happen, and record nothing")] = False,
    ) -> Response:
        def code_for(person: str) -> str:
            return service.code("invitation", call.scope, call.key, person)

        rows = _read(await request.body())
        ready = call.asks(NEGOTIATIONS, call.lane, lambda at, _: ImportRoster(call.actor, at, _steps(call.actor, at, rows, code_for)))
        if dry_run:
            state = await service.ask(lambda _: service.state_of(NEGOTIATIONS, call.lane))
            facts = decide(state, ready.command(service.clock(), lambda *_: None))
            return shown(service, call.lane, {"dry_run": True, "rows": len(rows), "would_record": len(facts)})
        receipt = await service.submit(ready)
        invited = await asyncio.to_thread(_invited, service, receipt)
        return answer(service, receipt, {"rows": len(rows), "recorded": len(receipt.facts), "invitations": {one: code_for(one) for one in invited}})

    return router


def _read(body: bytes) -> list[tuple[int, dict[str, str]]]:
    """The rows with their line numbers, in the order in which they can be brought in."""
    try:
        text = body.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise Invalid("roster-columns", f"The first line names the columns: {', '.join(COLUMNS)}. Missing: {', '.join(missing)}.")
        rows = [(reader.line_num, {column: (row[column] or "").strip() for column in COLUMNS}) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("roster-columns", "Send the roster as CSV in UTF-8.") from error
    errors: list[dict[str, Any]] = []
    for line, row in rows:
        try:
            plain_line("|".join(("x", *row.values())))
        except ValueError as error:
            errors.append({"row": line, "code": "malformed", "why": f"Expected {error}."})
        if row["kind"] not in _ORDER:
            errors.append({"row": line, "code": "malformed", "why": f"The kind is one of: {', '.join(_ORDER)}."})
        elif not re.fullmatch(_FORMS[row["kind"]], row["code"]):
            errors.append({"row": line, "code": "malformed", "why": "A delegation's or group's code is as in CZ, a person's or office's as in cz-head."})
        if len(row["name"]) > NAME_LIMIT:
            errors.append({"row": line, "code": "malformed", "why": f"A name has at most {NAME_LIMIT} characters."})
    if errors:
        raise Invalid("roster-rows", "Nothing was brought in. Mend the rows that `errors` names, and send the whole roster again.", errors=errors)
    return sorted(rows, key=lambda row: (_ORDER[row[1]["kind"]], row[0]))


def _steps(by: Actor, at: datetime, rows: list[tuple[int, dict[str, str]]], code_for: Callable[[str], str]) -> tuple[tuple[int, Step], ...]:
    def step(row: dict[str, str]) -> Step:
        match row["kind"]:
            case "delegation":
                return AdmitDelegation(by, at, row["code"], row["name"])
            case "group":
                return FormGroup(by, at, row["code"], row["name"], ())
            case "member":
                return JoinGroup(by, at, row["code"], row["delegation"])
            case "office":
                return AssumeOffice(by, at, row["code"], row["name"])
            case _:
                return EnrolPerson(
                    by, at, row["code"], row["name"], row["role"], row["delegation"] or None, hash_of(code_for(row["code"])), min(at + INVITATION_LASTS, _NEVER)
                )

    return tuple((line, step(row)) for line, row in rows)


def _invited(service: Service, receipt: Receipt) -> list[str]:
    """Who was invited under a receipt; from the record, so that a retry says the same."""
    decode = CATALOGUE.decoder()
    return [fact.person for fact in (decode(one.type, one.body) for one in service.recorded(receipt)) if isinstance(fact, InvitationIssued)]


def _written(roster: dict[str, Any], standing: Standing) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_lines(roster, standing))
    return out.getvalue().encode()


def _lines(roster: dict[str, Any], standing: Standing) -> Iterator[tuple[str, str, str, str, str]]:
    for one in roster["delegations"]:
        yield "delegation", one["delegation"], one["name"], "", ""
    for one in roster["groups"]:
        yield "group", one["group"], one["name"], "", ""
    for one in roster["groups"]:
        for member in one["members"]:
            yield "member", one["group"], "", "", member
    for one in roster["persons"]:
        if not one["struck_off"]:
            yield "person", one["person"], one["name"], one["role"], one["delegation"] or ""
    for office, person in sorted(standing.offices.items()):
        yield "office", office, person, "", ""
