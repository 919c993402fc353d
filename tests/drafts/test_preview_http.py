"""What could be: the text if amendments were accepted, what can stand together, how far a text is from settled, and where a clause went."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from delegations.meeting import Meeting, meeting_of
from house import TestClock, house
from parley.delegations.part import PART as DELEGATIONS
from parley.drafts.part import PART

pytestmark = pytest.mark.deep  # a whole application for each test

AT = "/documents/zero"
CLAUSES = [
    {"id": "p1", "text": "Parties should share information on threats.", "number": "1"},
    {"id": "p2", "text": "Sharing is voluntary.", "number": "2"},
]
SOFTEN = {"base_version": 0, "operation": "replace", "clause": "p1", "old": "should share", "new": "may share"}
HARDEN = SOFTEN | {"new": "shall share"}
FREE = {"base_version": 0, "operation": "replace", "clause": "p2", "old": "voluntary", "new": "free"}
ADD = {"base_version": 0, "operation": "insert", "clause": "p2", "new": "Nothing here is binding.", "number": "3"}
DROP = {"base_version": 0, "operation": "delete", "clause": "p2", "old": "Sharing is voluntary."}


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with house(tmp_path, [DELEGATIONS, PART], TestClock()) as (process, client):
        meeting = await meeting_of(process, client)
        await tell(meeting, "chair", "/documents", {"document": "zero", "title": "Security of networks", "clauses": CLAUSES})
        await tell(meeting, "chair", f"{AT}/window", {"closes_at": "2019-05-02T12:00:00+00:00"})
        yield meeting


async def tell(meeting: Meeting, who: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    answered = await meeting.tell(who, path, body, **more)
    assert answered.status_code == 201, answered.text
    return answered.json()


async def propose(meeting: Meeting, **bodies: dict[str, Any]) -> None:
    for who, body in bodies.items():
        await tell(meeting, who.replace("_", "-"), f"{AT}/amendments", body)


async def rule(meeting: Meeting, *amendments: str, **more: Any) -> None:
    etag = (await meeting.ask("chair", AT)).headers["ETag"]
    body = {"amendments": list(amendments), "outcome": "accepted", "reason_code": "merits"} | more
    await tell(meeting, "chair", f"{AT}/rulings", body, headers={"If-Match": etag})


async def make(meeting: Meeting, **more: Any) -> dict[str, Any]:
    etag = (await meeting.ask("chair", AT)).headers["ETag"]
    return await tell(meeting, "chair", f"{AT}/versions", {"supersedes": 0} | more, headers={"If-Match": etag})


async def preview(meeting: Meeting, who: str, *accepted: str, **more: Any) -> dict[str, Any]:
    answered = await meeting.tell(who, f"{AT}/preview", {"accepted": list(accepted)} | more)
    assert answered.status_code == 200, answered.text
    return answered.json()


def problem(answered: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answered.status_code, answered.json()["code"]) == (status, code), answered.text
    return answered.json()


async def test_a_preview_is_the_version_that_the_chair_would_make_and_changes_nothing(meeting: Meeting) -> None:
    await propose(meeting, jp_head=SOFTEN, no_head=HARDEN, cz_head=ADD, sk_head=FREE)
    await tell(meeting, "chair", f"{AT}/edits", {"clause": "p2", "old": "Sharing", "new": "SHARING", "reason": "House style."})
    before = (await meeting.ask("chair", AT)).json()
    would = await preview(meeting, "chair", "A1", "A3")
    assert (await meeting.ask("chair", AT)).json() == before
    await rule(meeting, "A1", "A3")
    assert await preview(meeting, "no-head") == would, "without any supposition it is what the rulings make"
    made = await make(meeting)
    assert (would["version_hash"], would["accepted"]) == (made["version_hash"], made["applied"])
    assert would["fates"] == made["fates"]
    assert {fate["amendment"]: fate["fate"] for fate in would["fates"]} == {"A2": "needs-author", "A4": "carried"}
    assert would["fates"][0]["passages"][0]["now"] == "Parties may share information on threats."


async def test_a_preview_can_leave_the_rulings_out_and_take_the_chairs_wording_in(meeting: Meeting) -> None:
    await propose(meeting, jp_head=SOFTEN, sk_head=FREE)
    await rule(meeting, "A1")
    would = await preview(meeting, "chair", "A2", wordings={"A2": "All sharing is free."}, rulings=False)
    assert (would["accepted"], [row["clause"] for row in would["rows"]]) == (["A2"], ["p2"])
    assert "".join(piece["text"] for piece in would["rows"][0]["pieces"] if piece["kind"] != "deleted") == "All sharing is free."
    problem(await meeting.tell("chair", f"{AT}/preview", {"accepted": [], "wordings": {"A2": "x"}}), 422, "wording-not-expected")


async def test_a_preview_of_amendments_that_meet_says_who_meets_whom_and_what_could_stand(meeting: Meeting) -> None:
    await propose(meeting, jp_head=SOFTEN, no_head=HARDEN, sk_head=FREE)
    await tell(meeting, "cz-head", f"{AT}/amendments/A2/sponsors", headers={"If-Match": '"9"'})
    would = await preview(meeting, "sk-head", "A1", "A2", "A3")
    assert would["conflicts"] == [{"clause": "p1", "about": "words", "amendments": ["A1", "A2"]}]
    assert (would["package"], would["version_hash"]) == ({"amendments": ["A2", "A3"], "support": 3, "exact": True}, None)
    refusal = await meeting.tell("chair", f"{AT}/preview", {"accepted": ["A1", "A2"]}, headers={"Accept": "text/html"})
    assert problem(refusal, 409, "conflict")["between"] == [["A1", "A2"]]


async def test_the_chairs_order_settles_insertions_at_one_place_in_a_preview_too(meeting: Meeting) -> None:
    await propose(meeting, jp_head=ADD, no_head=ADD | {"new": "Everything here is public."})
    assert (await preview(meeting, "chair", "A1", "A2"))["conflicts"][0]["amendments"] == ["A1", "A2"]
    would = await preview(meeting, "chair", "A1", "A2", order=["A2", "A1"])
    assert [row["pieces"][0]["text"] for row in would["rows"]] == ["Everything here is public.", "Nothing here is binding."]


async def test_what_asks_for_the_same_is_accepted_with_it_unless_asked_otherwise(meeting: Meeting) -> None:
    await propose(meeting, jp_head=ADD)
    wanted = {name: ADD[name] for name in ("operation", "clause", "new", "number")}
    await tell(meeting, "secretariat", f"{AT}/imports", wanted | {"source": "s1", "authors": ["Ada"]})
    assert (await preview(meeting, "chair", "A1"))["accepted"] == ["A1", "A2"]
    apart = await preview(meeting, "chair", "A1", identical=False)
    assert (apart["accepted"], [(fate["amendment"], fate["fate"]) for fate in apart["fates"]]) == (["A1"], [("A2", "satisfied")])


async def test_a_preview_is_read_as_markdown_and_as_html_too(meeting: Meeting) -> None:
    await propose(meeting, jp_head=SOFTEN)
    markdown = await meeting.tell("jp-head", f"{AT}/preview", {"accepted": ["A1"]}, headers={"Accept": "text/markdown"})
    assert "Parties <del>should</del><ins>may</ins> share" in markdown.text
    html = await meeting.tell("jp-head", f"{AT}/preview?whole=true", {"accepted": ["A1"]}, headers={"Accept": "text/html"})
    assert "<del>" in html.text
    assert "Sharing is voluntary." in html.text


async def test_a_preview_shows_nobody_what_they_may_not_read(meeting: Meeting) -> None:
    await propose(meeting, jp_head=SOFTEN | {"marking": "restricted", "audience": ["CZ"]}, no_head=HARDEN)
    hidden = problem(await meeting.tell("no-head", f"{AT}/preview", {"accepted": ["A1"]}), 404, "unknown")
    assert hidden == problem(await meeting.tell("no-head", f"{AT}/preview", {"accepted": ["A9"]}), 404, "unknown")
    assert (await preview(meeting, "cz-head", "A1"))["marking"] == "restricted"
    assert [fate["amendment"] for fate in (await preview(meeting, "no-head", "A2"))["fates"]] == []
    await rule(meeting, "A1")
    assert (await preview(meeting, "no-head", "A2"))["accepted"] == ["A2"]
    assert (await preview(meeting, "chair", "A2"))["conflicts"][0]["amendments"] == ["A1", "A2"]
    packages = (await meeting.ask("no-head", f"{AT}/packages")).json()
    assert (packages["package"]["amendments"], packages["ruled_out"]) == (["A2"], [])
    assert (await meeting.ask("no-head", f"{AT}/measures")).json()["total"]["open_amendments"] == 1
    for path in ("preview", "packages", "measures", "clauses/p1"):
        told = {"method": "POST", "body": {}} if path == "preview" else {"method": "GET"}
        problem(await meeting.tell("watcher", f"{AT}/{path}", **told), 404, "unknown")
        problem(await meeting.tell(None, f"{AT}/{path}", **told), 401, "not-signed-in")
        problem(await meeting.tell("chair", f"/documents/other/{path}", **told), 404, "unknown")


async def test_what_cannot_be_ruled_on_cannot_be_supposed(meeting: Meeting) -> None:
    await propose(meeting, jp_head=SOFTEN)
    await tell(meeting, "jp-head", f"{AT}/amendments/A1/withdraw")
    problem(await meeting.tell("chair", f"{AT}/preview", {"accepted": ["A1"]}), 409, "withdrawn")
    wanted = {"source": "s1", "authors": ["Ada"], "operation": "replace", "clause": "p1", "old": "Nobody", "new": "All"}
    await tell(meeting, "secretariat", f"{AT}/imports", wanted)
    problem(await meeting.tell("chair", f"{AT}/preview", {"accepted": ["A2"]}), 409, "needs-restating")


async def test_the_largest_package_has_the_most_delegations_behind_it_and_keeps_to_what_is_accepted(meeting: Meeting) -> None:
    await propose(meeting, jp_head=SOFTEN, cz_head=HARDEN | {"on_behalf_of": "EU"}, no_head=FREE, sk_head=DROP)
    packages = (await meeting.ask("jp-head", f"{AT}/packages")).json()
    assert packages["package"] == {"amendments": ["A2", "A3"], "support": 3, "exact": True}
    assert (packages["left_out"], packages["ruled_out"]) == (["A1", "A4"], [])
    assert (await meeting.ask("jp-head", f"{AT}/packages", params={"clause": "p2"})).json()["package"]["amendments"] == ["A3"]
    await rule(meeting, "A1", "A4")
    packages = (await meeting.ask("jp-head", f"{AT}/packages")).json()
    assert (packages["package"]["amendments"], packages["ruled_out"]) == ([], ["A2", "A3"])


async def test_a_clause_of_any_version_is_found_in_every_version_since(meeting: Meeting) -> None:
    await propose(meeting, jp_head=DROP, no_head=ADD)
    await rule(meeting, "A1", "A2")
    await make(meeting)
    gone = (await meeting.ask("sk-head", f"{AT}/clauses/p2")).json()
    assert (gone["first_version"], gone["now"]) == (0, [])
    assert [[clause["id"] for clause in one["clauses"]] for one in gone["history"]] == [["p2"], []]
    assert gone["history"][1]["changes"][0]["change"] == "deleted"
    (come,) = [clause for clause in (await meeting.ask("sk-head", f"{AT}/versions/1")).json()["clauses"] if clause["number"] == "3"]
    found = (await meeting.ask("sk-head", f"{AT}/clauses/{come['id']}")).json()
    assert (found["first_version"], found["now"]) == (1, [come])
    assert found["history"][0]["changes"][0]["change"] == "inserted"
    problem(await meeting.ask("sk-head", f"{AT}/clauses/p9"), 404, "unknown")


async def test_measures_count_brackets_and_contested_words_and_say_that_they_measure_wording(meeting: Meeting) -> None:
    clauses = [
        {"id": "b1", "text": "The Parties [shall / should] [CZ: promptly] share […] information.", "number": "1"},
        {"id": "b2", "text": "This is [voluntary.", "number": "2"},
        {"id": "b3", "text": "It is free.", "number": "3"},
    ]
    await tell(meeting, "chair", "/documents", {"document": "bracketed", "title": "With brackets", "clauses": clauses})
    await tell(meeting, "chair", "/documents/bracketed/window", {"closes_at": "2019-05-02T12:00:00+00:00"})
    wanted = {"base_version": 0, "operation": "replace", "clause": "b1", "old": "information", "new": "data"}
    await tell(meeting, "cz-head", "/documents/bracketed/amendments", wanted)
    found = (await meeting.ask("jp-head", "/documents/bracketed/measures")).json()
    assert "not who agrees" in found["meaning"]
    counted = {"clauses": 3, "words": 13, "open_brackets": 3, "alternatives": 1, "placeholders": 1, "contested_words": 4}
    none_yet = {"agreed_clauses": 0, "parked_clauses": 0}
    assert found["total"] == counted | none_yet | {"uncontested_clauses": 1, "open_amendments": 1, "unbalanced_brackets": 1}
    assert found["states"] == {"b1": "bracketed", "b2": "open", "b3": "open"}
    assert [one["clause"] for one in found["clauses"]] == ["b1", "b2"]
    told = [(one.get("text"), one.get("owners"), one.get("alternatives")) for one in found["brackets"]]
    assert told == [("shall / should", [], ["shall", "should"]), ("promptly", ["CZ"], []), ("…", [], []), (None, None, None)]
    assert found["brackets"][3] == {"clauses": ["b2"], "at": 8, "what": "unclosed", "balanced": False}


async def test_a_version_has_the_same_line_numbers_in_json_and_html(meeting: Meeting) -> None:
    long = "Every Party reports <once> a year on what it has done, and on what it has left undone, to all others."
    await tell(meeting, "chair", "/documents", {"document": "long", "title": "Long", "clauses": [{"text": long, "number": "1"}, {"text": "End."}]})
    lines = (await meeting.ask("jp-head", "/documents/long/versions/0")).json()["lines"]
    assert [(line["number"], line["clause"]) for line in lines] == [(1, "c1"), (2, "c1"), (3, "c2")]
    html = (await meeting.ask("jp-head", "/documents/long/versions/0", headers={"Accept": "text/html"})).text
    found = {int(number): unescape(words) for number, words in re.findall(r'<span class="line" id="L\d+" data-line="(\d+)">(.*?)</span>', html)}
    assert {number: words.rstrip() for number, words in found.items()} == {
        line["number"]: (long if line["clause"] == "c1" else "End.")[line["start"] : line["end"]] for line in lines
    }
    assert found[1] + found[2] == long
