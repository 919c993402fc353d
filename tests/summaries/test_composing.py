"""Composing: what a first text says, and what stays of the chair's hand when it is composed again."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from parley.summaries.composing import ComposeSummary, SetApart, groups_of
from parley.summaries.disposing import DisposeInputs
from parley.summaries.drafting import EditSentence, MoveSentence, RemoveSentence, RetitleTheme
from parley.summaries.facts import Disposition, SummaryComposed
from parley.summaries.gate import report
from summaries.drafting_room import CHAIR, FORUM, NETWORKS, NOW, SUPPLIERS, Desk, against, inputs, principle, started

SAME = "Suppliers are assessed on the law of the country that they come from, and on its courts."


def desk() -> Desk:
    return Desk(started())


def test_each_theme_says_what_was_put_forward_and_by_how_many() -> None:
    known = inputs(principle("p1", SUPPLIERS, "CZ", "JP"), principle("p2", NETWORKS, "NO", seq=2, theme="technology"))
    assert desk().compose(known).texts() == [f"A few delegations put forward: {SUPPLIERS}", f"One delegation put forward: {NETWORKS}"]


def test_a_composed_text_passes_the_gate() -> None:
    known = inputs(
        principle("p1", SUPPLIERS, "CZ", "JP", against("NO")), principle("p2", NETWORKS, "NO", seq=2), principle("p3", SAME, "SK", seq=3, theme="law")
    )
    composed = desk().compose(known)
    assert report(composed.summary, known, FORUM).open == ()


def test_near_identical_principles_are_one_sentence_and_all_their_sponsors_are_counted_once() -> None:
    long = " ".join([SUPPLIERS] * 3)
    known = inputs(
        principle("p1", long, "CZ"), principle("p2", long.replace("come from.", "come from", 1), "JP", "SK", seq=2), principle("p3", long, "CZ", seq=3)
    )
    composed = desk().compose(known)
    assert len(composed.texts()) == 1
    assert composed.texts()[0].startswith("All delegations that spoke put forward:")
    said = {one.input: (one.disposition, one.into) for one in composed.summary.dispositions.values()}
    assert said == {"principle/p2": ("reflected", None), "principle/p1": ("merged", "principle/p2"), "principle/p3": ("merged", "principle/p2")}


@pytest.mark.parametrize(("one", "other"), [("must", "may"), ("are", "are not"), ("2 suppliers", "3 suppliers")])
def test_texts_that_differ_in_a_telling_word_are_never_one_sentence(one: str, other: str) -> None:
    frame = "In every network of every operator in the whole region the vendors {} checked again and again before anything at all is bought from any of them."
    known = inputs(principle("p1", frame.format(one), "CZ"), principle("p2", frame.format(other), "JP", seq=2))
    assert len(desk().compose(known).texts()) == 2


def test_views_that_meet_stand_before_views_that_part_and_before_what_needs_more_talk() -> None:
    known = inputs(
        principle("p1", "Wait with this.", "CZ", "JP", "SK", against("NO", "Wait with this.", "hold")),
        principle("p2", SUPPLIERS, "CZ", "JP", "SK", against("NO")),
        principle("p3", NETWORKS, "NO", seq=3),
    )
    assert desk().compose(known).texts() == [
        f"One delegation put forward: {NETWORKS}", f"A few delegations put forward: {SUPPLIERS}", f"One delegation opposed the following: {SUPPLIERS}",
        "A few delegations put forward: Wait with this.", "One delegation asked for more time on the following: Wait with this.",
    ]  # fmt: skip


def test_what_is_late_or_withdrawn_is_not_composed() -> None:
    known = inputs(principle("p1", SUPPLIERS, "CZ", state="late"), principle("p2", NETWORKS, "JP", seq=2, state="withdrawn"))
    assert desk().compose(known).texts() == []


def test_composing_again_changes_nothing_where_nothing_is_new() -> None:
    known = inputs(principle("p1"))
    assert desk().compose(known).compose(known).last == []


def test_one_more_principle_refreshes_only_what_it_touches() -> None:
    before, same = inputs(principle("p1"), principle("p2", NETWORKS, "NO", seq=2)), principle("p3", SUPPLIERS, "JP", seq=3)
    again = desk().compose(before).compose(inputs(*before.by_reference.values(), same))
    fact = again.last[0]
    assert isinstance(fact, SummaryComposed)
    assert ([one.sentence for one in fact.refreshed], fact.written, fact.removed) == (["s1"], (), ())
    assert again.texts()[0] == f"A few delegations put forward: {SUPPLIERS}"


def test_a_new_view_finds_its_place_among_the_others() -> None:
    before = inputs(principle("p1", SUPPLIERS, "CZ", "JP"), principle("p2", NETWORKS, "NO", seq=2))
    more = principle("p3", SAME, "AA", "BB", "CC", "DD", seq=3)
    assert desk().compose(before).compose(inputs(*before.by_reference.values(), more)).texts()[0] == f"Some delegations put forward: {SAME}"


def test_what_the_chair_edited_moved_or_took_out_stays_so() -> None:
    known = inputs(principle("p1"), principle("p2", NETWORKS, "NO", seq=2), principle("p3", SAME, "SK", seq=3))
    hand = desk().compose(known)
    hand.when(EditSentence(CHAIR, NOW, "s1", "The chair's words.", {}, own_wording=True)).when(RemoveSentence(CHAIR, NOW, "s2"))
    hand.when(MoveSentence(CHAIR, NOW, "s3", "t2")).when(RetitleTheme(CHAIR, NOW, "t1", "Policies"))
    hand.compose(inputs(*known.by_reference.values(), principle("p4", SAME, "JP", seq=4), principle("p5", SUPPLIERS, "JP", seq=5)))
    assert hand.texts() == ["The chair's words.", f"A few delegations put forward: {SAME}"]
    assert [theme.title for theme in hand.summary.themes] == ["Policies", "technology"]


def test_a_sentence_whose_principle_was_withdrawn_goes_unless_the_chair_edited_it() -> None:
    known = inputs(principle("p1"), principle("p2", NETWORKS, "NO", seq=2))
    gone = inputs(principle("p1", state="withdrawn"), principle("p2", NETWORKS, "NO", seq=2, state="withdrawn"))
    hand = desk().compose(known).when(EditSentence(CHAIR, NOW, "s2", "The chair's words.", {}, own_wording=True)).compose(gone)
    assert hand.texts() == ["The chair's words."]
    assert hand.compose(known).texts() == [f"One delegation put forward: {SUPPLIERS}", "The chair's words."]


def test_what_the_chair_answered_otherwise_is_left_out() -> None:
    known = inputs(principle("p1"), principle("p2", NETWORKS, "NO", seq=2))
    hand = desk().compose(known)
    parked = Disposition("principle/p2", "parked", reason="later")
    hand.when(DisposeInputs(CHAIR, NOW, (parked,), known.by_reference)).compose(known)
    assert hand.texts() == [f"One delegation put forward: {SUPPLIERS}"]
    assert hand.summary.dispositions["principle/p2"] == parked


def test_what_the_chair_merged_counts_where_it_went() -> None:
    known = inputs(principle("p1", SUPPLIERS, "CZ"), principle("p2", NETWORKS, "NO", seq=2))
    merged = Disposition("principle/p2", "merged", into="principle/p1")
    hand = desk().compose(known).when(DisposeInputs(CHAIR, NOW, (merged,), known.by_reference)).compose(known)
    assert hand.texts() == [f"All delegations that spoke put forward: {SUPPLIERS}"]
    assert report(hand.summary, known, FORUM).open == ()


def test_a_theme_that_the_summary_lacks_is_added() -> None:
    assert [theme.title for theme in desk().compose(inputs(principle("p1", theme="economy"))).summary.themes] == ["policy", "technology", "economy"]


def test_a_forum_without_a_table_gets_sentences_without_quantities() -> None:
    assert desk().compose(inputs(principle("p1")), replace(FORUM, quantifiers=())).texts() == [f"Delegations put forward: {SUPPLIERS}"]


def test_a_table_of_other_words_is_used_as_it_is() -> None:
    forum = replace(FORUM, quantifiers=(("a view was expressed", "1"), ("several", "2")))
    known = inputs(principle("p1", SUPPLIERS, "CZ", "JP", against("NO")), principle("p2", NETWORKS, "NO", seq=2))
    composed = desk().compose(known, forum)
    assert composed.texts() == [
        f"A view was expressed: {NETWORKS}", f"Several delegations put forward: {SUPPLIERS}", f"A view was expressed against the following: {SUPPLIERS}",
    ]  # fmt: skip
    assert report(composed.summary, known, forum).open == ()


words = st.lists(
    st.sampled_from(["suppliers", "networks", "rules", "should", "not", "may", "security", "cost", "audit", "share", "trust", "5", "open"]),
    min_size=1,
    max_size=14,
).map(" ".join)
members = st.lists(st.sampled_from(["AA", "BB", "CC", "DD", "EE"]), min_size=1, max_size=4, unique=True)
put_in = st.lists(st.tuples(words, members, st.sampled_from(["policy", "technology", "economy"])), min_size=1, max_size=12)


@given(put_in)
def test_whatever_is_put_in_the_composed_text_passes_the_gate_and_composes_to_itself(submitted: list[tuple[str, list[str], str]]) -> None:
    known = inputs(*(principle(f"p{place}", text, *names, seq=place, theme=theme) for place, (text, names, theme) in enumerate(submitted)))
    composed = desk().compose(known)
    # A lone word such as "open" may be near nothing; what must hold is that both ways are closed and every count is right.
    assert report(composed.summary, known, FORUM).open == ()
    assert composed.compose(known).last == []


@given(put_in, st.integers(0, 12))
def test_composing_in_two_steps_says_the_same_of_every_input_as_composing_at_once(submitted: list[tuple[str, list[str], str]], cut: int) -> None:
    every = [principle(f"p{place:02}", text, *names, seq=place, theme=theme) for place, (text, names, theme) in enumerate(submitted)]
    at_once, in_steps = desk().compose(inputs(*every)), desk().compose(inputs(*every[:cut])).compose(inputs(*every))
    assert sorted(at_once.texts()) == sorted(in_steps.texts())
    assert at_once.summary.dispositions == in_steps.summary.dispositions


def test_an_input_that_the_chair_sets_apart_is_composed_alone_until_it_is_put_back() -> None:
    known = inputs(principle("p1", SUPPLIERS, "CZ"), principle("p2", SUPPLIERS, "JP", seq=2), principle("p3", NETWORKS, "NO", seq=3))
    hand = desk().compose(known)
    assert len(hand.texts()) == 2
    hand.when(SetApart(CHAIR, NOW, "principle/p2", True, known.by_reference)).compose(known)
    assert hand.texts().count(f"One delegation put forward: {SUPPLIERS}") == 2
    assert report(hand.summary, known, FORUM).open == ()
    hand.when(SetApart(CHAIR, NOW, "principle/p2", False, known.by_reference)).compose(known)
    assert len(hand.texts()) == 2
    assert hand.when(SetApart(CHAIR, NOW, "principle/p2", False, known.by_reference)).last == []
    assert hand.refused(SetApart(CHAIR, NOW, "principle/p9", True, known.by_reference)).rule == "unknown-input"


def test_what_a_drafter_proposes_is_recorded_as_its_own_and_passes_the_same_gate() -> None:
    known = inputs(principle("p1", SUPPLIERS, "CZ"), principle("p2", NETWORKS, "JP", seq=2))
    drafted = {"principle/p1": "Suppliers are assessed on the law of Japan."}
    hand = desk().when(ComposeSummary(CHAIR, NOW, known, FORUM, groups_of(desk().summary, known), drafted, "a-model"))
    first, second = (hand.summary.sentences[name] for name in ("s1", "s2"))
    assert (first.drafter, first.text, second.drafter) == ("a-model", "One delegation put forward: Suppliers are assessed on the law of Japan.", None)
    assert [one.code for one in report(hand.summary, known, FORUM).open] == ["names-party", "not-in-sources"]


def test_a_french_text_is_composed_and_checked_with_french_words() -> None:
    table = (("une délégation", "1"), ("quelques délégations", "2"), ("la plupart des délégations", "2/3"))
    forum = replace(FORUM, quantifiers=table)
    text = "Les fournisseurs sont évalués selon le droit de leur pays."
    known = inputs(principle("p1", text, "AA", "BB", against("CC", text), against("DD", text, "hold")))
    composed = Desk(started(language="fr")).compose(known, forum)
    assert composed.texts() == [f"Quelques délégations : {text}", f"Une délégation, contre : {text}", f"Une délégation, en attente d'instructions : {text}"]
    assert report(composed.summary, known, forum).open == ()


def test_the_same_facts_give_the_same_text_in_every_process() -> None:
    code = (
        "from summaries.drafting_room import *\n"
        "known = inputs(*(principle(f'p{n}', f'{SUPPLIERS} {n % 5} {n % 3}', *[f'D{n * k % 17}' for k in range(6)], seq=n, theme=f't{n % 4}') for n in range(40)))\n"
        "desk = Desk(started(themes=())).compose(known).issue(known)\n"
        "print(hash_of(repr(msgspec.json.encode(desk.facts[1], order='deterministic'))), desk.last[0].content_hash, desk.summary.working_hash)"
    )
    tests = Path(__file__).resolve().parents[1]
    said = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(tests)}
        ).stdout
        for seed, zone in (("0", "UTC"), ("1", "Asia/Tokyo"), ("2", "America/New_York"))
    }
    assert len(said) == 1
