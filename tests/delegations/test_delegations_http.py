"""The delegations service as its users meet it, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from delegations.meeting import OPENING, ROSTER, Meeting, meeting_in, meeting_of, secretariat_of
from house import TestClock, house
from parley.delegations.part import PART

TEXT = "Suppliers are assessed on the law of the country that they come from."


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with meeting_in(tmp_path, [PART], clock) as held:
        yield held


async def submit(meeting: Meeting, who: str = "jp-head", **more: Any) -> str:
    answered = await meeting.tell(who, "/principles", {"text": TEXT, "theme": "policy"} | more)
    assert answered.status_code == 201, answered.text
    return answered.json()["principle"]


async def shown(meeting: Meeting, principle: str, who: str = "chair") -> dict[str, Any]:
    answered = await meeting.ask(who, f"/principles/{principle}")
    assert answered.status_code == 200, answered.text
    return answered.json()


async def test_a_submitted_principle_is_read_by_the_other_delegations(meeting: Meeting) -> None:
    principle = await submit(meeting)
    listed = (await meeting.ask("no-head", "/principles")).json()["principles"]
    assert [(one["principle"], one["number"], one["delegation"], one["text"]) for one in listed] == [(principle, 1, "JP", TEXT)]


async def test_the_receipt_names_hash_and_the_records_time(meeting: Meeting, clock: TestClock) -> None:
    answered = await meeting.tell("jp-head", "/principles", {"text": TEXT, "theme": "policy"})
    receipt = answered.json()["receipt"]
    assert receipt["at"].startswith("2019-05-02T08:00:00")
    assert receipt["hash"] == meeting.process.log.read(0, 10_000)[-1].hash.hex()
    assert answered.headers["Parley-Cut"].split(", ")[0] == f"delegations={receipt['seq']}"


async def test_an_observer_learns_nothing_of_principles(meeting: Meeting) -> None:
    principle = await submit(meeting)
    there = await meeting.ask("watcher", f"/principles/{principle}")
    absent = await meeting.ask("watcher", "/principles/0123456789abcdef")
    assert there.status_code == 404
    assert (there.content, there.headers) == (absent.content, absent.headers)


async def test_a_restricted_principle_is_read_by_its_audience_and_the_bench(meeting: Meeting) -> None:
    principle = await submit(meeting, marking="restricted", audience=["SK"])
    statuses = {who: (await meeting.ask(who, f"/principles/{principle}")).status_code for who in ("jp-head", "sk-head", "chair", "no-head")}
    assert statuses == {"jp-head": 200, "sk-head": 200, "chair": 200, "no-head": 404}
    assert [one["principle"] for one in (await meeting.ask("no-head", "/principles")).json()["principles"]] == []


async def test_a_withdrawn_principle_is_gone_for_the_others_and_stays_for_its_author(meeting: Meeting) -> None:
    principle = await submit(meeting)
    assert (await meeting.tell("jp-head", f"/principles/{principle}/withdraw")).status_code == 201
    assert (await shown(meeting, principle, "jp-head"))["state"] == "withdrawn"
    assert (await meeting.ask("no-head", f"/principles/{principle}")).status_code == 404
    again = await submit(meeting, "no-head", retables=principle)
    assert (await shown(meeting, again))["retables"] == principle


async def test_a_late_principle_waits_for_the_chair(meeting: Meeting, clock: TestClock) -> None:
    await meeting.tell("secretariat", "/phases/principles", {"closes_at": "2019-05-02T11:00:00+02:00"}, "PUT")
    clock.forward(hours=1)
    principle = await submit(meeting)
    assert (await meeting.ask("no-head", f"/principles/{principle}")).status_code == 404
    assert (await shown(meeting, principle, "jp-head"))["state"] == "late"
    waived = await meeting.tell("chair", f"/principles/{principle}/waive", {"reason": "The train was late."})
    assert waived.status_code == 201
    assert (await shown(meeting, principle, "no-head"))["state"] == "live"


async def test_a_restricted_principle_is_read_by_others_once_its_author_releases_it(meeting: Meeting) -> None:
    principle = await submit(meeting, marking="restricted")
    assert (await meeting.ask("no-head", f"/principles/{principle}")).status_code == 404
    assert (await meeting.tell("no-head", f"/principles/{principle}/marking", {"marking": "participants"})).status_code == 404
    assert (await meeting.tell("jp-head", f"/principles/{principle}/marking", {"marking": "participants"})).status_code == 201
    assert (await shown(meeting, principle, "no-head"))["marking"] == "participants"


async def test_a_position_is_stale_once_the_text_has_changed(meeting: Meeting) -> None:
    principle = await submit(meeting)
    read = await shown(meeting, principle)
    taken = await meeting.tell("no-head", f"/principles/{principle}/positions", {"stance": "support", "text_hash": read["text_hash"]})
    assert taken.status_code == 201
    etag = (await meeting.ask("jp-head", f"/principles/{principle}")).headers["ETag"]
    revised = await meeting.tell("jp-head", f"/principles/{principle}", {"text": "Another text."}, "PUT", headers={"If-Match": etag})
    assert revised.status_code == 201
    now = await shown(meeting, principle)
    assert [(one["delegation"], one["stale"]) for one in now["positions"]] == [("NO", True)]
    assert [one["text"] for one in now["versions"]] == [TEXT, "Another text."]


async def test_a_change_without_having_read_is_refused_and_a_stale_one_is_told_what_came_after(meeting: Meeting) -> None:
    principle = await submit(meeting)
    path = f"/principles/{principle}"
    assert (await meeting.tell("jp-head", path, {"text": "New."}, "PUT")).status_code == 428
    read = await shown(meeting, principle)
    await meeting.tell("no-head", path + "/positions", {"stance": "hold", "text_hash": read["text_hash"]})
    stale = await meeting.tell("jp-head", path, {"text": "New."}, "PUT", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert [one["type"] for one in stale.json()["since"]] == ["parley.delegations.PositionTaken.v1"]
    assert (await shown(meeting, principle))["version"] == 1


async def test_a_group_speaks_through_a_member_for_those_who_are_in_it_then(meeting: Meeting) -> None:
    principle = await submit(meeting, "cz-head", on_behalf_of="EU")
    assert (await shown(meeting, principle))["represented"] == ["CZ", "SK"]
    await meeting.tell("secretariat", "/groups/EU/members/SK", None, "DELETE")
    assert (await shown(meeting, principle))["represented"] == ["CZ", "SK"]
    outsider = await meeting.tell("jp-head", "/principles", {"text": TEXT, "theme": "policy", "on_behalf_of": "EU"})
    assert (outsider.status_code, outsider.json()["code"]) == (409, "not-a-member")


async def test_a_retry_gets_the_same_answer_and_makes_nothing_twice(meeting: Meeting) -> None:
    headers = {"Idempotency-Key": "once"}
    body = {"text": TEXT, "theme": "policy"}
    first = await meeting.tell("jp-head", "/principles", body, headers=headers)
    second = await meeting.tell("jp-head", "/principles", body, headers=headers)
    assert first.content == second.content
    other = await meeting.tell("jp-head", "/principles", body | {"text": "Other."}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert len((await meeting.ask("chair", "/principles")).json()["principles"]) == 1


async def test_a_list_is_read_page_by_page_without_gap_or_repetition(meeting: Meeting) -> None:
    for n in range(7):
        await submit(meeting, text=f"{TEXT} {n}", marking="restricted" if n % 3 == 0 else "participants")
    seen: list[int] = []
    path: str | None = "/principles?limit=2"
    while path:
        page = await meeting.ask("no-head", path)
        seen += [one["number"] for one in page.json()["principles"]]
        path = page.links["next"]["url"].removeprefix(meeting.at) if "next" in page.links else None
    assert seen == [2, 3, 5, 6]


async def test_who_is_not_signed_in_is_asked_to_sign_in(meeting: Meeting) -> None:
    meeting.tokens["forged"] = "parley_" + "0" * 64
    for who in (None, "forged"):
        answered = await meeting.ask(who, "/principles")
        assert (answered.status_code, answered.json()["code"], answered.headers["WWW-Authenticate"]) == (401, "not-signed-in", "Bearer")


async def test_a_session_ends_by_itself_and_by_being_revoked(meeting: Meeting, clock: TestClock) -> None:
    revoked = await meeting.tell("jp-head", "/tokens/revoke", {"code": meeting.tokens["jp-head"]})
    assert revoked.status_code == 201
    assert (await meeting.ask("jp-head", "/principles")).status_code == 401
    assert (await meeting.ask("no-head", "/principles")).status_code == 200
    clock.forward(hours=13)
    assert (await meeting.ask("no-head", "/principles")).status_code == 401


async def test_an_invitation_serves_once(meeting: Meeting) -> None:
    enrolled = await meeting.tell("secretariat", "/persons", {"person": "jp-two", "name": "Second", "role": "member", "delegation": "JP"})
    code = enrolled.json()["code"]
    await meeting.sign_in("jp-two", code)
    again = await meeting.client.post(meeting.at + "/sign-in", json={"code": code}, headers={"Idempotency-Key": "another"})
    assert (again.status_code, again.json()["code"]) == (409, "invitation-void")


async def test_a_token_with_few_scopes_does_no_more_than_they_say(meeting: Meeting) -> None:
    made = await meeting.tell("jp-head", "/tokens", {"scopes": ["principle.read"], "expires_at": "2019-06-01T00:00:00Z"})
    meeting.tokens["reader"] = made.json()["token"]
    assert (await meeting.ask("reader", "/principles")).status_code == 200
    refused = await meeting.tell("reader", "/principles", {"text": TEXT, "theme": "policy"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-entitled")
    wider = await meeting.tell("reader", "/tokens", {"scopes": ["*"], "expires_at": "2019-06-01T00:00:00Z"})
    assert wider.status_code == 403


async def test_a_token_of_one_negotiation_opens_no_other(meeting: Meeting) -> None:
    headers = {"Authorization": f"Bearer {meeting.tokens['secretariat']}"}
    await meeting.client.post("/api/v1/negotiations", json=OPENING | {"negotiation": "vienna"}, headers=headers)
    answered = await meeting.client.get("/api/v1/negotiations/vienna", headers={"Authorization": f"Bearer {meeting.tokens['chair']}"})
    assert answered.status_code == 401


async def test_a_suspended_delegation_reads_and_does_nothing_else(meeting: Meeting) -> None:
    await meeting.tell("secretariat", "/delegations/JP/credentials", {"credentials": "suspended", "reason": "Pending."}, "PUT")
    assert (await meeting.ask("jp-head", "/principles")).status_code == 200
    assert (await meeting.tell("jp-head", "/principles", {"text": TEXT, "theme": "policy"})).status_code == 403


async def test_a_person_struck_off_is_out_at_once(meeting: Meeting) -> None:
    assert (await meeting.tell("secretariat", "/persons/jp-head", None, "DELETE")).status_code == 201
    assert (await meeting.ask("jp-head", "/principles")).status_code == 401


async def test_the_roster_goes_out_as_it_came_in(meeting: Meeting) -> None:
    exported = await meeting.ask("secretariat", "/roster.csv")
    assert sorted(exported.text.splitlines()) == sorted(ROSTER.splitlines())
    assert (await meeting.ask("jp-head", "/roster.csv")).status_code == 403


async def test_a_roster_with_a_bad_row_is_brought_in_not_at_all(meeting: Meeting) -> None:
    bad = "kind,code,name,role,delegation\ndelegation,FI,Finland,,\nperson,x,X,head,ZZ\n"
    headers = {"Authorization": f"Bearer {meeting.tokens['secretariat']}"}
    for suffix in ("", "?dry_run=true"):
        answered = await meeting.client.post(meeting.at + "/roster.csv" + suffix, content=bad, headers=headers)
        assert (answered.status_code, answered.json()["errors"][0]["row"]) == (422, 3)
    roster = (await meeting.ask("chair", "/roster")).json()
    assert "FI" not in [one["delegation"] for one in roster["delegations"]]


async def test_a_dry_run_says_what_would_happen_and_records_nothing(meeting: Meeting) -> None:
    headers = {"Authorization": f"Bearer {meeting.tokens['secretariat']}"}
    before = meeting.process.log.position()
    good = "kind,code,name,role,delegation\ndelegation,FI,Finland,,\n"
    answered = await meeting.client.post(meeting.at + "/roster.csv?dry_run=true", content=good, headers=headers)
    assert (answered.status_code, answered.json()["would_record"]) == (200, 1)
    assert meeting.process.log.position() == before


async def test_names_of_persons_are_for_the_secretariat_and_the_own_delegation(meeting: Meeting) -> None:
    seen = {who: [one["person"] for one in (await meeting.ask(who, "/roster")).json()["persons"]] for who in ("jp-head", "chair", "secretariat")}
    assert seen["jp-head"] == ["jp-head"]
    assert seen["chair"] == []
    assert len(seen["secretariat"]) == 8


async def test_next_requests_see_what_the_last_one_did(meeting: Meeting) -> None:
    async def one(n: int) -> None:
        principle = await submit(meeting, text=f"{TEXT} {n}")
        assert (await shown(meeting, principle, "jp-head"))["text"].endswith(f" {n}")

    await asyncio.gather(*(one(n) for n in range(50)))


async def test_a_cut_that_is_not_reached_is_answered_with_a_wait(meeting: Meeting) -> None:
    answered = await meeting.ask("chair", "/principles", headers={"Parley-Cut": "delegations=9999"})
    assert (answered.status_code, answered.json()["code"], answered.headers["Retry-After"]) == (503, "not-there-yet", "1")
    unreadable = await meeting.ask("chair", "/principles", headers={"Parley-Cut": "everything"})
    assert (unreadable.status_code, unreadable.json()["code"]) == (400, "not-a-cursor")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"theme": "policy"}, 422, "malformed"),
        ({"text": 7, "theme": "policy"}, 422, "malformed"),
        ({"text": " ", "theme": "policy"}, 422, "malformed"),
        ({"text": "a\u0000b", "theme": "policy"}, 422, "malformed"),
        ({"text": TEXT, "theme": "policy", "colour": "red"}, 422, "malformed"),
        ({"text": TEXT, "theme": "weather"}, 422, "unknown-theme"),
        ({"text": TEXT, "theme": "policy", "marking": "secret"}, 422, "unknown-marking"),
        ({"text": TEXT, "theme": "policy", "audience": ["SK"]}, 422, "audience-not-expected"),
        ({"text": TEXT, "theme": "policy", "retables": "nothing"}, 409, "not-withdrawn"),
        ({"text": "x" * 20_001, "theme": "policy"}, 422, "malformed"),
        ({"text": "x" * 1_100_000, "theme": "policy"}, 413, "too-large"),
    ],
)
async def test_bad_input_gets_its_problem_and_changes_nothing(meeting: Meeting, body: dict[str, Any], status: int, code: str) -> None:
    before = meeting.process.log.position()
    answered = await meeting.tell("jp-head", "/principles", body)
    assert (answered.status_code, answered.json()["code"]) == (status, code)
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert TEXT not in answered.text
    assert meeting.process.log.position() == before


async def test_the_secretariat_brings_in_principles_and_positions_once(meeting: Meeting) -> None:
    body = {"delegation": "JP", "text": TEXT, "theme": "policy", "source": "elsewhere/1"}
    first = await meeting.tell("secretariat", "/principles/import", body)
    again = await meeting.tell("secretariat", "/principles/import", body)
    assert first.json()["principle"] == again.json()["principle"]
    for _ in range(2):
        await meeting.tell("secretariat", f"/principles/{first.json()['principle']}/positions/import", {"delegation": "NO", "stance": "oppose"})
    (one,) = (await meeting.ask("chair", "/principles")).json()["principles"]
    assert (one["source"], one["delegation"], [(said["delegation"], said["stance"]) for said in one["positions"]]) == ("elsewhere/1", "JP", [("NO", "oppose")])
    assert (await meeting.tell("jp-head", "/principles/import", body)).status_code == 403


async def test_lone_surrogates_and_broken_json_are_refused(meeting: Meeting) -> None:
    headers = {"Authorization": f"Bearer {meeting.tokens['jp-head']}", "Content-Type": "application/json"}
    for content, refused in ((b'{"text": "\\ud800", "theme": "policy"}', 422), (b"{", 400), (b"\xff\xfe", 400), (b"[" * 100_000, 400)):
        answered = await meeting.client.post(meeting.at + "/principles", content=content, headers=headers)
        assert answered.status_code == refused, content[:20]


async def test_a_negotiation_is_opened_by_the_secretariat_alone_and_once(tmp_path: Path) -> None:
    async with house(tmp_path, [PART]) as (process, client):
        meeting = await secretariat_of(process, client)
        headers = {"Authorization": f"Bearer {meeting.tokens['secretariat']}"}
        assert (await client.post("/api/v1/negotiations", json=OPENING)).status_code == 401
        assert (await client.post("/api/v1/negotiations", json=OPENING, headers=headers)).status_code == 201
        again = await client.post("/api/v1/negotiations", json=OPENING, headers=headers)
        assert (again.status_code, again.json()["code"]) == (409, "already-open")
        other = await client.post("/api/v1/negotiations", json=OPENING | {"negotiation": "vienna"}, headers=headers | {"Parley-Cut": "delegations=9999"})
        assert other.status_code == 201, "what was seen of one negotiation does not hold up the next"
        listed = await client.get("/api/v1/negotiations", headers=headers)
        assert [one["negotiation"] for one in listed.json()["negotiations"]] == ["prague", "vienna"]


async def test_a_process_that_starts_again_goes_on_where_it_was(tmp_path: Path, clock: TestClock) -> None:
    async with house(tmp_path, [PART], clock) as (process, client):
        before = await meeting_of(process, client)
        principle = await submit(before)
    async with house(tmp_path, [PART], clock) as (process, client):
        after = Meeting(process, client, tokens=before.tokens)
        assert (await shown(after, principle))["text"] == TEXT
        assert (await after.tell("jp-head", f"/principles/{principle}/withdraw")).status_code == 201
