"""A draft under silence: what the rules of a document add to those of silence itself."""

from datetime import timedelta
from typing import Any

import pytest

from delegations.people import LATER, NOON, chair, head, member, observer, rapporteur, secretariat
from drafts.drafting import CLAUSES, DOCUMENT, add, bring_in, closed, draft, make, nothing, opened, propose, restate, rule, soften, standing, taking, told
from parley.drafts.facts import DocumentTabled
from parley.drafts.facts_silence import SilenceAdopted, SilenceBroken
from parley.drafts.rules_clauses import ClosePackage, MarkClauses
from parley.drafts.rules_consensus import CallConsensus, DeclareConsensus
from parley.drafts.rules_silence import BreakSilence, ExtendSilence, LetTimePass, MakeStatement, RecordOutage, StartSilence, WithdrawText
from parley.drafts.rules_versions import ReleaseVersion
from parley.kernel.decider import Invalid, NotEntitled, Unknown
from parley.protocol.silence import Adopted, Broken
from parley.text import Clause, version

T = LATER + timedelta(minutes=1)
MS = timedelta(milliseconds=1)


def start(by: Any = chair, **more: Any) -> StartSilence:
    return StartSilence(by, more.pop("at", LATER), more.pop("standing", standing), more.pop("until", T), "Europe/Prague")


def objection(by: Any = None, at: Any = LATER, group: str | None = None, known: Any = standing) -> BreakSilence:
    return BreakSilence(by or head("JP"), at, known, "Not this text.", group)


quiet = told(taking, start())


def last(spec: Any) -> Any:
    return spec.state.silences[-1]


def test_the_present_version_is_frozen_by_its_hash() -> None:
    assert (last(quiet).opened.version, last(quiet).opened.text_hash) == (0, version(CLAUSES).root)
    accepted = told(taking, propose(at=NOON - MS), rule("A1"), start())
    accepted.when(make()).refused("text-frozen")
    broken = told(accepted, objection())
    assert [type(fact).__name__ for fact in broken.when(make()).decided()] == ["VersionMade"]


def test_a_text_with_open_brackets_is_not_put_under_silence() -> None:
    clauses = (Clause("p1", "Parties [should][shall] share."),)
    bracketed = nothing.given(DocumentTabled(DOCUMENT, "Sharing", "participants", clauses, version(clauses).root))
    assert bracketed.when(start()).refused("brackets-open").details["brackets"] > 0


def test_only_the_chair_begins_extends_and_takes_back_and_only_the_secretariat_records_an_outage() -> None:
    for by in (rapporteur, secretariat, head("JP"), member("JP")):
        taking.when(start(by)).refused("not-entitled", NotEntitled)
        quiet.when(ExtendSilence(by, LATER, standing, T + MS, "More time.")).refused("not-entitled", NotEntitled)
        quiet.when(WithdrawText(by, LATER, standing, "A slip.")).refused("not-entitled", NotEntitled)
    for by in (chair, head("JP")):
        quiet.when(RecordOutage(by, LATER, standing, NOON, LATER, "The line was cut.")).refused("not-entitled", NotEntitled)


@pytest.mark.parametrize("by", [chair, rapporteur, secretariat, member("JP"), head("PL"), head("JP", "suspended"), head("XX")])
def test_only_the_head_of_an_accredited_delegation_breaks_a_silence(by: Any) -> None:
    quiet.when(objection(by)).refused("not-entitled", NotEntitled)
    quiet.when(MakeStatement(by, LATER, standing, "statement", "Noted.")).refused("not-entitled", NotEntitled)


def test_an_observer_learns_nothing_of_it() -> None:
    quiet.when(objection(observer)).refused("unknown", Unknown)


def test_an_objection_before_the_end_breaks_it_and_one_at_the_end_does_not() -> None:
    assert told(quiet, objection(at=T - MS)).state.silences[0].state == "broken"
    assert quiet.when(objection(at=T)).refused("silence-over").details["received_at"] == "2019-05-03T15:01:00.000+02:00[Europe/Prague]"


def test_an_amendment_before_the_end_breaks_it_and_stays_on_the_table_for_the_next_version() -> None:
    spec = told(quiet, propose(soften, at=T - MS, reason="We cannot be bound."))
    assert last(spec).broken == Broken(1, T - MS, "amendment", "JP", "We cannot be bound.", "A1")
    assert spec.state.amendments["A1"].state == "late", "it waits for the chair, as any other that comes when the window is over"
    after = told(quiet, propose(soften, at=T))
    assert last(after).state == "running", "at the end it is an amendment and nothing else"
    assert told(after, LetTimePass(T)).state.silences[0].state == "adopted"


