"""The rules of consensus: declared by the chair, with no objection in the way that was not accommodated, retracted or answered."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from delegations.people import NOON
from parley.protocol import consensus_rules as rules
from parley.protocol.consensus import ALL_ANSWERED, DECLARED, NO_OBJECTION, Called, Calls, Declared, Objected, Step, after, agreed, open_call
from parley.protocol.ruled_out import RuledOut
from parley.protocol.silence import Stated

MS, MINUTE, HOUR, DAY = timedelta(milliseconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
T = NOON + HOUR
TEXT = "a" * 64


def told(calls: Calls, *steps: Step) -> Calls:
    for step in steps:
        calls = after(calls, step)
    return calls


def called(at: datetime = NOON, closes_at: datetime = T, rule: str = ALL_ANSWERED, text: str = TEXT) -> Called:
    return Called(0, text, at, closes_at, "Europe/Prague", rule, "participants")


def asked(**more: Any) -> Calls:
    return told((), *rules.call((), called(**more)))


def objection(delegation: str = "JP", at: datetime = NOON, hold_until: datetime | None = None) -> Objected:
    return Objected(0, "", at, delegation, "Not this.", hold_until)


def objected(calls: Calls, *who: str, **more: Any) -> Calls:
    for one in who:
        calls = told(calls, *rules.object_to(calls, objection(one, **more)))
    return calls


def rule_of(call: Callable[..., Any], *given: Any) -> str:
    with pytest.raises(RuledOut) as refused:
        call(*given)
    assert refused.value.why.endswith(".")
    return refused.value.rule


def test_without_objections_the_chair_declares_once_the_call_has_closed() -> None:
    calls = asked()
    assert rule_of(rules.declare, calls, T - MS) == "call-not-closed"
    assert rules.declare(calls, T) == [Declared(1, T, TEXT)]
    over = told(calls, *rules.declare(calls, T))
    assert agreed(over, TEXT) == over[0]
    assert agreed(over, "b" * 64) is None
    assert rule_of(rules.declare, over, T) == "no-call"


def test_an_objection_stands_in_the_way_until_it_is_retracted_or_answered() -> None:
    calls = objected(asked(), "JP", "NO")
    assert rule_of(rules.declare, calls, T) == "objections-stand"
    calls = told(calls, *rules.retract(calls, NOON, "o1", "JP"))
    assert rule_of(rules.declare, calls, T) == "objections-stand"
    calls = told(calls, *rules.answer(calls, NOON, "o2", "It is in paragraph 4 already."))
    assert rules.declare(calls, T) == [Declared(1, T, TEXT)]


def test_by_the_strict_rule_an_answer_does_not_suffice() -> None:
    calls = objected(asked(rule=NO_OBJECTION), "JP")
    calls = told(calls, *rules.answer(calls, NOON, "o1", "Heard."))
    assert rule_of(rules.declare, calls, T) == "objections-stand"
    calls = told(calls, *rules.retract(calls, T, "o1", "JP"))
    assert rules.declare(calls, T) == [Declared(1, T, TEXT)]


def test_only_its_own_delegation_takes_an_objection_back() -> None:
    calls = objected(asked(), "JP")
    assert rule_of(rules.retract, calls, NOON, "o1", "NO") == "no-such-objection"
    assert rule_of(rules.retract, calls, NOON, "o2", "JP") == "no-such-objection"


def test_an_objection_comes_before_the_call_closes() -> None:
    assert objected(asked(), "JP", at=T - MS)
    with pytest.raises(RuledOut) as refused:
        objected(asked(), "JP", at=T)
    assert refused.value.rule == "call-closed"
    assert refused.value.details["received_at"] == "2019-05-03T15:00:00.000+02:00[Europe/Prague]"
    assert rule_of(objected, objected(asked(), "JP"), "JP") == "objected-already"


def test_a_hold_keeps_the_text_open_until_its_limit_and_no_longer() -> None:
    until = T + HOUR
    calls = objected(asked(), "JP", hold_until=until)
    assert rule_of(rules.declare, calls, until - MS) == "objections-stand"
    assert rules.declare(calls, until) == [Declared(1, until, TEXT)], "whoever stays away holds nothing"
    late = objected(calls, "JP", at=until - MS)
    assert [one.state(until - MS) for one in late[0].objections] == ["lapsed", "standing"]
    assert rule_of(rules.declare, late, until) == "objections-stand"
    with pytest.raises(RuledOut):
        objected(calls, "NO", at=T)


def test_nobody_asks_for_time_twice_or_for_more_than_a_week() -> None:
    calls = objected(asked(), "JP", hold_until=NOON + MINUTE)
    with pytest.raises(RuledOut) as refused:
        objected(calls, "JP", at=NOON + 2 * MINUTE, hold_until=NOON + DAY)
    assert refused.value.rule == "held-already"
    for until in (NOON, NOON + 7 * DAY + MS):
        with pytest.raises(RuledOut) as refused:
            objected(asked(), "JP", hold_until=until)
        assert refused.value.rule == "hold-out-of-range"


def test_a_text_that_accommodates_an_objection_ends_the_call() -> None:
    calls = objected(asked(), "JP")
    assert rule_of(rules.end, calls, NOON, "Another text.", ("o2",)) == "no-such-objection"
    over = told(calls, *rules.end(calls, NOON, "Paragraph 2 will say so.", ("o1",)))
    assert (over[0].state, over[0].objections[0].state(NOON)) == ("ended", "accommodated")
    assert rule_of(rules.answer, over, NOON, "o1", "Heard.") == "no-call"
    assert rules.call(over, called(text="b" * 64)) == [Called(2, "b" * 64, NOON, T, "Europe/Prague", ALL_ANSWERED, "participants")]


def test_a_call_that_failed_is_not_made_into_consensus_by_repeating_it() -> None:
    calls = objected(asked(), "JP")
    over = told(calls, *rules.end(calls, NOON, "It cannot be reached today.", ()))
    assert rule_of(rules.call, over, called()) == "asked-before"
    assert rules.call(over, called(text="b" * 64))
    withdrawn = told(over, *rules.retract(over, NOON, "o1", "JP"))
    assert rules.call(withdrawn, called())


def test_one_call_at_a_time_that_closes_in_time_by_a_known_rule() -> None:
    assert rule_of(rules.call, asked(), called()) == "call-open"
    assert rule_of(rules.call, (), called(rule="majority")) == "unknown-rule"
    for closes_at in (NOON, NOON + 30 * DAY + MS):
        assert rule_of(rules.call, (), called(closes_at=closes_at)) == "closing-out-of-range"


def test_a_late_objection_stands_beside_the_text_as_a_reservation() -> None:
    said = Stated(0, T, "reservation", "NO", "We read it as voluntary.")
    assert rule_of(rules.state, (), said) == "no-call"
    assert rule_of(rules.state, asked(), replace(said, kind="veto")) == "unknown-statement"
    calls = told(asked(), *rules.state(asked(), said))
    assert [one.number for one in calls[0].statements] == [1]
    assert rules.declare(calls, T), "it stands in nobody's way"


acts = st.tuples(st.sampled_from(["object", "hold", "retract", "answer", "declare", "end", "call"]), st.sampled_from(["JP", "NO", "CZ"]), st.integers(0, 90))


@given(st.sampled_from([NO_OBJECTION, ALL_ANSWERED]), st.lists(acts, max_size=40))
def test_consensus_is_never_declared_over_an_objection_in_time_and_never_held_up_for_ever(rule: str, said: list[tuple[str, str, int]]) -> None:
    at, calls = NOON, asked(rule=rule)
    for act, who, minutes in said:
        at += minutes * MINUTE / 3
        names = [one.said.objection for one in calls[-1].objections if one.said.delegation == who][-1:] or ["o0"]
        standing = [one for one in calls[-1].objections if one.retracted_at is None and one.said.hold_until is None and one.answered is None]
        in_time = open_call(calls) is not None and at < calls[-1].called.closes_at
        steps = _done(calls, act, who, at, names[0], rule)
        if act == "declare" and steps:
            assert not standing
            assert not in_time
            assert rule == ALL_ANSWERED or all(one.retracted_at or one.said.hold_until for one in calls[-1].objections)
        if act == "object" and in_time:
            mine = [one for one in calls[-1].objections if one.said.delegation == who and one.retracted_at is None and one.said.hold_until is None]
            assert bool(steps) == (not mine), "an objection in time is taken"
        calls = told(calls, *steps)
    if open_call(calls) is not None:
        latest = at + 40 * DAY
        for one in calls[-1].objections:
            if one.state(latest) == "standing":
                calls = told(calls, *rules.answer(calls, latest, one.said.objection, "Heard."))
        free = rule == ALL_ANSWERED or not calls[-1].against(latest)
        calls = told(calls, *(rules.declare(calls, latest) if free else rules.end(calls, latest, "Not reached.", ())))
        assert calls[-1].state == (DECLARED if free else "ended"), "nobody who is away keeps the chair from going on"


def _done(calls: Calls, act: str, who: str, at: datetime, name: str, rule: str) -> list[Step]:
    done: dict[str, Callable[[], list[Step]]] = {
        "object": lambda: rules.object_to(calls, objection(who, at)),
        "hold": lambda: rules.object_to(calls, objection(who, at, at + HOUR)),
        "retract": lambda: rules.retract(calls, at, name, who),
        "answer": lambda: rules.answer(calls, at, name, "Heard."),
        "declare": lambda: rules.declare(calls, at),
        "end": lambda: rules.end(calls, at, "Not reached.", ()),
        "call": lambda: rules.call(calls, called(at, at + HOUR, rule)),
    }
    try:
        return done[act]()
    except RuledOut:
        return []
