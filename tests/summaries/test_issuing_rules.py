"""The rules of issuing, of the embargo, and of corrections."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from house import KEYS
from parley.kernel.decider import NotEntitled, Refused
from parley.summaries.correcting import IssueCorrection
from parley.summaries.drafting import EditSentence
from parley.summaries.facts import CorrectionReleased, SummaryIssued, SummaryReleased
from parley.summaries.issuing import IssueSummary, OverrideFinding, ReleaseVersion, symbol_of
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
    inputs,
    principle,
    reflected,
    source,
    started,
    written,
)  # fmt: skip

KNOWN = inputs(principle("p1"))
ONE = f"One delegation put forward: {SUPPLIERS}"
HOUR = timedelta(hours=1)


def desk(**more: Any) -> Desk:
    return Desk(started(**more), written("s1", ONE, source("p1")), disposed(reflected("p1")))


def public() -> tuple[Desk, Any]:
    return desk(marking="public"), inputs(principle("p1", marking="public"))


def correction(*changes: tuple[str, str, str], version: int = 1, reason: str = "A slip of the pen.") -> IssueCorrection:
    return IssueCorrection(CHAIR, NOW, version, changes or (("1", "country", "land"),), reason, FORUM)


def test_versions_are_numbered_without_gap_and_every_symbol_is_new() -> None:
    issued = everything(desk().issue(KNOWN).issue(KNOWN).issue(KNOWN), SummaryIssued)
    assert [(one.version, one.symbol) for one in issued] == [(1, "PRAGUE/CS/1"), (2, "PRAGUE/CS/1/Rev.1"), (3, "PRAGUE/CS/1/Rev.2")]


def test_no_two_versions_of_any_two_summaries_share_a_symbol() -> None:
    symbols = [symbol_of("prague-5g", str(summary), version) for summary in range(1, 30) for version in range(1, 30)]
    assert len(set(symbols)) == len(symbols)


def test_a_version_keeps_who_issued_it_under_what_and_up_to_where_it_reflects_what_was_put_in() -> None:
    issued = everything(desk().issue(KNOWN), SummaryIssued)[0]
    assert (issued.authority, issued.cut, issued.issued_at) == ("the chair's own", {"delegations": 40, "drafts": 7}, NOW)
    assert "non-binding" in issued.header
    assert "without prejudice" in issued.header
    assert "responsibility of the Chair" in issued.header


def test_the_gate_keeps_an_unfinished_text_from_being_issued() -> None:
    refused = desk().refused(IssueSummary(CHAIR, NOW, inputs(principle("p1"), principle("p2", NETWORKS, "JP", seq=2)), FORUM, KEYS.sign))
    assert refused.rule == "gate-shut"
    assert [one["code"] for one in refused.details["findings"]] == ["undisposed"]


@pytest.mark.parametrize("by", [RAPPORTEUR, SECRETARIAT])
def test_only_the_chair_issues_and_lets_findings_stand_and_corrects(by: Any) -> None:
    for command in (
        IssueSummary(by, NOW, KNOWN, FORUM, KEYS.sign), OverrideFinding(by, NOW, "x", "y", KNOWN, FORUM), IssueCorrection(by, NOW, 1, (("1", "a", "b"),), "c", FORUM),
    ):  # fmt: skip
        assert isinstance(desk().refused(command), NotEntitled)


def test_a_delegation_cannot_tell_whether_there_is_anything_to_issue() -> None:
    assert (
        desk().refused(IssueSummary(HEAD, NOW, KNOWN, FORUM, KEYS.sign)).rule
        == Desk().refused(IssueSummary(HEAD, NOW, KNOWN, FORUM, KEYS.sign)).rule
        == "unknown"
    )


def test_without_an_embargo_a_version_is_released_in_the_act_of_issuing_it() -> None:
    assert desk().issue(KNOWN).kinds() == ["SummaryIssued", "ReceiptSigned", "VersionReleased"]


def test_a_time_that_is_past_is_no_embargo() -> None:
    assert desk().issue(KNOWN, after=-HOUR).kinds() == ["SummaryIssued", "ReceiptSigned", "VersionReleased"]


def test_under_embargo_nothing_is_released_before_its_time_by_the_records_clock() -> None:
    held = desk().issue(KNOWN, after=HOUR)
    assert held.kinds() == ["SummaryIssued", "ReceiptSigned"]
    assert held.refused(ReleaseVersion(NOW + HOUR - timedelta(milliseconds=1), 1)).rule == "embargo-holds"
    assert held.when(ReleaseVersion(NOW + HOUR, 1)).kinds() == ["VersionReleased"]


def test_a_version_is_released_once_however_often_the_timer_rings() -> None:
    held = desk().issue(KNOWN, after=HOUR).when(ReleaseVersion(NOW + HOUR, 1))
    assert held.when(ReleaseVersion(NOW + HOUR, 1)).last == []
    assert held.when(ReleaseVersion(NOW + 9 * HOUR, 1)).last == []


def test_an_embargo_lasts_a_year_at_most() -> None:
    assert desk().refused(IssueSummary(CHAIR, NOW, KNOWN, FORUM, KEYS.sign, NOW + timedelta(days=400))).rule == "embargo-too-long"


def test_a_version_that_was_not_issued_is_not_released_and_not_corrected() -> None:
    assert desk().refused(ReleaseVersion(NOW, 1)).status == 404
    assert desk().refused(correction()).status == 404
    assert desk().issue(KNOWN).refused(correction(version=0)).status == 404


def test_everybody_is_told_of_a_public_version_and_of_no_other() -> None:
    summary, known = public()
    assert summary.issue(known).kinds() == ["SummaryIssued", "ReceiptSigned", "VersionReleased", "SummaryReleased"]
    assert "SummaryReleased" not in desk().issue(KNOWN).kinds()


def test_what_everybody_is_told_holds_the_words_and_the_hash_and_no_source() -> None:
    summary, known = public()
    said = everything(summary.issue(known), SummaryReleased)[0]
    assert said.themes == (("policy", ((1, ONE),)),)
    assert said.content_hash == everything(summary, SummaryIssued)[0].content_hash
    assert "principle/" not in repr(said)
    assert "AA" not in repr(said)


@pytest.mark.parametrize(
    ("attribution", "beside"),
    [("none", ""), ("counted", "3 delegations"), ("group", "EU, 1 delegation"), ("named", "CZ, JP, SK")],
)
def test_beside_a_sentence_stands_what_the_attribution_policy_lets_be_said(attribution: str, beside: str) -> None:
    from parley.summaries.inputs import Voice
    from summaries.drafting_room import hash_of

    put_in = principle("p1", SUPPLIERS, "CZ", Voice("SK", "support", hash_of(SUPPLIERS), by="EU"), "JP", on_behalf_of="EU", marking="public")
    other = principle("p2", NETWORKS, "NO", seq=2, marking="public")
    known = inputs(put_in, other)
    summary = Desk(started(attribution=attribution, marking="public")).compose(known, replace(FORUM, attribution=attribution)).issue(known)
    issued = everything(summary, SummaryIssued)[0]
    assert issued.themes[0].sentences[0].who == beside
    for form in (issued.markdown, issued.html, issued.document):
        assert (f"({beside})" in form or f'"who":"{beside}"' in form) == bool(beside)
        assert attribution == "named" or "JP" not in form
    assert issued.content_hash == everything(Desk(started(marking="public")).compose(known).issue(known), SummaryIssued)[0].content_hash


def test_each_outcome_says_where_its_input_went() -> None:
    known = inputs(
        principle("p1", SUPPLIERS, "AA", against("BB")), principle("p2", NETWORKS, "CC", seq=2, state="withdrawn"), principle("p3", state="late", seq=3)
    )
    issued = everything(Desk(started()).compose(known).issue(known), SummaryIssued)[0]
    assert [(one.input, one.disposition, one.sentences) for one in issued.outcomes] == [
        ("principle/p1", "reflected", (1, 2)), ("principle/p2", "withdrawn", ()), ("principle/p3", "late", ()),
    ]  # fmt: skip


def test_a_sentence_that_quotes_two_passages_of_an_input_is_named_once() -> None:
    parts = (source("p1", start=0, end=9), source("p1", start=10, end=13))
    issued = everything(Desk(started(), written("s1", ONE, *parts), disposed(reflected("p1"))).issue(KNOWN), SummaryIssued)[0]
    assert [one.sentences for one in issued.outcomes] == [(1,)]


def test_an_amendment_that_was_ruled_on_is_answered_with_the_ruling() -> None:
    ruled = replace(principle("A1", state="ruled", ruling="rejected", ruling_reason="It goes too far."), reference="document/d/amendment/A1")
    issued = everything(desk().issue(inputs(principle("p1"), ruled)), SummaryIssued)[0]
    assert [(one.disposition, one.reason_code, one.reason) for one in issued.outcomes][1] == ("ruled", "rejected", "It goes too far.")


def test_a_later_edit_leaves_an_issued_version_as_it_was() -> None:
    issued = desk().issue(KNOWN)
    before = issued.summary.issued[0]
    issued.when(EditSentence(CHAIR, NOW, "s1", "Other words.", {}, own_wording=True))
    assert issued.summary.issued[0] == before


def test_a_finding_stands_with_a_reason_and_the_reason_is_kept_with_the_version() -> None:
    claiming = desk().write("It was agreed in 2018.", own_wording=True)
    assert claiming.refused(IssueSummary(CHAIR, NOW, KNOWN, FORUM, KEYS.sign)).rule == "gate-shut"
    finding = "claims-decision/s2/agreed"
    assert claiming.refused(OverrideFinding(CHAIR, NOW, finding, " ", KNOWN, FORUM)).rule == "reason-missing"
    assert claiming.refused(OverrideFinding(CHAIR, NOW, "claims-decision/s9/agreed", "It is history.", KNOWN, FORUM)).rule == "no-such-finding"
    issued = everything(claiming.when(OverrideFinding(CHAIR, NOW, finding, "It is history.", KNOWN, FORUM)).issue(KNOWN), SummaryIssued)[0]
    assert [(one.finding, one.reason) for one in issued.overrides] == [(finding, "It is history.")]


def test_a_missing_answer_cannot_be_reasoned_away() -> None:
    more = inputs(principle("p1"), principle("p2", NETWORKS, "JP", seq=2))
    assert desk().refused(OverrideFinding(CHAIR, NOW, "undisposed/principle/p2", "No time.", more, FORUM)).rule == "must-be-mended"


def test_corrections_are_numbered_and_named_after_their_version() -> None:
    corrected = desk().issue(KNOWN).when(correction()).when(correction(("1", "land", "state")))
    assert [one.symbol for one in corrected.summary.issued[0].corrections] == ["PRAGUE/CS/1/Corr.1", "PRAGUE/CS/1/Corr.2"]


def test_a_correction_at_one_place_leaves_the_others_to_theirs() -> None:
    two = Desk(started(), written("s1", ONE, source("p1")), written("s2", ONE, source("p1"), after="s1"), disposed(reflected("p1"))).issue(KNOWN)
    two.when(correction(("2", "country", "land"))).when(correction(("1", "country", "state")))
    assert two.refused(correction(("2", "country", "state"))).rule == "misquote"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ((("7", "country", "land"),), "no-such-place"),
        ((("1", "kingdom", "land"),), "misquote"),
        ((("1", "country", "country"),), "nothing-corrected"),
        ((("1", "country", "land"), ("1", "country", "state")), "misquote"),
    ],
)
def test_a_correction_quotes_what_stands_there(changes: tuple[tuple[str, str, str], ...], rule: str) -> None:
    assert desk().issue(KNOWN).refused(correction(*changes)).rule == rule


def test_a_correction_gives_its_reason() -> None:
    assert desk().issue(KNOWN).refused(correction(reason=" ")).rule == "reason-missing"


@pytest.mark.parametrize("new", ["Japan", "agreed", "[land]"])
def test_a_correction_brings_in_nothing_that_the_gate_would_have_found(new: str) -> None:
    assert desk().issue(KNOWN).refused(correction(("1", "country", new))).rule == "corrects-too-much"


def test_a_correction_of_a_public_version_is_told_to_everybody_once_the_version_is() -> None:
    summary, known = public()
    assert summary.issue(known, after=HOUR).when(correction()).kinds() == ["CorrectionIssued"]
    assert summary.when(ReleaseVersion(NOW + HOUR, 1)).kinds() == ["VersionReleased", "SummaryReleased", "CorrectionReleased"]
    assert summary.when(correction(("1", "land", "state"))).kinds() == ["CorrectionIssued", "CorrectionReleased"]
    assert [(one.correction, one.corrections) for one in everything(summary, CorrectionReleased)] == [
        (1, (("1", "country", "land"),)), (2, (("1", "land", "state"),)),
    ]  # fmt: skip


def test_a_correction_of_a_version_that_is_not_public_stays_among_those_who_read_it() -> None:
    assert desk().issue(KNOWN).when(correction()).kinds() == ["CorrectionIssued"]


def test_every_refusal_says_what_to_do() -> None:
    for refused in (desk().refused(IssueSummary(CHAIR, NOW, inputs(), FORUM, KEYS.sign)), desk().issue(KNOWN).refused(correction(("1", "kingdom", "land")))):
        assert isinstance(refused, Refused)
        assert refused.why.endswith(".")
