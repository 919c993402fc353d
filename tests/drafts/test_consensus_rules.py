"""Consensus on a version of a draft: what the rules of a document add to those of consensus itself."""

from datetime import timedelta
from typing import Any

import pytest

from delegations.people import LATER, NOON, chair, head, member, observer, rapporteur, secretariat
from drafts.drafting import CLAUSES, DOCUMENT, draft, make, nothing, propose, rule, standing, taking, told
from drafts.test_silence_rules import start
from parley.drafts.facts import DocumentTabled
from parley.drafts.rules_consensus import AnswerObjection, CallConsensus, DeclareConsensus, EndCall, RaiseObjection, RetractObjection
from parley.kernel.decider import NotEntitled, Unknown
from parley.text import Clause, version

T = LATER + timedelta(minutes=1)
MS = timedelta(milliseconds=1)


def call(by: Any = chair, rule: str = "objections-answered") -> CallConsensus:
    return CallConsensus(by, LATER, standing, T, "Europe/Prague", rule)


def objection(by: Any = None, at: Any = LATER, group: str | None = None, hold: Any = None) -> RaiseObjection:
    return RaiseObjection(by or head("JP"), at, standing, "Paragraph 1 goes too far.", group, hold)


def declare(at: Any = T, by: Any = chair) -> DeclareConsensus:
    return DeclareConsensus(by, at, standing)


asked = told(taking, call())


def test_the_present_version_is_frozen_and_needs_no_brackets() -> None:
    called = asked.state.calls[0].called
    assert (called.version, called.text_hash) == (0, version(CLAUSES).root)
    accepted = told(taking, propose(at=NOON - MS), rule("A1"), call())
    accepted.when(make()).refused("text-frozen")
    clauses = (Clause("p1", "Parties [should][shall] share."),)
    nothing.given(DocumentTabled(DOCUMENT, "Sharing", "participants", clauses, version(clauses).root)).when(call()).refused("brackets-open")


def test_a_silence_and_a_call_do_not_run_at_once() -> None:
    asked.when(start()).refused("call-open")
    told(taking, start()).when(call()).refused("under-silence")


def test_only_the_chair_calls_answers_declares_and_ends_and_only_heads_object() -> None:
    for by in (rapporteur, secretariat, head("JP")):
        for command in (call(by), AnswerObjection(by, LATER, standing, "o1", "Heard."), declare(by=by), EndCall(by, LATER, standing, "Not today.")):
            asked.when(command).refused("not-entitled", NotEntitled)
    for by in (chair, member("JP"), head("PL"), head("JP", "suspended")):
        asked.when(objection(by)).refused("not-entitled", NotEntitled)
        asked.when(RetractObjection(by, LATER, standing, "o1")).refused("not-entitled", NotEntitled)
    asked.when(objection(observer)).refused("unknown", Unknown)


@pytest.mark.parametrize("strict", [False, True])
def test_an_answered_objection_stands_in_the_way_only_where_none_may_stand(strict: bool) -> None:
    spec = told(taking, call(rule="no-objection" if strict else "objections-answered"), objection())
    spec.when(declare()).refused("objections-stand")
    spec = told(spec, AnswerObjection(chair, LATER, standing, "o1", "It says `may`."))
    if strict:
        spec.when(declare()).refused("objections-stand")
        spec = told(spec, RetractObjection(head("JP"), LATER, standing, "o1"))
    assert told(spec, declare()).state.calls[0].state == "declared"


def test_a_hold_ends_and_absence_keeps_nobody() -> None:
    held = told(asked, objection(hold=T + timedelta(hours=1)))
    held.when(declare()).refused("objections-stand")
    assert told(held, declare(T + timedelta(hours=1))).state.calls[0].state == "declared"


def test_another_text_that_accommodates_ends_the_call() -> None:
    ended = told(asked, objection(head("CZ"), group="EU"), EndCall(chair, LATER, standing, "Paragraph 1 will say `may`.", ("o1",)))
    assert ended.state.calls[0].objections[0].said.represented == ("CZ", "SK")
    assert ended.state.calls[0].objections[0].state(LATER) == "accommodated"
    ended.when(declare()).refused("no-call")


def test_a_failed_call_is_not_repeated_on_the_same_text() -> None:
    failed = told(asked, objection(), EndCall(chair, LATER, standing, "Not today."))
    failed.when(call()).refused("asked-before")
    assert draft.when(call()).after().calls
