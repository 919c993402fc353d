"""The summaries service as the chair, the delegations and the public meet it, over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from delegations.meeting import Meeting
from house import TestClock
from summaries.chairing import NETWORKS, SUPPLIERS, chamber, composed, issued, submit


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def meeting(tmp_path: Path, clock: TestClock) -> AsyncIterator[Meeting]:
    async with chamber(tmp_path, clock) as meeting:
        yield meeting


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
