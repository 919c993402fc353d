"""Invitations, sessions, rosters and lists over HTTP where they are easily got wrong: retried, repeated, with filters, by the wrong people."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from delegations.meeting import ROSTER, Meeting, meeting_in, secretariat_of
from house import TestClock, house
from parley.delegations.part import PART

HEADER = ROSTER.splitlines()[0]


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with meeting_in(tmp_path, [PART], TestClock()) as held:
        yield held


async def bring_in(meeting: Meeting, *rows: str, key: str | None = None) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {meeting.tokens['secretariat']}"} | ({"Idempotency-Key": key} if key else {})
    answered = await meeting.client.post(meeting.at + "/roster.csv", content="\n".join((HEADER, *rows)), headers=headers)
    assert answered.status_code == 201, answered.text
    return answered.json()["invitations"]


async def test_a_used_invitation_found_by_somebody_else_signs_nobody_in(meeting: Meeting) -> None:
    code = (await bring_in(meeting, "person,jp-two,Second,member,JP"))["jp-two"]
    mine = {"Idempotency-Key": "known-to-me-alone"}
    first = await meeting.client.post(meeting.at + "/sign-in", json={"code": code}, headers=mine)
    again = await meeting.client.post(meeting.at + "/sign-in", json={"code": code}, headers=mine)
    assert first.json()["token"] == again.json()["token"], "whoever lost the answer asks again under its key"
    found = await meeting.client.post(meeting.at + "/sign-in", json={"code": code})
    assert (found.status_code, found.json()["code"]) == (409, "invitation-void")
    assert (await meeting.client.post(meeting.at + "/sign-in", json={"code": code}, headers={"Idempotency-Key": "two words"})).status_code == 422


async def test_a_person_struck_off_before_signing_in_stays_out(meeting: Meeting) -> None:
    code = (await bring_in(meeting, "person,jp-two,Second,member,JP"))["jp-two"]
    assert (await meeting.tell("secretariat", "/persons/jp-two", None, "DELETE")).status_code == 201
    assert (await meeting.client.post(meeting.at + "/sign-in", json={"code": code})).status_code == 409


async def test_a_roster_sent_again_under_its_key_gives_the_same_invitations(meeting: Meeting) -> None:
    rows = ("person,jp-two,Second,member,JP", "person,no-two,Second,member,NO")
    first = await bring_in(meeting, *rows, key="once")
    assert set(first) == {"jp-two", "no-two"}
    assert await bring_in(meeting, *rows, key="once") == first


async def test_a_roster_with_one_new_row_invites_the_new_person_alone(meeting: Meeting) -> None:
    first = await bring_in(meeting, "person,jp-two,Second,member,JP")
    then = await bring_in(meeting, "person,jp-two,Second,member,JP", "person,jp-three,Third,member,JP")
    assert set(then) == {"jp-three"}
    await meeting.sign_in("jp-two", first["jp-two"])
    await meeting.sign_in("jp-three", then["jp-three"])


async def test_the_next_page_keeps_what_the_list_was_filtered_by(meeting: Meeting) -> None:
    for n in range(6):
        body = {"text": f"Networks are secure, {n}.", "theme": "policy" if n % 2 else "security"}
        assert (await meeting.tell("jp-head", "/principles", body)).status_code == 201
    path, seen = "/principles?limit=1&theme=policy&state=live", []
    while path:
        page = await meeting.ask("no-head", path)
        seen += [(one["number"], one["theme"]) for one in page.json()["principles"]]
        path = page.links["next"]["url"].removeprefix(meeting.at) if "next" in page.links else ""
    assert seen == [(2, "policy"), (4, "policy"), (6, "policy")]


async def test_the_house_takes_in_people_of_the_secretariat_alone_and_is_no_negotiation(tmp_path: Path) -> None:
    async with house(tmp_path, [PART], TestClock()) as (process, client):
        at_home = await secretariat_of(process, client)
        at_home.at = "/api/v1/negotiations/house"
        observer = await at_home.tell("secretariat", "/persons", {"person": "watcher", "name": "W", "role": "observer"})
        assert (observer.status_code, observer.json()["code"]) == (409, "secretariat-only")
        deputy = await at_home.tell("secretariat", "/persons", {"person": "deputy", "name": "D", "role": "secretariat"})
        await at_home.sign_in("deputy", deputy.json()["code"], "house")
        assert (await at_home.tell("deputy", "/close")).status_code == 404
        assert (await at_home.tell("deputy", "/delegations", {"delegation": "JP", "name": "Japan"})).status_code == 404
        made = await at_home.tell("deputy", "/tokens", {"scopes": ["roster.keep"], "expires_at": "2019-06-01T00:00:00Z"})
        assert made.status_code == 201


async def test_a_person_of_the_house_makes_no_token_of_a_negotiation(meeting: Meeting) -> None:
    made = await meeting.tell("secretariat", "/tokens", {"scopes": ["*"], "expires_at": "2019-06-01T00:00:00Z"})
    assert (made.status_code, made.json()["code"]) == (409, "not-on-roster")
