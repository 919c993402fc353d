"""Silence where two processes write to one PostgreSQL: the database's clock judges, and each text is adopted or broken once."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from deadlines.test_the_records_clock import asking
from delegations.people import chair, head
from drafts.drafting import CLAUSES, standing
from kernel.postgres import fresh_schema
from parley.drafts.rules import DOCUMENTS
from parley.drafts.rules_chair import TableDocument
from parley.drafts.rules_silence import BreakSilence, LetTimePass, StartSilence
from parley.kernel import migrations
from parley.kernel.database import Database
from parley.kernel.decider import Refused
from parley.kernel.sql_log import SqlLog

pytestmark = pytest.mark.real

TEXTS = 40


@pytest.fixture
def logs(postgres: str) -> Iterator[tuple[SqlLog, SqlLog]]:
    schema = fresh_schema(postgres)
    databases = Database(postgres, schema), Database(postgres, schema)
    migrations.upgrade(databases[0])
    both = SqlLog(databases[0]), SqlLog(databases[1])
    yield both
    for log, database in zip(both, databases, strict=True):
        log.close()
        database.close()


async def test_of_two_processes_that_ring_and_are_objected_to_at_once_each_text_ends_once(logs: tuple[SqlLog, SqlLog]) -> None:
    names, chance = [f"prague/d{number}" for number in range(TEXTS)], random.Random(7)
    end = (datetime.now(UTC) + timedelta(seconds=3)).replace(microsecond=0)
    for name in names:
        await logs[0].handle(asking(DOCUMENTS, name, name, lambda at, name=name: TableDocument(chair, at, standing, name, "Security", CLAUSES)))
        await logs[1].handle(asking(DOCUMENTS, name, f"{name}-start", lambda at: StartSilence(chair, at, standing, end, "Europe/Prague")))
    taken: dict[str, datetime] = {}

    async def objecting(number: int, name: str) -> None:
        await asyncio.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds() + chance.uniform(-0.1, 0.1)))
        with suppress(Refused):
            request = asking(DOCUMENTS, name, f"{name}-objection", lambda at: BreakSilence(head("JP"), at, standing, "Not this."))
            taken[name] = (await logs[number % 2].handle(request)).at

    async def ringing(log: SqlLog, by: int) -> None:
        for turn in range(60):
            await asyncio.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds() - 0.1) + 0.01)
            rings = (log.handle(asking(DOCUMENTS, name, f"{name}-ring-{by}-{turn}", LetTimePass)) for name in names)
            for one in await asyncio.gather(*rings, return_exceptions=True):
                assert not isinstance(one, Exception) or (isinstance(one, Refused) and one.rule == "silence-not-over"), one

    objections = (objecting(number, name) for number, name in enumerate(names[: TEXTS * 3 // 4]))
    await asyncio.gather(*(ringing(log, by) for by, log in enumerate(logs)), *objections)
    ended = [fact for fact in logs[0].read(0, 10_000) if fact.type.endswith((".SilenceBroken.v1", ".SilenceAdopted.v1"))]
    assert sorted(fact.stream for fact in ended) == sorted(DOCUMENTS.stream(name) for name in names)
    for fact in ended:
        broken = fact.type.endswith(".SilenceBroken.v1")
        assert broken == (fact.at < end) == (fact.stream.removeprefix("document/") in taken)
        assert msgspec.convert(msgspec.json.decode(fact.body)["said"]["at"], datetime) == fact.at
    print(f"{len(taken)} broken in time, {TEXTS - len(taken)} adopted")
