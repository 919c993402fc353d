"""The client: one effect for each command however often it is sent, and never behind what it has seen."""

from collections.abc import Callable

import httpx
import pytest

from parley.client import ATTEMPTS, Client, Problem


def client_of(answer: Callable[[httpx.Request], httpx.Response]) -> Client:
    return Client(httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://parley"), "prague", "token")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_: float) -> None:
        return

    monkeypatch.setattr("parley.client.asyncio.sleep", at_once)


async def test_a_command_is_repeated_under_one_key_until_it_is_answered() -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) == 1:
            raise httpx.ConnectError("nobody listens")
        if len(keys) == 2:
            return httpx.Response(503, json={"code": "store-failed", "detail": "again"})
        return httpx.Response(201, json={"principle": "p"})

    assert await client_of(answer).tell("/principles", {"text": "x"}) == {"principle": "p"}
    assert len(set(keys)) == 1
    assert len(keys) == 3


async def test_a_refusal_is_not_repeated() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(409, json={"code": "withdrawn", "detail": "It was withdrawn.", "more": 7})

    with pytest.raises(Problem) as problem:
        await client_of(answer).tell("/principles/p/withdraw")
    assert (problem.value.code, problem.value.status, problem.value.body["more"], len(sent)) == ("withdrawn", 409, 7, 1)


async def test_who_is_never_answered_is_told_in_the_end() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise httpx.ConnectError("nobody listens")

    with pytest.raises(httpx.ConnectError):
        await client_of(answer).ask("/principles")
    assert len(sent) == ATTEMPTS


async def test_what_was_seen_is_sent_along_and_never_goes_back() -> None:
    cuts: list[str | None] = []
    answers = iter(["delegations=7, drafts=2", "delegations=5", "delegations=9"])

    def answer(request: httpx.Request) -> httpx.Response:
        cuts.append(request.headers.get("Parley-Cut"))
        return httpx.Response(200, json={}, headers={"Parley-Cut": next(answers)})

    client = client_of(answer)
    for _ in range(3):
        await client.ask("/principles")
    assert cuts == [None, "delegations=7, drafts=2", "delegations=7, drafts=2"]


async def test_an_answer_that_is_no_problem_is_still_understood() -> None:
    with pytest.raises(Problem) as problem:
        await client_of(lambda _: httpx.Response(502, text="<html>bad gateway</html>")).ask("/principles")
    assert (problem.value.status, problem.value.code) == (502, "unreadable")
