"""Times over HTTP while the machine's clock is set back and forward, the process starts again, and summer time ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from delegations.meeting import Meeting
from house import TestClock, house
from parley.delegations.part import PART as DELEGATIONS
from parley.summaries.part import PART as SUMMARIES
from summaries.chairing import SUPPLIERS, chamber, change, composed, submit

pytestmark = pytest.mark.deep  # a whole application for each test


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with chamber(tmp_path, clock) as meeting:
        yield meeting


async def state_of(meeting: Meeting, who: str, reference: str) -> str:
    return str((await meeting.ask(who, f"/principles/{reference.partition('/')[2]}")).json()["state"])


async def test_a_session_that_has_expired_does_not_come_back_when_the_clock_is_set_back(meeting: Meeting, clock: TestClock) -> None:
    clock.forward(hours=11)
    renewed = await meeting.tell("secretariat", "/persons", {"person": "late", "name": "Late", "role": "observer"})
    await meeting.sign_in("late", renewed.json()["code"])
    clock.forward(hours=2)
    assert (await meeting.ask("no-head", "/principles")).status_code == 401, "twelve hours are over"
    assert (await meeting.tell("late", "/tokens/revoke", {"code": meeting.tokens["late"]})).status_code == 201, "the record knows this time"
    clock.forward(hours=-3)
    assert (await meeting.ask("no-head", "/principles")).status_code == 401
    assert (await meeting.tell("no-head", "/principles", {"text": SUPPLIERS, "theme": "policy"})).status_code == 401


async def test_nor_does_it_when_the_process_starts_again_with_its_clock_set_back(tmp_path: Path, clock: TestClock) -> None:
    async with chamber(tmp_path, clock) as meeting:
        clock.forward(hours=11)
        renewed = await meeting.tell("secretariat", "/persons", {"person": "late", "name": "Late", "role": "observer"})
        await meeting.sign_in("late", renewed.json()["code"])
        clock.forward(hours=2)
        assert (await meeting.tell("late", "/tokens/revoke", {"code": meeting.tokens["late"]})).status_code == 201
    clock.forward(hours=-3)
    async with house(tmp_path, [DELEGATIONS, SUMMARIES], clock) as (process, client):
        again = Meeting(process, client, tokens=meeting.tokens)
        assert (await again.ask("no-head", "/principles")).status_code == 401


async def test_an_accuracy_window_that_has_closed_shows_nothing_more_when_the_clock_is_set_back(meeting: Meeting, clock: TestClock) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    assert (await change(meeting, at + "/window", {"closes_at": "2019-05-02T10:00:00Z"}, "PUT")).status_code == 201
    assert (await meeting.ask("jp-head", at + "/own")).status_code == 200
    clock.forward(hours=2)
    reached = await change(meeting, "/summaries", {"title": "Another"})
    assert reached.status_code == 201
    await meeting.process.services["summaries"].reached("prague", {"summaries": 1})
    clock.forward(hours=-1)
    assert (await meeting.ask("jp-head", at + "/own")).status_code == 404


async def test_a_deadline_that_the_record_has_passed_stays_passed_when_the_clock_is_set_back(meeting: Meeting, clock: TestClock) -> None:
    assert (await meeting.tell("secretariat", "/phases/principles", {"closes_at": "2019-05-02T09:00:00Z"}, "PUT")).status_code == 201
    clock.forward(minutes=59, seconds=59.999)
    in_time = await submit(meeting, "jp-head")
    clock.forward(seconds=0.001)
    late = await submit(meeting, "no-head")
    clock.forward(hours=-1)
    after = await submit(meeting, "sk-head")
    assert [await state_of(meeting, who, one) for who, one in (("jp-head", in_time), ("no-head", late), ("sk-head", after))] == ["live", "late", "late"]


@pytest.mark.parametrize(("closes_at", "live"), [("2019-10-27T02:30:00+02:00", False), ("2019-10-27T02:30:00+01:00", True)])
async def test_the_hour_that_comes_twice_is_told_apart_by_its_offset(tmp_path: Path, closes_at: str, live: bool) -> None:
    """In Prague the clocks went from 03:00 back to 02:00 on 27 October 2019, at 01:00 UTC: half past two came at 00:30 and at 01:30 UTC."""
    clock = TestClock()
    clock.forward(days=177, hours=12)
    assert clock.now.isoformat() == "2019-10-26T20:00:00+00:00"
    async with chamber(tmp_path, clock) as meeting:
        assert (await meeting.tell("secretariat", "/phases/principles", {"closes_at": closes_at}, "PUT")).status_code == 201
        clock.forward(hours=5)
        assert await state_of(meeting, "jp-head", await submit(meeting, "jp-head")) == ("live" if live else "late")


async def test_an_embargo_does_not_end_twice_when_the_clock_goes_back_over_it(tmp_path: Path, clock: TestClock) -> None:
    async with chamber(tmp_path, clock, marking="public") as meeting:
        await submit(meeting, "jp-head")
        at = await composed(meeting)
        assert (await change(meeting, at + "/issue", {"release_at": "2019-05-02T10:00:00Z"})).status_code == 201
        clock.forward(hours=2)
        await ended(meeting)
        clock.forward(hours=-1)
        await asyncio.sleep(0.5)
    async with house(tmp_path, [DELEGATIONS, SUMMARIES], clock) as (process, client):
        again = Meeting(process, client, tokens=meeting.tokens)
        await asyncio.sleep(0.5)
        clock.forward(hours=5)
        await asyncio.sleep(0.5)
        assert (await again.ask(None, at + "/versions/1")).status_code == 200
        assert len(await releases(again)) == 1


async def releases(meeting: Meeting) -> list[str]:
    facts = await asyncio.to_thread(meeting.process.log.read, 0, 10_000)
    return [fact.at.isoformat() for fact in facts if fact.type.endswith(".VersionReleased.v1")]


async def ended(meeting: Meeting) -> None:
    for _ in range(100):
        if await releases(meeting):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the embargo did not end")
