"""Consensus on a summary: what the rules of a summary add to those of consensus itself."""

from datetime import timedelta
from typing import Any

import pytest

from delegations.people import head, member
from parley.kernel.decider import NotEntitled, Unknown
from parley.protocol.standing import Delegation, Standing
from parley.summaries.by_consensus import AnswerObjection, CallConsensus, DeclareConsensus, EndCall, RaiseObjection, RetractObjection, StateOnCall
from parley.summaries.facts import SummaryIssued
from parley.summaries.facts_consensus import ConsensusCalled, ObjectionRaised
from parley.summaries.frozen import frozen_text
from parley.summaries.issuing import IssueSummary
from parley.summaries.under_silence import LetTimePass, StartSilence
from summaries.drafting_room import CHAIR, FORUM, HEAD, KEYS, NETWORKS, NOW, RAPPORTEUR, SECRETARIAT, Desk, everything, inputs, principle
from summaries.test_silence_rules import KNOWN, MS, desk, edit

T = NOW + timedelta(minutes=1)
STANDING = Standing(known_at=1, open=True, delegations={code: Delegation(code, "accepted") for code in ("CZ", "SK", "JP")}, groups={"EU": ("CZ", "SK")})


def call(by: Any = CHAIR, known: Any = KNOWN, rule: str = "objections-answered") -> CallConsensus:
    return CallConsensus(by, NOW, T, "Europe/Prague", rule, known, FORUM)


def objection(by: Any = HEAD, at: Any = NOW, group: str | None = None, hold: Any = None) -> RaiseObjection:
    return RaiseObjection(by, at, STANDING, "Sentence 1 goes too far.", group, hold)


def asked(**more: Any) -> Desk:
    return desk(**more).when(call())


def test_the_words_are_those_that_would_be_issued_and_pass_the_same_gate() -> None:
    assert everything(asked(), ConsensusCalled)[0].said.text == frozen_text(desk().summary)
    more = inputs(principle("p1"), principle("p2", NETWORKS, "JP", seq=2))
    assert desk().refused(call(known=more)).rule == "gate-shut"


def test_while_delegations_are_asked_no_word_changes_and_nothing_is_issued() -> None:
    assert asked().refused(edit()).rule == "text-frozen"
    assert asked().refused(IssueSummary(CHAIR, NOW, KNOWN, FORUM, KEYS.sign)).rule == "call-open"


def test_a_silence_and_a_call_do_not_run_at_once() -> None:
    silence = StartSilence(CHAIR, NOW, T, "Europe/Prague", KNOWN, FORUM)
    assert asked().refused(silence).rule == "call-open"
    assert desk().when(silence).refused(call()).rule == "under-silence"
    assert asked().refused(call()).rule == "call-open"


@pytest.mark.parametrize("by", [RAPPORTEUR, SECRETARIAT])
def test_only_the_chair_calls_answers_declares_and_ends(by: Any) -> None:
    for command in (call(by), AnswerObjection(by, NOW, "o1", "Heard."), DeclareConsensus(by, T), EndCall(by, NOW, "Not today.")):
        assert isinstance(asked().refused(command), NotEntitled)


@pytest.mark.parametrize("by", [CHAIR, RAPPORTEUR, SECRETARIAT, member("CZ"), head("CZ", "suspended")])
def test_only_the_head_of_an_accredited_delegation_objects(by: Any) -> None:
    assert isinstance(asked().refused(objection(by)), NotEntitled)


def test_who_may_not_see_the_text_learns_nothing_of_the_call() -> None:
    closed = asked(marking="restricted", audience=("JP",))
    for desk_ in (closed, desk(), Desk()):
        for command in (objection(), RetractObjection(HEAD, NOW, STANDING, "o1"), call(HEAD)):
            assert isinstance(desk_.refused(command), Unknown)
    assert closed.when(objection(head("JP"))).kinds() == ["ObjectionRaised"]


def test_consensus_is_declared_with_the_objections_attached_and_issued_as_such() -> None:
    heard = asked().when(objection(group="EU"))
    assert everything(heard, ObjectionRaised)[0].said.represented == ("CZ", "SK")
    assert heard.refused(DeclareConsensus(CHAIR, T)).rule == "objections-stand"
    declared = heard.when(AnswerObjection(CHAIR, NOW, "o1", "It says `may`.")).when(DeclareConsensus(CHAIR, T))
    assert declared.kinds() == ["ConsensusDeclared"]
    issued = everything(declared.when(IssueSummary(CHAIR, T + MS, KNOWN, FORUM, KEYS.sign)), SummaryIssued)[0]
    assert (issued.authority, issued.consensus, issued.silence) == ("by consensus", 1, None)
    assert [(one.said.delegation, one.answered.reason) for one in issued.objections] == [("CZ", "It says `may`.")]
    assert "by consensus · 2019-05-03T10:01:00Z · participants" in issued.text


def test_another_text_has_no_consensus() -> None:
    changed = asked().when(DeclareConsensus(CHAIR, T)).when(edit(at=T))
    issued = everything(changed.when(IssueSummary(CHAIR, T + MS, KNOWN, FORUM, KEYS.sign)), SummaryIssued)[0]
    assert (issued.authority, issued.consensus, issued.objections) == ("the chair's own", None, ())


def test_what_was_adopted_by_silence_too_is_issued_by_consensus() -> None:
    quiet = desk().when(StartSilence(CHAIR, NOW, T, "Europe/Prague", KNOWN, FORUM)).when(LetTimePass(T))
    both = quiet.when(CallConsensus(CHAIR, T, T + MS, "UTC", "no-objection", KNOWN, FORUM)).when(DeclareConsensus(CHAIR, T + MS))
    assert everything(both.when(IssueSummary(CHAIR, T + MS, KNOWN, FORUM, KEYS.sign)), SummaryIssued)[0].authority == "by consensus"


def test_a_text_that_accommodates_ends_the_call_and_is_asked_about_anew() -> None:
    ended = asked().when(objection()).when(EndCall(CHAIR, NOW, "Sentence 1 will say `may`.", ("o1",)))
    assert ended.when(edit()).kinds() == ["SentenceEdited"]
    assert ended.when(call()).kinds() == ["ConsensusCalled"]


def test_an_absent_delegation_holds_nothing_longer_than_it_asked_for() -> None:
    held = asked().when(objection(hold=T + timedelta(hours=1)))
    assert held.refused(DeclareConsensus(CHAIR, T)).rule == "objections-stand"
    assert held.when(DeclareConsensus(CHAIR, T + timedelta(hours=1))).kinds() == ["ConsensusDeclared"]


def test_a_statement_stands_beside_a_call_and_holds_nothing_up() -> None:
    said = asked().when(StateOnCall(HEAD, NOW, STANDING, "reservation", "We read this as voluntary.", "EU")).last[-1].said
    assert (said.delegation, said.kind, said.represented) == ("CZ", "reservation", ("CZ", "SK"))
    assert isinstance(asked().refused(StateOnCall(CHAIR, NOW, STANDING, "reservation", "No.")), NotEntitled)
