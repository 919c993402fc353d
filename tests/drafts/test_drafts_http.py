"""The drafts service as its users meet it, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from delegations.meeting import Meeting, meeting_in
from house import START, TestClock
from parley.delegations.part import PART as DELEGATIONS
from parley.drafts.part import PART

CLAUSES = [
    {"id": "p1", "text": "Parties should share information on threats.", "number": "1"},
    {"id": "p2", "text": "Sharing is voluntary.", "number": "2"},
]
SOFTEN = {"base_version": 0, "operation": "replace", "clause": "p1", "old": "should share", "new": "may share"}
HARDEN = SOFTEN | {"new": "shall share"}
ADD = {"base_version": 0, "operation": "insert", "clause": "p2", "new": "Nothing here is binding.", "number": "3"}
AT = "/documents/zero"


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with meeting_in(tmp_path, [DELEGATIONS, PART], clock) as held:
        yield held


async def told(meeting: Meeting, who: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    answered = await meeting.tell(who, path, body, **more)
    assert answered.status_code == 201, answered.text
    return answered.json() | {"etag": answered.headers["ETag"]}


async def tabled(meeting: Meeting, **more: Any) -> None:
    await told(meeting, "chair", "/documents", {"document": "zero", "title": "Security of networks", "clauses": CLAUSES} | more)
    await told(meeting, "chair", f"{AT}/window", {"closes_at": "2019-05-02T12:00:00+00:00"})


async def seen(meeting: Meeting, path: str, who: str = "chair") -> dict[str, str]:
    return {"If-Match": (await meeting.ask(who, path)).headers["ETag"]}


async def ruled(meeting: Meeting, *amendments: str, **more: Any) -> dict[str, Any]:
    body = {"amendments": list(amendments), "outcome": "accepted", "reason_code": "merits"} | more
    return await told(meeting, "chair", f"{AT}/rulings", body, headers=await seen(meeting, AT))


async def made(meeting: Meeting, supersedes: int = 0) -> dict[str, Any]:
    return await told(meeting, "chair", f"{AT}/versions", {"supersedes": supersedes}, headers=await seen(meeting, AT))


def problem(answered: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert (answered.status_code, answered.json()["code"]) == (status, code), answered.text
    return answered.json()


async def test_a_zero_draft_is_amended_into_a_revision_that_all_delegations_read(meeting: Meeting) -> None:
    await tabled(meeting)
    first = await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    assert (first["amendment"], first["state"]) == ("A1", "live")
    assert (await told(meeting, "no-head", f"{AT}/amendments", ADD))["amendment"] == "A2"
    assert (await ruled(meeting, "A1"))["amendments"] == ["A1"]
    version = await made(meeting)
    assert (version["label"], version["applied"]) == ("Rev.1", ["A1"])
    assert [(fate["amendment"], fate["fate"]) for fate in version["fates"]] == [("A2", "carried")]
    read = (await meeting.ask("cz-member", f"{AT}/versions/1")).json()
    assert read["clauses"][0]["text"] == "Parties may share information on threats."
    assert (await meeting.ask("cz-member", f"{AT}/versions/0")).json()["clauses"][0]["text"] == CLAUSES[0]["text"]


async def test_an_amendment_is_shown_with_its_redline_its_reference_and_every_step_of_its_life(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "cz-head", f"{AT}/amendments", SOFTEN | {"theme": "policy", "on_behalf_of": "EU", "reason": "Clarity."})
    await told(meeting, "jp-head", f"{AT}/amendments/A1/sponsors", headers=await seen(meeting, f"{AT}/amendments/A1", "jp-head"))
    await ruled(meeting, "A1")
    await made(meeting)
    shown = (await meeting.ask("no-head", f"{AT}/amendments/A1")).json()
    assert shown["reference"] == "document/zero/amendment/A1"
    assert (shown["delegation"], shown["represented"], shown["sponsors"], shown["theme"]) == ("CZ", ["CZ", "SK"], ["JP"], "policy")
    assert [step["step"] for step in shown["steps"]] == ["proposed", "sponsored", "accepted", "applied"]
    assert (shown["state"], shown["fate"], shown["fate_version"]) == ("applied", "applied", 1)
    assert [piece for piece in shown["redline"][0]["pieces"] if piece["kind"] != "same"] == [
        {"kind": "deleted", "text": "should"},
        {"kind": "inserted", "text": "may"},
    ]


async def test_a_misquote_is_refused_with_a_redline_of_the_difference(meeting: Meeting) -> None:
    await tabled(meeting)
    refusal = problem(await meeting.tell("jp-head", f"{AT}/amendments", SOFTEN | {"old": "must share"}), 409, "misquote")
    assert {"kind": "deleted", "text": " information on threats."} in refusal["redline"]


async def test_an_amendment_to_a_stale_version_is_told_what_changed_or_carried_forward(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    await ruled(meeting, "A1")
    await made(meeting)
    stale = problem(await meeting.tell("no-head", f"{AT}/amendments", HARDEN), 409, "stale-base")
    assert (stale["base_version"], stale["current_version"], [change["clause"] for change in stale["changes"]]) == (0, 1, ["p1"])
    assert (await told(meeting, "no-head", f"{AT}/amendments", ADD))["rebased_from"] == 0


async def test_the_same_amendment_of_another_delegation_is_offered_as_co_sponsorship(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    refusal = problem(await meeting.tell("no-head", f"{AT}/amendments", SOFTEN), 409, "identical")
    assert refusal["amendment"] == "A1"
    headers = await seen(meeting, f"{AT}/amendments/{refusal['amendment']}", "no-head")
    await told(meeting, "no-head", f"{AT}/amendments/A1/sponsors", headers=headers)
    await told(meeting, "no-head", f"{AT}/amendments/A1/sponsors/leave")
    assert (await meeting.ask("no-head", f"{AT}/amendments/A1")).json()["sponsors"] == []


async def test_a_retried_proposal_has_one_effect_and_the_same_answer(meeting: Meeting) -> None:
    await tabled(meeting)
    key = {"Idempotency-Key": "amendment-1"}
    first = await meeting.tell("jp-head", f"{AT}/amendments", SOFTEN, headers=key)
    await told(meeting, "no-head", f"{AT}/amendments", ADD)
    again = await meeting.tell("jp-head", f"{AT}/amendments", SOFTEN, headers=key)
    assert (again.status_code, again.json(), again.headers["Location"]) == (201, first.json(), first.headers["Location"])
    problem(await meeting.tell("jp-head", f"{AT}/amendments", HARDEN, headers=key), 422, "key-reused")
    assert len((await meeting.ask("chair", f"{AT}/amendments")).json()["amendments"]) == 2


async def test_a_late_amendment_is_between_its_author_and_the_bench_until_the_chair_waives_that(meeting: Meeting, clock: TestClock) -> None:
    await tabled(meeting)
    clock.forward(hours=4)
    assert (await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN))["state"] == "late"
    problem(await meeting.ask("no-head", f"{AT}/amendments/A1"), 404, "unknown")
    assert (await meeting.ask("no-head", f"{AT}/amendments")).json()["amendments"] == []
    assert (await meeting.ask("no-head", AT)).json()["amendments"] == {}
    assert (await meeting.ask("jp-head", AT)).json()["amendments"] == {"late": 1}
    await told(meeting, "chair", f"{AT}/amendments/A1/waive", {"reason": "The flight was late."})
    assert (await meeting.ask("no-head", f"{AT}/amendments/A1")).json()["waiver"] == "The flight was late."


async def test_the_timer_closes_the_window_when_its_time_has_come(meeting: Meeting, clock: TestClock) -> None:
    await tabled(meeting)
    clock.forward(hours=4)
    for _ in range(100):
        if (await meeting.ask("chair", AT)).json()["window"]["closed"]:
            break
        await asyncio.sleep(0.05)
    assert (await meeting.ask("chair", AT)).json()["window"] == {"closes_at": "2019-05-02T12:00:00Z", "closed": True}
    problem(await meeting.tell("chair", f"{AT}/window/close"), 409, "window-not-open")


async def test_what_is_restated_or_ruled_on_is_what_was_read(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    problem(await meeting.tell("jp-head", f"{AT}/amendments/A1", HARDEN, method="PUT"), 428, "precondition-required")
    before = await seen(meeting, f"{AT}/amendments/A1")
    await told(meeting, "jp-head", f"{AT}/amendments/A1", HARDEN, method="PUT", headers=before)
    stale = await meeting.tell("chair", f"{AT}/rulings", {"amendments": ["A1"], "outcome": "accepted", "reason_code": "merits"}, headers=before)
    assert problem(stale, 412, "stale")["current"] == (await seen(meeting, f"{AT}/amendments/A1"))["If-Match"]
    problem(await meeting.tell("chair", f"{AT}/rulings", {"amendments": ["A1"], "outcome": "accepted", "reason_code": "merits"}), 428, "precondition-required")


async def test_other_amendments_that_arrive_do_not_make_a_ruling_stale(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    before = await seen(meeting, AT)
    await told(meeting, "no-head", f"{AT}/amendments", ADD)
    await told(meeting, "chair", f"{AT}/rulings", {"amendments": ["A1"], "outcome": "accepted", "reason_code": "merits"}, headers=before)


async def test_two_chairs_at_once_make_one_version(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    await ruled(meeting, "A1")
    before = await seen(meeting, AT)
    answers = await asyncio.gather(*(meeting.tell("chair", f"{AT}/versions", {"supersedes": 0}, headers=before) for _ in range(4)))
    assert sorted(answered.status_code for answered in answers) == [201, 412, 412, 412]
    for answered in answers:
        assert answered.status_code == 201 or problem(answered, 412, "stale")["current"]
    late = problem(await meeting.tell("chair", f"{AT}/versions", {"supersedes": 0}, headers=before), 412, "stale")
    assert [fact["type"] for fact in late["since"]] == ["parley.drafts.VersionMade.v1"]
    assert len((await meeting.ask("chair", AT)).json()["versions"]) == 2


async def test_a_conflict_names_the_amendments_that_cannot_stand_together(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    await told(meeting, "no-head", f"{AT}/amendments", HARDEN)
    await ruled(meeting, "A1", "A2")
    answered = await meeting.tell("chair", f"{AT}/versions", {"supersedes": 0}, headers=await seen(meeting, AT))
    assert problem(answered, 409, "conflict")["between"] == ["A1", "A2"]


async def test_conflicts_and_identical_amendments_are_counted_per_clause(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    await told(meeting, "no-head", f"{AT}/amendments", HARDEN)
    for source, new in (("am-1", "Nothing here is secret."), ("am-2", "Nothing here is secret."), ("am-3", "Nothing here is secret!")):
        body = {"source": source, "authors": ["Ada"], "operation": "insert", "clause": "p2", "new": new}
        await told(meeting, "secretariat", f"{AT}/imports", body)
    found = (await meeting.ask("cz-head", f"{AT}/conflicts")).json()
    assert found["contested"] == [
        {"clause": "p1", "where": "words", "amendments": ["A1", "A2"]},
        {"clause": "p2", "where": "behind", "amendments": ["A3", "A4", "A5"]},
    ]
    assert found["identical"] == [{"clause": "p2", "amendments": ["A3", "A4", "A5"], "exactly": False}]
    assert [contest["amendments"] for contest in found["contests"]] == [["A3", "A4", "A5"], ["A1", "A2"]]
    assert (await meeting.ask("cz-head", f"{AT}/conflicts", params={"clause": "p1"})).json()["identical"] == []


async def test_what_a_delegation_may_not_read_is_in_no_list_count_or_report(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN | {"marking": "restricted", "audience": ["CZ"]})
    await told(meeting, "no-head", f"{AT}/amendments", HARDEN)
    await ruled(meeting, "A2")
    await made(meeting)
    for path, word in ((f"{AT}/amendments", "amendments"), (f"{AT}/versions/1/fates", "fates")):
        assert [one["amendment"] for one in (await meeting.ask("cz-head", path)).json()[word]][:1] == ["A1"]
        assert "A1" not in (await meeting.ask("no-head", path)).text
    assert "A1" not in (await meeting.ask("no-head", f"{AT}/conflicts")).text
    problem(await meeting.ask("no-head", f"{AT}/amendments/A1"), 404, "unknown")
    problem(await meeting.tell("no-head", f"{AT}/amendments/A1/withdraw"), 404, "unknown")


@pytest.mark.parametrize(
    "path", ["/documents", AT, f"{AT}/amendments", f"{AT}/amendments/A1", f"{AT}/versions/0", f"{AT}/conflicts", f"{AT}/redline?before=0&after=0"]
)
async def test_observers_find_nothing_here_and_the_public_is_asked_who_it_is(meeting: Meeting, path: str) -> None:
    await tabled(meeting)
    problem(await meeting.ask("watcher", path), 404, "unknown")
    problem(await meeting.ask(None, path), 401, "not-signed-in")


async def test_a_restricted_document_is_there_for_those_it_lists_alone(meeting: Meeting) -> None:
    await tabled(meeting, marking="restricted", audience=["CZ"])
    assert len((await meeting.ask("cz-head", "/documents")).json()["documents"]) == 1
    assert (await meeting.ask("jp-head", "/documents")).json()["documents"] == []
    for path in (AT, f"{AT}/versions/0", f"{AT}/amendments", f"{AT}/conflicts", f"{AT}/redline?before=0&after=0", f"{AT}/versions/0/fates"):
        problem(await meeting.ask("jp-head", path), 404, "unknown")


async def test_lists_are_read_page_by_page_and_by_clause_state_and_delegation(meeting: Meeting) -> None:
    await tabled(meeting)
    for number in range(5):
        body = {"source": f"s{number}", "authors": ["Ada", "Bo"][: 1 + number % 2], "operation": "insert", "clause": "p1", "new": f"Text {number}."}
        await told(meeting, "secretariat", f"{AT}/imports", body)
    await told(meeting, "jp-head", f"{AT}/amendments", ADD)
    pages, path = [], f"{AT}/amendments?limit=2&clause=p1"
    while path:
        answered = await meeting.ask("no-head", path)
        pages.append([one["amendment"] for one in answered.json()["amendments"]])
        path = answered.links.get("next", {}).get("url", "").removeprefix(meeting.at)
    assert pages == [["A1", "A2"], ["A3", "A4"], ["A5"]]
    assert [one["amendment"] for one in (await meeting.ask("no-head", f"{AT}/amendments?delegation=Bo")).json()["amendments"]] == ["A2", "A4"]
    await told(meeting, "jp-head", f"{AT}/amendments/A6/withdraw")
    assert [one["amendment"] for one in (await meeting.ask("jp-head", f"{AT}/amendments?state=withdrawn")).json()["amendments"]] == ["A6"]


async def test_an_import_under_the_same_source_name_gets_the_same_receipt(meeting: Meeting) -> None:
    await tabled(meeting)
    body = {"source": "am-1", "authors": ["Ada"], "operation": "replace", "clause": "p1", "old": CLAUSES[0]["text"], "new": "Parties share."}
    first = await meeting.tell("secretariat", f"{AT}/imports", body)
    again = await meeting.tell("secretariat", f"{AT}/imports", body | {"new": "Parties may share."})
    assert (again.status_code, again.json()) == (201, first.json())
    problem(await meeting.tell("jp-head", f"{AT}/imports", body), 403, "not-entitled")


async def test_an_imported_misquote_is_kept_shown_against_the_text_and_restated(meeting: Meeting) -> None:
    await tabled(meeting)
    body = {"source": "am-1", "authors": ["Ada"], "operation": "replace", "clause": "p2", "old": "Sharing is compulsory.", "new": "Sharing is free."}
    assert (await told(meeting, "secretariat", f"{AT}/imports", body))["state"] == "misquoted"
    assert (await told(meeting, "secretariat", f"{AT}/imports", body | {"source": "am-2", "clause": None}))["state"] == "unplaced"
    shown = (await meeting.ask("jp-head", f"{AT}/amendments/A1")).json()
    assert {"kind": "inserted", "text": "compulsory"} in shown["redline"][0]["pieces"]
    assert (await meeting.ask("jp-head", f"{AT}/amendments/A2")).json()["redline"] == []
    restated = {"base_version": 0, "operation": "replace", "clause": "p2", "old": "voluntary", "new": "free"}
    await told(meeting, "secretariat", f"{AT}/amendments/A1", restated, method="PUT", headers=await seen(meeting, f"{AT}/amendments/A1"))
    assert (await meeting.ask("jp-head", f"{AT}/amendments/A1")).json()["state"] == "live"


async def test_a_version_is_json_markdown_or_html_under_its_hash_for_ever(meeting: Meeting) -> None:
    await tabled(meeting)
    as_json = await meeting.ask("jp-head", f"{AT}/versions/0")
    assert as_json.headers["ETag"] == f'"{as_json.json()["version_hash"]}"'
    assert as_json.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    markdown = await meeting.ask("jp-head", f"{AT}/versions/0", headers={"Accept": "text/markdown"})
    assert markdown.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert markdown.text == "# Security of networks\n\n1 Parties should share information on threats.\n\n2 Sharing is voluntary.\n"
    html = await meeting.ask("jp-head", f"{AT}/versions/0", headers={"Accept": "text/html,*/*;q=0.8"})
    assert '<p class="clause kept" data-clause="p2" dir="auto">' in html.text
    unchanged = await meeting.ask("jp-head", f"{AT}/versions/0", headers={"If-None-Match": as_json.headers["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    problem(await meeting.ask("jp-head", f"{AT}/versions/1"), 404, "unknown")


async def test_any_two_versions_are_compared_as_data_and_for_reading(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    await ruled(meeting, "A1")
    await made(meeting)
    found = (await meeting.ask("no-head", f"{AT}/redline?before=0&after=1")).json()
    assert [(row["clause"], row["change"]) for row in found["rows"]] == [("p1", "changed")]
    whole = (await meeting.ask("no-head", f"{AT}/redline?before=0&after=1&whole=true")).json()
    assert [row["change"] for row in whole["rows"]] == ["changed", "kept"]
    back = await meeting.ask("no-head", f"{AT}/redline?before=1&after=0", headers={"Accept": "text/html"})
    assert "<del>" in back.text
    assert "<ins>" in back.text
    problem(await meeting.ask("no-head", f"{AT}/redline?before=0&after=9"), 404, "unknown")


async def test_an_editorial_change_is_listed_and_goes_into_the_next_version(meeting: Meeting) -> None:
    await tabled(meeting)
    body = {"clause": "p1", "old": "threats", "new": "dangers", "reason": "House style."}
    assert (await told(meeting, "chair", f"{AT}/edits", body))["edit"] == "E1"
    assert (await told(meeting, "chair", f"{AT}/edits", body | {"new": "risks"}))["edit"] == "E2"
    await told(meeting, "chair", f"{AT}/edits/E2", method="DELETE")
    await made(meeting)
    document = (await meeting.ask("jp-head", AT)).json()
    assert [(edit["edit"], edit["state"]) for edit in document["edits"]] == [("E1", "applied"), ("E2", "dropped")]


async def test_a_released_version_is_a_public_fact_with_its_whole_text(meeting: Meeting) -> None:
    await tabled(meeting, marking="public")
    receipt = (await told(meeting, "chair", f"{AT}/versions/0/release"))["receipt"]
    fact = meeting.process.log.stream(receipt["stream"], receipt["version"] - 1)[0]
    assert (fact.type, fact.public_seq) == ("parley.drafts.VersionReleased.v1", 1)
    assert b"Sharing is voluntary." in fact.body
    assert (await meeting.ask("jp-head", AT)).json()["versions"][0]["released_at"] == START.isoformat().replace("+00:00", "Z")
    problem(await meeting.tell("chair", f"{AT}/versions/0/release"), 409, "already-released")


async def test_a_document_gets_a_name_if_it_brings_none_and_keeps_its_own(meeting: Meeting) -> None:
    unnamed = {"title": "Untitled", "clauses": [{"text": "One."}, {"text": "Two."}]}
    name = (await told(meeting, "rapporteur", "/documents", unnamed))["document"]
    assert [clause["id"] for clause in (await meeting.ask("jp-head", f"/documents/{name}/versions/0")).json()["clauses"]] == ["c1", "c2"]
    await tabled(meeting)
    problem(await meeting.tell("chair", "/documents", {"document": "zero", "title": "Again", "clauses": CLAUSES}), 409, "already-tabled")


@pytest.mark.parametrize(
    "body",
    [
        {},
        SOFTEN | {"base_version": "0"},
        SOFTEN | {"colour": "red"},
        SOFTEN | {"clause": "p 1"},
        SOFTEN | {"new": "x" * 100_001},
        SOFTEN | {"new": "a\x00b"},
        SOFTEN | {"retables": "B1"},
    ],
)
async def test_a_body_of_another_form_is_refused_with_the_place_and_without_its_words(meeting: Meeting, body: dict[str, Any]) -> None:
    await tabled(meeting)
    refusal = problem(await meeting.tell("jp-head", f"{AT}/amendments", body), 422, "malformed")
    assert refusal["errors"][0]["pointer"].startswith("/body")
    assert "may share" not in str(refusal)


async def test_a_clause_of_an_unknown_kind_is_refused(meeting: Meeting) -> None:
    problem(await meeting.tell("chair", "/documents", {"title": "T", "clauses": [{"text": "x", "kind": "poem"}]}), 422, "unknown-kind")


async def test_a_document_of_another_negotiation_is_not_found_under_this_one(meeting: Meeting) -> None:
    await tabled(meeting)
    headers = {"Authorization": f"Bearer {meeting.tokens['chair']}"}
    other = await meeting.client.get("/api/v1/negotiations/vienna/documents/zero", headers=headers)
    assert other.status_code in {401, 404}
    problem(await meeting.tell("jp-head", "/documents/one/amendments", SOFTEN), 404, "unknown")


async def test_a_suspended_delegation_reads_but_proposes_no_more_and_what_it_proposed_stays(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    body = {"credentials": "suspended", "reason": "Unpaid."}
    answered = await meeting.tell("secretariat", "/delegations/JP/credentials", body, method="PUT")
    assert answered.status_code == 201, answered.text
    cut = {"Parley-Cut": answered.headers["Parley-Cut"]}
    problem(await meeting.tell("jp-head", f"{AT}/amendments", ADD, headers=cut), 403, "not-entitled")
    shown = (await meeting.ask("no-head", f"{AT}/amendments/A1")).json()
    assert (shown["state"], shown["participating"]) == ("live", False)
    await ruled(meeting, "A1")


async def test_a_fate_comes_with_its_reason_all_texts_and_a_restatement_that_is_one_action(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    await told(meeting, "no-head", f"{AT}/amendments", HARDEN)
    await ruled(meeting, "A1")
    await made(meeting)
    (fate,) = (await meeting.ask("cz-head", f"{AT}/versions/1/fates")).json()["fates"]
    assert (fate["fate"], fate["reason"] != "") == ("needs-author", True)
    now, wanted = "Parties may share information on threats.", "Parties shall share information on threats."
    assert fate["passages"] == [{"clause": "p1", "was": CLAUSES[0]["text"], "now": now, "wanted": wanted}]
    assert fate["restatement"] == {"operation": "replace", "clause": "p1", "old": now, "new": wanted}
    headers = await seen(meeting, f"{AT}/amendments/A2", "no-head")
    await told(meeting, "no-head", f"{AT}/amendments/A2", fate["restatement"] | {"base_version": 1}, method="PUT", headers=headers)
    assert (await meeting.ask("cz-head", f"{AT}/amendments/A2")).json()["state"] == "live"


async def test_clauses_are_agreed_ad_referendum_until_the_package_closes_and_everybody_sees_how_far_it_is(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    refusal = problem(await meeting.tell("chair", f"{AT}/marks", {"version": 0, "state": "agreed-ad-ref"}), 409, "amendments-open")
    assert refusal["amendments"] == ["A1"]
    await told(meeting, "chair", f"{AT}/marks", {"version": 0, "state": "agreed-ad-ref", "clauses": ["p2"]})
    await told(meeting, "chair", f"{AT}/marks", {"version": 0, "state": "parked", "clauses": ["p1"]})
    found = (await meeting.ask("no-head", f"{AT}/measures")).json()
    assert (found["states"], found["provisional"]) == ({"p1": "parked", "p2": "agreed-ad-ref"}, True)
    assert (found["total"]["agreed_clauses"], found["total"]["parked_clauses"]) == (1, 1)
    problem(await meeting.tell("no-head", f"{AT}/amendments", ADD | {"operation": "delete", "old": CLAUSES[1]["text"], "new": ""}), 409, "clause-agreed")
    problem(await meeting.tell("no-head", f"{AT}/marks", {"version": 0, "state": "open"}), 403, "not-entitled")
    await ruled(meeting, "A1")
    await made(meeting)
    await told(meeting, "chair", f"{AT}/marks", {"version": 1, "state": "agreed-ad-ref"})
    await told(meeting, "chair", f"{AT}/close", {"version": 1})
    assert (await meeting.ask("no-head", AT)).json()["package_closed"] is True
    assert (await meeting.ask("no-head", f"{AT}/measures")).json()["provisional"] is False
    problem(await meeting.tell("jp-head", f"{AT}/amendments", ADD | {"base_version": 1}), 409, "package-closed")
