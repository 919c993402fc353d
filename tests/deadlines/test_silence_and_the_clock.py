"""Silence on a real record: whatever the clock does, and however often the process starts again, no text is adopted that somebody broke in time."""

import asyncio
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial, reduce
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deadlines.test_the_records_clock import SUBMISSIONS, WITHIN, Table, asking
from delegations.people import NOON, chair, head
from drafts.drafting import CLAUSES, DOCUMENT, propose, standing
from house import TestClock
from parley.drafts.quoting import Wanted
from parley.drafts.rules import DOCUMENTS
from parley.drafts.rules_chair import TableDocument
from parley.drafts.rules_silence import BreakSilence, ExtendSilence, LetTimePass, StartSilence
from parley.kernel.log import Receipt, Request
from parley.protocol.silence import SIGN, TOLERANCE, Silence

pytestmark = pytest.mark.deep

jumps = st.integers(-7_200_000, 7_200_000) | st.sampled_from([-1, 0, 1, 30_000, 59_999, 60_001])  # milliseconds
steps = st.lists(st.tuples(st.sampled_from(["jump", "due", "due", "end", "object", "amend", "extend", "ring", "ring", "restart"]), jumps), max_size=30)


def silence_of(table: Table) -> Silence:
    facts = table.log.stream(DOCUMENTS.stream(DOCUMENT))
    decode = DOCUMENTS.catalogue.decoder()
    return reduce(DOCUMENTS.evolve, (decode(fact.type, fact.body) for fact in facts), DOCUMENTS.initial).silences[-1]  # type: ignore[arg-type]  # its own facts


async def begun(table: Table, minutes: int) -> None:
    await table.ask(DOCUMENTS, DOCUMENT, lambda at: TableDocument(chair, at, standing, DOCUMENT, "Security of networks", CLAUSES))
    started = await table.ask(DOCUMENTS, DOCUMENT, lambda at: StartSilence(chair, at, standing, at + timedelta(minutes=minutes), "Europe/Prague"))
    assert isinstance(started, Receipt), started


@settings(max_examples=120, deadline=None)
@given(st.sampled_from([1, 15, 90]), steps)
def test_no_text_is_adopted_early_twice_or_over_an_objection_however_the_clock_jumps(minutes: int, said: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_held(Path(folder), minutes, said))


async def _held(folder: Path, minutes: int, said: list[tuple[str, int]]) -> None:
    table = Table(folder, TestClock(NOON))
    await begun(table, minutes)
    for number, (step, by) in enumerate(said):
        before = silence_of(table)
        match step:
            case "jump":
                table.clock.forward(milliseconds=by)
            case "due":
                table.clock.now = before.due + timedelta(milliseconds=max(-1, min(1, by)))
            case "end":
                table.clock.now = before.expires_at + timedelta(milliseconds=max(-1, min(1, by)))
            case "restart":
                table.restart()
            case _:
                await _done(table, step, number, before)
    _judged(table)
    table.close()


async def _done(table: Table, step: str, number: int, before: Silence) -> None:
    at = table.log.now()
    in_time = before.state == "running" and (at < before.expires_at or at - before.due > TOLERANCE)
    commands: dict[str, Callable[[datetime], Any]] = {
        "object": lambda at: BreakSilence(head("JP"), at, standing, "Not this text."),
        "amend": lambda at: propose(Wanted("insert", "p2", new=f"Sentence {number} is added.", number="3"), at=at),
        "extend": lambda at: ExtendSilence(chair, at, standing, max(before.expires_at, at) + timedelta(hours=1), "More time."),
        "ring": LetTimePass,
    }
    outcome = await table.ask(DOCUMENTS, DOCUMENT, commands[step])
    after = silence_of(table)
    if step == "object":
        assert isinstance(outcome, Receipt) == in_time, "every objection before the end is taken, and none after it"
    if step in ("object", "amend") and in_time:
        assert after.state == "broken"
    if step == "ring" and after.state == "adopted" != before.state:
        assert before.expires_at <= at <= before.expires_at + TOLERANCE
        assert at - before.sign <= SIGN + TOLERANCE, "somebody was there to the end"


def _judged(table: Table) -> None:
    """Hold every fact of the silence against the time at which it was recorded."""
    ended, expires_at = 0, NOON
    for fact in table.log.read(0, 10_000):
        word, said = fact.type.split(".")[2], msgspec.json.decode(fact.body).get("said")
        if said is None:
            continue
        assert msgspec.convert(said["at"], datetime) == fact.at
        if "expires_at" in said:
            expires_at = msgspec.convert(said["expires_at"], datetime)
        if word in ("SilenceBroken", "SilenceAdopted"):
            ended += 1
            assert (fact.at < expires_at) == (word == "SilenceBroken")
    assert ended <= 1


