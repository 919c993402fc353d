"""The rules of drafting and of answering inputs."""

import pytest

from parley.summaries.beginning import MarkSummary, RetitleSummary, StartSummary
from parley.summaries.disposing import DisposeInputs
from parley.summaries.drafting import AddTheme, Cited, EditSentence, MoveSentence, RemoveSentence, RemoveTheme, RetitleTheme, WriteSentence
from parley.summaries.facts import Disposition
from summaries.drafting_room import CHAIR, FORUM, HEAD, NETWORKS, NOW, RAPPORTEUR, SECRETARIAT, SUPPLIERS, Desk, disposed, inputs, principle, started, written

P1 = principle("p1", SUPPLIERS, "CZ")
P2 = principle("p2", NETWORKS, "JP", seq=2)
KNOWN = inputs(P1, P2).by_reference


def desk() -> Desk:
    return Desk(started(), written("s1", "One.", own_wording=True), written("s2", "Two.", own_wording=True, after="s1"))


def test_a_summary_begins_with_the_negotiations_themes_attribution_and_marking() -> None:
    fact = Desk().start().last[0]
    assert ([theme.title for theme in fact.themes], fact.attribution, fact.marking) == (["policy", "technology"], "none", "participants")


def test_a_summary_may_be_marked_more_strictly_than_the_negotiation_but_not_more_loosely() -> None:
    assert Desk().start(marking="restricted", audience=("CZ",)).summary.marking == "restricted"
    refused = Desk().refused(StartSummary(CHAIR, NOW, "1", FORUM, "Chair's summary", marking="public"))
    assert refused.rule == "marking-too-loose"


def test_a_number_is_given_to_one_summary_only() -> None:
    assert desk().refused(StartSummary(CHAIR, NOW, "1", FORUM, "Another")).rule == "summary-exists"


@pytest.mark.parametrize("audience", [("CZ",)])
def test_only_a_restricted_summary_has_a_list_of_readers(audience: tuple[str, ...]) -> None:
    assert desk().refused(MarkSummary(CHAIR, NOW, "participants", audience, "why")).rule == "audience-without-restriction"


def test_an_unknown_marking_is_refused() -> None:
    assert desk().refused(MarkSummary(CHAIR, NOW, "secret", (), "why")).rule == "unknown-marking"


def test_a_marking_changes_with_a_reason() -> None:
    assert desk().refused(MarkSummary(CHAIR, NOW, "public", (), " ")).rule == "reason-missing"
    assert desk().when(MarkSummary(CHAIR, NOW, "public", (), "for the press")).summary.marking == "public"


def test_the_rapporteur_drafts_but_does_not_mark() -> None:
    assert desk().when(RetitleSummary(RAPPORTEUR, NOW, "Draft")).summary.title == "Draft"
    assert desk().refused(MarkSummary(RAPPORTEUR, NOW, "public", (), "why")).rule == "not-entitled"


def test_the_secretariat_reads_the_working_text_but_does_not_write_it() -> None:
    assert desk().refused(RetitleSummary(SECRETARIAT, NOW, "Ours")).status == 403


def test_a_delegation_learns_nothing_of_a_working_text() -> None:
    there = desk().refused(RetitleSummary(HEAD, NOW, "Ours"))
    absent = Desk().refused(RetitleSummary(HEAD, NOW, "Ours"))
    assert (there.status, there.rule, there.why) == (absent.status, absent.rule, absent.why) == (404, "unknown", absent.why)


def test_nothing_is_written_into_a_summary_that_was_not_begun() -> None:
    assert Desk().refused(RetitleSummary(CHAIR, NOW, "Ours")).status == 404


def test_themes_are_added_where_the_chair_wants_them() -> None:
    titles = [theme.title for theme in desk().when(AddTheme(CHAIR, NOW, "economy", after="t1")).summary.themes]
    assert titles == ["policy", "economy", "technology"]
    assert next(theme.title for theme in desk().when(AddTheme(CHAIR, NOW, "economy")).summary.themes) == "economy"
    assert desk().refused(AddTheme(CHAIR, NOW, "economy", after="t9")).status == 404


def test_a_theme_keeps_its_name_when_its_title_changes() -> None:
    theme = desk().when(RetitleTheme(CHAIR, NOW, "t1", "Policy")).summary.themes[0]
    assert (theme.theme, theme.title, theme.about) == ("t1", "Policy", "policy")
    assert desk().refused(RetitleTheme(CHAIR, NOW, "t9", "Policy")).status == 404


def test_only_an_empty_theme_is_taken_out() -> None:
    assert [one.theme for one in desk().when(RemoveTheme(CHAIR, NOW, "t2")).summary.themes] == ["t1"]
    assert desk().refused(RemoveTheme(CHAIR, NOW, "t1")).rule == "theme-not-empty"


def test_a_theme_that_is_gone_does_not_lend_its_name_to_another() -> None:
    removed = desk().when(RemoveTheme(CHAIR, NOW, "t2")).when(AddTheme(CHAIR, NOW, "economy", after="t1"))
    assert removed.summary.themes[-1].theme == "t3"


def test_a_sentence_stands_behind_the_one_that_is_named() -> None:
    assert desk().write("Between.", after="s1", own_wording=True).texts() == ["One.", "Between.", "Two."]
    assert desk().write("First.", own_wording=True).texts() == ["First.", "One.", "Two."]
    refused = desk().refused(WriteSentence(CHAIR, NOW, "t2", "Elsewhere.", {}, after="s1", own_wording=True))
    assert refused.rule == "no-such-place"


