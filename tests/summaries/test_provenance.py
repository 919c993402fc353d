"""Provenance follows the words: edited, split or merged, a sentence keeps the sources of what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.summaries.drafting import EditSentence
from parley.summaries.facts import Source
from parley.summaries.gate import report
from parley.summaries.joining import MergeSentences, SplitSentence
from parley.summaries.provenance import following, parted
from summaries.drafting_room import CHAIR, FORUM, NETWORKS, NOW, SUPPLIERS, Desk, disposed, hash_of, inputs, principle, reflected, source, started, written

BOTH = f"{SUPPLIERS} {NETWORKS}"
KNOWN = inputs(principle("p1", BOTH, "CZ"), principle("p2", NETWORKS, "CZ", seq=2))


def passage(one: Source) -> str:
    return KNOWN.by_reference[one.input].text[one.start : one.end]


def desk() -> Desk:
    return Desk(started(), written("s1", f"One delegation put forward: {BOTH}", source("p1", BOTH)), disposed(reflected("p1"), reflected("p2")))


def test_an_edit_that_shortens_the_quotation_shortens_its_span() -> None:
    edited = desk().when(EditSentence(CHAIR, NOW, "s1", f"One delegation put forward: {NETWORKS}", KNOWN.by_reference))
    assert [passage(one) for one in edited.summary.sentences["s1"].sources] == [NETWORKS]


def test_an_edit_in_other_words_loses_no_source() -> None:
    edited = desk().when(EditSentence(CHAIR, NOW, "s1", "Put otherwise entirely.", KNOWN.by_reference))
    assert edited.summary.sentences["s1"].sources == (source("p1", BOTH),)


def test_an_edit_that_names_its_sources_has_those() -> None:
    assert desk().when(EditSentence(CHAIR, NOW, "s1", "Mine.", KNOWN.by_reference, own_wording=True)).summary.sentences["s1"].sources == ()
    assert desk().when(EditSentence(CHAIR, NOW, "s1", "None.", KNOWN.by_reference, sources=())).summary.sentences["s1"].sources == ()


def test_a_sentence_that_is_split_leaves_each_half_the_span_of_its_words() -> None:
    text = desk().summary.sentences["s1"].text
    halves = desk().when(SplitSentence(CHAIR, NOW, "s1", text.index(NETWORKS), KNOWN.by_reference)).summary
    assert halves.themes[0].sentences == ("s1", "s2")
    assert [[passage(one) for one in halves.sentences[name].sources] for name in ("s1", "s2")] == [[SUPPLIERS], [NETWORKS]]
    assert [halves.sentences[name].text for name in ("s1", "s2")] == [f"One delegation put forward: {SUPPLIERS}", NETWORKS]


def test_a_source_whose_words_cannot_be_told_apart_goes_with_both_halves() -> None:
    vague = Desk(started(), written("s1", "It was put otherwise. And more.", source("p1", BOTH)))
    halves = vague.when(SplitSentence(CHAIR, NOW, "s1", 22, KNOWN.by_reference)).summary
    assert [halves.sentences[name].sources for name in ("s1", "s2")] == [(source("p1", BOTH),)] * 2


def test_words_too_many_to_compare_lose_no_source() -> None:
    long = "word " * 2_000
    put_in = principle("p1", long, "CZ")
    written_from_it = Desk(started(), written("s1", long, source("p1", long)))
    edited = written_from_it.when(EditSentence(CHAIR, NOW, "s1", long + "more", inputs(put_in).by_reference))
    assert edited.summary.sentences["s1"].sources == (source("p1", long),)


@pytest.mark.parametrize("place", [0, 4_000])
def test_a_sentence_is_parted_within_itself(place: int) -> None:
    assert desk().refused(SplitSentence(CHAIR, NOW, "s1", place, KNOWN.by_reference)).rule == "nothing-to-part"
    assert desk().refused(SplitSentence(CHAIR, NOW, "s9", 3, KNOWN.by_reference)).status == 404


def test_sentences_that_are_merged_bring_all_their_sources_and_can_still_be_found() -> None:
    merged = desk()
    merged.facts.append(written("s2", f"One delegation put forward: {NETWORKS}", source("p2", NETWORKS), after="s1"))
    merged.when(MergeSentences(CHAIR, NOW, ("s2", "s1"), f"One delegation put forward: {BOTH}"))
    assert merged.summary.sentences["s2"].sources == (source("p2", NETWORKS), source("p1", BOTH))
    assert (list(merged.summary.sentences), merged.summary.became) == (["s2"], {"s1": "s2"})
    assert report(merged.summary, KNOWN, FORUM).open == ()


def test_only_like_is_merged_with_like() -> None:
    mixed = desk()
    mixed.facts.append(written("s2", "The meeting was long.", own_wording=True, after="s1"))
    assert mixed.refused(MergeSentences(CHAIR, NOW, ("s1", "s2"), "Both.")).rule == "two-origins"
    assert mixed.refused(MergeSentences(CHAIR, NOW, ("s1",), "One.")).rule == "nothing-to-merge"
    assert mixed.refused(MergeSentences(CHAIR, NOW, ("s1", "s1"), "One.")).rule == "nothing-to-merge"
    assert mixed.refused(MergeSentences(CHAIR, NOW, ("s1", "s7"), "One.")).status == 404


def test_what_was_merged_or_split_is_not_composed_again() -> None:
    known = inputs(principle("p1", SUPPLIERS, "CZ"), principle("p2", NETWORKS, "JP", seq=2))
    composed = Desk(started()).compose(known).when(MergeSentences(CHAIR, NOW, ("s1", "s2"), f"A few delegations put forward: {SUPPLIERS} {NETWORKS}"))
    assert composed.compose(known).last == []


def test_a_span_of_a_text_that_was_revised_stays_for_the_gate_to_ask_about() -> None:
    stale = Source("principle/p1", hash_of("Earlier."), 0, 5)
    assert following([stale], KNOWN.by_reference, SUPPLIERS) == (stale,)


texts = st.lists(st.sampled_from(["suppliers", "are", "assessed", "by", "law", "and", ",", "networks", ".", "二", "more"]), min_size=1, max_size=20).map(
    " ".join
)


@given(texts, texts, st.integers(0, 40))
def test_no_source_is_lost_and_every_span_lies_within_its_input(put_in: str, said: str, cut: int) -> None:
    known = {"principle/p1": principle("p1", put_in)}
    halves = (said[: cut % len(said)] or "x", said[cut % len(said) :] or "x")
    first, second = parted([source("p1", put_in)], known, halves)
    assert first or second
    for half, sources in zip(halves, (first, second), strict=True):
        for one in (*sources, *following(sources, known, half)):
            assert one.start is None or (one.end is not None and 0 <= one.start < one.end <= len(put_in))
            quoted = put_in[one.start : one.end]
            assert quoted == put_in or " ".join(quoted.casefold().split()) in " ".join(half.casefold().split())
