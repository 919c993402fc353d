"""What all services' HTTP shares: cuts, preconditions, keys, limits, and problems without anybody's words."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict

from house import house
from kernel.counting import CATALOGUE, COUNTERS, Raise
from kernel.tallying import fold
from parley.kernel.decider import Invalid, NotEntitled, Refused, Unknown
from parley.kernel.http import BodyLimit, Call, FaultsAnswered, answer, calls, read_cut, shown
from parley.kernel.knowledge import of_field, of_lane
from parley.kernel.log import KeyInFlight, KeyReused, StoreFailed, StoreFull
from parley.kernel.one_reading import NotACursor, reads_one_way
from parley.kernel.problem import TECHNICAL, answer_problems
from parley.kernel.process import Part, Process
from parley.kernel.projection import ViewStopped
from parley.kernel.service import Service
from parley.kernel.view import View


class Caller(msgspec.Struct, frozen=True):
    """Everybody who brings a token is somebody here."""

    person: str = ""


class Grant(msgspec.Struct, frozen=True):
    token: str = ""


def identify(_: Any, grant: Grant | None, __: str, ___: datetime) -> Caller:
    return Caller("anna" if grant is not None else "")


class Step(BaseModel):
    model_config = ConfigDict(extra="forbid")

    by: int


def routes(service: Service) -> list[APIRouter]:
    router = APIRouter()
    caller = Annotated[Call[Caller], Depends(calls(service, identify))]

    @router.post("/negotiations/{negotiation}/counters", status_code=201, summary="Raise")  # noqa: FAST003  (the lane belongs to the dependency)
    async def raise_counter(body: Step, call: caller) -> Response:
        request = call.asks(COUNTERS, f"{call.lane}/c", lambda at, _: Raise(body.by, at))
        return answer(service, await service.submit(request), {"counter": call.new_identity()}, location="/there")

    @router.put("/negotiations/{negotiation}/counters", status_code=201, summary="Raise what was read")  # noqa: FAST003  (the lane belongs to the dependency)
    async def raise_read(body: Step, call: caller) -> Response:
        return answer(service, await service.submit(call.asks(COUNTERS, f"{call.lane}/c", lambda at, _: Raise(body.by, at), seen=True)))

    @router.get("/negotiations/{negotiation}/counters", summary="Who asks")  # noqa: FAST003  (the lane belongs to the dependency)
    async def who(call: caller) -> Response:
        return shown(service, call.lane, {"you": call.actor.person}, 7)

    return [router]


def view() -> View:
    from kernel.tallying import TallyRow

    never = frozenset({"Never"})
    knowledge = (
        of_lane("standing", Caller(), "counters", never, lambda known, *_: known),
        of_field("grant", Grant(), "counters", never, "token", lambda known, *_: known),
    )
    return View("counters", 1, frozenset({"counters"}), (TallyRow,), fold, knowledge)


AT = "/api/v1/negotiations/prague/counters"
TOKEN = {"Authorization": "Bearer anything"}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    async with house(tmp_path, [Part(CATALOGUE, view, routes)]) as (process, client):
        yield process, client


@pytest.fixture
def client(served: tuple[Process, httpx.AsyncClient]) -> httpx.AsyncClient:
    return served[1]


def said(answered: httpx.Response) -> tuple[int, str]:
    assert answered.headers["Content-Type"] == "application/problem+json"
    body = answered.json()
    assert (body["status"], body["type"]) == (answered.status_code, f"/problems/{body['code']}")
    return answered.status_code, body["code"]


# -- the cut ------------------------------------------------------------------------------------------------------------------------------------------------


async def test_every_answer_says_what_it_reflects_and_a_caller_sends_it_back(client: httpx.AsyncClient) -> None:
    told = await client.post(AT, json={"by": 1}, headers=TOKEN)
    assert (told.headers["Parley-Cut"], told.headers["ETag"], told.headers["Location"]) == ("counters=1", '"1"', "/there")
    assert told.headers["Cache-Control"] == "no-store"
    read = await client.get(AT, headers=TOKEN | {"Parley-Cut": "counters=1, counters.public=0"})
    assert (read.status_code, read.headers["Parley-Cut"], read.headers["ETag"]) == (200, "counters=1", '"7"')


@pytest.mark.parametrize(
    ("header", "cut"),
    [
        (None, {}),
        ("", {}),
        ("delegations=812", {"delegations": 812}),
        ("delegations=812, drafts=77", {"delegations": 812, "drafts": 77}),
        (" delegations=0 ,drafts=1", {"delegations": 0, "drafts": 1}),
        ("drafts.public=3", {"drafts.public": 3}),
    ],
)
def test_a_cut_is_read(header: str | None, cut: dict[str, int]) -> None:
    assert read_cut(header, {"delegations", "drafts"}) == cut


@pytest.mark.parametrize(
    "header",
    [
        "drafts=1, strangers=9",
        "drafts=1, drafts=2",
        "everything",
        "delegations=",
        "delegations=-1",
        "=1",
        "Delegations=1",
        "delegations=1;drafts=2",
        "d=1,",
        f"d={'9' * 16}",
        "d=1," * 20 + "d=1",
        "d=١",
    ],
)
def test_a_cut_that_cannot_be_read_is_refused_and_not_guessed(header: str) -> None:
    with pytest.raises(NotACursor):
        read_cut(header, {"delegations", "drafts", "d"})


# -- who calls, under which key, having seen what -----------------------------------------------------------------------------------------------------------


async def test_a_command_is_for_those_who_are_signed_in(client: httpx.AsyncClient) -> None:
    assert said(await client.post(AT, json={"by": 1})) == (401, "not-signed-in")
    assert (await client.get(AT)).json() == {"you": ""}


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer x"}, {"Authorization": "bearer  x "}, {"Cookie": "parley=x"}, {"Cookie": "__Host-parley=x"}])
async def test_a_token_comes_in_the_header_or_in_the_sessions_cookie(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.get(AT, headers=headers)).json() == {"you": "anna"}


@pytest.mark.parametrize("headers", [{"Authorization": "Basic x"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "}, {"Cookie": "other=x"}])
async def test_what_is_no_token_signs_nobody_in(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.get(AT, headers=headers)).json() == {"you": ""}


@pytest.mark.parametrize("key", ["k", "~" * 255, "0f8fad5b-d9cb-469f-a165-70867728950e", 'a"b'])
async def test_a_key_makes_a_retry_one_effect_with_the_same_answer(served: tuple[Process, httpx.AsyncClient], key: str) -> None:
    process, client = served
    once = await client.post(AT, json={"by": 1}, headers=TOKEN | {"Idempotency-Key": key})
    again = await client.post(AT, json={"by": 1}, headers=TOKEN | {"Idempotency-Key": key})
    assert (once.status_code, once.content) == (201, again.content)
    assert process.log.position() == 1
    assert said(await client.post(AT, json={"by": 2}, headers=TOKEN | {"Idempotency-Key": key})) == (422, "key-reused")
    assert said(await client.put(AT, json={"by": 1}, headers=TOKEN | {"Idempotency-Key": key, "If-Match": '"1"'})) == (422, "key-reused")


async def test_without_a_key_every_request_is_a_new_one(served: tuple[Process, httpx.AsyncClient]) -> None:
    process, client = served
    one, other = [(await client.post(AT, json={"by": 1}, headers=TOKEN)).json() for _ in range(2)]
    assert one["counter"] != other["counter"]
    assert process.log.position() == 2


@pytest.mark.parametrize("key", ["two words", "x" * 256, "ž".encode(), b"tab\t-"])
async def test_a_key_of_another_form_is_refused(client: httpx.AsyncClient, key: str | bytes) -> None:
    header = key if isinstance(key, bytes) else key.encode()
    assert said(await client.post(AT, json={"by": 1}, headers=[(b"Authorization", b"Bearer x"), (b"Idempotency-Key", header)])) == (422, "malformed")


async def test_a_change_says_what_was_read_and_a_stale_one_is_told_what_came_after(client: httpx.AsyncClient) -> None:
    assert said(await client.put(AT, json={"by": 1}, headers=TOKEN)) == (428, "precondition-required")
    assert (await client.put(AT, json={"by": 1}, headers=TOKEN | {"If-Match": '"0"'})).status_code == 201
    stale = await client.put(AT, json={"by": 1}, headers=TOKEN | {"If-Match": '"0"'})
    assert said(stale) == (412, "stale")
    assert (stale.headers["ETag"], stale.json()["current"]) == ('"1"', '"1"')
    assert [one["type"] for one in stale.json()["since"]] == ["parley.counters.Raised.v1"]


@pytest.mark.parametrize("tag", ["*", "1", 'W/"1"', '"x"', '"1", "2"', '""', f'"{"1" * 16}"'])
async def test_a_precondition_of_another_form_is_refused(client: httpx.AsyncClient, tag: str) -> None:
    assert said(await client.put(AT, json={"by": 1}, headers=TOKEN | {"If-Match": tag})) == (422, "malformed")


async def test_a_lanes_name_has_an_end(client: httpx.AsyncClient) -> None:
    assert said(await client.get(f"/api/v1/negotiations/{'x' * 65}/counters")) == (422, "malformed")


# -- limits -------------------------------------------------------------------------------------------------------------------------------------------------


async def limited(content: Any, method: str = "POST", **headers: str) -> tuple[int, int]:
    """The status, and how many bytes the application behind the limit got to see."""
    seen = 0
    app = FastAPI()

    @app.api_route("/", methods=["GET", "POST"])
    async def read(request: Request) -> None:
        nonlocal seen
        seen = len(await request.body())

    app.add_middleware(BodyLimit, limit=1000)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answered = await client.request(method, "/", content=content, headers=headers)
    if answered.status_code != 200:
        assert said(answered) == (413, "too-large")
    return answered.status_code, seen


async def chunks(size: int, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(method: str) -> None:
    assert await limited(b"x" * 1000, method) == (200, 1000)
    assert await limited(b"x" * 1001, method) == (413, 0)
    assert await limited(None, method) == (200, 0)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_body_that_comes_in_chunks_is_counted(method: str) -> None:
    assert await limited(chunks(100, 10), method) == (200, 1000)
    assert await limited(chunks(100, 11), method) == (413, 0)


async def test_a_large_body_is_refused_by_what_it_declares_before_it_is_read() -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("nobody reads it")
        yield b""

    for declared in ("1001", "9" * 20, "9" * 5000, "0" * 5000 + "1001"):
        assert await limited(never(), **{"Content-Length": declared}) == (413, 0)


async def test_a_body_that_is_longer_than_it_declares_is_counted() -> None:
    assert await limited(chunks(100, 11), **{"Content-Length": "5"}) == (413, 0)


# -- problems -----------------------------------------------------------------------------------------------------------------------------------------------

SECRET = "the words of a submission"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused("rule", "Do so.", more=1), 409, "rule"),
        (NotEntitled("not-entitled", "Ask so."), 403, "not-entitled"),
        (Invalid("wrong", "Mend it."), 422, "wrong"),
        (Unknown(), 404, "unknown"),
        (KeyReused(SECRET), 422, "key-reused"),
        (KeyInFlight(SECRET), 409, "key-in-flight"),
        (StoreFull(SECRET), 507, "store-full"),
        (StoreFailed(SECRET), 503, "store-failed"),
        (ViewStopped(SECRET), 503, "stopped"),
        (TimeoutError(SECRET), 503, "not-there-yet"),
        (ValueError(SECRET), 500, "broken"),
    ],
)
async def test_every_refusal_and_fault_is_a_problem_and_says_nothing_of_what_was_submitted(
    error: Exception, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = FastAPI()
    app.add_middleware(FaultsAnswered)
    answer_problems(app)

    @app.get("/")
    async def fail() -> None:
        raise error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        with caplog.at_level(logging.DEBUG):
            answered = await client.get("/")
    assert said(answered) == (status, code)
    assert SECRET not in answered.text + caplog.text
    assert ("Retry-After" in answered.headers) == (code in ("key-in-flight", "store-failed", "not-there-yet"))
    if code in TECHNICAL:
        assert answered.json()["detail"] == TECHNICAL[code][1]


async def test_what_http_itself_refuses_is_a_problem_too(client: httpx.AsyncClient) -> None:
    assert said(await client.get("/nowhere")) == (404, "unknown")
    wrong = await client.delete(AT)
    assert said(wrong) == (405, "not-allowed-here")
    assert set(wrong.headers["Allow"].split(", ")) <= {"GET", "POST", "PUT"}


async def test_a_malformed_body_is_answered_with_places_and_without_its_content(client: httpx.AsyncClient) -> None:
    answered = await client.post(AT, json={"by": SECRET}, headers=TOKEN)
    assert said(answered) == (422, "malformed")
    assert [error["pointer"] for error in answered.json()["errors"]] == ["/body/by"]
    assert SECRET not in answered.text
    broken = await client.post(AT, content=b"{", headers=TOKEN | {"Content-Type": "application/json"})
    assert said(broken) == (400, "not-json")


ONE_READING = [
    b'{"by": 1}',
    b' {"by" : 1}\n',
    b'{"by": 1}',
    b"[" * 99 + b"1" + b"]" * 99,
    '"\U0001f310 \u202e \u00e9"'.encode(),
    b'"\\ud83c\\udf10"',
    b"-0.1e-3",
]
NO_OR_MORE_READINGS = [
    b"", b" ", b"{", b"1 2", b"'by'", b'{"by": 1}\0', b'\xef\xbb\xbf{"by": 1}', '{"by": 1}'.encode("utf-16"), '{"by": 1}'.encode("utf-16-le"),
    '{"by": 1}'.encode("utf-32"), b'{"by": "\xff"}', b'{"by": "\xed\xa0\x80"}', b'{"by": "a\tb"}', b'{"by": 1, "by": 1}', b'{"a": [{"by": 1, "\\u0062y": 2}]}',
    b'{"by": NaN}', b'{"by": -Infinity}', b'{"by": ' + b"9" * 5000 + b"}", b"[" * 101 + b"]" * 101, b"[" * 100_000, b'{"a":' * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("body", ONE_READING, ids=lambda body: str(body[:16]))
def test_a_body_that_can_be_read_in_one_way_is_read(body: bytes) -> None:
    assert reads_one_way(body)


@pytest.mark.parametrize("body", NO_OR_MORE_READINGS, ids=lambda body: str(body[:16]))
async def test_a_body_that_can_be_read_in_no_way_or_in_two_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    assert not reads_one_way(body)
    for media in ("application/json", "application/json; charset=utf-16", "APPLICATION/JSON", "application/problem+json"):
        answered = await client.post(AT, content=body, headers=TOKEN | {"Content-Type": media})
        assert said(answered) == ((400, "not-json") if body else (422, "malformed"))


async def test_two_types_of_content_hide_nothing(client: httpx.AsyncClient) -> None:
    headers = [("Authorization", "Bearer x"), ("Content-Type", "application/json"), ("Content-Type", "text/plain")]
    assert said(await client.post(AT, content=b'{"by": 1, "by": 2}', headers=headers)) == (400, "not-json")


@pytest.mark.parametrize("query", ["cursor=x", "by=1", "=", "x", "a=1&a=2"])
async def test_a_parameter_that_the_address_does_not_take_is_refused(client: httpx.AsyncClient, query: str) -> None:
    answered = await client.get(f"{AT}?{query}", headers=TOKEN)
    assert said(answered) == (400, "undeclared")


async def test_nothing_is_called_by_a_control_character(client: httpx.AsyncClient) -> None:
    assert said(await client.get("/api/v1/negotiations/a%00b/counters")) == (404, "unknown")
    assert said(await client.get("/api/v1/negotiations/a%C2%85b/counters")) == (404, "unknown")


async def test_a_problem_names_the_places_that_are_declared_and_no_name_of_the_callers_own(client: httpx.AsyncClient) -> None:
    for own, places in ({SECRET: 1}, ["/body/by", "/body/*"]), ({"\ud800": {SECRET: 1}}, ["/body"]):
        body = json.dumps({"by": "x", **own})
        answered = await client.post(AT, content=body, headers=TOKEN | {"Content-Type": "application/json"})
        assert said(answered) == (422, "malformed")
        assert [error["pointer"] for error in answered.json()["errors"]] == places
        assert SECRET not in answered.text


async def test_a_problem_names_the_first_places_of_many(client: httpx.AsyncClient) -> None:
    answered = await client.post(AT, json={str(n): n for n in range(10_000)}, headers=TOKEN)
    assert len(answered.json()["errors"]) == 20


async def test_many_requests_at_once_are_each_answered_for_themselves(client: httpx.AsyncClient) -> None:
    answered = await asyncio.gather(*(client.post(AT, json={"by": n % 3}, headers=TOKEN) for n in range(60)))
    assert sorted({one.status_code for one in answered}) == [201, 409]
    assert sum(one.status_code == 409 for one in answered) == 20