def test_an_amendment_breaks_it_also_where_no_window_was_ever_opened() -> None:
    spec = told(draft, start(), propose(soften, at=LATER))
    assert (last(spec).state, spec.state.amendments["A1"].state) == ("broken", "late")
    draft.when(propose(soften, at=LATER)).refused("window-not-open")


def test_words_that_are_agreed_ad_referendum_are_before_the_delegations_again() -> None:
    agreed = told(taking, MarkClauses(chair, LATER, standing, 0, "agreed-ad-ref"))
    agreed.when(propose(soften, at=LATER)).refused("clause-agreed")
    silent = told(agreed, start())
    silent.when(ClosePackage(chair, LATER, standing, 0)).refused("text-frozen")
    assert last(told(silent, propose(soften, at=LATER))).state == "broken"


def test_an_amendment_in_other_words_breaks_it_too() -> None:
    spec = told(taking, propose(soften, at=NOON - MS), start())
    assert last(told(spec, restate("A1", add, at=LATER))).broken.amendment == "A1"


def test_what_the_secretariat_brings_in_is_nobodys_objection() -> None:
    assert last(told(quiet, bring_in(soften))).state == "running"


def test_unbroken_the_version_is_adopted_once() -> None:
    quiet.when(LetTimePass(T - MS)).refused("silence-not-over")
    quiet.when(LetTimePass(T)).then(SilenceAdopted(DOCUMENT, Adopted(1, T, version(CLAUSES).root)))
    told(quiet, LetTimePass(T)).when(LetTimePass(T + MS)).then()


def test_a_broken_text_is_not_adopted_by_time_but_may_be_put_under_silence_anew() -> None:
    broken = told(quiet, objection())
    broken.when(LetTimePass(T)).then()
    again = told(broken, start(at=T, until=T + timedelta(minutes=1)))
    assert [one.state for one in again.state.silences] == ["broken", "running"]


def test_whoever_speaks_for_a_group_names_those_in_it_then() -> None:
    assert last(told(quiet, objection(head("CZ"), group="EU"))).broken.represented == ("CZ", "SK"), "PL is suspended"
    quiet.when(objection(group="EU")).refused("not-a-member")


def test_an_objection_is_heard_when_the_negotiation_is_closed_meanwhile() -> None:
    decided = quiet.when(objection(known=closed)).decided()
    assert isinstance(decided[0], SilenceBroken)


def test_a_statement_stands_beside_the_version() -> None:
    adopted = told(quiet, LetTimePass(T), MakeStatement(head("JP"), T + MS, standing, "reservation", "We read this as voluntary."))
    assert [(one.kind, one.delegation) for one in last(adopted).statements] == [("reservation", "JP")]
    quiet.when(MakeStatement(head("JP"), LATER, standing, "veto", "No.")).refused("unknown-statement", Invalid)


def test_an_outage_and_more_time_let_it_end_later() -> None:
    spec = told(quiet, RecordOutage(secretariat, LATER + timedelta(seconds=30), standing, LATER, LATER + timedelta(seconds=20), "The line was cut."))
    assert last(spec).expires_at == T + timedelta(seconds=20)
    spec = told(spec, ExtendSilence(chair, LATER + timedelta(seconds=40), standing, T + timedelta(hours=1), "More time."))
    assert [one.cause for one in last(spec).extensions] == ["outage", "chair"]


def test_a_released_version_says_by_what_it_was_adopted_and_by_nobody() -> None:
    public = nothing.given(DocumentTabled(DOCUMENT, "Security of networks", "public", CLAUSES, version(CLAUSES).root))
    release = ReleaseVersion(chair, T + MS, standing, 0)
    adopted = told(public, start(), LetTimePass(T))
    call = (CallConsensus(chair, T, standing, T + MS, "UTC", "no-objection"), DeclareConsensus(chair, T + MS, standing))
    for spec, authority in ((public, None), (told(public, start(), objection()), None), (adopted, "by silence"), (told(adopted, *call), "by consensus")):
        assert spec.when(release).decided()[0].authority == authority


def test_the_window_of_amendments_and_the_silence_do_not_know_of_each_other() -> None:
    assert quiet.state.window.closes_at == opened.closes_at
