"""The summaries service as the chair, the delegations and the public meet it, over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from delegations.meeting import Meeting
from house import TestClock
from parley.kernel.log import Recorded
from parley.summaries.rendering import proof_of
from summaries.chairing import NETWORKS, SUPPLIERS, begin, chamber, change, composed, each_twice, issued, submit

pytestmark = pytest.mark.deep  # a whole application for each test

RELEASE = "2019-05-02T12:00:00+02:00"


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with chamber(tmp_path, clock) as meeting:
        yield meeting


@pytest.fixture
async def open_meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    """A negotiation whose texts everybody may read."""
    async with chamber(tmp_path, clock, marking="public") as meeting:
        yield meeting


async def public_facts(meeting: Meeting) -> list[Recorded]:
    facts = await asyncio.to_thread(meeting.process.log.read, 0, 10_000)
    return [fact for fact in facts if fact.service == "summaries" and fact.public_seq is not None]


async def told_to_everybody(meeting: Meeting) -> list[str]:
    """What was said of summaries to everybody, in order."""
    return [fact.type.split(".")[2] for fact in await public_facts(meeting)]


async def released(meeting: Meeting, at: str, version: int = 1, who: str | None = "no-head") -> Any:
    """The version once the timer has rung."""
    for _ in range(100):
        answered = await meeting.ask(who, f"{at}/versions/{version}")
        if answered.status_code == 200:
            return answered
        await asyncio.sleep(0.02)
    raise AssertionError("it was not released")


# -- the way from submissions to an issued version ---------------------------------------------------------------------------------------------------------


async def test_from_principles_to_an_issued_version_in_three_acts_of_the_chair(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    await submit(meeting, "no-head")
    await submit(meeting, "cz-head", NETWORKS, theme="technology")
    at = await composed(meeting)
    version = await issued(meeting, at)
    assert (version["version"], version["symbol"]) == (1, "PRAGUE/CS/1")
    page = (await meeting.ask("no-head", f"{at}/versions/1")).json()
    said = [one["text"] for theme in page["themes"] for one in theme["sentences"]]
    assert said == [f"Many delegations put forward: {SUPPLIERS}", f"One delegation put forward: {NETWORKS}"]
    assert proof_of(page)[0]


async def test_a_shut_gate_names_each_finding_and_opens_once_they_are_mended(meeting: Meeting) -> None:
    first, second = await submit(meeting, "jp-head"), await submit(meeting, "cz-head", NETWORKS)
    at = await begin(meeting)
    await change(meeting, at + "/sentences", {"theme": "t1", "text": f"Most delegations put forward: {SUPPLIERS}", "sources": [{"input": first}]})
    refused = await change(meeting, at + "/issue", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "gate-shut")
    codes = [one["code"] for one in refused.json()["findings"]]
    assert codes == ["quantifier", "undisposed", "undisposed"]
    assert codes == [one["code"] for one in (await meeting.ask("chair", at + "/gate")).json()["open"]]
    mended = {"text": f"One delegation put forward: {SUPPLIERS}", "sources": [{"input": first}]}
    assert (await change(meeting, at + "/sentences/s1", mended, "PUT")).status_code == 201
    answers = [
        {"input": first, "disposition": "reflected"},
        {"input": second, "disposition": "not_reflected", "reason_code": "no-support", "reason": "Nobody else spoke of it."},
    ]
    assert (await change(meeting, at + "/dispositions", {"dispositions": answers})).status_code == 201
    assert (await issued(meeting, at))["version"] == 1


async def test_the_chair_lets_a_finding_stand_with_a_reason(meeting: Meeting) -> None:
    at = await begin(meeting)
    await change(meeting, at + "/sentences", {"theme": "t1", "text": "Last year it was agreed otherwise.", "own_wording": True})
    finding = (await meeting.ask("chair", at + "/gate")).json()["open"][0]
    assert (await change(meeting, at + "/overrides", {"finding": finding["finding"], "reason": "It speaks of last year."})).status_code == 201
    await issued(meeting, at)
    kept = (await meeting.ask("rapporteur", at + "/versions/1/sources")).json()["overrides"]
    assert kept == [{"finding": finding["finding"], "reason": "It speaks of last year."}]


async def test_themes_and_sentences_are_arranged_over_http(meeting: Meeting) -> None:
    at = await begin(meeting, themes=["policy"])
    for path, body, method in (
        ("/themes", {"title": "economy", "after": "t1"}, "POST"),
        ("/themes/t2", {"title": "Economy"}, "PUT"),
        ("/sentences", {"theme": "t1", "text": "One.", "own_wording": True}, "POST"),
        ("/sentences", {"theme": "t1", "text": "Two.", "own_wording": True, "after": "s1"}, "POST"),
        ("/sentences/s1/move", {"theme": "t2"}, "POST"),
        ("/sentences/s2", None, "DELETE"),
        ("/themes/t1", None, "DELETE"),
        ("/title", {"title": "The summary"}, "PUT"),
    ):
        answered = await change(meeting, at + path, body, method)
        assert answered.status_code == 201, answered.text
    text = (await meeting.ask("rapporteur", at)).json()
    assert (text["title"], [(theme["title"], [one["text"] for one in theme["sentences"]]) for theme in text["themes"]]) == (
        "The summary",
        [("Economy", ["One."])],
    )


async def test_the_bench_sees_the_inputs_with_their_counted_voices(meeting: Meeting) -> None:
    one = await submit(meeting, "jp-head")
    await submit(meeting, "cz-head", NETWORKS)
    at = await composed(meeting)
    first = await meeting.ask("chair", at + "/inputs", params={"limit": 1})
    assert [(item["reference"], item["support"], item["sentences"]) for item in first.json()["inputs"]] == [(one, ["JP"], ["s1"])]
    assert 'rel="next"' in first.headers["Link"]
    assert (await meeting.ask("jp-head", at + "/inputs")).status_code == 404


async def test_the_bench_is_shown_what_is_alike_and_composes_an_input_alone(meeting: Meeting) -> None:
    first, second = await submit(meeting, "jp-head"), await submit(meeting, "no-head")
    third = await submit(meeting, "cz-head", "The law of the country matters when suppliers are chosen.")
    at = await composed(meeting)
    found = (await meeting.ask("rapporteur", at + "/nearest", params={"of": first})).json()["nearest"]
    assert [one["input"] for one in found] == [second, third]
    assert found[1]["shared"] == ["country", "law", "suppliers"]
    assert (await meeting.ask("rapporteur", at + "/nearest", params={"of": "principle/none"})).status_code == 404
    assert (await meeting.ask("jp-head", at + "/nearest", params={"of": first})).status_code == 404
    assert (await change(meeting, at + "/apart", {"input": second, "apart": True})).status_code == 201
    assert (await change(meeting, at + "/compose")).status_code == 201
    assert len((await meeting.ask("chair", at)).json()["themes"][0]["sentences"]) == 3


async def test_an_operator_may_plug_in_a_drafter(tmp_path: Path, clock: TestClock) -> None:
    from delegations.meeting import meeting_of
    from house import house
    from parley.delegations.part import PART as DELEGATIONS
    from parley.summaries.part import part

    class Shouter:
        name = "shouter"

        def draft(self, texts: Sequence[str], code: str) -> str | None:
            return texts[0].upper() if code == "en" and "law" in texts[0] else None

    async with house(tmp_path, [DELEGATIONS, part(Shouter())], clock) as (process, client):
        meeting = await meeting_of(process, client)
        await submit(meeting, "jp-head")
        await submit(meeting, "cz-head", NETWORKS)
        at = await composed(meeting)
        sentences = (await meeting.ask("chair", at)).json()["themes"][0]["sentences"]
    assert [(one["text"], one.get("drafter")) for one in sentences] == [
        (f"One delegation put forward: {SUPPLIERS.upper()}", "shouter"),
        (f"One delegation put forward: {NETWORKS}", None),
    ]


# -- who sees what -----------------------------------------------------------------------------------------------------------------------------------------


async def test_the_working_text_is_the_benchs_alone_and_hidden_is_like_absent(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    for who in ("chair", "rapporteur", "secretariat"):
        assert (await meeting.ask(who, at)).status_code == 200
    for who in ("jp-head", "cz-member", "watcher", None):
        for path in ("", "/gate", "/inputs", "/versions", "/versions/1", "/versions/1/text.md", "/versions/1/submissions", "/versions/1/corrections"):
            there, absent = await meeting.ask(who, at + path), await meeting.ask(who, "/summaries/77" + path)
            assert (there.status_code, there.content) == (absent.status_code, absent.content), (who, path)
            assert there.status_code == 404
    assert (await meeting.ask("jp-head", "/summaries")).json() == {"summaries": []}


async def test_a_delegation_cannot_change_what_it_cannot_see(meeting: Meeting) -> None:
    at = await begin(meeting)
    headers = {"If-Match": '"1"'}
    slip = {"changes": [{"place": 1, "old": "a", "new": "b"}], "reason": "why"}
    for path, body in (
        ("/versions/1/corrections", slip),
        ("/issue", {}),
        ("/compose", None),
        ("/sentences", {"theme": "t1", "text": "Ours.", "own_wording": True}),
    ):
        there = await meeting.tell("jp-head", at + path, body, headers=dict(headers))
        absent = await meeting.tell("jp-head", "/summaries/77" + path, body, headers=dict(headers))
        assert (there.status_code, there.content) == (absent.status_code, absent.content)
        assert there.status_code == 404


async def test_participants_read_what_is_marked_for_them_and_the_public_does_not(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    await issued(meeting, at)
    assert [(await meeting.ask(who, at + "/versions/1")).status_code for who in ("no-head", "cz-member", "watcher", None)] == [200, 200, 404, 404]
    assert await told_to_everybody(meeting) == []


async def test_a_restricted_version_is_read_by_those_on_its_list(meeting: Meeting) -> None:
    await submit(meeting, "jp-head", marking="restricted", audience=["NO"])
    at = await composed(meeting, marking="restricted", audience=["NO", "JP"])
    await issued(meeting, at)
    assert [(await meeting.ask(who, at + "/versions/1")).status_code for who in ("no-head", "jp-head", "sk-head", None)] == [200, 200, 404, 404]


async def test_everybody_reads_a_public_version_without_signing_in(open_meeting: Meeting) -> None:
    await submit(open_meeting, "jp-head")
    at = await composed(open_meeting)
    await issued(open_meeting, at)
    assert (await open_meeting.ask(None, at + "/versions/1")).status_code == 200
    assert [one["symbol"] for one in (await open_meeting.ask(None, "/summaries")).json()["summaries"][0]["versions"]] == ["PRAGUE/CS/1"]
    assert await told_to_everybody(open_meeting) == ["SummaryReleased"]


async def test_who_takes_no_part_cannot_count_what_is_hidden(open_meeting: Meeting) -> None:
    await submit(open_meeting, "jp-head")
    at = await composed(open_meeting)
    await issued(open_meeting, at)
    for who in (None, "watcher"):
        for path in ("/summaries", at + "/versions", at + "/versions/1", at + "/versions/1/text.md", at + "/versions/1/corrections"):
            answered = await open_meeting.ask(who, path)
            assert (answered.status_code, "Parley-Cut" in answered.headers) == (200, False), path
    assert "Parley-Cut" in (await open_meeting.ask("jp-head", "/summaries")).headers


async def test_each_delegation_sees_what_became_of_its_own_submissions(meeting: Meeting) -> None:
    mine, other = await submit(meeting, "jp-head"), await submit(meeting, "cz-head", NETWORKS)
    at = await composed(meeting)
    await issued(meeting, at)

    async def became(who: str) -> list[tuple[str, str, list[int]]]:
        answered = (await meeting.ask(who, at + "/versions/1/submissions")).json()["submissions"]
        return [(one["input"], one["disposition"], one["sentences"]) for one in answered]

    assert await became("jp-head") == [(mine, "reflected", [1])]
    assert await became("no-head") == []
    assert sorted(await became("chair")) == sorted([(mine, "reflected", [1]), (other, "reflected", [2])])
    paged = await meeting.ask("chair", at + "/versions/1/submissions", params={"limit": 1})
    assert (len(paged.json()["submissions"]), 'rel="next"' in paged.headers["Link"]) == (1, True)
    assert (await meeting.ask(None, at + "/versions/1/submissions")).status_code == 404


async def test_a_principle_that_is_withdrawn_after_the_issue_is_shown_so_and_the_version_stays(meeting: Meeting) -> None:
    mine = await submit(meeting, "jp-head")
    at = await composed(meeting)
    await issued(meeting, at)
    before = (await meeting.ask("no-head", at + "/versions/1")).content
    withdrawn = await meeting.tell("jp-head", f"/principles/{mine.removeprefix('principle/')}/withdraw")
    await meeting.process.services["summaries"].reached("prague", {"delegations": withdrawn.json()["receipt"]["seq"]})
    became = (await meeting.ask("jp-head", at + "/versions/1/submissions")).json()["submissions"][0]
    assert (became["disposition"], became["issued_as"]) == ("withdrawn_after_issue", "reflected")
    assert (await meeting.ask("no-head", at + "/versions/1")).content == before


# -- the embargo -------------------------------------------------------------------------------------------------------------------------------------------


async def test_under_embargo_nothing_is_out_early_and_nothing_twice(open_meeting: Meeting, clock: TestClock) -> None:
    await submit(open_meeting, "jp-head")
    at = await composed(open_meeting)
    version = await issued(open_meeting, at, release_at=RELEASE)
    assert (version["release_at"], version["released_at"]) == ("2019-05-02T10:00:00Z", None)
    assert (await open_meeting.ask("chair", at + "/versions/1")).status_code == 200
    clock.forward(hours=1, minutes=59, seconds=59.999)
    await asyncio.sleep(0.5)
    assert (await open_meeting.ask("no-head", at + "/versions/1")).status_code == 404
    assert (await open_meeting.ask(None, "/summaries")).status_code == 404
    assert await told_to_everybody(open_meeting) == []
    clock.forward(seconds=0.001)
    await released(open_meeting, at, who=None)
    await asyncio.sleep(0.5)
    assert await told_to_everybody(open_meeting) == ["SummaryReleased"]


async def test_an_embargo_ends_after_a_restart_as_if_nothing_had_happened(tmp_path: Path, clock: TestClock) -> None:
    from house import house
    from parley.delegations.part import PART as DELEGATIONS
    from parley.summaries.part import PART as SUMMARIES

    async with chamber(tmp_path, clock, marking="public") as meeting:
        await submit(meeting, "jp-head")
        at = await composed(meeting)
        await issued(meeting, at, release_at=RELEASE)
    clock.forward(days=3)
    async with house(tmp_path, [DELEGATIONS, SUMMARIES], clock) as (process, client):
        again = Meeting(process, client, tokens=meeting.tokens)
        answered = await released(again, at, who=None)
        assert answered.json()["symbol"] == "PRAGUE/CS/1"
        assert await told_to_everybody(again) == ["SummaryReleased"]


# -- two at once, twice, and too late ----------------------------------------------------------------------------------------------------------------------


async def test_two_chairs_who_issue_at_once_get_one_version(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    seen = {"If-Match": (await meeting.ask("chair", at)).headers["ETag"]}
    answers = await asyncio.gather(*(meeting.tell("chair", at + "/issue", {}, headers=dict(seen)) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [201, 412, 412, 412, 412]
    assert [one["version"] for one in (await meeting.ask("chair", at + "/versions")).json()["versions"]] == [1]


async def test_chairs_who_begin_summaries_at_once_get_numbers_of_their_own(meeting: Meeting) -> None:
    answers = await asyncio.gather(*(meeting.tell("chair", "/summaries", {"title": f"Summary {place}"}) for place in range(4)))
    assert sorted(one.json()["summary"] for one in answers) == ["1", "2", "3", "4"]


async def test_a_repeated_request_has_one_effect_and_the_same_receipt(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    key = {"Idempotency-Key": "begin-once"}
    first, again = [await meeting.tell("chair", "/summaries", {"title": "Chair's summary"}, headers=dict(key)) for _ in range(2)]
    assert first.json() == again.json()
    at = f"/summaries/{first.json()['summary']}"
    await change(meeting, at + "/compose")
    seen = {"If-Match": (await meeting.ask("chair", at)).headers["ETag"], "Idempotency-Key": "issue-once"}
    first, again = [await meeting.tell("chair", at + "/issue", {}, headers=dict(seen)) for _ in range(2)]
    assert first.json() == again.json()
    assert len((await meeting.ask("chair", at + "/versions")).json()["versions"]) == 1


async def test_who_has_not_read_the_text_does_not_change_it(meeting: Meeting) -> None:
    at = await begin(meeting)
    blind = await meeting.tell("chair", at + "/title", {"title": "Other"}, "PUT")
    assert (blind.status_code, blind.json()["code"]) == (428, "precondition-required")
    await change(meeting, at + "/title", {"title": "Second"}, "PUT")
    late = await meeting.tell("chair", at + "/title", {"title": "Third"}, "PUT", headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["since"][0]["type"]) == (412, "parley.summaries.SummaryRetitled.v1")


async def test_nothing_is_begun_in_a_closed_negotiation_or_in_one_that_is_not_there(meeting: Meeting) -> None:
    elsewhere = await meeting.client.get("/api/v1/negotiations/vienna/summaries", headers=meeting._headers("secretariat", {}))
    assert elsewhere.status_code == 404
    closed = await meeting.tell("secretariat", "/close")
    assert closed.status_code == 201, closed.text
    await meeting.process.services["summaries"].reached("prague", {"delegations": closed.json()["receipt"]["seq"]})
    refused = await meeting.tell("chair", "/summaries", {"title": "Too late"})
    assert (refused.status_code, refused.json()["code"]) == (409, "negotiation-closed")


@pytest.mark.parametrize(
    "body",
    [
        {"theme": "t1"},
        {"theme": "t1", "text": ""},
        {"theme": "t1", "text": "x" * 20_001},
        {"theme": "t1", "text": "Two\nlines.", "own_wording": True},
        {"theme": "one", "text": "One."},
        {"theme": "t1", "text": "One.", "more": 1},
        {"theme": "t1", "text": "One.", "own_wording": "yes"},
        {"theme": "t1", "text": "NUL \x00", "own_wording": True},
    ],
)
async def test_a_malformed_sentence_is_refused_and_changes_nothing(meeting: Meeting, body: dict[str, Any]) -> None:
    at = await begin(meeting)
    refused = await change(meeting, at + "/sentences", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "malformed")
    assert (await meeting.ask("chair", at)).headers["ETag"] == '"1"'


# -- issued bytes ------------------------------------------------------------------------------------------------------------------------------------------


async def test_an_issued_version_is_kept_by_its_hash_for_ever(open_meeting: Meeting) -> None:
    await submit(open_meeting, "jp-head")
    at = await composed(open_meeting)
    await issued(open_meeting, at)
    for path in ("", "/text.md", "/text.html", "/text.txt"):
        first = await open_meeting.ask(None, f"{at}/versions/1{path}")
        assert "immutable" in first.headers["Cache-Control"]
        again = await open_meeting.ask(None, f"{at}/versions/1{path}", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert (await open_meeting.ask(None, at + "/versions/1/text.doc")).status_code == 404


async def test_a_version_for_participants_is_kept_in_private_caches_only(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    await issued(meeting, at)
    assert (await meeting.ask("jp-head", at + "/versions/1")).headers["Cache-Control"].startswith("private")


async def test_a_correction_is_numbered_shown_with_its_version_and_changes_no_byte(open_meeting: Meeting) -> None:
    await submit(open_meeting, "jp-head")
    at = await composed(open_meeting)
    await issued(open_meeting, at)
    before = (await open_meeting.ask(None, at + "/versions/1")).content
    body = {"changes": [{"place": 1, "old": "country", "new": "land"}], "reason": "A slip of the pen."}
    corrected = await change(open_meeting, at + "/versions/1/corrections", body)
    assert (corrected.status_code, corrected.json()["symbol"]) == (201, "PRAGUE/CS/1/Corr.1")
    shown = (await open_meeting.ask(None, at + "/versions/1/corrections")).json()["corrections"]
    assert [(one["symbol"], one["changes"]) for one in shown] == [("PRAGUE/CS/1/Corr.1", [["1", "country", "land"]])]
    assert (await open_meeting.ask(None, at + "/versions/1")).content == before
    assert await told_to_everybody(open_meeting) == ["SummaryReleased", "CorrectionReleased"]
    assert (await change(open_meeting, at + "/versions/1/corrections", body)).json()["code"] == "misquote"


async def test_corrections_of_one_millisecond_are_each_answered_as_themselves_and_so_are_their_retries(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    await issued(meeting, at)
    slips = [{"changes": [{"place": 1, "old": old, "new": new}], "reason": "A slip."} for old, new in (("country", "land"), ("land", "state"))]
    answers = await each_twice(meeting, at + "/versions/1/corrections", slips)
    assert [one["symbol"] for one in answers] == ["PRAGUE/CS/1/Corr.1", "PRAGUE/CS/1/Corr.2"] * 2


async def test_versions_of_one_millisecond_are_each_answered_as_themselves_and_so_are_their_retries(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await composed(meeting)
    assert [one["version"] for one in await each_twice(meeting, at + "/issue", [{}, {}])] == [1, 2, 1, 2]


async def test_a_text_that_is_not_attributed_holds_no_name_of_the_roster_anywhere(open_meeting: Meeting) -> None:
    for who in ("jp-head", "cz-head", "sk-head"):
        await submit(open_meeting, who)
    at = await composed(open_meeting)
    await issued(open_meeting, at)
    public = await public_facts(open_meeting)
    forms = [(await open_meeting.ask(None, f"{at}/versions/1{path}")).text for path in ("", "/text.md", "/text.html", "/text.txt")]
    for text in [*forms, *(fact.body.decode() for fact in public)]:
        assert not {"JP", "CZ", "SK", "Japan", "Czechia", "Slovakia", "jp-head", "principle/"} & set(text.replace('"', " ").split())
        assert "principle/" not in text
    assert json.loads(forms[0])["content_hash"]


async def test_sentences_are_parted_and_joined_over_http_and_their_sources_go_along(meeting: Meeting) -> None:
    await submit(meeting, "jp-head", f"{SUPPLIERS} {NETWORKS}")
    at = await composed(meeting)
    text = (await meeting.ask("chair", at)).json()["themes"][0]["sentences"][0]["text"]
    assert (await change(meeting, at + "/sentences/s1/split", {"at_character": text.index(NETWORKS)})).status_code == 201
    halves = (await meeting.ask("chair", at)).json()["themes"][0]["sentences"]
    assert [(one["sources"][0].get("start"), one["sources"][0].get("end")) for one in halves] == [
        (0, len(SUPPLIERS)),
        (len(SUPPLIERS) + 1, len(SUPPLIERS) + 1 + len(NETWORKS)),
    ]
    assert (await change(meeting, at + "/sentences/merge", {"sentences": ["s1", "s2"], "text": text})).status_code == 201
    assert (await change(meeting, at + "/sentences/s1", {"text": text}, "PUT")).status_code == 201
    assert (await change(meeting, at + "/sentences/s2", {"text": text}, "PUT")).status_code == 404
    assert (await issued(meeting, at))["version"] == 1


async def test_the_bench_sees_the_balance_of_its_text(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    await submit(meeting, "cz-head", NETWORKS)
    at = await begin(meeting)
    before = (await meeting.ask("rapporteur", at + "/balance")).json()
    assert before["passed_over"] == ["CZ", "JP"]
    await change(meeting, at + "/compose")
    after = (await meeting.ask("rapporteur", at + "/balance")).json()
    assert (after["passed_over"], [(one["of"], one["taken_up"]) for one in after["groups"]]) == ([], [("", 1), ("EU", 1)])
    assert (await meeting.ask("jp-head", at + "/balance")).status_code == 404


# -- a dry run -------------------------------------------------------------------------------------------------------------------------------------------------


async def test_a_dry_run_is_answered_as_the_issue_would_be_and_records_nothing(meeting: Meeting) -> None:
    await submit(meeting, "jp-head")
    at = await begin(meeting)

    async def foreseen(who: str | None, **body: Any) -> tuple[int, str]:
        answered = await meeting.tell(who, at + "/issue?dry_run=true", body)
        return answered.status_code, answered.json().get("code") or answered.json().get("symbol")

    assert await foreseen("chair") == (409, "gate-shut")
    assert (await change(meeting, at + "/compose")).status_code == 201
    before = meeting.process.log.position()
    assert await foreseen("chair") == (200, "PRAGUE/CS/1")
    assert await foreseen("chair", release_at="2029-05-02T12:00:00Z") == (422, "embargo-too-long")
    assert [(await foreseen(who))[0] for who in ("rapporteur", "jp-head", None)] == [403, 404, 401]
    assert meeting.process.log.position() == before
    assert (await issued(meeting, at))["symbol"] == "PRAGUE/CS/1"