async def test_a_silence_that_nobody_breaks_is_adopted_though_everything_starts_again_every_minute(tmp_path: Path) -> None:
    table = Table(tmp_path, TestClock(NOON))
    await begun(table, 90)
    while silence_of(table).state == "running":
        table.clock.now = max(table.clock.now, silence_of(table).due) + timedelta(milliseconds=200)
        table.restart()
        rung = await table.ask(DOCUMENTS, DOCUMENT, LetTimePass)
        assert isinstance(rung, Receipt)
    assert (silence_of(table).state, silence_of(table).extensions) == ("adopted", ())
    table.close()


async def _around(table: Table, requests: list[Request]) -> list[Receipt | BaseException]:
    """All of them within fifty milliseconds, half of them before noon, while the writer takes what has come so far."""
    table.clock.now = NOON - timedelta(milliseconds=WITHIN / 2)
    waiting = []
    for number, request in enumerate(requests):
        waiting.append(asyncio.create_task(table.log.handle(request)))
        if number % (SUBMISSIONS // WITHIN) == SUBMISSIONS // WITHIN - 1:
            await asyncio.sleep(0.001)
            table.clock.forward(milliseconds=1)
    return await asyncio.gather(*waiting, return_exceptions=True)


def _objecting(identity: str, number: int) -> Request:
    return asking(DOCUMENTS, identity, f"objection-{number}", lambda at: BreakSilence(head("JP"), at, standing, f"Objection {number}."))


async def test_a_thousand_texts_objected_to_within_fifty_milliseconds_of_their_end_are_judged_by_the_record_alone(tmp_path: Path) -> None:
    table, names = Table(tmp_path, TestClock(NOON - timedelta(seconds=50))), [f"prague/d{number}" for number in range(SUBMISSIONS)]
    tabling = [partial(_tabled, name) for name in names]
    for make in (tabling, [_started] * len(names)):
        await asyncio.gather(*(table.log.handle(asking(DOCUMENTS, name, f"{name}-{make is tabling}", one)) for name, one in zip(names, make, strict=True)))
    outcomes = await _around(table, [_objecting(name, number) for number, name in enumerate(names)])
    table.clock.now = NOON + timedelta(milliseconds=WITHIN)
    rung = await asyncio.gather(*(table.log.handle(asking(DOCUMENTS, name, f"ring-{name}", LetTimePass)) for name in names))
    in_time = [isinstance(one, Receipt) for one in outcomes]
    assert all(one.at < NOON for one in outcomes if isinstance(one, Receipt))
    assert [bool(one.facts) for one in rung] == [not one for one in in_time], "what was not broken in time is adopted, and nothing else"
    recorded = [fact for fact in table.log.read(0, 10 * SUBMISSIONS) if fact.type.endswith((".SilenceBroken.v1", ".SilenceAdopted.v1"))]
    assert len({fact.stream for fact in recorded}) == len(recorded) == SUBMISSIONS, "each ended once"
    assert 0 < sum(in_time) < SUBMISSIONS, "the end was among them"
    print(f"{sum(in_time)} broken in time, {SUBMISSIONS - sum(in_time)} adopted")
    table.close()


async def test_of_a_thousand_objections_within_fifty_milliseconds_of_the_end_the_first_breaks_it_and_all_others_are_told_when_they_came(tmp_path: Path) -> None:
    table = Table(tmp_path, TestClock(NOON - timedelta(minutes=1)))
    await begun(table, 1)
    outcomes = await _around(table, [_objecting(DOCUMENT, number) for number in range(SUBMISSIONS)])
    taken = [one for one in outcomes if isinstance(one, Receipt)]
    refused = [one for one in outcomes if not isinstance(one, Receipt)]
    assert len(taken) == 1
    assert taken[0].at < NOON
    assert {one.rule for one in refused} == {"silence-over"}  # type: ignore[union-attr]  # refusals, or the comparison fails
    assert all(one.details["received_at"] for one in refused)  # type: ignore[union-attr]
    table.close()


def _tabled(name: str, at: datetime) -> TableDocument:
    return TableDocument(chair, at, standing, name, "Security of networks", CLAUSES)


def _started(at: datetime) -> StartSilence:
    return StartSilence(chair, at, standing, NOON, "Europe/Prague")