def test_a_sentence_keeps_its_id_for_ever_and_no_other_gets_it() -> None:
    after = desk().when(RemoveSentence(CHAIR, NOW, "s2")).write("Three.", after="s1", own_wording=True)
    assert [one for theme in after.summary.themes for one in theme.sentences] == ["s1", "s3"]


def test_a_source_carries_the_hash_of_the_text_that_the_chair_read() -> None:
    sources = desk().write(f"One delegation put forward: {SUPPLIERS}", "p1", known=inputs(P1)).summary.sentences["s3"].sources
    assert [(one.input, one.text_hash) for one in sources] == [("principle/p1", P1.text_hash)]


def test_a_source_that_is_not_in_this_negotiation_is_refused() -> None:
    refused = desk().refused(WriteSentence(CHAIR, NOW, "t1", "Words.", {}, sources=(Cited("principle/elsewhere"),)))
    assert (refused.rule, refused.status) == ("unknown-input", 422)


@pytest.mark.parametrize("span", [(0, 0), (5, 4), (0, len(SUPPLIERS) + 1), (None, 4), (4, None)])
def test_a_span_lies_within_the_text_of_its_input(span: tuple[int | None, int | None]) -> None:
    cited = Cited("principle/p1", *span)
    assert desk().refused(WriteSentence(CHAIR, NOW, "t1", "Words.", KNOWN, sources=(cited,))).rule == "span-outside"


def test_a_source_is_named_once_and_with_a_known_stance() -> None:
    once = Cited("principle/p1")
    assert desk().refused(WriteSentence(CHAIR, NOW, "t1", "Words.", KNOWN, sources=(once, once))).rule == "source-twice"
    assert desk().refused(WriteSentence(CHAIR, NOW, "t1", "Words.", KNOWN, sources=(Cited("principle/p1", stance="like"),))).rule == "unknown-stance"


def test_a_sentence_rests_on_sources_or_is_the_chairs_own_wording_not_both() -> None:
    refused = desk().refused(WriteSentence(CHAIR, NOW, "t1", "Words.", KNOWN, sources=(Cited("principle/p1"),), own_wording=True))
    assert refused.rule == "two-origins"


def test_an_edited_sentence_keeps_its_id_and_its_place() -> None:
    edited = desk().when(EditSentence(CHAIR, NOW, "s1", "Uno.", {}, own_wording=True))
    assert edited.texts() == ["Uno.", "Two."]
    assert edited.refused(EditSentence(CHAIR, NOW, "s9", "Nine.", {}, own_wording=True)).status == 404


def test_a_sentence_moves_within_and_between_themes() -> None:
    assert desk().when(MoveSentence(CHAIR, NOW, "s2", "t1")).texts() == ["Two.", "One."]
    moved = desk().when(MoveSentence(CHAIR, NOW, "s1", "t2")).summary
    assert [theme.sentences for theme in moved.themes] == [("s2",), ("s1",)]
    assert desk().refused(MoveSentence(CHAIR, NOW, "s1", "t1", after="s1")).rule == "own-neighbour"
    assert desk().refused(MoveSentence(CHAIR, NOW, "s1", "t2", after="s2")).rule == "no-such-place"
    assert desk().refused(MoveSentence(CHAIR, NOW, "s9", "t1")).status == 404


def test_every_answer_replaces_the_one_before() -> None:
    answered = desk().when(DisposeInputs(CHAIR, NOW, (Disposition("principle/p1", "reflected"),), KNOWN))
    answered.when(DisposeInputs(CHAIR, NOW, (Disposition("principle/p1", "parked", reason="until the next meeting"),), KNOWN))
    assert [one.disposition for one in answered.summary.dispositions.values()] == ["parked"]


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (Disposition("principle/elsewhere", "reflected"), "unknown-input"),
        (Disposition("principle/p1", "merged", into="principle/elsewhere"), "unknown-input"),
        (Disposition("principle/p1", "lost"), "unknown-disposition"),
        (Disposition("principle/p1", "withdrawn"), "unknown-disposition"),
        (Disposition("principle/p1", "merged"), "merged-into-what"),
        (Disposition("principle/p1", "merged", into="principle/p1"), "merged-into-what"),
        (Disposition("principle/p1", "reflected", into="principle/p2"), "merged-into-what"),
        (Disposition("principle/p1", "not_reflected", reason="no room"), "reason-missing"),
        (Disposition("principle/p1", "not_reflected", reason_code="out-of-scope"), "reason-missing"),
        (Disposition("principle/p1", "not_reflected", reason_code="because", reason="no room"), "reason-missing"),
        (Disposition("principle/p1", "parked"), "reason-missing"),
    ],
)
def test_an_answer_says_all_that_its_author_needs_to_know(answer: Disposition, rule: str) -> None:
    assert desk().refused(DisposeInputs(CHAIR, NOW, (answer,), KNOWN)).rule == rule


def test_an_input_has_one_answer_in_one_act() -> None:
    twice = (Disposition("principle/p1", "reflected"), Disposition("principle/p1", "parked", reason="later"))
    assert desk().refused(DisposeInputs(CHAIR, NOW, twice, KNOWN)).rule == "input-twice"


def test_a_withdrawn_input_has_had_its_answer_from_its_author() -> None:
    gone = inputs(principle("p1", state="withdrawn")).by_reference
    assert desk().refused(DisposeInputs(CHAIR, NOW, (Disposition("principle/p1", "reflected"),), gone)).rule == "input-withdrawn"


def test_a_delegation_does_not_answer_for_the_chair() -> None:
    assert Desk(started(), disposed()).refused(DisposeInputs(HEAD, NOW, (Disposition("principle/p1", "reflected"),), KNOWN)).status == 404
