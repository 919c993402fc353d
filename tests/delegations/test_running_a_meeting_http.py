"""How a secretariat runs a meeting over HTTP: what it sees, groups, offices, credentials, the close; and rosters that cannot be read."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from delegations.meeting import ROSTER, Meeting, meeting_in
from house import TestClock
from parley.delegations.part import PART


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with meeting_in(tmp_path, [PART], TestClock()) as held:
        yield held


async def done(meeting: Meeting, path: str, body: object = None, method: str = "POST", who: str = "secretariat") -> None:
    answered = await meeting.tell(who, path, body, method)
    assert answered.status_code == 201, answered.text


async def test_a_participant_sees_the_rules_of_the_meeting_and_who_it_is_in_it(meeting: Meeting) -> None:
    await done(meeting, "/phases/principles", {"closes_at": "2019-05-03T18:00:00+02:00"}, "PUT")
    shown = (await meeting.ask("jp-head")).json()
    assert (shown["title"], shown["zone"], shown["attribution"], shown["open"]) == ("Security of 5G networks", "Europe/Prague", "none", True)
    assert shown["phases"] == {"principles": "2019-05-03T16:00:00Z"}, "stored in UTC"
    assert shown["offices"] == {"chair": "chair", "rapporteur": "rapporteur"}
    assert (shown["you"]["person"], shown["you"]["roles"], shown["you"]["delegation"]) == ("jp-head", ["head"], "JP")


async def test_the_meeting_is_not_there_for_those_who_do_not_take_part(meeting: Meeting) -> None:
    assert (await meeting.ask("watcher")).status_code == 404
    assert (await meeting.ask(None)).status_code == 401
    meeting.at = "/api/v1/negotiations/vienna"
    assert (await meeting.ask("secretariat")).status_code == 404


async def test_the_meetings_of_a_person_are_listed_for_it_alone(meeting: Meeting) -> None:
    mine = await meeting.client.get("/api/v1/negotiations", headers={"Authorization": f"Bearer {meeting.tokens['jp-head']}"})
    assert mine.json() == {"negotiations": [{"negotiation": "prague", "title": "Security of 5G networks"}]}
    assert (await meeting.client.get("/api/v1/negotiations")).status_code == 401


async def test_groups_are_formed_joined_and_left_and_their_terms_are_kept(meeting: Meeting) -> None:
    await done(meeting, "/groups", {"group": "G2", "name": "The Two", "members": ["JP"]})
    await done(meeting, "/groups/G2/members/NO", None, "PUT")
    await done(meeting, "/groups/G2/members/JP", None, "DELETE")
    roster = (await meeting.ask("no-head", "/roster")).json()
    assert next(one for one in roster["groups"] if one["group"] == "G2") == {"group": "G2", "name": "The Two", "members": ["NO"]}
    assert [(one["holder"], one["until"] is None) for one in roster["terms"] if one["of"] == "G2"] == [("JP", False), ("NO", True)]


async def test_a_chair_who_hands_over_decides_no_more(meeting: Meeting) -> None:
    await done(meeting, "/delegations/JP/credentials", {"credentials": "accepted", "reason": "In order."}, "PUT", "chair")
    await done(meeting, "/offices/chair", {"person": "cz-member"}, "PUT")
    refused = await meeting.tell("chair", "/delegations/JP/credentials", {"credentials": "rejected"}, "PUT")
    assert (refused.status_code, refused.json()["code"]) == (403, "not-entitled")
    await done(meeting, "/delegations/JP/credentials", {"credentials": "suspended"}, "PUT", "cz-member")
    await done(meeting, "/offices/chair", None, "DELETE")
    assert "chair" not in (await meeting.ask("jp-head")).json()["offices"]


async def test_a_closed_meeting_is_read_and_not_changed(meeting: Meeting) -> None:
    await done(meeting, "/delegations", {"delegation": "FI", "name": "Finland"})
    await done(meeting, "/close")
    assert (await meeting.ask("jp-head")).json()["open"] is False
    late = await meeting.tell("jp-head", "/principles", {"text": "Too late.", "theme": "policy"})
    assert (late.status_code, late.json()["code"]) == (409, "negotiation-closed")


async def test_a_sponsor_adds_its_name_and_takes_it_away(meeting: Meeting) -> None:
    principle = (await meeting.tell("jp-head", "/principles", {"text": "Networks are secure.", "theme": "policy"})).json()["principle"]
    path = f"/principles/{principle}"
    text_hash = (await meeting.ask("no-head", path)).json()["text_hash"]
    await done(meeting, path + "/sponsors", {"text_hash": text_hash}, who="no-head")
    assert (await meeting.ask("jp-head", path)).json()["sponsors"] == [{"delegation": "NO", "text_hash": text_hash, "stale": False}]
    await done(meeting, path + "/sponsors/leave", who="no-head")
    assert (await meeting.ask("jp-head", path)).json()["sponsors"] == []


@pytest.mark.parametrize(
    "closes_at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "2019-05-03T18:00:00", "soon", "", 1_556_899_200, "1556899200", None]
)
async def test_a_deadline_that_is_no_time_or_none_with_an_offset_is_refused(meeting: Meeting, closes_at: object) -> None:
    answered = await meeting.tell("secretariat", "/phases/principles", {"closes_at": closes_at}, "PUT")
    assert (answered.status_code, answered.json()["code"]) == (422, "malformed")


HEADER = ROSTER.splitlines()[0]


@pytest.mark.parametrize(
    ("content", "code", "rows"),
    [
        (b"\xff\xfe", "roster-columns", None),
        (b"kind,code\ndelegation,FI\n", "roster-columns", None),
        (b"", "roster-columns", None),
        (f'{HEADER}\ndelegation,"FI,Finland,,\n'.encode(), "roster-columns", None),
        (f"{HEADER}\nplanet,MARS,Mars,,\n".encode(), "roster-rows", [2]),
        (f"{HEADER}\ndelegation,,Finland,,\ndelegation,FI,Fin\x07land,,\n".encode(), "roster-rows", [2, 3]),
        (f"{HEADER}\ndelegation,fi,Finland,,\n".encode(), "roster-rows", [2]),
        (f"{HEADER}\ndelegation,FI,{'x' * 301},,\n".encode(), "roster-rows", [2]),
        (f"{HEADER}\nperson,A Name,A,observer,\n".encode(), "roster-rows", [2]),
    ],
)
async def test_a_roster_that_cannot_be_read_says_where_and_changes_nothing(meeting: Meeting, content: bytes, code: str, rows: list[int] | None) -> None:
    before = meeting.process.log.position()
    headers = {"Authorization": f"Bearer {meeting.tokens['secretariat']}", "Content-Type": "text/csv"}
    answered = await meeting.client.post(meeting.at + "/roster.csv", content=content, headers=headers)
    assert (answered.status_code, answered.json()["code"]) == (422, code)
    if rows is not None:
        assert [error["row"] for error in answered.json()["errors"]] == rows
    assert meeting.process.log.position() == before
