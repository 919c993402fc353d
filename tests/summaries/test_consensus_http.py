"""Consensus on a summary over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from delegations.meeting import Meeting
from house import TestClock
from summaries.chairing import chamber, change, composed, issued, submit

pytestmark = pytest.mark.deep  # a whole application for each test

OBJECTION = {"says": "Sentence 1 goes too far."}


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with chamber(tmp_path, clock) as meeting:
        yield meeting


async def asked(meeting: Meeting, **more: str) -> str:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    called = await change(meeting, at + "/consensus", {"until": "2019-05-02T11:00"} | more)
    assert called.status_code == 201, called.text
    return at


async def shown(meeting: Meeting, who: str, at: str) -> Any:
    answered = await meeting.ask(who, at + "/consensus")
    return answered.json()["calls"][-1] if answered.status_code == 200 else answered.status_code


async def test_objections_have_names_are_answered_and_stay_with_what_is_issued(meeting: Meeting, clock: TestClock) -> None:
    at = await asked(meeting)
    assert (await meeting.tell("no-head", at + "/consensus/objections", OBJECTION)).status_code == 201
    assert (await meeting.tell("cz-head", at + "/consensus/objections", OBJECTION | {"on_behalf_of": "EU"})).status_code == 201
    early = await meeting.tell("chair", at + "/consensus/declare")
    assert (early.status_code, early.json()["code"]) == (409, "call-not-closed")
    clock.forward(hours=1)
    late = await meeting.tell("sk-head", at + "/consensus/objections", OBJECTION)
    assert (late.status_code, late.json()["code"], late.json()["received_at"]) == (409, "call-closed", "2019-05-02T11:00:00.000+02:00[Europe/Prague]")
    apart = {"kind": "disassociation", "says": "Slovakia could live with it."}
    assert (await meeting.tell("sk-head", at + "/consensus/statements", apart)).status_code == 201
    refused = await meeting.tell("chair", at + "/consensus/declare")
    assert [one["objection"] for one in refused.json()["objections"]] == ["o1", "o2"]
    assert (await meeting.tell("no-head", at + "/consensus/objections/o1/retract")).status_code == 201
    assert (await meeting.tell("chair", at + "/consensus/objections/o2/answer", {"reason": "It says `may`."})).status_code == 201
    assert (await meeting.tell("chair", at + "/consensus/declare")).status_code == 201
    assert (await issued(meeting, at))["authority"] == "by consensus"
    for who, named in (("jp-head", [False, False]), ("no-head", [True, False]), ("chair", [True, True])):
        found = await shown(meeting, who, at)
        assert (found["state"], [one["state"] for one in found["objections"]]) == ("declared", ["retracted", "answered"])
        assert ["delegation" in one for one in found["objections"]] == named
    assert (await shown(meeting, "chair", at))["objections"][1]["represented"] == ["CZ"], "SK stands apart"


async def test_a_delegation_asks_for_time_and_lets_the_text_pass_by_saying_nothing(meeting: Meeting, clock: TestClock) -> None:
    at = await asked(meeting)
    held = await meeting.tell("no-head", at + "/consensus/objections", OBJECTION | {"hold_until": "2019-05-02T12:00"})
    assert held.status_code == 201, held.text
    clock.forward(hours=1)
    refused = await meeting.tell("chair", at + "/consensus/declare")
    assert refused.json()["objections"] == [{"objection": "o1", "state": "holding", "hold_until": "2019-05-02T10:00:00+00:00"}]
    clock.forward(hours=1)
    assert (await shown(meeting, "chair", at))["objections"][0]["state"] == "lapsed"
    assert (await meeting.tell("chair", at + "/consensus/declare")).status_code == 201


async def test_who_is_no_participant_sees_no_call_and_whoever_has_no_right_is_told_so(meeting: Meeting) -> None:
    at = await asked(meeting, rule="no-objection")
    assert await shown(meeting, "watcher", at) == 404
    assert (await meeting.ask(None, at + "/consensus")).status_code == 401
    for who, path, body, status in (
        ("cz-member", "/consensus/objections", OBJECTION, 403),
        ("rapporteur", "/consensus/declare", None, 403),
        ("no-head", "/consensus/declare", None, 404),
        ("watcher", "/consensus/objections", OBJECTION, 404),
    ):
        assert (await meeting.tell(who, at + path, body)).status_code == status
    ended = await meeting.tell("chair", at + "/consensus/end", {"reason": "We go on in the afternoon."})
    assert ended.status_code == 201
    assert (await shown(meeting, "no-head", at))["outcome"] == "not-reached"
