"""Deadlines on a real record: whatever the clock does, what is accepted, late or closed follows from the times that the record wrote down."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delegations.people import NOON, chair, head
from drafts.drafting import CLAUSES, DOCUMENT, propose, standing
from house import TestClock
from parley.delegations.rules_principle import PRINCIPLES, SubmitPrinciple
from parley.drafts.quoting import Wanted
from parley.drafts.rules import DOCUMENTS
from parley.drafts.rules_chair import NoteWindowOver, OpenWindow, TableDocument
from parley.kernel import migrations
from parley.kernel.database import Database
from parley.kernel.decider import Decider, Refused
from parley.kernel.log import Receipt, Request
from parley.kernel.sql_log import SqlLog

pytestmark = pytest.mark.deep

SUBMISSIONS = 1_000
WITHIN = 50  # milliseconds, half of them before the deadline


def asking(decider: Decider[Any, Any, Any], identity: str, key: str, command: Callable[[datetime], Any]) -> Request:
    return Request(decider, identity, "prague", lambda at, _: command(at), scope="test", key=key)


def submitting(number: int, closes_at: datetime) -> Request:
    name, known = f"p{number}", msgspec.structs.replace(standing, phases={"principles": closes_at})
    return asking(PRINCIPLES, name, name, lambda at: SubmitPrinciple(head("JP"), at, known, name, f"Text {number}.", "", "policy"))


class Table:
    """A record, opened anew at every restart, with a document whose window closes at noon."""

    def __init__(self, folder: Path, clock: TestClock) -> None:
        self.database, self.clock = Database(f"sqlite:///{folder / 'record.db'}"), clock
        migrations.upgrade(self.database)
        self.log = SqlLog(self.database, clock)
        self.asked = 0

    async def ask(self, decider: Decider[Any, Any, Any], identity: str, command: Callable[[datetime], Any]) -> Receipt | str:
        """The receipt, or the rule that refused."""
        self.asked += 1
        try:
            return await self.log.handle(asking(decider, identity, str(self.asked), command))
        except Refused as refused:
            return refused.rule

    def restart(self) -> None:
        self.log.close()
        self.log = SqlLog(self.database, self.clock)

    def close(self) -> None:
        self.log.close()
        self.database.close()


jumps = st.integers(-7_200_000, 7_200_000) | st.sampled_from([-1, 0, 1])  # milliseconds
steps = st.lists(st.tuples(st.sampled_from(["jump", "noon", "principle", "amendment", "ring", "restart"]), jumps), max_size=25)


@settings(max_examples=150)
@given(steps)
def test_nothing_is_early_late_or_twice_however_the_clock_jumps_and_the_process_restarts(said: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_held(Path(folder), said))


async def _held(folder: Path, said: list[tuple[str, int]]) -> None:
    clock = TestClock(NOON - timedelta(hours=1))
    table = Table(folder, clock)
    await table.ask(DOCUMENTS, DOCUMENT, lambda at: TableDocument(chair, at, standing, DOCUMENT, "Security of networks", CLAUSES))
    opened = await table.ask(DOCUMENTS, DOCUMENT, lambda at: OpenWindow(chair, at, standing, NOON))
    assert isinstance(opened, Receipt), opened
    reached = opened.at
    closed = 0
    for number, (step, by) in enumerate(said):
        if step == "jump":
            clock.forward(milliseconds=by)
        elif step == "noon":
            clock.now = NOON + timedelta(milliseconds=max(-1, min(1, by)))
        elif step == "restart":
            table.restart()
        expected = max(clock.now, reached)
        assert table.log.now() == expected, "sessions and timers go by the same time as the rules"
        if step == "principle":
            await table.log.handle(replace(submitting(number, NOON), key=f"s{number}"))
            reached = expected
        elif step == "amendment":
            proposed = await table.ask(DOCUMENTS, DOCUMENT, partial(_proposal, number))
            assert isinstance(proposed, Receipt), proposed
            reached = expected
        elif step == "ring":
            rung = await table.ask(DOCUMENTS, DOCUMENT, NoteWindowOver)
            assert (rung == "window-not-over") == (expected < NOON)
            closed += isinstance(rung, Receipt) and bool(rung.facts)
            reached = expected if isinstance(rung, Receipt) else reached
    clock.now = NOON + timedelta(days=1)
    last = await table.ask(DOCUMENTS, DOCUMENT, NoteWindowOver)
    assert isinstance(last, Receipt)
    assert closed + len(last.facts) == 1, "the window closes once"
    _judged(table, NOON)
    table.close()


def _proposal(number: int, at: datetime) -> Any:
    return propose(Wanted("insert", "p2", new=f"Sentence {number} is added.", number="3"), at=at)


def _judged(table: Table, closes_at: datetime) -> list[bool]:
    """Whether each principle was late, with every fact held against the time at which it was recorded."""
    facts = table.log.read(0, 10_000)
    assert [fact.at for fact in facts] == sorted(fact.at for fact in facts), "the record's time does not go back"
    late: list[bool] = []
    for fact in facts:
        body, after = msgspec.json.decode(fact.body), fact.at >= closes_at
        if fact.type.endswith(".PrincipleSubmitted.v1"):
            assert body["late"] == after
            late.append(after)
        elif fact.type.endswith(".AmendmentProposed.v1"):
            assert (body["state"] == "late") == after
        elif fact.type.endswith(".AmendmentWindowClosed.v1"):
            assert after
    return late


async def test_a_thousand_submissions_within_fifty_milliseconds_of_a_deadline_are_judged_by_the_record_alone(tmp_path: Path) -> None:
    clock = TestClock(NOON - timedelta(milliseconds=WITHIN / 2))
    table = Table(tmp_path, clock)
    first = await table.log.handle(submitting(0, NOON))
    waiting = []
    for number in range(1, SUBMISSIONS):
        waiting.append(asyncio.create_task(table.log.handle(submitting(number, NOON))))
        if number % (SUBMISSIONS // WITHIN) == 0:
            await asyncio.sleep(0.001)  # the writer takes what has come so far, or some of it
            clock.forward(milliseconds=1)
    receipts = [first, *await asyncio.gather(*waiting)]
    late = _judged(table, NOON)
    assert len(late) == len({receipt.stream for receipt in receipts}) == SUBMISSIONS
    assert sum(receipt.at >= NOON for receipt in receipts) == sum(late)
    assert all(abs(receipt.at - NOON) <= timedelta(milliseconds=WITHIN / 2) for receipt in receipts)
    assert (late[0], late[-1]) == (False, True), "the deadline was among them"
    assert late == sorted(late), "once it has passed, nobody is in time"
    print(f"{SUBMISSIONS - late.count(True)} in time, {late.count(True)} late")
    table.close()
