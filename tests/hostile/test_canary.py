"""A canary is planted in every text that can be sent, well and badly; it sings in no log line, span, metric or error, and to nobody who may not read it."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from hostile.conftest import Told
from hostile.deeds import DEEDS
from hostile.forms import bodies, places, planted, who_may
from hostile.stage import Stage, stage_in

pytestmark = pytest.mark.deep  # some thousand requests

CANARY = "Zyxwvolatria"
FREE = {"text", "reason", "title", "name", "says", "proposes", "new", "tags", "themes", "claims", "nicknames", "location", "authors", "source", "wording"}
"""Names of fields for words of one's own. All others stand for something that is known already."""
SHOWN_TO_READERS = {
    "misquote": "the difference between what was quoted and what stands there, to who may read it",
    "gate-shut": "to the chair, the words of the summary in which the gate found something",
}
NAMES_IN_ADDRESSES = {("negotiation",)}
"""A negotiation's name is no text: everything that is told of it is told under this name."""


@pytest.fixture
async def stage(told: Told, tmp_path: Path) -> AsyncIterator[Stage]:  # the log is listened to before anything is begun
    async with stage_in(tmp_path) as ready:
        yield ready


WITH_WORDS = [deed for deed in DEEDS if deed.operation in bodies()]


def wrongly(body: Any, place: tuple[str | int, ...]) -> Iterator[Any]:
    """The canary where it must be refused: too long, with a control character, as a name, in the wrong form."""
    yield planted(body, place, CANARY)
    for name in (CANARY, CANARY.upper(), CANARY.lower(), f"principle/{CANARY}", "*"):
        yield planted(planted(body, place, None), place, name)
    yield planted(body, place, CANARY + "\0")
    yield planted(body, place, f"{CANARY}\ud800")
    yield planted(body, place, [CANARY])
    yield planted(body, place, {CANARY: CANARY})
    yield planted(body, place, CANARY * 20_000)


def badly(body: Any) -> Iterator[bytes]:
    """Bodies in which nothing can be read."""
    said = json.dumps(body)
    yield said[:-1].encode() + f', "{CANARY}": "{CANARY}"}}'.encode()
    yield said[:-1].encode() + f', "{CANARY}": 1, "{CANARY}": 2}}'.encode()
    yield f'{{"{CANARY}'.encode()
    yield f'"{CANARY}"'.encode()
    yield CANARY.encode("utf-16")
    yield f'"{CANARY * 100_000}"'.encode()


async def test_words_that_are_taken_are_told_to_nobody_but_their_readers(stage: Stage, told: Told) -> None:
    taken = set()
    for deed in WITH_WORDS:
        free = [place for place in places(deed.operation) if any(step in FREE for step in place)]
        made = await deed.given(stage)
        path, body, seen = deed.filled(made)
        for place in free:
            if place[0] in body if isinstance(body, dict) else False:
                body = planted(body, place, CANARY)
        answered = await stage.send(who_may(deed), deed.method, path, body, seen)
        if answered.status_code in (200, 201) and CANARY in json.dumps(body):
            taken.add(deed.operation)
        for who in ("watcher", "public"):
            for address in (
                "/principles",
                "/documents",
                "/summaries",
                "/roster",
                "/api/v1/public/negotiations/prague/record?limit=500",
                "/api/v1/public/negotiations/prague/feed.atom",
            ):
                assert CANARY not in (await stage.send(who, "GET", address)).text, (deed.operation, who, address)
    assert len(taken) > 30, sorted(taken)
    assert_silence(told)


async def test_words_that_are_refused_are_told_to_nobody(stage: Stage, told: Told) -> None:
    sung, asked = [], 0
    for deed in WITH_WORDS:
        path, body, seen = deed.filled(await deed.given(stage))
        who = who_may(deed)
        headers = {"If-Match": (await stage.send("chair", "GET", seen)).headers.get("ETag", '"0"')} if seen else {}
        if isinstance(body, str):
            bodies = [body + f"{CANARY},{CANARY},,,\n", f"{CANARY}\n", f"kind,code,name,role,delegation\nperson,x,{CANARY},{CANARY},{CANARY}\n"]
        else:
            every = sorted(set(places(deed.operation)) - NAMES_IN_ADDRESSES, key=str)
            bodies = [json.dumps(wrong).encode() for place in every for wrong in wrongly(body, place)] + list(badly(body or {}))
        for content in bodies:
            media = {"Content-Type": "text/csv" if isinstance(body, str) else "application/json"}
            for one in {who, "watcher"}:
                token = {"Authorization": f"Bearer {stage.tokens[one]}"}
                address = path if path.startswith("/api/") else stage.meeting.at + path
                answered = await stage.meeting.client.request(deed.method, address, content=content, headers=headers | media | token)
                asked += 1
                if answered.status_code >= 400 and CANARY.lower() in answered.text.lower() and answered.json()["code"] not in SHOWN_TO_READERS:
                    sung.append((deed.operation, one, answered.status_code, content[:120], answered.text[:300]))
                assert answered.status_code < 500 or answered.json()["code"] == "not-there-yet", (deed.operation, content[:200], answered.text)
    assert asked > 1_000
    assert not sung, "\n".join(str(one) for one in sung[:40])
    assert_silence(told)


def assert_silence(told: Told) -> None:
    assert len(told.spans) > 10_000, "spans were caught"
    assert "parley.command" in told.metrics, "metrics were caught"
    for stream in (told.log, told.spans, told.metrics):
        heard = [line for line in stream.splitlines() if CANARY.lower() in line.lower()]
        assert not heard, heard[:3]
