"""The forms of an issued text over HTTP: chosen by suffix or by `Accept`, not made for who has them, and silent about who said what and when."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from delegations.meeting import ROSTER, Meeting
from house import TestClock
from issued.reading_pdf import Pdf
from parley.issued.forms import MEDIA, media_of
from summaries.chairing import NETWORKS, chamber, composed, issued, submit

pytestmark = pytest.mark.deep  # a whole application for each test

CODES = ("CZ", "SK", "JP", "NO", "EU")


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with chamber(tmp_path, clock) as meeting:
        yield meeting


async def version_of(meeting: Meeting, clock: TestClock, **more: str) -> tuple[str, list[datetime], list[str]]:
    """An issued version, when its submissions came, and their references."""
    came, put_in = [], []
    for who, text in (
        ("jp-head", NETWORKS),
        ("cz-head", "Rules are the same for each supplier of equipment."),
        ("no-head", "Risk is assessed by each country."),
    ):
        clock.forward(minutes=17, seconds=13)
        came.append(clock.now)
        put_in.append(await submit(meeting, who, text, **more))
    clock.forward(hours=5)
    at = await composed(meeting)
    await issued(meeting, at)
    return f"{at}/versions/1", came, put_in


async def test_a_participant_chooses_a_form_by_suffix_or_by_accept_and_gets_the_same_bytes(meeting: Meeting, clock: TestClock) -> None:
    at, _, _ = await version_of(meeting, clock)
    for form, media in MEDIA.items():
        by_suffix = await meeting.ask("jp-head", f"{at}/text.{form}")
        by_accept = await meeting.ask("jp-head", at, headers={"Accept": f"{media_of(form)}, */*;q=0.1"})
        assert by_suffix.status_code == by_accept.status_code == 200, form
        assert by_suffix.headers["Content-Type"] == by_accept.headers["Content-Type"] == media
        assert (by_suffix.content, by_suffix.headers["ETag"]) == (by_accept.content, by_accept.headers["ETag"])
        assert "Accept" in by_accept.headers["Vary"]
    for accept in ("*/*", "image/png", "application/*"):
        assert (await meeting.ask("jp-head", at, headers={"Accept": accept})).headers["Content-Type"] == "application/json"
    assert (await meeting.ask("jp-head", at + "/text.doc")).status_code == 404


async def test_a_paper_that_one_has_is_not_made_again(meeting: Meeting, clock: TestClock) -> None:
    # No font has this sign, so there is no paper of it: whoever is told that it is unchanged is told so before it is made.
    await submit(meeting, "jp-head", "A sign of private use: \U0010fffd stands here.")
    at = await composed(meeting)
    await issued(meeting, at)
    paper = f"{at}/versions/1/text.pdf"
    assert (await meeting.ask("jp-head", paper)).json()["code"] == "no-font"
    tag = f'W/"{hashlib.sha256((await meeting.ask("jp-head", f"{at}/versions/1")).content).hexdigest()}.pdf"'
    for told in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        unchanged = await meeting.ask("jp-head", paper, headers={"If-None-Match": told})
        assert (unchanged.status_code, unchanged.headers["ETag"], unchanged.content) == (304, tag, b""), told
    assert (await meeting.ask("jp-head", paper, headers={"If-None-Match": '"other"'})).status_code == 409
    assert (await meeting.ask("watcher", paper, headers={"If-None-Match": tag})).status_code == 404, "what is hidden is not told to be unchanged"


def whispers(said: bytes, names: list[str], came: list[datetime], put_in: list[str]) -> list[str]:
    """What of those who spoke, of what they put in, and of when, can be found in something."""
    times = [f"{at:{form}}" for at in came for form in ("%H:%M:%S", "%H:%M", "%H%M%S", "%d %B %Y %H")] + [str(int(at.timestamp())) for at in came]
    references = [one.removeprefix("principle/") for one in put_in]
    return [one for one in (*names, *times, *references) if one.encode() in said or one.encode("utf-16-be") in said]


@pytest.mark.parametrize("attribution", ["none", "named"])
async def test_without_attribution_no_form_tells_who_spoke_or_when(tmp_path: Path, clock: TestClock, attribution: str) -> None:
    async with chamber(tmp_path, clock, attribution=attribution) as meeting:
        at, came, put_in = await version_of(meeting, clock)
        rows = [line.split(",") for line in ROSTER.splitlines()[1:] if line]
        people = [row[1] for row in rows if row[0] == "person" and row[1] not in ("chair", "rapporteur")]
        names = [row[2] for row in rows if row[2] and row[1] != "chair"] + people
        told = set()
        for form in MEDIA:
            written = (await meeting.ask("jp-head", f"{at}/text.{form}")).content
            if form == "pdf":
                pdf = Pdf(written)
                # The shapes of letters are left out for two-letter codes alone, which any such bytes may hold by chance.
                written = b"\n".join([written, *pdf.streams.values()])
                readable = pdf.beside() + "\n".join(run.text for run in pdf.runs()).encode()
            else:
                readable = written
            words = set(
                readable.decode("utf-8", "replace")
                .replace('"', " ")
                .replace("(", " ")
                .replace(")", " ")
                .replace(",", " ")
                .replace("<", " ")
                .replace(">", " ")
                .split()
            )
            assert whispers(written + readable, names, came, put_in) == [], form
            told |= {(form, one) for one in CODES if one in words}
        if attribution == "none":
            assert told == set()
        else:
            assert {form for form, _ in told} == set(MEDIA) - {"txt"}, "where it may be said who spoke, the same search finds it in every form"
