"""The access grid: every role tries every action over HTTP, on things in every state that the table knows, and the table is right in each cell."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from hostile.deeds import DEEDS, OF_NO_ACTION, Deed
from hostile.stage import NOBODY, ROLE_OF, Stage, stage_in
from parley.main import parts
from parley.protocol.access import AFTER_CLOSE, AUDIENCE, AUTHORS, HEAD, IN_STATE, MAY, READERS, may
from schemas_written import openapi

pytestmark = pytest.mark.deep  # some thousand requests

PRINCIPLES, AMENDMENTS = ("live", "late", "withdrawn"), ("live", "late", "ruled", "settled", "withdrawn")
AFTERWARDS = {"delegations_leave_sponsors", "drafts_end_sponsorship", "drafts_edit_clause", "drafts_drop_edit", "drafts_waive_lateness"}
"""Operations that go by something else than the state of the submission, or by another state than their action."""
DENIED = {(401, "not-signed-in"), (403, "not-entitled"), (403, "not-the-author"), (404, "unknown")}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage_in(tmp_path) as ready:
        yield ready


def said(answered: httpx.Response) -> tuple[int, str]:
    if answered.headers.get("Content-Type") != "application/problem+json":
        return answered.status_code, ""
    return answered.status_code, answered.json()["code"]


async def tried(stage: Stage, deed: Deed, who: str, made: dict[str, object]) -> httpx.Response:
    path, body, seen = deed.filled(made)
    return await stage.send(who, deed.method, path, body, seen)


def entitled(deed: Deed, who: str) -> bool:
    if deed.own and ROLE_OF[who] == HEAD and who != "jp-head":
        return False
    return may((ROLE_OF[who],), deed.action)


async def test_whoever_may_not_is_refused_and_nothing_changes(stage: Stage) -> None:
    wrong = []
    for deed in DEEDS:
        made = await deed.given(stage)
        for who in (*ROLE_OF, *NOBODY):
            if who in ROLE_OF and entitled(deed, who):
                continue
            before = stage.meeting.process.log.position()
            answered = await tried(stage, deed, who, made)
            if said(answered) not in DENIED or (said(answered)[0] == 401) < (who in NOBODY) or stage.meeting.process.log.position() != before:
                wrong.append((deed.action, deed.operation, who, answered.status_code, answered.text[:200]))
    assert not wrong, "\n".join(str(one) for one in wrong)


async def test_whoever_may_is_answered(stage: Stage) -> None:
    wrong = []
    for deed in DEEDS:
        refused = dict(deed.refused)
        for who in (who for who in ROLE_OF if entitled(deed, who)):
            if deed.operation == "delegations_close_negotiation" and who == "secretariat":
                continue  # a negotiation is closed once; the chair does it
            answered = await tried(stage, deed, who, await deed.given(stage))
            status, code = said(answered)
            if (status not in (200, 201) or (deed.method == "GET" and status != 200)) if who not in refused else code != refused[who]:
                wrong.append((deed.action, deed.operation, who, status, answered.text[:300]))
    assert not wrong, "\n".join(str(one) for one in wrong)


def test_every_action_of_the_table_and_every_operation_of_the_interface_is_tried() -> None:
    assert {deed.action for deed in DEEDS} == set(MAY), "an action without a trial: add a deed"
    operations = {operation["operationId"] for methods in openapi(parts())["paths"].values() for operation in methods.values()}
    tried_or_said = {deed.operation for deed in DEEDS} | set(OF_NO_ACTION) | {one for one in operations if one.startswith("observers_")}
    assert operations - tried_or_said == set(), "an operation without a trial: add a deed"
    assert tried_or_said - operations == set(), "these are gone: take them off"


ABOUT_SUBMISSIONS = [deed for deed in DEEDS if deed.action in IN_STATE and deed.operation not in AFTERWARDS]


async def test_what_may_happen_to_a_submission_depends_on_its_state_as_the_table_says(stage: Stage) -> None:
    wrong = []
    for deed in ABOUT_SUBMISSIONS:
        make, states = (stage.principle, PRINCIPLES) if "/principles/" in deed.path else (stage.amendment, AMENDMENTS)
        for state in states:
            who = "chair" if ROLE_OF["chair"] in MAY[deed.action] else "jp-head" if deed.own else "no-head"
            made = await make(state)
            before = stage.meeting.process.log.position()
            answered = await tried(stage, deed, who, made)
            status, code = said(answered)
            changed = stage.meeting.process.log.position() != before
            # A late text of another delegation is not there for NO, nor is a withdrawn one: what cannot be seen cannot be acted upon.
            refused = (404,) if who == "no-head" and state in ("late", "withdrawn") else (409,)
            expected = status == 201 and changed if state in IN_STATE[deed.action] else status in refused and not changed
            if not expected:
                wrong.append((deed.action, deed.operation, state, who, status, code))
    assert {deed.action for deed in ABOUT_SUBMISSIONS} == set(IN_STATE)
    assert not wrong, "\n".join(str(one) for one in wrong)


async def test_who_reads_a_submission_depends_on_its_state_as_the_table_says(stage: Stage) -> None:
    """NO is the audience of what is restricted, SK is nobody's; what may not be read is answered with the bytes of what is not there."""
    wrong = []
    restricted = {"marking": "restricted", "audience": ["NO"]}
    for kind, make in (("principles", stage.principle), ("amendments", stage.amendment)):
        for state, readers in READERS.items():
            made = await (make(**restricted) if state == "restricted" else make(state))
            listed = "/principles" if kind == "principles" else f"/documents/{made['document']}/amendments"
            name = made["principle" if kind == "principles" else "amendment"]
            for who, role in {**ROLE_OF, "sk-head": HEAD}.items():
                part = {role} | ({AUTHORS} if who.startswith("jp-") else {AUDIENCE} if who == "no-head" and state == "restricted" else set())
                reads = may((role,), "principle.read") and not readers.isdisjoint(part)
                answered, absent = [await stage.send(who, "GET", f"{listed}/{one}") for one in (name, "A99" if kind == "amendments" else "0" * 16)]
                among = [one[kind[:-1]] for one in (await stage.send(who, "GET", f"{listed}?limit=500")).json().get(kind, [])]
                if (answered.status_code == 200, name in among) != (reads, reads) or not (reads or answered.content == absent.content):
                    wrong.append((kind, state, who, answered.status_code, name in among))
    assert not wrong, "\n".join(str(one) for one in wrong)


