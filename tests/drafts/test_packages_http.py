"""Splits, mergers, packages and sub-amendments as delegations and chairs meet them, over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from delegations.meeting import Meeting, meeting_in
from drafts.test_drafts_http import ADD, AT, CLAUSES, HARDEN, SOFTEN, made, problem, ruled, seen, tabled, told
from house import TestClock
from parley.delegations.part import PART as DELEGATIONS
from parley.drafts.part import PART
from parley.summaries.part import PART as SUMMARIES

SPLIT = {"base_version": 0, "operation": "split", "clause": "p1", "old": "on threats", "number": "1a"}
MERGE = {"base_version": 0, "operation": "merge", "clause": "p1", "old": CLAUSES[0]["text"], "second": "p2"}
COULD = {"base_version": 0, "operation": "replace", "clause": "p1", "old": "may share", "new": "could share", "amends": "A1"}


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with meeting_in(tmp_path, [DELEGATIONS, PART, SUMMARIES], TestClock()) as held:
        yield held


async def clauses(meeting: Meeting, version: int) -> list[tuple[str, str]]:
    return [(one["id"], one["text"]) for one in (await meeting.ask("no-head", f"{AT}/versions/{version}")).json()["clauses"]]


async def redline(meeting: Meeting, amendment: str) -> Any:
    return (await meeting.ask("no-head", f"{AT}/amendments/{amendment}")).json()["redline"]


async def test_a_clause_is_split_and_joined_again_and_its_name_is_resolved_for_ever(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SPLIT)
    (shown,) = await redline(meeting, "A1")
    assert (shown["change"], shown["clause"], shown["into"], shown["number"]) == ("split", "p1", "new-A1", "1a")
    assert [piece["text"] for piece in shown["pieces"]] == ["Parties should share information", "on threats."]
    await ruled(meeting, "A1")
    await made(meeting)
    assert await clauses(meeting, 1) == [("p1", "Parties should share information"), ("new-A1", "on threats."), ("p2", "Sharing is voluntary.")]
    joined = MERGE | {"base_version": 1, "old": "Parties should share information", "second": "new-A1"}
    await told(meeting, "no-head", f"{AT}/amendments", joined)
    (shown,) = await redline(meeting, "A2")
    assert (shown["change"], shown["second"], "".join(piece["text"] for piece in shown["pieces"])) == ("merged", "new-A1", CLAUSES[0]["text"])
    await ruled(meeting, "A2")
    await made(meeting, 1)
    assert await clauses(meeting, 2) == [(one["id"], one["text"]) for one in CLAUSES]
    went = (await meeting.ask("no-head", f"{AT}/clauses/new-A1")).json()
    assert [one["id"] for one in went["now"]] == ["p1"]
    moved = (await meeting.ask("no-head", f"{AT}/redline?before=0&after=1")).json()["rows"]
    assert {row["clause"] for row in moved} == {"p1", "new-A1"}


async def test_a_package_is_proposed_previewed_ruled_on_and_made_in_one_piece(meeting: Meeting) -> None:
    await tabled(meeting)
    part = {name: value for name, value in ADD.items() if name != "base_version"}
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN | {"also": [part]})
    shown = (await meeting.ask("no-head", f"{AT}/amendments/A1")).json()
    assert shown["also"] == [{"clause": "p2", "operation": "insert", "old": "", "new": "Nothing here is binding."}]
    assert [(one["clause"], one["change"]) for one in shown["redline"]] == [("p2", "inserted"), ("p1", "changed")]
    await told(meeting, "no-head", f"{AT}/amendments", HARDEN)
    found = (await meeting.ask("cz-head", f"{AT}/conflicts")).json()
    assert found["contested"] == [{"clause": "p1", "where": "words", "amendments": ["A1", "A2"]}]
    assert [contest["amendments"] for contest in found["contests"]] == [["A1", "A2"]]
    previewed = (await meeting.tell("chair", f"{AT}/preview", {"accepted": ["A1"]})).json()
    assert [(fate["amendment"], fate["fate"]) for fate in previewed["fates"]] == [("A2", "needs-author")]
    await ruled(meeting, "A1")
    assert (await made(meeting))["applied"] == ["A1"]
    assert [text for _, text in await clauses(meeting, 1)] == ["Parties may share information on threats.", "Sharing is voluntary.", "Nothing here is binding."]
    begun = (await told(meeting, "chair", "/summaries", {"title": "Chair's summary"}))["summary"]
    inputs = (await meeting.ask("chair", f"/summaries/{begun}/inputs")).json()["inputs"]
    assert [one["text"] for one in inputs] == ["may share\nNothing here is binding.", "shall share"]


async def test_a_sub_amendment_is_shown_against_the_words_it_amends_and_settled_before_them(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    assert (await told(meeting, "no-head", f"{AT}/amendments", COULD))["amendment"] == "A2"
    await told(meeting, "cz-head", f"{AT}/amendments", COULD | {"new": "might share"})
    shown = (await meeting.ask("cz-head", f"{AT}/amendments/A2")).json()
    assert (shown["amends"], shown["clause"]) == ("A1", "p1")
    assert [(piece["kind"], piece["text"]) for piece in shown["redline"][0]["pieces"]] == [
        ("same", "Parties "), ("deleted", "may"), ("inserted", "could"), ("same", " share information on threats."),
    ]  # fmt: skip
    found = (await meeting.ask("cz-head", f"{AT}/conflicts")).json()
    assert found["contests"] == [{"clause": "p1", "about": "words", "amendments": ["A2", "A3"], "amends": "A1"}]
    assert found["contested"] == []
    assert (await meeting.ask("cz-head", f"{AT}/measures")).json()["total"]["open_amendments"] == 1
    assert (await meeting.ask("cz-head", f"{AT}/packages")).json()["package"]["amendments"] == ["A1"]
    previewed = (await meeting.tell("chair", f"{AT}/preview", {"accepted": ["A1", "A2"]})).json()
    assert [row["clause"] for row in previewed["rows"]] == ["p1"]
    await ruled(meeting, "A1", "A2")
    version = await made(meeting)
    assert version["version_hash"] == previewed["version_hash"]
    assert (version["applied"], [(fate["amendment"], fate["fate"]) for fate in version["fates"]]) == (["A1", "A2"], [("A3", "fallen")])
    assert (await clauses(meeting, 1))[0] == ("p1", "Parties could share information on threats.")
    assert [step["step"] for step in (await meeting.ask("cz-head", f"{AT}/amendments/A3")).json()["steps"]] == ["proposed", "fallen"]


async def test_its_author_learns_that_what_a_sub_amendment_was_about_is_gone_or_reads_otherwise(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    await told(meeting, "no-head", f"{AT}/amendments", COULD)
    await told(meeting, "jp-head", f"{AT}/amendments/A1", HARDEN, method="PUT", headers=await seen(meeting, f"{AT}/amendments/A1", "jp-head"))
    shown = (await meeting.ask("no-head", f"{AT}/amendments/A2")).json()
    assert (shown["state"], shown["steps"][-1]["detail"]) == ("needs-author", "A1 has been restated in other words.")
    body = {name: value for name, value in COULD.items() if name != "amends"} | {"old": "shall share"}
    await told(meeting, "no-head", f"{AT}/amendments/A2", body, method="PUT", headers=await seen(meeting, f"{AT}/amendments/A2", "no-head"))
    await told(meeting, "jp-head", f"{AT}/amendments/A1/withdraw")
    shown = (await meeting.ask("no-head", f"{AT}/amendments/A2")).json()
    assert (shown["state"], shown["settled"]) == ("fallen", True)
    problem(await meeting.tell("no-head", f"{AT}/amendments/A2/withdraw"), 409, "settled")


async def test_a_sub_amendment_to_what_one_may_not_read_is_to_nothing(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN | {"marking": "restricted", "audience": ["CZ"]})
    hidden = await meeting.tell("no-head", f"{AT}/amendments", COULD)
    absent = await meeting.tell("no-head", f"{AT}/amendments", COULD | {"amends": "A9"})
    assert problem(hidden, 404, "unknown").keys() == problem(absent, 404, "unknown").keys()
    await told(meeting, "cz-head", f"{AT}/amendments", COULD)
    problem(await meeting.ask("no-head", f"{AT}/amendments/A2"), 404, "unknown")
    assert (await meeting.ask("jp-head", f"{AT}/amendments/A2")).status_code == 200


async def test_every_word_of_a_version_says_who_proposed_it_to_those_who_may_know(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    await told(meeting, "no-head", f"{AT}/amendments", COULD | {"new": "could really share"})
    await told(meeting, "chair", f"{AT}/edits", {"clause": "p2", "old": "Sharing", "new": "sharing", "reason": "House style."})
    await ruled(meeting, "A1", "A2")
    await made(meeting)
    assert (await meeting.ask("cz-head", f"{AT}/versions/0/authors")).json()["clauses"] == []
    found = {one["clause"]: one["words"] for one in (await meeting.ask("cz-head", f"{AT}/versions/1/authors")).json()["clauses"]}
    assert [(words["text"], [one["by"] for one in words["by"]]) for words in found["p1"]] == [
        ("Parties ", []), ("could really", ["A2"]), (" share information on threats.", []),
    ]  # fmt: skip
    assert found["p1"][1]["by"] == [{"by": "A2", "delegation": "NO"}]
    assert found["p2"][0] == {"text": "sharing", "by": [{"by": "E1", "delegation": None}]}
    for wanted in ("versions/1/authors", "versions/9/authors"):
        problem(await meeting.ask("watcher", f"{AT}/{wanted}"), 404, "unknown")
    problem(await meeting.ask("cz-head", f"{AT}/versions/9/authors"), 404, "unknown")


async def test_the_author_of_words_is_hidden_from_those_who_may_not_read_the_amendment(meeting: Meeting) -> None:
    await told(meeting, "chair", "/documents", {"document": "zero", "title": "Security", "clauses": CLAUSES, "marking": "restricted", "audience": ["JP", "NO"]})
    await told(meeting, "chair", f"{AT}/window", {"closes_at": "2019-05-02T12:00:00+00:00"})
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN | {"marking": "restricted"})
    await ruled(meeting, "A1")
    await made(meeting)
    (clause,) = (await meeting.ask("no-head", f"{AT}/versions/1/authors")).json()["clauses"]
    assert [words["by"] for words in clause["words"]] == [[], None, []]
    (clause,) = (await meeting.ask("jp-head", f"{AT}/versions/1/authors")).json()["clauses"]
    assert clause["words"][1]["by"] == [{"by": "A1", "delegation": "JP"}]


async def test_what_is_new_is_numbered_bis_until_the_chair_numbers_the_text_anew(meeting: Meeting) -> None:
    await tabled(meeting)
    insert = {"base_version": 0, "operation": "insert", "clause": "p1", "new": "It is urgent."}
    await told(meeting, "jp-head", f"{AT}/amendments", insert)
    await told(meeting, "no-head", f"{AT}/amendments", insert | {"new": "It is lawful.", "number": ""})
    await ruled(meeting, "A1")
    await made(meeting)
    read = (await meeting.ask("no-head", f"{AT}/versions/1")).json()["clauses"]
    assert [(one["id"], one["number"]) for one in read] == [("p1", "1"), ("new-A1", "1 bis"), ("p2", "2")]
    previewed = (await meeting.tell("chair", f"{AT}/preview", {"renumber": True})).json()
    await told(meeting, "chair", f"{AT}/versions", {"supersedes": 1, "renumber": True}, headers=await seen(meeting, AT))
    second = (await meeting.ask("no-head", f"{AT}/versions/2")).json()
    assert second["version_hash"] == previewed["version_hash"]
    assert [(one["id"], one["number"]) for one in second["clauses"]] == [("p1", "1"), ("new-A1", "2"), ("p2", "3")]
    assert [(one["old"], one["change"], one["old_number"], one["new_numbers"]) for one in second["concordance"]] == [
        ("new-A1", "renumbered", "1 bis", ["2"]), ("p2", "renumbered", "2", ["3"]),
    ]  # fmt: skip
    assert (await meeting.ask("no-head", f"{AT}/amendments/A2")).json()["state"] == "needs-author"
    again = await meeting.tell("chair", f"{AT}/versions", {"supersedes": 2, "renumber": True}, headers=await seen(meeting, AT))
    problem(again, 409, "nothing-accepted")


async def test_a_redline_of_two_versions_says_who_proposed_what_to_those_who_may_know(meeting: Meeting) -> None:
    await tabled(meeting)
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN)
    await told(meeting, "no-head", f"{AT}/amendments", ADD)
    await told(meeting, "cz-head", f"{AT}/amendments", ADD | {"new": "All of it is public.", "number": "4"})
    await told(meeting, "chair", f"{AT}/edits", {"clause": "p2", "old": "Sharing", "new": "sharing", "reason": "House style."})
    await ruled(meeting, "A2", "A3")
    await ruled(meeting, "A1", outcome="accepted-modified", wording="Parties could share information on threats.")
    await told(meeting, "chair", f"{AT}/versions", {"supersedes": 0, "order": ["A3", "A2"], "renumber": True}, headers=await seen(meeting, AT))
    rows = (await meeting.ask("sk-head", f"{AT}/redline?before=0&after=1")).json()["rows"]
    assert [(row["clause"], row["change"], row["by"]) for row in rows] == [
        ("p1", "changed", []), ("p2", "changed", []), ("new-A3", "inserted", ["A3"]), ("new-A2", "inserted", ["A2"]),
    ]  # fmt: skip
    assert {tuple(piece["by"]) for row in rows[:2] for piece in row["pieces"] if piece["kind"] != "same"} == {("A1",), ("E1",)}
    back = (await meeting.ask("sk-head", f"{AT}/redline?before=1&after=0")).json()["rows"]
    assert {piece["text"] for row in back for piece in row["pieces"] if piece["by"]} == set()


async def test_a_redline_does_not_name_an_amendment_that_its_reader_may_not_read(meeting: Meeting) -> None:
    await told(meeting, "chair", "/documents", {"document": "zero", "title": "Security", "clauses": CLAUSES, "marking": "restricted", "audience": ["JP", "NO"]})
    await told(meeting, "chair", f"{AT}/window", {"closes_at": "2019-05-02T12:00:00+00:00"})
    await told(meeting, "jp-head", f"{AT}/amendments", SOFTEN | {"marking": "restricted"})
    await ruled(meeting, "A1")
    await made(meeting)
    for who, by in (("no-head", set()), ("jp-head", {"A1"}), ("chair", {"A1"})):
        (row,) = (await meeting.ask(who, f"{AT}/redline?before=0&after=1")).json()["rows"]
        assert {one for piece in row["pieces"] for one in piece["by"]} == by


async def test_measures_are_told_for_each_theme_of_a_text_with_headings(meeting: Meeting) -> None:
    parts = [
        {"id": "h1", "text": "Policy", "kind": "heading"}, {"id": "a", "text": "Networks are open.", "parent": "h1"},
        {"id": "h2", "text": "Security", "kind": "heading"}, {"id": "b", "text": "They are [secure]."},
    ]  # fmt: skip
    await told(meeting, "chair", "/documents", {"document": "themed", "title": "With headings", "clauses": parts})
    found = (await meeting.ask("jp-head", "/documents/themed/measures")).json()["sections"]
    assert [(one["clause"], one["title"], one["clauses"], one["open_brackets"]) for one in found] == [("h1", "Policy", 2, 0), ("h2", "Security", 2, 1)]
