"""The rules of silence, S1 to S10, for any text: first one by one, then held against everything that time and people can do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delegations.people import NOON
from parley.protocol import silence_rules as rules
from parley.protocol.ruled_out import RuledOut
from parley.protocol.silence import (
    ADOPTED,
    BROKEN,
    OBJECTION,
    SIGN,
    TOLERANCE,
    WITHDRAWN,
    Adopted,
    Broken,
    Extended,
    Opened,
    Silences,
    Stated,
    Step,
    Watched,
    adopted,
    after_all,
    running,
)
from parley.protocol.standing import Delegation, Standing

MS = timedelta(milliseconds=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
T = NOON + MINUTE
TEXT = "a" * 64


def opened(at: datetime = NOON, expires_at: datetime = T, text: str = TEXT) -> Opened:
    return Opened(0, text, at, expires_at, "Europe/Prague", "participants")


def objection(at: datetime, delegation: str = "JP", **more: Any) -> Broken:
    return Broken(0, at, OBJECTION, delegation, "Not this.", **more)


def under_silence(expires_at: datetime = T) -> Silences:
    return after_all((), rules.begin((), opened(expires_at=expires_at)))


def rule_of(call: Any, *asked: Any) -> str:
    with pytest.raises(RuledOut) as refused:
        call(*asked)
    assert refused.value.why.endswith(".")
    return refused.value.rule


def kinds(steps: list[Step]) -> list[str]:
    return [type(step).__name__ for step in steps]


def test_there_is_one_procedure_at_a_time() -> None:
    silences = under_silence()
    assert rule_of(rules.begin, silences, opened()) == "under-silence"
    over = after_all(silences, rules.break_by_objection(silences, objection(NOON)))
    assert kinds(rules.begin(over, opened())) == ["Opened"]


def test_the_end_is_later_than_now_and_within_thirty_days() -> None:
    for expires_at in (NOON, NOON - MS, NOON + timedelta(days=30) + MS):
        assert rule_of(rules.begin, (), opened(expires_at=expires_at)) == "expiry-out-of-range"


def test_it_is_made_longer_before_its_end_and_never_shorter() -> None:
    silences = under_silence()
    assert rule_of(rules.extend, silences, T, T + HOUR, "More time.") == "silence-over"
    assert rule_of(rules.extend, silences, NOON, T, "No change.") == "not-later"
    assert rule_of(rules.extend, silences, NOON, T - MS, "Shorter.") == "not-later"
    longer = after_all(silences, rules.extend(silences, T - MS, T + HOUR, "Capitals are closed."))
    assert longer[0].expires_at == T + HOUR
    assert [one.reason for one in longer[0].extensions] == ["Capitals are closed."]


def test_an_objection_one_millisecond_before_the_end_breaks_it_and_one_at_the_end_is_refused_with_the_time_of_receipt() -> None:
    silences = under_silence()
    assert after_all(silences, rules.break_by_objection(silences, objection(T - MS)))[0].state == BROKEN
    for late in (T, T + MS):
        with pytest.raises(RuledOut) as refused:
            rules.break_by_objection(silences, objection(late))
        assert refused.value.rule == "silence-over"
        received = "2019-05-03T14:01:00.000+02:00[Europe/Prague]" if late == T else "2019-05-03T14:01:00.001+02:00[Europe/Prague]"
        assert refused.value.details["received_at"] == received
        assert "reservation" in refused.value.details["instead"]


def test_the_first_break_ends_it_and_nothing_adopts_or_revives_it() -> None:
    silences = under_silence()
    over = after_all(silences, rules.break_by_objection(silences, objection(NOON)))
    assert rule_of(rules.break_by_objection, over, objection(NOON + MS, "CZ")) == "silence-over"
    assert rule_of(rules.extend, over, NOON + MS, T + HOUR, "Let us go on.") == "silence-over"
    assert rule_of(rules.withdraw, over, NOON + MS, "Never mind.") == "silence-over"
    assert rules.fall_due(over, T) == []
    assert adopted(over, TEXT) is None


def test_an_amendment_breaks_it_before_the_end_and_changes_nothing_afterwards() -> None:
    silences = under_silence()
    broken = rules.break_by_amendment(silences, msgspec.structs.replace(objection(T - MS), how="amendment", amendment="A7"))
    assert after_all(silences, broken)[0].broken == Broken(1, T - MS, "amendment", "JP", "Not this.", "A7")
    assert rules.break_by_amendment(silences, objection(T)) == []
    assert rules.break_by_amendment((), objection(NOON)) == []


def test_unbroken_it_is_adopted_at_its_end_once() -> None:
    silences = under_silence()
    assert rule_of(rules.fall_due, silences, T - MS) == "silence-not-over"
    over = after_all(silences, rules.fall_due(silences, T))
    assert over[0].state == ADOPTED
    assert rules.fall_due(over, T + HOUR) == []
    assert adopted(over, TEXT) == over[0]
    assert adopted(over, "b" * 64) is None, "only the very text that lay under silence"


def test_until_its_end_it_gives_signs_of_life_that_come_closer_to_each_other() -> None:
    silences, at = under_silence(NOON + HOUR), NOON
    waits = []
    while silences[0].state == "running":
        waits.append((silences[0].due - at).total_seconds() / 60)
        at = silences[0].due
        silences = after_all(silences, rules.fall_due(silences, at))
    assert waits == [10, 10, 10, 10, 10, 5, 2.5, 1.25, 1, 0.25]
    assert at == NOON + HOUR


def test_an_absence_over_the_end_gives_all_the_time_back_that_may_have_been_lost() -> None:
    silences = under_silence()
    back = T + 9 * HOUR
    assert rules.fall_due(silences, T + TOLERANCE) == [Adopted(1, T + TOLERANCE, TEXT)]
    assert rules.fall_due(silences, back) == [Extended(1, back, back + HOUR, "outage", away_from=NOON, away_until=back)], "an hour's notice at the least"
    longer = under_silence(NOON + 5 * HOUR)
    assert after_all(longer, rules.fall_due(longer, NOON + 9 * HOUR))[0].expires_at == NOON + 14 * HOUR


def test_an_absence_well_before_the_end_is_given_back_too() -> None:
    silences = under_silence(NOON + 10 * HOUR)
    longer = after_all(silences, rules.fall_due(silences, NOON + 3 * HOUR))
    assert longer[0].expires_at == NOON + 13 * HOUR


def test_whoever_objects_first_after_an_absence_is_in_time_even_before_the_timer_rings() -> None:
    silences = under_silence()
    steps = rules.break_by_objection(silences, objection(T + 9 * HOUR))
    assert kinds(steps) == ["Extended", "Broken"]
    assert after_all(silences, steps)[0].state == BROKEN
    assert kinds(rules.break_by_amendment(silences, objection(T + 9 * HOUR))) == ["Extended", "Broken"]


def test_an_outage_that_only_the_secretariat_knows_of_is_given_back_once() -> None:
    silences = under_silence(NOON + HOUR)
    at = NOON + 9 * MINUTE
    longer = after_all(silences, rules.record_outage(silences, at, NOON + MINUTE, NOON + 5 * MINUTE, "The line to the venue was cut."))
    assert longer[0].expires_at == NOON + HOUR + 4 * MINUTE
    assert rule_of(rules.record_outage, longer, at, NOON + 4 * MINUTE, NOON + 6 * MINUTE, "Again.") == "outage-known"
    assert rule_of(rules.record_outage, longer, at, at, at + MS, "To come.") == "outage-elsewhere"
    before = after_all(silences, rules.record_outage(silences, at, NOON - HOUR, NOON + MINUTE, "It began before."))
    assert before[0].expires_at == NOON + HOUR + MINUTE, "what was before the silence is not lost"


def test_the_chair_takes_the_text_back_before_the_end_only() -> None:
    silences = under_silence()
    assert after_all(silences, rules.withdraw(silences, T - MS, "A slip in the text."))[0].state == WITHDRAWN
    assert rule_of(rules.withdraw, silences, T, "Too late.") == "silence-over"


def test_a_statement_stands_beside_the_text_for_ever_and_breaks_nothing() -> None:
    silences = under_silence()
    said = Stated(0, NOON, "reservation", "NO", "We read this as voluntary.")
    assert rule_of(rules.state, (), said) == "no-silence"
    assert rule_of(rules.state, silences, msgspec.structs.replace(said, kind="veto")) == "unknown-statement"
    silences = after_all(silences, rules.state(silences, said))
    assert running(silences)
    silences = after_all(silences, rules.fall_due(silences, T))
    silences = after_all(silences, rules.state(silences, msgspec.structs.replace(said, at=T + HOUR, kind="statement")))
    assert [one.kind for one in silences[0].statements] == ["reservation", "statement"]
    assert silences[0].state == ADOPTED


def test_who_speaks_for_a_group_is_one_of_it_and_speaks_for_those_who_are_in_it_then() -> None:
    standing = Standing(
        known_at=1, delegations={code: Delegation(code, "accepted" if code != "SK" else "suspended") for code in ("CZ", "SK", "AT")},
        groups={"EU": ("AT", "CZ", "SK")},
    )  # fmt: skip
    assert rules.speaking_for(standing, "CZ", None) == ()
    assert rules.speaking_for(standing, "CZ", "EU") == ("AT", "CZ"), "SK is suspended"
    assert rule_of(rules.speaking_for, standing, "JP", "EU") == "not-a-member"
    assert rule_of(rules.speaking_for, standing, "CZ", "G77") == "not-a-member"


moves = st.tuples(
    st.sampled_from(["wait", "due", "end", "jump"]),
    st.sampled_from(["ring", "object", "amend", "extend", "withdraw", "outage", "begin", "state"]),
    st.integers(0, 3),
)


@given(st.integers(1, 3_000), st.lists(moves, max_size=40))
def test_no_text_is_adopted_that_somebody_broke_in_time_or_whose_end_nobody_was_there_to_see(minutes: int, said: list[tuple[str, str, int]]) -> None:
    at = NOON
    silences = after_all((), rules.begin((), opened(expires_at=NOON + minutes * MINUTE)))
    history: list[tuple[Step, datetime]] = []
    for how, act, by in said:
        current = silences[-1]
        # The record's time never goes back, wherever the clock is set; it stands still, or it jumps.
        aims = {
            "wait": at + by * MINUTE, "due": current.due + (by - 1) * MS, "end": current.expires_at + (by - 1) * MS,
            "jump": at + [TOLERANCE + MS, SIGN + TOLERANCE + MS, 5 * HOUR, 99 * HOUR][by],
        }  # fmt: skip
        at = max(at, aims[how])
        lost = at - current.due > TOLERANCE
        in_time = current.state == "running" and (at < current.expires_at or lost)
        steps, rule = _done(silences, act, at)
        assert rule != "silence-over" or not in_time
        if act in ("object", "amend"):
            assert any(isinstance(step, Broken) for step in steps) == in_time
        for step in steps:
            ends = current.expires_at if step.number == current.opened.number else at
            assert not isinstance(step, Adopted) or (ends <= at <= ends + TOLERANCE and not lost)
            assert not isinstance(step, Watched) or at < ends
            history.append((step, at))
        silences = after_all(silences, steps)
    for silence in silences:
        mine = [step for step, _ in history if step.number == silence.opened.number]
        assert sum(isinstance(step, Adopted | Broken) for step in mine) <= 1, "it ends once"
        assert (silence.state == ADOPTED) == any(isinstance(step, Adopted) for step in mine)
        assert (silence.state == BROKEN) == any(isinstance(step, Broken) for step in mine)
        assert all(one.expires_at < two.expires_at for one, two in zip(silence.extensions, silence.extensions[1:], strict=False))
    assert all(one.state != "running" for one in silences[:-1])


def _done(silences: Silences, act: str, at: datetime) -> tuple[list[Step], str]:
    """The steps that follow, or the rule that refused."""
    acts: dict[str, Callable[[], list[Step]]] = {
        "ring": lambda: rules.fall_due(silences, at),
        "object": lambda: rules.break_by_objection(silences, objection(at)),
        "amend": lambda: rules.break_by_amendment(silences, objection(at)),
        "extend": lambda: rules.extend(silences, at, silences[-1].expires_at + HOUR, "More time."),
        "withdraw": lambda: rules.withdraw(silences, at, "A slip."),
        "outage": lambda: rules.record_outage(silences, at, at - 5 * MINUTE, at - MINUTE, "The line was cut."),
        "begin": lambda: rules.begin(silences, opened(at, at + HOUR)),
        "state": lambda: rules.state(silences, Stated(0, at, "statement", "NO", "Noted.")),
    }
    try:
        return acts[act](), ""
    except RuledOut as refused:
        return [], refused.rule
