"""What fails is told to the operator by its type and its place; its message may hold a submission's text, and goes nowhere."""

import asyncio
import gc
import logging
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hostile.conftest import Told
from parley.kernel.database import Database
from parley.kernel.http import FaultsAnswered
from parley.kernel.problem import answer_problems
from parley.kernel.telemetry import OUR_OWN_TELEMETRY, command_span

WORDS = "the words of a submission"


async def fail() -> None:
    raise ValueError(WORDS)


async def test_a_fault_while_answering_is_logged_once_by_type_and_place_and_the_server_hears_of_nothing(told: Told) -> None:
    app = FastAPI(telemetry=OUR_OWN_TELEMETRY)
    app.add_middleware(FaultsAnswered)
    answer_problems(app)
    app.get("/fail")(fail)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answered = await client.get("/fail", params={"said": WORDS})
    assert (answered.status_code, answered.json()["code"]) == (500, "broken")
    assert told.log.count("a request failed: ValueError") == len(told.log.splitlines()) == 1
    assert f"{Path(__file__).name}:{fail.__code__.co_firstlineno + 1} fail" in told.log
    assert WORDS not in told.log + told.spans + answered.text
    assert told.spans == ""


async def test_a_fault_is_found_in_the_log_by_the_trace_that_the_caller_sent(told: Told) -> None:
    app = FastAPI(telemetry=OUR_OWN_TELEMETRY)
    app.add_middleware(FaultsAnswered)
    app.get("/fail")(fail)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        await client.get("/fail", headers={"traceparent": f"00-{'5d' * 16}-{'1f' * 8}-01"})
        await client.get("/fail")
    assert ["5d" * 16 in line for line in told.log.splitlines()] == [True, False]


async def test_a_span_names_the_type_of_what_failed_in_it(told: Told) -> None:
    with pytest.raises(ValueError, match=WORDS), command_span("principle", "prague", None):
        await fail()
    assert '"error.type": "ValueError"' in told.spans
    assert WORDS not in told.spans


async def test_a_task_that_nobody_waited_for_is_told_without_its_words(told: Told) -> None:
    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task
    gc.collect()
    assert "Task exception was never retrieved" in told.log
    assert "ValueError" in told.log
    assert WORDS not in told.log


async def test_a_fault_that_came_of_another_is_told_with_it(told: Told) -> None:
    try:
        try:
            await fail()
        except ValueError as cause:
            raise LookupError(WORDS) from cause
    except LookupError:
        logging.getLogger("anybody").exception("It failed.")
    assert "LookupError" in told.log
    assert "ValueError" in told.log
    assert WORDS not in told.log


def test_the_stores_own_faults_and_lines_are_without_values(told: Told, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'some.db'}")
    with database.record() as connection:
        assert connection.execute(text("SELECT :words"), {"words": WORDS}).scalar() == WORDS
    with pytest.raises(DBAPIError) as failed, database.record() as connection:
        connection.execute(text("SELECT :words FROM nowhere"), {"words": WORDS})
    database.close()
    assert WORDS not in str(failed.value)
    assert WORDS not in told.log
