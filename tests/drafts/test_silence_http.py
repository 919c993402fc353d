"""A draft under silence over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from delegations.meeting import Meeting, meeting_in
from drafts.test_drafts_http import AT, SOFTEN, made, ruled, seen, tabled, told
from house import TestClock, house
from parley.delegations.part import PART as DELEGATIONS
from parley.drafts.part import PART

pytestmark = pytest.mark.deep  # a whole application for each test

UNTIL = {"until": "2019-05-02T10:01"}


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with meeting_in(tmp_path, [DELEGATIONS, PART], clock, attribution="named") as held:
        yield held


async def silent(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "chair", f"{AT}/silence", UNTIL, headers=await seen(meeting, AT))


async def shown(meeting: Meeting, who: str = "no-head") -> Any:
    answered = await meeting.ask(who, f"{AT}/silence")
    return answered.json()["silences"][-1] if answered.status_code == 200 else answered.status_code


async def state(meeting: Meeting, wanted: str) -> Any:
    for _ in range(150):
        found = await shown(meeting)
        if found["state"] == wanted or (wanted == "extended" and found["extensions"]):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"the silence is {found['state']} and not {wanted}")


async def test_an_amendment_breaks_the_silence_and_goes_into_the_next_version(meeting: Meeting) -> None:
    await silent(meeting)
    assert (await shown(meeting))["until"] == "2019-05-02T10:01:00.000+02:00[Europe/Prague]"
    assert await shown(meeting, "watcher") == 404
    frozen = await meeting.tell("chair", f"{AT}/versions", {"supersedes": 0}, headers=await seen(meeting, AT))
    assert frozen.status_code == 409
    assert (await told(meeting, "no-head", f"{AT}/amendments", SOFTEN))["amendment"] == "A1"
    broken = await shown(meeting, "jp-head")
    assert (broken["state"], broken["broken"]["how"], broken["broken"]["delegation"]) == ("broken", "amendment", "NO")
    await ruled(meeting, "A1")
    assert (await made(meeting))["version"] == 1


async def test_unbroken_the_version_is_adopted_once_and_says_so(meeting: Meeting, clock: TestClock) -> None:
    await silent(meeting)
    clock.forward(minutes=1)
    await state(meeting, "adopted")
    late = await meeting.tell("no-head", f"{AT}/silence/objections", {"says": "Too late."})
    assert (late.status_code, late.json()["code"], late.json()["state"]) == (409, "silence-over", "adopted")
    await told(meeting, "no-head", f"{AT}/silence/statements", {"says": "We read it as voluntary.", "kind": "reservation"})
    versions = (await meeting.ask("jp-head", AT)).json()["versions"]
    assert [one["authority"] for one in versions] == ["by silence"]
    recorded = await asyncio.to_thread(meeting.process.log.read, 0, 10_000)
    assert sum(fact.type == "parley.drafts.SilenceAdopted.v1" for fact in recorded) == 1


async def test_a_service_that_was_down_at_the_end_adopts_nothing_and_takes_objections_when_it_is_back(tmp_path: Path, clock: TestClock) -> None:
    async with meeting_in(tmp_path, [DELEGATIONS, PART], clock) as meeting:
        await silent(meeting)
    clock.forward(hours=9)
    async with house(tmp_path, [DELEGATIONS, PART], clock) as (process, client):
        again = Meeting(process, client, tokens=meeting.tokens)
        assert (await state(again, "extended"))["state"] == "running"
        await told(again, "no-head", f"{AT}/silence/objections", {"says": "Not this."})
        assert (await shown(again))["state"] == "broken"
        assert "delegation" not in (await shown(again, "jp-head"))["broken"], "no name where the forum names nobody"


async def test_the_chair_must_have_read_what_is_frozen(meeting: Meeting) -> None:
    await tabled(meeting)
    refused = await meeting.tell("chair", f"{AT}/silence", UNTIL)
    assert (refused.status_code, refused.json()["code"]) == (428, "precondition-required")
    gap = await meeting.tell("chair", f"{AT}/silence", {"until": "2020-03-29T02:30"}, headers=await seen(meeting, AT))
    assert (gap.status_code, gap.json()["code"]) == (422, "time-skipped")


async def test_consensus_on_a_version_with_its_objections(meeting: Meeting, clock: TestClock) -> None:
    await tabled(meeting)
    await told(meeting, "chair", f"{AT}/consensus", {"until": "2019-05-02T10:01"}, headers=await seen(meeting, AT))
    await told(meeting, "no-head", f"{AT}/consensus/objections", {"says": "Paragraph 1 goes too far.", "hold_until": "2019-05-02T10:02"})
    await told(meeting, "no-head", f"{AT}/consensus/objections", {"says": "Paragraph 1 goes too far."})
    clock.forward(minutes=1)
    refused = await meeting.tell("chair", f"{AT}/consensus/declare")
    assert refused.json()["objections"] == [{"objection": "o2", "state": "standing", "hold_until": None}]
    await told(meeting, "chair", f"{AT}/consensus/objections/o2/answer", {"reason": "It says `should`."})
    await told(meeting, "chair", f"{AT}/consensus/declare")
    call = (await meeting.ask("jp-head", f"{AT}/consensus")).json()["calls"][0]
    assert (call["state"], [(one["state"], one["delegation"]) for one in call["objections"]]) == ("declared", [("lapsed", "NO"), ("answered", "NO")])
    assert [one["authority"] for one in (await meeting.ask("jp-head", AT)).json()["versions"]] == ["by consensus"]
    assert (await meeting.ask("watcher", f"{AT}/consensus")).status_code == 404
    none = await meeting.tell("chair", f"{AT}/consensus/end", {"reason": "It is over."})
    assert (none.status_code, none.json()["code"]) == (409, "no-call")
    gone = await meeting.tell("no-head", f"{AT}/consensus/objections/o2/retract")
    assert (gone.status_code, gone.json()["code"]) == (409, "no-such-objection")