async def test_a_delegation_whose_credentials_are_rejected_reads_and_does_nothing(stage: Stage) -> None:
    prepared = [(deed, await deed.given(stage)) for deed in DEEDS if HEAD in MAY[deed.action]]
    for credentials in ("rejected", "suspended", "withdrawn"):
        await stage.done("chair", "/delegations/JP/credentials", {"credentials": credentials, "reason": "Not in order."}, "PUT")
        for deed, made in prepared:
            before = stage.meeting.process.log.position()
            answered = await tried(stage, deed, "jp-head", made)
            assert said(answered) in ({(200, "")} if ".read" in deed.action else DENIED), (deed.operation, answered.text)
            assert stage.meeting.process.log.position() == before


async def test_a_closed_negotiation_is_only_read_and_heard_out(stage: Stage) -> None:
    # A silence that runs is still made longer, or ended by the chair; and objections to a text are answered.
    goes_on = {"summaries_extend_silence", "summaries_withdraw_text", "summaries_answer_objection", "summaries_end_call"}
    open_for_ever = {deed.operation for deed in DEEDS if deed.action in AFTER_CLOSE} | goes_on
    prepared = [(deed, await deed.given(stage)) for deed in DEEDS if deed.action != "negotiation.open" and deed.operation not in open_for_ever]
    await stage.done("chair", "/close")
    wrong = []
    for deed, made in prepared:
        for who in (who for who in ROLE_OF if entitled(deed, who)):
            before = stage.meeting.process.log.position()
            answered = await tried(stage, deed, who, made)
            reads = deed.method == "GET" or deed.operation == "drafts_show_preview"
            if (said(answered) != (200, "") if reads else answered.status_code < 400) or stage.meeting.process.log.position() != before:
                wrong.append((deed.action, deed.operation, who, answered.status_code, answered.text[:200]))
    assert not wrong, "\n".join(str(one) for one in wrong)
