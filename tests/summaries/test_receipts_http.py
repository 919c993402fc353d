"""Receipts as delegations, the bench and strangers meet them over HTTP."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from delegations.meeting import Meeting, meeting_of
from house import KEYS, TestClock, house
from parley.delegations.part import PART as DELEGATIONS
from parley.kernel.database import Database
from parley.kernel.projection import Projection
from parley.kernel.signing import no_keys, published_in, what_fails
from parley.summaries.part import PART as SUMMARIES
from summaries.chairing import NETWORKS, chamber, change, composed, issued, submit

pytestmark = pytest.mark.deep  # a whole application for each test


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with chamber(tmp_path, clock) as meeting:
        yield meeting


@pytest.fixture
async def open_meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with chamber(tmp_path, clock, marking="public") as meeting:
        yield meeting


async def test_each_delegation_reads_its_own_receipt_and_it_verifies_against_the_published_keys(meeting: Meeting) -> None:
    mine = await submit(meeting, "jp-head")
    await submit(meeting, "cz-head", NETWORKS)
    at = await composed(meeting)
    await issued(meeting, at)
    receipt = await meeting.ask("jp-head", at + "/versions/1/receipts/JP")
    said = receipt.json()
    assert [(one["input"], one["disposition"], [place["number"] for place in one["went_to"]]) for one in said["inputs"]] == [(mine, "reflected", [1])]
    keys = published_in((await meeting.client.get("/api/v1/keys")).content)
    page = (await meeting.ask("jp-head", at + "/versions/1")).content
    assert what_fails(receipt.content, keys) is None
    assert what_fails(page, keys) is None
    assert said["issued_hash"] == hashlib.sha256(page).hexdigest()
    held = await meeting.ask("jp-head", at + "/versions/1/receipts/JP", headers={"If-None-Match": receipt.headers["ETag"]})
    assert (held.status_code, held.content) == (304, b"")


async def test_anothers_receipt_is_like_none_and_the_bench_reads_all(open_meeting: Meeting) -> None:
    await submit(open_meeting, "jp-head")
    await submit(open_meeting, "cz-head", NETWORKS)
    at = await composed(open_meeting)
    await issued(open_meeting, at)
    for who in ("cz-head", "cz-member", "no-head", "watcher", None):
        there, absent = [await open_meeting.ask(who, f"{at}/versions/1/receipts/{one}") for one in ("JP", "XX")]
        assert (there.status_code, there.content) == (absent.status_code, absent.content), who
        assert there.status_code == 404
    listed = {
        who: await open_meeting.ask(who, at + "/versions/1/receipts") for who in ("chair", "rapporteur", "secretariat", "jp-head", "cz-member", "no-head")
    }
    seen = {who: [one["delegation"] for one in answered.json()["receipts"]] for who, answered in listed.items()}
    every = ["CZ", "JP"]
    assert seen == {"chair": every, "rapporteur": every, "secretariat": every, "jp-head": ["JP"], "cz-member": ["CZ"], "no-head": []}
    for who in ("watcher", None):
        assert (await open_meeting.ask(who, at + "/versions/1/receipts")).status_code == 404
    for one in listed["chair"].json()["receipts"]:
        assert hashlib.sha256((await open_meeting.client.get(one["address"], headers=_as(open_meeting, "chair"))).content).hexdigest() == one["hash"]


async def test_under_embargo_and_beyond_the_list_of_readers_there_is_no_receipt(meeting: Meeting, clock: TestClock) -> None:
    await submit(meeting, "jp-head")
    await submit(meeting, "sk-head", NETWORKS)
    at = await composed(meeting, marking="restricted", audience=["JP"])
    await issued(meeting, at, release_at="2019-05-02T12:00:00+02:00")
    assert [(await meeting.ask(who, at + "/versions/1/receipts/JP")).status_code for who in ("chair", "jp-head")] == [200, 404]
    clock.forward(hours=2)
    for _ in range(100):
        if (await meeting.ask("jp-head", at + "/versions/1/receipts/JP")).status_code == 200:
            break
        await asyncio.sleep(0.02)
    assert (await meeting.ask("jp-head", at + "/versions/1/receipts/JP")).status_code == 200
    assert (await meeting.ask("sk-head", at + "/versions/1/receipts/SK")).status_code == 404, "the version is not for it, so it may not know of it"


async def test_after_an_issue_under_embargo_the_chair_writes_on(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    await issued(meeting, at, release_at="2019-05-02T12:00:00+02:00")
    assert (await change(meeting, at + "/title", {"title": "The next version"}, "PUT")).status_code == 201, "the ETag counts the receipts too"


async def test_a_new_key_signs_at_once_and_no_old_receipt_changes(tmp_path: Path, clock: TestClock) -> None:
    held = [KEYS]
    async with house(tmp_path, [DELEGATIONS, SUMMARIES], clock, lambda: held[0]) as (process, client):
        meeting = await meeting_of(process, client)
        await submit(meeting, "jp-head")
        at = await composed(meeting)
        await issued(meeting, at)
        before = (await meeting.ask("jp-head", at + "/versions/1/receipts/JP")).content
        clock.forward(hours=2)
        held[0] = KEYS.followed(clock.now)
        await issued(meeting, at)
        first, second = [(await meeting.ask("jp-head", f"{at}/versions/{number}/receipts/JP")).content for number in (1, 2)]
        keys = published_in((await client.get("/api/v1/keys")).content)
    assert first == before
    assert [what_fails(one, keys) for one in (first, second)] == [None, None]
    assert [json.loads(one)["signature"]["key"] for one in (second, first)] == [one.name for one in keys.keys]


async def test_views_that_are_folded_anew_give_the_same_receipts(tmp_path: Path, clock: TestClock) -> None:
    async def told(meeting: Meeting, at: str) -> list[bytes]:
        return [(await meeting.ask("chair", f"{at}/versions/1/receipts/{one}")).content for one in ("CZ", "JP", "NO")]

    async with chamber(tmp_path, clock) as meeting:
        for who in ("jp-head", "cz-head", "no-head"):
            await submit(meeting, who, f"{NETWORKS} {who}")
        at = await composed(meeting)
        await issued(meeting, at)
        before, tokens = await told(meeting, at), meeting.tokens
    database = Database(f"sqlite:///{tmp_path / 'parley.db'}")
    for one in (DELEGATIONS, SUMMARIES):
        Projection(database, one.view()).rebuild()
    database.close()
    async with house(tmp_path, [DELEGATIONS, SUMMARIES], clock, no_keys) as (process, client):
        assert await told(Meeting(process, client, tokens=tokens), at) == before, "from the facts alone, and without any key"
    assert [json.loads(one)["delegation"] for one in before] == ["CZ", "JP", "NO"]


async def test_the_keys_are_for_everybody_and_hold_no_secret(meeting: Meeting) -> None:
    answered = await meeting.client.get("/api/v1/keys")
    assert (answered.status_code, answered.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert [one["kid"] for one in answered.json()["keys"]] == [KEYS.keys[0].name]
    assert KEYS.keys[0].seed not in answered.text


def _as(meeting: Meeting, who: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {meeting.tokens[who]}"}
