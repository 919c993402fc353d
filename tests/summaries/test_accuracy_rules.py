"""The right of correction, and two persons who issue."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from house import KEYS
from parley.protocol.standing import Actor
from parley.summaries.accuracy import AnswerCorrection, AskCorrection, OpenAccuracyWindow, WithdrawRequest, concerned
from parley.summaries.beginning import RetitleSummary
from parley.summaries.drafting import EditSentence
from parley.summaries.facts import Sentence, SummaryIssued
from parley.summaries.gate import report
from parley.summaries.inputs import Voice
from parley.summaries.issuing import CountersignIssue, IssueSummary, OverrideFinding
from summaries.drafting_room import (
    CHAIR,
    FORUM,
    HEAD,
    NETWORKS,
    NOW,
    RAPPORTEUR,
    SECRETARIAT,
    SUPPLIERS,
    Desk,
    against,
    disposed,
    everything,
    hash_of,
    inputs,
    principle,
    reflected,
    source,
    started,
    written,
)  # fmt: skip

CLOSES = NOW + timedelta(hours=48)
KNOWN = inputs(principle("p1", SUPPLIERS, "CZ"), principle("p2", NETWORKS, "JP", seq=2))
ONE, TWO = f"One delegation put forward: {SUPPLIERS}", f"One delegation put forward: {NETWORKS}"


def desk(**more: object) -> Desk:
    facts = (written("s1", ONE, source("p1")), written("s2", TWO, source("p2", NETWORKS), after="s1"), disposed(reflected("p1"), reflected("p2")))
    return Desk(started(**more), *facts)


def open_window() -> Desk:
    return desk().when(OpenAccuracyWindow(CHAIR, NOW, CLOSES))


def ask(sentence: str = "s1", text: str = ONE, at: datetime = NOW, by: Actor = HEAD) -> AskCorrection:
    return AskCorrection(by, at, sentence, text, "We said more.", "Suppliers are assessed on all law.", KNOWN.by_reference)


def answered(outcome: str = "declined", reason: str = "It is what was put forward.") -> AnswerCorrection:
    return AnswerCorrection(CHAIR, NOW, "r1", outcome, reason)


def findings(of: Desk, at: datetime = NOW) -> list[str]:
    return [one.code for one in report(of.summary, KNOWN, FORUM, at).open]


# -- the window --------------------------------------------------------------------------------------------------------------------------------------------


def test_a_delegation_asks_to_correct_how_its_own_view_is_put() -> None:
    request = open_window().when(ask()).summary.requests["r1"]
    assert (request.delegation, request.sentence, request.text, request.outcome) == ("CZ", "s1", ONE, "")


def test_how_anothers_view_is_put_is_not_to_be_asked_about_nor_known() -> None:
    refused = open_window().refused(ask("s2", TWO))
    assert (refused.status, refused.why) == (404, open_window().refused(ask("s9")).why)


def test_without_a_window_there_is_nothing_to_ask_about() -> None:
    assert desk().refused(ask()).status == 404


def test_only_the_head_asks_for_a_delegation() -> None:
    assert open_window().refused(ask(by=replace(HEAD, roles=("member",)))).rule == "not-entitled"


def test_the_window_closes_to_the_millisecond_by_the_records_clock() -> None:
    assert open_window().when(ask(at=CLOSES - timedelta(milliseconds=1))).kinds() == ["CorrectionAsked"]
    refused = open_window().refused(ask(at=CLOSES))
    assert (refused.rule, refused.details["received_at"]) == ("window-closed", CLOSES.isoformat())


def test_a_request_speaks_of_the_words_that_stand_there_now() -> None:
    edited = open_window().when(EditSentence(CHAIR, NOW, "s1", f"One delegation said: {SUPPLIERS}", KNOWN.by_reference))
    assert edited.refused(ask()).rule == "sentence-changed"


def test_a_window_opens_for_a_time_that_is_to_come_and_may_be_moved_while_it_is_open() -> None:
    for closes_at in (NOW, NOW - timedelta(hours=1), NOW + timedelta(days=31)):
        assert desk().refused(OpenAccuracyWindow(CHAIR, NOW, closes_at)).rule == "window-out-of-range"
    later = CLOSES + timedelta(hours=1)
    assert open_window().when(OpenAccuracyWindow(CHAIR, NOW, later)).summary.window_closes_at == later
    assert open_window().refused(OpenAccuracyWindow(CHAIR, CLOSES, later)).rule == "window-closed"


def test_the_chair_alone_opens_the_window_and_answers() -> None:
    assert desk().refused(OpenAccuracyWindow(RAPPORTEUR, NOW, CLOSES)).rule == "not-entitled"
    assert open_window().when(ask()).refused(AnswerCorrection(SECRETARIAT, NOW, "r1", "declined", "no")).rule == "not-entitled"
    assert open_window().when(ask()).refused(AnswerCorrection(HEAD, NOW, "r1", "made", "yes")).status == 404


# -- answers -----------------------------------------------------------------------------------------------------------------------------------------------


def test_nothing_is_issued_while_the_window_is_open_or_a_request_has_no_answer() -> None:
    asked = open_window().when(ask())
    assert findings(asked) == ["window-open", "unanswered"]
    assert findings(asked, CLOSES) == ["unanswered"]
    assert asked.refused(IssueSummary(CHAIR, CLOSES, KNOWN, FORUM, KEYS.sign)).rule == "gate-shut"
    assert findings(asked.when(answered()), CLOSES) == []


def test_the_chair_may_go_on_without_an_answer_but_says_why_and_both_are_kept() -> None:
    asked = open_window().when(ask())
    asked.now = CLOSES
    asked.when(OverrideFinding(CHAIR, CLOSES, "unanswered/r1", "The head could not be reached.", KNOWN, FORUM)).issue(KNOWN)
    issued = everything(asked, SummaryIssued)[0]
    assert [(one.request, one.delegation, one.outcome) for one in issued.requests] == [("r1", "CZ", "")]
    assert [one.reason for one in issued.overrides] == ["The head could not be reached."]


def test_an_answer_has_a_reason_and_is_given_once() -> None:
    asked = open_window().when(ask())
    assert asked.refused(answered(reason=" ")).rule == "reason-missing"
    assert asked.refused(answered("perhaps")).rule == "unknown-outcome"
    assert asked.refused(AnswerCorrection(CHAIR, NOW, "r7", "declined", "no")).status == 404
    assert asked.when(answered()).refused(answered()).rule == "answered-already"


def test_a_correction_is_made_before_it_is_said_to_be_made() -> None:
    asked = open_window().when(ask())
    assert asked.refused(answered("made", "You are right.")).rule == "nothing-changed"
    asked.when(EditSentence(CHAIR, NOW, "s1", f"One delegation said: {SUPPLIERS}", KNOWN.by_reference))
    assert asked.when(answered("made", "You are right.")).summary.requests["r1"].outcome == "made"


def test_a_delegation_may_ask_no_longer() -> None:
    asked = open_window().when(ask())
    other = Actor(person="jp-head", roles=("head",), delegation="JP", credentials="accepted")
    assert asked.refused(WithdrawRequest(other, NOW, "r1")).status == asked.refused(WithdrawRequest(HEAD, NOW, "r9")).status == 404
    assert asked.refused(WithdrawRequest(replace(HEAD, roles=("member",)), NOW, "r1")).rule == "not-entitled"
    withdrawn = asked.when(WithdrawRequest(HEAD, NOW, "r1"))
    assert findings(withdrawn, CLOSES) == []
    assert withdrawn.refused(WithdrawRequest(HEAD, NOW, "r1")).rule == "answered-already"


def test_concerned_are_all_whose_view_a_sentence_puts_unless_a_source_is_closed_to_them() -> None:
    sentence = Sentence("s1", "Words.", (source("p1"), source("p2", NETWORKS)))
    voices = ("CZ", Voice("SK", "support", hash_of(SUPPLIERS), by="EU"), against("NO"))
    known = inputs(principle("p1", SUPPLIERS, *voices), principle("p2", NETWORKS, "JP")).by_reference
    assert concerned(sentence, known) == {"CZ", "SK", "NO", "JP"}
    closed = inputs(principle("p1", SUPPLIERS, *voices), principle("p2", NETWORKS, "JP", marking="restricted", audience=("SK",))).by_reference
    assert concerned(sentence, closed) == {"SK", "JP"}


# -- two persons -------------------------------------------------------------------------------------------------------------------------------------------


def countersigned(by: Actor = RAPPORTEUR, chair: str | None = "chair") -> CountersignIssue:
    return CountersignIssue(by, NOW, KNOWN, FORUM, KEYS.sign, chair)


def signed() -> Desk:
    return desk(countersigned=True).issue(KNOWN)


def test_where_two_persons_issue_the_second_signature_issues() -> None:
    assert signed().kinds() == ["IssueSigned"]
    assert signed().when(countersigned()).kinds() == ["SummaryIssued", "ReceiptSigned", "ReceiptSigned", "VersionReleased"]
    assert signed().when(countersigned(SECRETARIAT)).kinds() == ["SummaryIssued", "ReceiptSigned", "ReceiptSigned", "VersionReleased"]


def test_the_time_of_release_is_the_one_that_the_chair_signed() -> None:
    held = desk(countersigned=True).issue(KNOWN, after=timedelta(hours=2)).when(countersigned())
    assert (held.kinds(), everything(held, SummaryIssued)[0].release_at) == (["SummaryIssued", "ReceiptSigned", "ReceiptSigned"], NOW + timedelta(hours=2))


def test_nothing_is_countersigned_that_the_chair_has_not_signed() -> None:
    assert desk(countersigned=True).refused(countersigned()).rule == "not-signed"
    assert signed().when(countersigned()).refused(countersigned()).rule == "not-signed"


def test_any_change_of_the_text_voids_the_signature() -> None:
    assert signed().when(RetitleSummary(RAPPORTEUR, NOW, "Other")).refused(countersigned()).rule == "text-changed"
    edited = signed().when(EditSentence(RAPPORTEUR, NOW, "s1", f"One delegation said: {SUPPLIERS}", KNOWN.by_reference))
    assert edited.refused(countersigned()).rule == "text-changed"


@pytest.mark.parametrize("chair", ["another", None])
def test_a_chair_who_is_replaced_leaves_no_valid_signature(chair: str | None) -> None:
    assert signed().refused(countersigned(chair=chair)).rule == "chair-changed"


def test_one_person_does_not_sign_twice() -> None:
    assert signed().refused(countersigned(CHAIR)).rule == "not-entitled"
    assert signed().refused(countersigned(replace(RAPPORTEUR, person="chair"))).rule == "same-person"


def test_the_gate_is_asked_again_at_the_second_signature() -> None:
    more = inputs(*KNOWN.by_reference.values(), principle("p3", SUPPLIERS, "SK", seq=3))
    assert signed().refused(CountersignIssue(RAPPORTEUR, NOW, more, FORUM, KEYS.sign, "chair")).rule == "gate-shut"
