"""After the issue: statements beside a version and files that are issued anew, as delegations, chairs and the public meet them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from delegations.meeting import Meeting, meeting_in
from drafts.test_drafts_http import problem
from house import TestClock
from parley.delegations.part import PART as DELEGATIONS
from parley.observers.part import PART as OBSERVERS
from parley.summaries.part import PART as SUMMARIES
from parley.summaries.rendering import proof_of
from summaries.chairing import NETWORKS, change, composed, each_twice, issued, submit
from summaries.test_silence_http import silent, state

RESERVES = {"kind": "reservation", "says": "Japan reserves its position on who assesses <b>whom</b>.", "places": [1]}
PUBLIC = "/api/v1/public/negotiations/prague/summaries"


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture(params=["public", "participants"])
async def held(request: pytest.FixtureRequest, tmp_path: Path, clock: TestClock) -> AsyncIterator[tuple[Meeting, str]]:
    """A meeting whose summary is issued: for everybody, and for participants alone."""
    async with meeting_in(tmp_path, [DELEGATIONS, SUMMARIES, OBSERVERS], clock, marking=request.param) as meeting:
        yield meeting, await _issued(meeting)


@pytest.fixture
async def public(tmp_path: Path, clock: TestClock) -> AsyncIterator[tuple[Meeting, str]]:
    async with meeting_in(tmp_path, [DELEGATIONS, SUMMARIES, OBSERVERS], clock, marking="public") as meeting:
        yield meeting, await _issued(meeting)


async def _issued(meeting: Meeting) -> str:
    await submit(meeting, "jp-head")
    await submit(meeting, "no-head", NETWORKS)
    at = await composed(meeting)
    await issued(meeting, at)
    return f"{at}/versions/1"


async def told(meeting: Meeting, who: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    answered = await meeting.tell(who, path, body, **more)
    assert answered.status_code == 201, answered.text
    found: dict[str, Any] = answered.json()
    return found


async def everybody(meeting: Meeting, path: str, status: int = 200) -> Any:
    """What the public reads, once the public record has caught up."""
    cut = meeting.process.services["observers"]
    await cut.reached("prague", {})
    answered = await meeting.client.get(f"{PUBLIC}{path}")
    assert answered.status_code == status, answered.text
    return answered


async def test_a_reservation_stays_beside_the_version_changes_no_byte_of_it_and_is_printed_with_it(held: tuple[Meeting, str]) -> None:
    meeting, at = held
    before = (await meeting.ask("cz-head", at)).content
    assert (await told(meeting, "jp-head", f"{at}/statements", RESERVES))["statement"] == 1
    disassociation = {"kind": "disassociation", "says": "We stand apart from all of it.", "on_behalf_of": "EU"}
    assert (await told(meeting, "sk-head", f"{at}/statements", disassociation))["statement"] == 2
    assert (await meeting.ask("cz-head", at)).content == before
    found = (await meeting.ask("cz-member", f"{at}/statements")).json()["statements"]
    assert [(one["kind"], one["delegation"], one["places"], one["represented"]) for one in found] == [
        ("reservation", "JP", [1], []), ("disassociation", "SK", [], ["CZ", "SK"]),
    ]  # fmt: skip
    record = {form: await meeting.ask("no-head", f"{at}/record.{form}") for form in ("json", "md", "html", "pdf")}
    assert {form: answered.status_code for form, answered in record.items()} == dict.fromkeys(record, 200)
    assert record["json"].json()["document"] == json.loads(before)
    assert "**Reservation by JP on sentence 1 · 2019" in record["md"].text
    assert "who assesses &lt;b&gt;whom&lt;/b&gt;." in record["html"].text
    assert "Disassociation by SK, for EU (CZ, SK)" in record["html"].text
    assert record["pdf"].content.startswith(b"%PDF-")
    assert record["pdf"].content != (await meeting.ask("no-head", f"{at}/text.pdf")).content
    assert record["pdf"].content == (await meeting.ask("cz-head", f"{at}/record.pdf")).content
    problem(await meeting.ask("no-head", f"{at}/record.doc"), 404, "unknown")


async def test_a_statement_is_taken_back_and_stays(held: tuple[Meeting, str], clock: TestClock) -> None:
    meeting, at = held
    await told(meeting, "jp-head", f"{at}/statements", RESERVES)
    problem(await meeting.tell("no-head", f"{at}/statements/1/withdraw", {}), 403, "not-the-author")
    problem(await meeting.tell("jp-head", f"{at}/statements/2/withdraw", {}), 404, "unknown")
    clock.forward(hours=1)
    await told(meeting, "jp-head", f"{at}/statements/1/withdraw", {"reason": "Tokyo has confirmed."})
    problem(await meeting.tell("jp-head", f"{at}/statements/1/withdraw", {}), 409, "taken-back")
    (found,) = (await meeting.ask("no-head", f"{at}/statements")).json()["statements"]
    assert found["says"] == RESERVES["says"]
    assert found["taken_back_at"] > found["at"]


async def test_a_statement_that_cannot_stand_is_refused_with_what_to_do(held: tuple[Meeting, str]) -> None:
    meeting, at = held
    for body, status, code in (
        (RESERVES | {"kind": "veto"}, 422, "unknown-statement"),
        (RESERVES | {"places": [1, 99]}, 409, "no-such-place"),
        (RESERVES | {"on_behalf_of": "EU"}, 409, "not-a-member"),
        (RESERVES | {"says": ""}, 422, "malformed"),
    ):
        problem(await meeting.tell("jp-head", f"{at}/statements", body), status, code)
    problem(await meeting.tell("jp-head", at.replace("versions/1", "versions/9") + "/statements", RESERVES), 404, "unknown")
    for who in ("chair", "jp-member", "cz-member") if "jp-member" in meeting.tokens else ("chair", "cz-member"):
        problem(await meeting.tell(who, f"{at}/statements", RESERVES), 403, "not-entitled")
    assert (await meeting.ask("no-head", f"{at}/statements")).json()["statements"] == []


async def test_what_the_public_may_not_read_it_may_not_read_beside_it_either(held: tuple[Meeting, str]) -> None:
    meeting, at = held
    await told(meeting, "jp-head", f"{at}/statements", RESERVES)
    await change(meeting, f"{at}/reissue", {"reason": "The file named a wrong chapter."})
    watched = [(await meeting.ask(who, f"{at}/{path}")).status_code for who in ("watcher", None) for path in ("statements", "record.json", "reissues/1")]
    open_to_all = (await meeting.ask("watcher", at)).status_code == 200
    assert set(watched) == ({200} if open_to_all else {404})
    found = await everybody(meeting, "/1/1/statements", 200 if open_to_all else 404)
    if open_to_all:
        assert [one["delegation"] for one in found.json()["statements"]] == ["JP"]
    problem(await meeting.tell("watcher", f"{at}/statements", RESERVES), *((403, "not-entitled") if open_to_all else (404, "unknown")))


async def test_a_version_is_issued_anew_under_an_asterisk_and_both_files_are_kept(public: tuple[Meeting, str], clock: TestClock) -> None:
    meeting, at = public
    first = (await meeting.ask("no-head", at)).json()
    slip = {"changes": [{"place": 1, "old": "country", "new": "land"}], "reason": "A slip of the pen."}
    assert (await change(meeting, f"{at}/corrections", slip)).status_code == 201
    clock.forward(hours=1)
    problem(await change(meeting, f"{at}/reissue", {"reason": "x"}, who="no-head"), 404, "unknown")
    assert (await change(meeting, f"{at}/reissue", {"reason": ""})).status_code == 422
    anew = (await change(meeting, f"{at}/reissue", {"reason": "Cross-references pointed nowhere."})).json()
    assert (anew["symbol"], anew["replaces_hash"]) == ("PRAGUE/CS/1*", first["content_hash"])
    second = (await change(meeting, f"{at}/reissue", {"reason": "Again."})).json()
    assert (second["symbol"], second["replaces_hash"]) == ("PRAGUE/CS/1**", anew["content_hash"])
    shown = (await meeting.ask("no-head", f"{at}/reissues/1")).json()
    assert proof_of(shown)[0]
    assert [one["text"] for theme in shown["themes"] for one in theme["sentences"]] == [
        one["text"].replace("country", "land") for theme in first["themes"] for one in theme["sentences"]
    ]
    assert (await meeting.ask("no-head", at)).json() == first
    problem(await meeting.ask("no-head", f"{at}/reissues/3"), 404, "unknown")
    public_copy = await everybody(meeting, "/1/1/reissues/1")
    assert public_copy.json() == shown
    record = (await everybody(meeting, "/1/1/record.json")).json()
    assert [one["symbol"] for one in record["reissues"]] == ["PRAGUE/CS/1*", "PRAGUE/CS/1**"]
    assert [one["symbol"] for one in record["corrections"]] == ["PRAGUE/CS/1/Corr.1"]
    page = (await everybody(meeting, "/1/1/record.html")).text
    assert "Issued anew" in page
    assert "In sentence 1, for “country” read “land”. A slip of the pen." in page
    problem(await everybody(meeting, "/1/1/reissues/9", 404), 404, "unknown")


async def test_statements_and_reissues_of_one_millisecond_are_each_answered_as_themselves_and_so_are_their_retries(public: tuple[Meeting, str]) -> None:
    meeting, at = public
    stated = await each_twice(meeting, f"{at}/statements", [RESERVES, RESERVES], "jp-head")
    assert [one["statement"] for one in stated] == [1, 2, 1, 2]
    anew = await each_twice(meeting, f"{at}/reissue", [{"reason": "A fault."}, {"reason": "Another."}])
    assert [one["reissue"] for one in anew] == [1, 2, 1, 2]


async def test_the_public_record_tells_of_statements_in_its_own_sequence(public: tuple[Meeting, str]) -> None:
    meeting, at = public
    await told(meeting, "jp-head", f"{at}/statements", RESERVES)
    await told(meeting, "jp-head", f"{at}/statements/1/withdraw", {})
    await everybody(meeting, "/1/1/statements")
    entries = (await meeting.client.get("/api/v1/public/negotiations/prague/record")).json()["entries"]
    kinds = [(one["seq"], one["kind"], one["title"]) for one in entries][-2:]
    assert [kind for _, kind, _ in kinds] == ["statement-released", "statement-back-released"]
    assert kinds[0][2] == "Reservation by JP: PRAGUE/CS/1"
    assert [one["seq"] for one in entries] == list(range(1, len(entries) + 1))
    assert (await everybody(meeting, "/1/1/record.pdf")).content.startswith(b"%PDF-")


async def test_what_was_said_while_the_text_lay_under_silence_stands_beside_the_version_that_it_became(tmp_path: Path, clock: TestClock) -> None:
    async with meeting_in(tmp_path, [DELEGATIONS, SUMMARIES, OBSERVERS], clock, marking="public") as meeting:
        at = await silent(meeting)
        said = {"kind": "explanation", "says": "We let it pass for the sake of progress."}
        await told(meeting, "no-head", f"{at}/silence/statements", said)
        clock.forward(minutes=1)
        await state(meeting, at, "adopted")
        problem(await meeting.tell("jp-head", f"{at}/silence/objections", {"says": "No."}), 409, "silence-over")
        await issued(meeting, at)
        (found,) = (await meeting.ask("cz-head", f"{at}/versions/1/statements")).json()["statements"]
        assert (found["kind"], found["delegation"], found["says"]) == ("explanation", "NO", said["says"])
        assert [one["kind"] for one in (await everybody(meeting, "/1/1/statements")).json()["statements"]] == ["explanation"]
