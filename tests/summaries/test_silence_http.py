"""A summary under silence over HTTP: put before the delegations, broken or not, adopted once, and never by an absence."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from delegations.meeting import Meeting
from house import TestClock, house
from parley.delegations.part import PART as DELEGATIONS
from parley.protocol.silence import Silence
from parley.summaries import queries
from parley.summaries.part import PART as SUMMARIES
from summaries.chairing import chamber, change, composed, issued, submit

pytestmark = pytest.mark.deep  # a whole application for each test

UNTIL = {"until": "2019-05-02T10:01"}
OBJECTION = {"says": "This is not what we can live with."}


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with chamber(tmp_path, clock) as meeting:
        yield meeting


async def silent(meeting: Meeting, until: dict[str, str] = UNTIL, **more: Any) -> str:
    """A summary whose text lies under silence."""
    await submit(meeting, "jp-head", **more)
    at = await composed(meeting)
    started = await change(meeting, at + "/silence", until)
    assert started.status_code == 201, started.text
    return at


async def shown(meeting: Meeting, who: str, at: str) -> Any:
    answered = await meeting.ask(who, at + "/silence")
    return answered.json()["silences"][-1] if answered.status_code == 200 else answered.status_code


async def state(meeting: Meeting, at: str, wanted: str) -> Any:
    """The silence once it has come to a state."""
    for _ in range(150):
        found = await shown(meeting, "chair", at)
        if found["state"] == wanted or (wanted == "extended" and found["extensions"]):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"the silence is {found['state']} and not {wanted}")


async def facts(meeting: Meeting, word: str) -> int:
    recorded = await asyncio.to_thread(meeting.process.log.read, 0, 10_000)
    return sum(fact.type == f"parley.summaries.{word}.v1" for fact in recorded)


async def test_every_delegation_reads_the_frozen_words_and_when_the_silence_ends_where_it_meets(meeting: Meeting) -> None:
    at = await silent(meeting)
    for who in ("no-head", "cz-member", "rapporteur"):
        found = await shown(meeting, who, at)
        assert "Suppliers are assessed" in found["text"]
        assert (found["state"], found["until"], found["zone"]) == ("running", "2019-05-02T10:01:00.000+02:00[Europe/Prague]", "Europe/Prague")
        assert found["expires_at"] == "2019-05-02T08:01:00Z"
    assert await shown(meeting, "watcher", at) == 404
    assert (await meeting.ask(None, at + "/silence")).status_code == 401


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ({"until": "2020-03-29T02:30"}, "time-skipped"),
        ({"until": "2019-10-27T02:30"}, "time-twice"),
        ({"until": "2019-05-02T10:01", "zone": "Prague"}, "unknown-zone"),
        ({"until": "2019-05-02T10:01Z"}, "unreadable-time"),
        ({"until": "2019-05-02T10:00"}, "expiry-out-of-range"),
    ],
)
async def test_an_end_that_is_not_one_exact_time_to_come_is_refused_with_what_to_do(meeting: Meeting, until: dict[str, str], code: str) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    refused = await change(meeting, at + "/silence", until)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_the_first_objection_ends_it_and_all_are_told_while_the_name_is_for_the_bench(meeting: Meeting) -> None:
    at = await silent(meeting)
    first = await meeting.tell("no-head", at + "/silence/objections", OBJECTION)
    assert first.status_code == 201
    assert first.json()["receipt"]["at"] == "2019-05-02T08:00:00Z"
    second = await meeting.tell("sk-head", at + "/silence/objections", OBJECTION)
    assert (second.status_code, second.json()["code"], second.json()["state"]) == (409, "silence-over", "broken")
    for who, named in (("jp-head", False), ("cz-member", False), ("chair", True), ("no-head", True)):
        found = await shown(meeting, who, at)
        assert (found["state"], found["ended_at"]) == ("broken", "2019-05-02T08:00:00Z")
        assert ("delegation" in found["broken"], "says" in found["broken"]) == (named, named)
    assert (await change(meeting, at + "/title", {"title": "Another title"}, "PUT")).status_code == 201


async def test_unbroken_it_is_adopted_once_and_issued_as_by_silence(meeting: Meeting, clock: TestClock) -> None:
    at = await silent(meeting)
    frozen = await change(meeting, at + "/title", {"title": "Another title"}, "PUT")
    assert (frozen.status_code, frozen.json()["code"]) == (409, "text-frozen")
    clock.forward(minutes=1)
    adopted = await state(meeting, at, "adopted")
    assert adopted["ended_at"] == "2019-05-02T08:01:00Z"
    assert (await issued(meeting, at))["authority"] == "by silence"
    await asyncio.sleep(0.5)
    assert await facts(meeting, "SilenceAdopted") == 1


async def test_an_objection_is_judged_by_the_records_clock_and_not_by_the_timer(meeting: Meeting, clock: TestClock) -> None:
    at = await silent(meeting)
    clock.forward(minutes=1)
    late = await meeting.tell("no-head", at + "/silence/objections", OBJECTION)  # most likely before the timer has looked again
    assert (late.status_code, late.json()["code"]) == (409, "silence-over")
    assert late.json()["received_at"] == "2019-05-02T10:01:00.000+02:00[Europe/Prague]"
    kept = await meeting.tell("no-head", at + "/silence/statements", OBJECTION | {"kind": "reservation"})
    assert kept.status_code == 201
    adopted = await state(meeting, at, "adopted")
    assert [(one["kind"], one["delegation"]) for one in adopted["statements"]] == [("reservation", "NO")]


async def test_the_chair_gives_more_time_before_the_end_and_the_text_is_adopted_at_the_new_one(meeting: Meeting, clock: TestClock) -> None:
    at = await silent(meeting)
    clock.forward(seconds=59)
    longer = {"until": "2019-05-02T10:01:30", "reason": "Two capitals asked for it."}
    assert (await meeting.tell("chair", at + "/silence/until", longer, "PUT")).status_code == 201
    clock.forward(seconds=1)
    await asyncio.sleep(0.5)
    found = await shown(meeting, "no-head", at)
    assert (found["state"], found["extensions"][0]["reason"]) == ("running", "Two capitals asked for it.")
    clock.forward(seconds=30)
    await state(meeting, at, "adopted")
    refused = await meeting.tell("chair", at + "/silence/until", longer, "PUT")
    assert (refused.status_code, refused.json()["code"]) == (409, "silence-over")


async def test_a_clock_that_jumps_over_the_end_adopts_nothing(meeting: Meeting, clock: TestClock) -> None:
    at = await silent(meeting)
    clock.forward(hours=5)
    found = await state(meeting, at, "extended")
    assert (found["state"], found["extensions"][0]["cause"]) == ("running", "outage")
    assert found["expires_at"] == "2019-05-02T14:00:00Z"
    clock.forward(hours=-5)
    await asyncio.sleep(0.5)
    assert (await shown(meeting, "chair", at))["state"] == "running"
    assert (await meeting.tell("no-head", at + "/silence/objections", OBJECTION)).status_code == 201


async def test_a_service_that_was_down_at_the_end_gives_the_time_back_when_it_starts_again(tmp_path: Path, clock: TestClock) -> None:
    async with chamber(tmp_path, clock) as meeting:
        at = await silent(meeting)
    clock.forward(hours=9)
    async with house(tmp_path, [DELEGATIONS, SUMMARIES], clock) as (process, client):
        again = Meeting(process, client, tokens=meeting.tokens)
        found = await state(again, at, "extended")
        assert (found["state"], found["expires_at"]) == ("running", "2019-05-02T18:00:00Z")
        assert (found["extensions"][0]["away_from"], found["extensions"][0]["away_until"]) == ("2019-05-02T08:00:00Z", "2019-05-02T17:00:00Z")
        assert (await again.tell("no-head", at + "/silence/objections", OBJECTION)).status_code == 201


async def test_a_restart_over_the_end_that_takes_seconds_changes_nothing(tmp_path: Path, clock: TestClock) -> None:
    async with chamber(tmp_path, clock) as meeting:
        at = await silent(meeting)
        clock.forward(seconds=58)
    clock.forward(seconds=4)
    async with house(tmp_path, [DELEGATIONS, SUMMARIES], clock) as (process, client):
        again = Meeting(process, client, tokens=meeting.tokens)
        await state(again, at, "adopted")
        await asyncio.sleep(0.5)
        assert await facts(again, "SilenceAdopted") == 1


async def test_an_hour_of_silence_is_watched_to_its_end(meeting: Meeting, clock: TestClock) -> None:
    at = await silent(meeting, {"until": "2019-05-02T11:00"})
    silence = await kept(meeting)
    while silence.state == "running":
        clock.now = due = silence.due
        while silence.state == "running" and silence.due == due:
            await asyncio.sleep(0.02)
            silence = await kept(meeting)
    assert (silence.state, silence.extensions) == ("adopted", ()), "nobody was away"
    assert await facts(meeting, "SilenceWatched") == 9
    assert (await shown(meeting, "no-head", at))["state"] == "adopted"


async def kept(meeting: Meeting) -> Silence:
    found = await meeting.process.services["summaries"].ask(queries.working, "prague", "1")
    assert found is not None
    return found[0].silences[-1]


async def test_the_secretariat_gives_back_an_outage_that_the_service_could_not_see(meeting: Meeting, clock: TestClock) -> None:
    at = await silent(meeting)
    clock.forward(seconds=40)
    outage = {"away_from": "2019-05-02T08:00:10Z", "away_until": "2019-05-02T08:00:30Z", "reason": "The line to the venue was cut."}
    refused = await meeting.tell("no-head", at + "/silence/outages", outage)
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown")
    assert (await meeting.tell("secretariat", at + "/silence/outages", outage)).status_code == 201
    assert (await shown(meeting, "no-head", at))["until"] == "2019-05-02T10:01:20.000+02:00[Europe/Prague]"


async def test_a_silence_goes_on_when_another_takes_the_chair(meeting: Meeting, clock: TestClock) -> None:
    at = await silent(meeting)
    taken = await meeting.tell("secretariat", "/offices/chair", {"person": "rapporteur"}, "PUT")
    assert taken.status_code == 201, taken.text
    await meeting.process.services["summaries"].reached("prague", {"delegations": taken.json()["receipt"]["seq"]})
    longer = {"until": "2019-05-02T10:01:30", "reason": "The new chair asks for patience."}
    assert (await meeting.tell("chair", at + "/silence/until", longer, "PUT")).status_code == 404, "the old one is nobody on the bench any more"
    assert (await meeting.tell("rapporteur", at + "/silence/until", longer, "PUT")).status_code == 201
    clock.forward(minutes=1, seconds=30)
    for _ in range(150):
        found = await shown(meeting, "rapporteur", at)
        if found["state"] == "adopted":
            break
        await asyncio.sleep(0.02)
    assert found["state"] == "adopted"


async def test_the_objection_of_a_suspended_delegation_breaks_nothing(meeting: Meeting) -> None:
    at = await silent(meeting)
    decided = await meeting.tell("secretariat", "/delegations/NO/credentials", {"credentials": "suspended", "reason": "By decision."}, "PUT")
    assert decided.status_code == 201
    await meeting.process.services["summaries"].reached("prague", {"delegations": decided.json()["receipt"]["seq"]})
    refused = await meeting.tell("no-head", at + "/silence/objections", OBJECTION)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-entitled")
    assert (await shown(meeting, "no-head", at))["state"] == "running"
    assert (await meeting.tell("sk-head", at + "/silence/objections", OBJECTION)).status_code == 201


async def test_a_member_that_differs_from_its_group_stands_apart_from_what_was_said_for_it(meeting: Meeting) -> None:
    at = await silent(meeting)
    assert (await meeting.tell("cz-head", at + "/silence/objections", OBJECTION | {"on_behalf_of": "EU"})).status_code == 201
    assert (await shown(meeting, "chair", at))["broken"]["represented"] == ["CZ", "SK"]
    apart = {"kind": "disassociation", "says": "Slovakia could live with the text."}
    assert (await meeting.tell("sk-head", at + "/silence/statements", apart)).status_code == 201
    found = await shown(meeting, "chair", at)
    assert (found["state"], found["broken"]["represented"]) == ("broken", ["CZ"])
    assert [one["delegation"] for one in found["statements"]] == ["SK"]


async def test_a_member_breaks_a_silence_that_its_group_lets_pass(meeting: Meeting) -> None:
    at = await silent(meeting)
    pass_on = {"kind": "statement", "says": "The Union can live with the text.", "on_behalf_of": "EU"}
    assert (await meeting.tell("cz-head", at + "/silence/statements", pass_on)).status_code == 201
    assert (await meeting.tell("sk-head", at + "/silence/objections", OBJECTION)).status_code == 201
    assert (await shown(meeting, "chair", at))["state"] == "broken"


async def test_an_objection_still_counts_when_the_negotiation_is_closed_meanwhile(meeting: Meeting) -> None:
    at = await silent(meeting)
    closed = await meeting.tell("secretariat", "/close", {"reason": "The session is over."})
    assert closed.status_code == 201, closed.text
    await meeting.process.services["summaries"].reached("prague", {"delegations": closed.json()["receipt"]["seq"]})
    assert (await meeting.tell("no-head", at + "/silence/objections", OBJECTION)).status_code == 201


async def test_nothing_of_a_silence_is_public_until_the_text_is_issued(tmp_path: Path, clock: TestClock) -> None:
    async with chamber(tmp_path, clock, marking="public") as meeting:
        at = await silent(meeting)
        await meeting.tell("no-head", at + "/silence/objections", OBJECTION)
        assert (await change(meeting, at + "/silence", UNTIL)).status_code == 201
        clock.forward(minutes=1)
        await state(meeting, at, "adopted")
        await change(meeting, at + "/consensus", {"until": "2019-05-02T10:02"})
        recorded = await asyncio.to_thread(meeting.process.log.read, 0, 10_000)
        assert [fact.type for fact in recorded if fact.service == "summaries" and fact.public_seq is not None] == []
        assert (await meeting.ask(None, at + "/silence")).status_code == 401
        ended = await meeting.tell("chair", at + "/consensus/end", {"reason": "The silence suffices."})
        assert ended.status_code == 201
        assert (await issued(meeting, at))["authority"] == "by silence"
        recorded = await asyncio.to_thread(meeting.process.log.read, 0, 10_000)
        public = [fact for fact in recorded if fact.service == "summaries" and fact.public_seq is not None]
        assert [fact.type for fact in public] == ["parley.summaries.SummaryReleased.v1"]
        assert b"NO" not in public[0].body.replace(b"NOT", b"")
