"""A chair at work over HTTP, for tests: begins a summary, composes it, answers what is left, and issues it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from delegations.meeting import Meeting, meeting_in
from house import TestClock
from parley.delegations.part import PART as DELEGATIONS
from parley.summaries.part import PART as SUMMARIES

SUPPLIERS = "Suppliers are assessed on the law of the country that they come from."
NETWORKS = "Networks are built from the equipment of more than one supplier."


@asynccontextmanager
async def chamber(folder: Path, clock: TestClock, **opening: Any) -> AsyncIterator[Meeting]:
    """An open negotiation in which summaries are written."""
    async with meeting_in(folder, [DELEGATIONS, SUMMARIES], clock, **opening) as held:
        yield held


async def submit(meeting: Meeting, who: str, text: str = SUPPLIERS, theme: str = "policy", **more: Any) -> str:
    answered = await meeting.tell(who, "/principles", {"text": text, "theme": theme} | more)
    assert answered.status_code == 201, answered.text
    await _settled(meeting, answered)
    return f"principle/{answered.json()['principle']}"


async def begin(meeting: Meeting, **more: Any) -> str:
    answered = await meeting.tell("chair", "/summaries", {"title": "Chair's summary"} | more)
    assert answered.status_code == 201, answered.text
    return f"/summaries/{answered.json()['summary']}"


async def change(meeting: Meeting, path: str, body: Any = None, method: str = "POST", who: str = "chair", **headers: str) -> httpx.Response:
    """A change by somebody who has read the working text just now."""
    root = "/".join(path.split("/")[:3])
    seen = (await meeting.ask("chair", root)).headers.get("ETag", '"0"')
    return await meeting.tell(who, path, body, method, headers={"If-Match": seen, **headers})


async def each_twice(meeting: Meeting, path: str, bodies: Sequence[Any], who: str = "chair") -> list[dict[str, Any]]:
    """What is answered to changes made one after the other, and then to each of them sent again as it was."""
    root, answers, sent = "/".join(path.split("/")[:3]), [], []
    for number, body in enumerate(bodies):
        headers = {"If-Match": (await meeting.ask("chair", root)).headers["ETag"], "Idempotency-Key": f"{path}-{number}"}
        sent.append((body, headers))
        answers.append(await meeting.tell(who, path, body, headers=headers))
    answers += [await meeting.tell(who, path, body, headers=headers) for body, headers in sent]
    assert [one.status_code for one in answers] == [201] * len(answers), [one.text for one in answers]
    return [one.json() for one in answers]


async def composed(meeting: Meeting, **more: Any) -> str:
    """A summary with a composed text."""
    at = await begin(meeting, **more)
    answered = await change(meeting, at + "/compose")
    assert answered.status_code == 201, answered.text
    return at


async def issued(meeting: Meeting, at: str, **body: Any) -> dict[str, Any]:
    answered = await change(meeting, at + "/issue", body)
    assert answered.status_code == 201, answered.text
    return answered.json()


async def _settled(meeting: Meeting, answered: httpx.Response) -> None:
    """The summaries service has seen what the delegations service answered."""
    cut = {"delegations": int(answered.headers["Parley-Cut"].partition("delegations=")[2].partition(",")[0])}
    await meeting.process.services["summaries"].reached("prague", cut)
