"""The right of correction and the second signature, over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from delegations.meeting import Meeting
from house import TestClock
from summaries.chairing import NETWORKS, begin, chamber, change, composed, issued, submit

pytestmark = pytest.mark.deep  # a whole application for each test

CLOSES = "2019-05-02T12:00:00+02:00"


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with chamber(tmp_path, clock) as meeting:
        yield meeting


async def shown(meeting: Meeting, who: str, at: str) -> Any:
    answered = await meeting.ask(who, at + "/own")
    return answered.json() if answered.status_code == 200 else answered.status_code


async def test_each_delegation_reads_its_own_sentences_while_the_window_is_open_and_no_others(meeting: Meeting, clock: TestClock) -> None:
    await submit(meeting, "jp-head")
    await submit(meeting, "no-head", NETWORKS)
    at = await composed(meeting)
    assert await shown(meeting, "jp-head", at) == 404
    assert (await change(meeting, at + "/window", {"closes_at": CLOSES}, "PUT")).status_code == 201
    mine = await shown(meeting, "jp-head", at)
    assert [one["sentence"] for one in mine["sentences"]] == ["s1"]
    assert [await shown(meeting, who, at) for who in ("sk-head", "watcher")] == [404, 404]
    clock.forward(hours=2)
    assert await shown(meeting, "jp-head", at) == 404


async def test_a_request_is_asked_answered_and_kept_with_the_version(meeting: Meeting, clock: TestClock) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    await change(meeting, at + "/window", {"closes_at": CLOSES}, "PUT")
    sentence = (await shown(meeting, "jp-head", at))["sentences"][0]
    body = {"sentence": sentence["sentence"], "text": sentence["text"], "says": "We said more than that.", "proposes": "All law counts."}
    other = await meeting.tell("no-head", at + "/requests", body)
    assert (other.status_code, other.json()["code"]) == (404, "unknown")
    asked = await meeting.tell("jp-head", at + "/requests", body, headers={"If-Match": '"1"'})
    assert asked.status_code == 201, asked.text
    clock.forward(hours=2)
    late = await meeting.tell("jp-head", at + "/requests", body)
    assert (late.status_code, late.json()["code"], late.json()["received_at"]) == (409, "window-closed", "2019-05-02T10:00:00+00:00")
    refused = await change(meeting, at + "/issue", {})
    assert [one["code"] for one in refused.json()["findings"]] == ["unanswered"]
    assert [one["says"] for one in (await meeting.ask("rapporteur", at + "/requests")).json()["requests"]] == ["We said more than that."]
    assert (await change(meeting, at + "/requests/r1/answer", {"outcome": "declined", "reason": "It quotes your words."})).status_code == 201
    assert (await shown(meeting, "jp-head", at))["requests"][0]["reason"] == "It quotes your words."
    await issued(meeting, at)
    kept = [len((await meeting.ask(who, at + "/versions/1/requests")).json()["requests"]) for who in ("chair", "jp-head", "no-head")]
    assert kept == [1, 1, 0]


async def test_a_request_is_withdrawn_by_those_who_asked(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    await change(meeting, at + "/window", {"closes_at": CLOSES}, "PUT")
    sentence = (await shown(meeting, "jp-head", at))["sentences"][0]
    await meeting.tell("jp-head", at + "/requests", {"sentence": "s1", "text": sentence["text"], "says": "No."})
    assert (await meeting.tell("no-head", at + "/requests/r1/withdraw")).status_code == 404
    assert (await meeting.tell("jp-head", at + "/requests/r1/withdraw")).status_code == 201


async def test_where_two_persons_issue_neither_does_it_alone(meeting: Meeting) -> None:
    at = await begin(meeting, countersigned=True)
    await change(meeting, at + "/sentences", {"theme": "t1", "text": "The meeting was held.", "own_wording": True})
    assert (await change(meeting, at + "/countersign", who="rapporteur")).json()["code"] == "not-signed"
    signed = await change(meeting, at + "/issue", {})
    assert (signed.status_code, signed.json()["signed"]) == (201, True)
    assert (await meeting.ask("chair", at + "/versions")).status_code == 404
    assert (await change(meeting, at + "/countersign", who="chair")).json()["code"] == "not-entitled"
    countersigned = await change(meeting, at + "/countersign", who="rapporteur")
    assert (countersigned.status_code, countersigned.json()["symbol"]) == (201, "PRAGUE/CS/1")
