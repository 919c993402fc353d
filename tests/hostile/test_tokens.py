"""Tokens, sign-in codes and clocks that lie: nobody gets in by them, and nothing changes."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from hostile.stage import NOBODY, Stage, stage_in

pytestmark = pytest.mark.deep  # a whole application for each test

PRINCIPLE = {"text": "Networks are secure.", "theme": "policy"}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage_in(tmp_path) as ready:
        yield ready


def said(answered: httpx.Response) -> tuple[int, str]:
    return answered.status_code, answered.json().get("code", "")


async def submits(stage: Stage, headers: list[tuple[str, str]] | dict[str, str]) -> tuple[int, str]:
    """What a submission with these headers is answered, when nothing but a 201 may change anything."""
    before = stage.meeting.process.log.position()
    answered = await stage.meeting.client.post(stage.meeting.at + "/principles", json=PRINCIPLE, headers=headers)
    assert (stage.meeting.process.log.position() != before) == (answered.status_code == 201)
    return said(answered)


async def test_a_token_that_is_not_exactly_one_of_ours_stands_for_nobody(stage: Stage) -> None:
    mine = stage.tokens["jp-head"]
    wrong = [
        *(stage.tokens[who] for who in NOBODY), mine[:-1], mine + "0", mine.upper(), mine[::-1], mine.replace("parley_", ""), "parley_", "null", "undefined", "*",
        "x" * 60_000, mine + "\t" + mine, f'"{mine}"', "../" + mine, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjaGFpciIsInJvbGUiOiJjaGFpciJ9.",
    ]  # fmt: skip
    for token in wrong:
        assert await submits(stage, {"Authorization": f"Bearer {token}"}) == (401, "not-signed-in"), token[:80]
    for scheme in ("Basic", "Digest", "bearertoken", "Token", ""):
        assert (await submits(stage, {"Authorization": f"{scheme} {mine}"}))[0] == 401, scheme
    assert await submits(stage, {"Authorization": f"Bearer {mine}"}) == (201, "")


async def test_a_void_token_is_refused_where_the_public_would_be_answered(stage: Stage) -> None:
    """Whoever believes to be signed in is told that they are not, and not shown the little that everybody sees."""
    for who in NOBODY:
        for path in ("/summaries", "/principles", "/roster", ""):
            assert said(await stage.send(who, "GET", path)) == (401, "not-signed-in"), (who, path)


async def test_of_two_tokens_the_header_counts_and_the_cookie_does_not_help(stage: Stage) -> None:
    mine, theirs = stage.tokens["jp-head"], stage.tokens["watcher"]
    assert (await submits(stage, {"Authorization": f"Bearer {theirs}", "Cookie": f"parley={mine}"}))[0] == 403
    assert (await submits(stage, {"Authorization": "Bearer forged", "Cookie": f"__Host-parley={mine}"}))[0] == 401
    assert (await submits(stage, {"Cookie": f"parley={theirs}; __Host-parley={stage.tokens['revoked']}"}))[0] == 401
    assert (await submits(stage, [("Authorization", f"Bearer {theirs}"), ("Authorization", f"Bearer {mine}")]))[0] == 403


async def test_a_token_in_the_address_is_no_token(stage: Stage) -> None:
    mine = stage.tokens["jp-head"]
    for name in ("token", "access_token", "authorization"):
        answered = await stage.meeting.client.get(f"{stage.meeting.at}/principles?{name}={mine}")
        assert said(answered) == (400, "undeclared")
        assert mine not in answered.text


async def test_a_token_is_good_where_it_was_made_and_nowhere_else(stage: Stage) -> None:
    vienna = "/api/v1/negotiations/vienna"
    for who in ("chair", "jp-head", "jp-member", "watcher"):
        assert said(await stage.send(who, "POST", f"{vienna}/principles", PRINCIPLE)) == (401, "not-signed-in")
        assert said(await stage.send(who, "GET", vienna)) == (401, "not-signed-in")
    revoked = await stage.send("jp-head", "POST", "/tokens/revoke", {"code": stage.tokens["elsewhere"]})
    assert said(revoked) == (404, "unknown"), "a token of elsewhere is not there"
    assert (await stage.send("elsewhere", "GET", vienna)).status_code == 200


async def test_an_invitation_gets_one_person_in_once(stage: Stage) -> None:
    invited = {"person": "jp-three", "name": "Third", "role": "head", "delegation": "JP"}
    code = (await stage.done("secretariat", "/persons", invited))["code"]
    first = await stage.send("public", "POST", "/sign-in", {"code": code}, headers={"Idempotency-Key": "mine"})
    token = first.json()["token"]
    for key in ("mine too", "another", "mine"[::-1]):
        replayed = await stage.send("public", "POST", "/sign-in", {"code": code}, headers={"Idempotency-Key": key})
        assert "token" not in replayed.json()
    assert said(await stage.send("public", "POST", "/sign-in", {"code": code})) == (409, "invitation-void")
    assert said(await stage.send("public", "POST", "/api/v1/negotiations/vienna/sign-in", {"code": code})) == (409, "invitation-void")
    for wrong in (code[:-1], code.upper(), code[::-1], "0" * 64, token):
        assert said(await stage.send("public", "POST", "/sign-in", {"code": wrong})) == (409, "invitation-void")
    # Whoever knows code and key gets the same token; once it is revoked, it opens nothing.
    assert (await submits(stage, {"Authorization": f"Bearer {token}"}))[0] == 201
    await stage.done("secretariat", "/tokens/revoke", {"code": token})
    again = await stage.send("public", "POST", "/sign-in", {"code": code}, headers={"Idempotency-Key": "mine"})
    assert again.json()["token"] == token
    assert "receipt" not in again.json()
    assert (await submits(stage, {"Authorization": f"Bearer {token}"}))[0] == 401


async def test_what_has_expired_has_expired_however_the_clock_is_set(stage: Stage) -> None:
    invited = {"person": "jp-four", "name": "Fourth", "role": "head", "delegation": "JP"}
    code = (await stage.done("secretariat", "/persons", invited))["code"]
    made = await stage.send("jp-head", "POST", "/tokens", {"scopes": ["*"], "expires_at": "2019-05-02T10:00:00Z"})
    token = {"Authorization": f"Bearer {made.json()['token']}"}
    assert (await submits(stage, token))[0] == 201
    stage.clock.forward(hours=2)
    assert await submits(stage, token) == (401, "not-signed-in")
    stage.clock.forward(days=13)  # past every session, and past the invitation
    house = await stage.send("secretariat", "GET", "/roster")
    assert said(house) == (401, "not-signed-in")
    stage.clock.forward(days=2)
    assert said(await stage.send("public", "POST", "/sign-in", {"code": code})) == (409, "invitation-void")


async def test_a_clock_set_back_brings_no_token_back(stage: Stage) -> None:
    made = await stage.send("jp-head", "POST", "/tokens", {"scopes": ["*"], "expires_at": "2019-05-02T10:00:00Z"})
    token = {"Authorization": f"Bearer {made.json()['token']}"}
    stage.clock.forward(hours=3)
    await stage.principle()  # the record has seen the later time
    assert await submits(stage, token) == (401, "not-signed-in")
    stage.clock.forward(hours=-3)
    assert await submits(stage, token) == (401, "not-signed-in")


@pytest.mark.parametrize(
    "headers",
    [{"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}, {"Date": "Fri, 31 Dec 9999 23:59:59 GMT"}, {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-User": "chair"}],
)
async def test_what_a_caller_says_of_the_time_or_of_itself_counts_for_nothing(stage: Stage, headers: dict[str, str]) -> None:
    await stage.done("chair", "/phases/principles", {"closes_at": "2019-05-02T09:00:00Z"}, "PUT")
    stage.clock.forward(hours=2)
    answered = await stage.send("jp-head", "POST", "/principles", PRINCIPLE, headers=headers)
    shown = (await stage.send("jp-head", "GET", f"/principles/{answered.json()['principle']}")).json()
    assert (shown["state"], shown["submitted_at"]) == ("late", "2019-05-02T10:00:02Z")
    assert said(await stage.send("public", "POST", "/close", headers=headers)) == (401, "not-signed-in")


async def test_cursors_of_elsewhere_are_refused(stage: Stage) -> None:
    await stage.done("chair", "/phases/positions", {"closes_at": "2019-06-01T00:00:00Z"}, "PUT")
    public = "/api/v1/public/negotiations"
    pages = {name: (await stage.send("public", "GET", f"{public}/{name}/record?limit=1")).json()["next"] for name in ("prague",)}
    lists = (await stage.send("public", "GET", f"{public}?limit=1")).json()["next"]
    for path in (f"{public}/vienna/record?cursor={pages['prague']}", f"{public}?cursor={pages['prague']}", f"{public}/prague/record?cursor={lists}",
                 f"{public}/prague/record?order=newest&cursor={pages['prague']}", f"{public}/prague/record?cursor="):  # fmt: skip
        assert said(await stage.send("public", "GET", path)) == (400, "not-a-cursor"), path
    for path in ("/principles?cursor=x", "/principles?after=1&after=2", "/documents?after=1", "/roster?limit=1", f"{public}/prague?cursor={lists}"):
        assert said(await stage.send("jp-head", "GET", path)) == (400, "undeclared"), path
    for path in ("/principles?after=-1", "/principles?after=x", f"/principles?after={'9' * 30}", "/principles?limit=0", "/principles?theme=a%00b"):
        assert said(await stage.send("jp-head", "GET", path)) == (422, "malformed"), path
    for cut in ("everything", "delegations=-1", "strangers=1", "delegations=1, strangers=1", "delegations=1, delegations=2", f"delegations={'9' * 40}"):
        assert said(await stage.send("jp-head", "GET", "/principles", headers={"Parley-Cut": cut})) == (400, "not-a-cursor"), cut
    ahead = await stage.send("jp-head", "GET", "/principles", headers={"Parley-Cut": "delegations=999999"})
    assert said(ahead) == (503, "not-there-yet")
    for place in ("garbage", "-1", "vienna:1", "prague:-1", "prague:1x", "prague:" + "9" * 30, "x" * 90):
        for headers, query in (({"Last-Event-ID": place}, ""), ({}, f"?after={place}")):
            assert said(await stage.send("public", "GET", f"{public}/prague/stream{query}", headers=headers)) == (400, "not-a-cursor"), place
