"""What happens at once with an issue: two chairs, a chair replaced midway, a principle withdrawn, an objection at the very end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from delegations.meeting import Meeting
from house import TestClock
from summaries.chairing import NETWORKS, chamber, change, composed, issued, submit

pytestmark = pytest.mark.deep  # a whole application for each test


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with chamber(tmp_path, clock) as meeting:
        yield meeting


async def taken_over(meeting: Meeting, person: str = "rapporteur") -> Any:
    answered = await meeting.tell("secretariat", "/offices/chair", {"person": person}, "PUT")
    assert answered.status_code == 201, answered.text
    await meeting.process.services["summaries"].reached("prague", {"delegations": answered.json()["receipt"]["seq"]})


async def versions(meeting: Meeting, at: str) -> list[dict[str, Any]]:
    answered = await meeting.ask("jp-head", at + "/versions")
    return list(answered.json()["versions"]) if answered.status_code == 200 else []


async def test_an_old_and_a_new_chair_who_issue_at_once_get_one_version(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    seen = (await meeting.ask("chair", at)).headers["ETag"]
    old = asyncio.create_task(meeting.tell("chair", at + "/issue", {}, headers={"If-Match": seen}))
    await taken_over(meeting)
    new, again = await asyncio.gather(*(meeting.tell("rapporteur", at + "/issue", {}, headers={"If-Match": seen}) for _ in range(2)))
    outcomes = sorted([(await old).status_code, new.status_code, again.status_code])
    assert outcomes in ([201, 412, 412], [201, 404, 412]), "the old chair was in time, or was nobody on the bench any more"
    assert len(await versions(meeting, at)) == 1


async def test_a_chair_who_was_replaced_issues_nothing_and_the_next_goes_on_with_the_same_text(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    await taken_over(meeting)
    assert (await meeting.tell("chair", at + "/issue", {}, headers={"If-Match": '"1"'})).status_code == 404
    done = await meeting.tell("rapporteur", at + "/issue", {}, headers={"If-Match": (await meeting.ask("rapporteur", at)).headers["ETag"]})
    assert done.status_code == 201, done.text


async def test_a_principle_that_is_withdrawn_during_the_issue_is_shown_so_whichever_came_first(meeting: Meeting) -> None:
    for number in range(6):
        mine = await submit(meeting, "jp-head", f"{NETWORKS} ({number})")
        at = await composed(meeting)
        path = f"/principles/{mine.partition('/')[2]}/withdraw"
        both = [change(meeting, at + "/issue", {}), meeting.tell("jp-head", path)]
        issue, withdrawal = await asyncio.gather(*(both if number % 2 else reversed(both)))
        if not number % 2:
            issue, withdrawal = withdrawal, issue
        assert withdrawal.status_code == 201, withdrawal.text
        await meeting.process.services["summaries"].reached("prague", {"delegations": withdrawal.json()["receipt"]["seq"]})
        if issue.status_code == 409:
            assert {one["code"] for one in issue.json()["findings"]} == {"cites-withdrawn"}, "the gate knew of it"
            continue
        fates = (await meeting.ask("jp-head", f"{at}/versions/1/submissions")).json()["submissions"]
        fate = next(one for one in fates if one["input"] == mine)
        assert (fate["disposition"], fate["issued_as"]) == ("withdrawn_after_issue", "reflected")
        text = (await meeting.ask("jp-head", f"{at}/versions/1/text.txt")).text
        assert f"({number})" in text, "what was issued stays as it was"


async def test_objections_and_statements_at_once_break_a_silence_once(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    assert (await change(meeting, at + "/silence", {"until": "2019-05-02T10:01"})).status_code == 201
    heads = ("jp-head", "no-head", "cz-head", "sk-head")
    objected = await asyncio.gather(*(meeting.tell(who, at + "/silence/objections", {"says": "Not this."}) for who in heads * 3))
    assert sorted(one.status_code for one in objected) == [201] + [409] * 11
    assert (await change(meeting, at + "/issue", {})).status_code == 201, "the chair issues on the chair's own authority"
    assert (await versions(meeting, at))[0]["authority"] == "the chair's own"


async def test_a_text_that_was_adopted_is_not_issued_as_adopted_once_a_source_of_it_is_withdrawn(meeting: Meeting, clock: TestClock) -> None:
    mine = await submit(meeting, "jp-head")
    at = await composed(meeting)
    assert (await change(meeting, at + "/silence", {"until": "2019-05-02T10:01"})).status_code == 201
    clock.forward(minutes=1)
    for _ in range(150):
        if (await meeting.ask("chair", at + "/silence")).json()["silences"][0]["state"] == "adopted":
            break
        await asyncio.sleep(0.02)
    withdrawal = await meeting.tell("jp-head", f"/principles/{mine.partition('/')[2]}/withdraw")
    await meeting.process.services["summaries"].reached("prague", {"delegations": withdrawal.json()["receipt"]["seq"]})
    refused = await change(meeting, at + "/issue", {})
    assert [one["code"] for one in refused.json()["findings"]] == ["cites-withdrawn"]
    finding = refused.json()["findings"][0]["finding"]
    assert (await change(meeting, at + "/overrides", {"finding": finding, "reason": "The words were adopted as they are."})).status_code == 201
    assert (await issued(meeting, at))["authority"] == "by silence", "no word was changed"
