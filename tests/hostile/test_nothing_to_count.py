"""Who takes no part cannot learn how much there is: two houses that differ only in what is hidden answer an observer with the same bytes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from delegations.meeting import Meeting, meeting_in
from house import TestClock
from parley.main import parts

SECRET = {"text": "Networks are built from the equipment of more than one supplier.", "theme": "policy", "marking": "restricted", "audience": ["NO"]}
DRAFT = {"document": "zero", "title": "Zero draft", "clauses": [{"text": "Networks are secure."}], "marking": "restricted", "audience": ["NO"]}
FOR_A_DAY = {"scopes": ["*"], "expires_at": "2019-05-03T08:00:00Z"}


@pytest.fixture
async def quiet_and_busy(tmp_path: Path) -> AsyncIterator[tuple[Meeting, Meeting]]:
    """Two houses with the same people; in the second much has happened that observers may not see."""
    async with AsyncExitStack() as open_houses:
        quiet, busy = [await open_houses.enter_async_context(meeting_in(_made(tmp_path / name), parts(), TestClock())) for name in ("quiet", "busy")]
        for _ in range(3):
            assert (await busy.tell("jp-head", "/principles", SECRET)).status_code == 201
        assert (await busy.tell("chair", "/documents", DRAFT)).status_code == 201
        assert (await busy.tell("chair", "/summaries", {"title": "Hidden"})).status_code == 201
        assert (await busy.tell("secretariat", "/persons", {"person": "jp-two", "name": "Second", "role": "member", "delegation": "JP"})).status_code == 201
        for meeting in (quiet, busy):
            invited = await meeting.tell("secretariat", "/persons", {"person": "another", "name": "Another", "role": "observer"})
            meeting.tokens["code"] = invited.json()["code"]
        yield quiet, busy


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def told(answered: httpx.Response, own: set[str]) -> tuple[int, dict[str, str], str]:
    """All that was answered, but for the secret that was made for the caller and differs in every house."""
    said = answered.text
    for secret in sorted(own):
        said = said.replace(secret, "…")
    return answered.status_code, {name: value for name, value in answered.headers.items() if name != "content-length"}, said


ASKED: list[Callable[[Meeting], Any]] = [
    lambda at: at.client.post(at.at + "/sign-in", json={"code": at.tokens["code"]}),
    lambda at: at.tell("watcher", "/tokens", FOR_A_DAY),
    lambda at: at.tell("watcher", "/tokens", FOR_A_DAY, headers={"If-Match": '"0"'}),
    lambda at: at.client.get("/api/v1/negotiations", headers={"Authorization": f"Bearer {at.tokens['watcher']}"}),
    lambda at: at.tell("watcher", "/principles", SECRET, headers={"If-Match": '"7"'}),
    lambda at: at.tell("watcher", "/documents", DRAFT, headers={"If-Match": '"0"'}),
    lambda at: at.tell("watcher", "/documents/zero/window/close", headers={"If-Match": '"0"'}),
    lambda at: at.tell("watcher", "/summaries", {"title": "x"}, headers={"If-Match": '"0"'}),
    lambda at: at.tell("watcher", "/summaries/1/compose", headers={"If-Match": '"0"'}),
    lambda at: at.tell("watcher", "/close", headers={"If-Match": '"0"'}),
    *(
        lambda at, path=path, who=who: at.ask(who, path)
        for who in ("watcher", None)
        for path in (
            "", "/roster", "/roster.csv", "/principles", "/principles?limit=1", "/documents", "/documents/zero", "/documents/zero/amendments",
            "/documents/zero/conflicts", "/summaries", "/summaries/1", "/summaries/1/gate", "/summaries/1/versions", "/summaries/1/own", "/summaries/1/silence",
        )
    ),
    lambda at: at.client.get("/api/v1/public/negotiations"),
    lambda at: at.client.get("/api/v1/public/negotiations/prague"),
    lambda at: at.client.get("/api/v1/public/negotiations/prague/record"),
    lambda at: at.client.get("/api/v1/public/negotiations/prague/feed.atom"),
    lambda at: at.tell("watcher", "/tokens/revoke", {"code": at.tokens["watcher"]}, headers={"If-Match": '"1"'}),  # the last: it signs the observer off
]  # fmt: skip


async def test_an_observer_is_answered_with_the_same_bytes_however_much_is_hidden(quiet_and_busy: tuple[Meeting, Meeting]) -> None:
    for number, ask in enumerate(ASKED):
        quiet, busy = [await ask(meeting) for meeting in quiet_and_busy]
        secrets = {answered.json()["token"] for answered in (quiet, busy) if answered.status_code == 201 and "token" in answered.json()}
        assert quiet.status_code != 401 or "Authorization" not in quiet.request.headers
        assert told(quiet, secrets) == told(busy, secrets), f"{number}: {quiet.request.method} {quiet.request.url}"
        assert not {"parley-cut", "etag"} & set(quiet.headers) or "/public/" in str(quiet.request.url), quiet.request.url


async def test_a_participant_is_told_the_numbers(quiet_and_busy: tuple[Meeting, Meeting]) -> None:
    _, busy = quiet_and_busy
    made = await busy.tell("jp-head", "/tokens", FOR_A_DAY)
    assert {"parley-cut", "etag"} <= set(made.headers)
    assert made.json()["receipt"]["seq"] > 0


async def test_how_often_a_hidden_text_has_changed_is_told_to_nobody_who_may_not_read_it(quiet_and_busy: tuple[Meeting, Meeting]) -> None:
    _, busy = quiet_and_busy
    hidden = (await busy.tell("jp-head", "/principles", SECRET)).json()["principle"]
    for path, body in ((f"/principles/{hidden}/withdraw", None), (f"/principles/{hidden}/sponsors/leave", None), ("/documents/zero/window/close", None)):
        for seen in ('"0"', '"1"', '"99"', None):
            answered = await busy.tell("sk-head", path, body, headers={"If-Match": seen} if seen else {})
            absent = await busy.tell("sk-head", path.replace(hidden, "0" * 16).replace("zero", "none"), body)
            assert (answered.status_code, answered.content) == (404, absent.content), (path, seen)
    stale = await busy.tell("jp-head", f"/principles/{hidden}/withdraw", headers={"If-Match": '"0"'})
    assert stale.json()["code"] == "stale", "its author is told"


async def test_summaries_of_which_nothing_is_issued_are_absent_for_who_takes_no_part(quiet_and_busy: tuple[Meeting, Meeting]) -> None:
    _, busy = quiet_and_busy
    absent = await busy.ask("watcher", "/documents")
    for who in ("watcher", None):
        answered = await busy.ask(who, "/summaries")
        assert (answered.status_code, answered.content) == (404, absent.content)
    assert (await busy.ask("jp-head", "/summaries")).json() == {"summaries": []}
