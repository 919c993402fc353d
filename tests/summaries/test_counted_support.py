"""Who counts as having said what, and the forum's word for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.summaries.inputs import Voice, counted
from parley.summaries.quantifiers import Count, found_in, word_for
from summaries.drafting_room import NETWORKS, SUPPLIERS, TABLE, against, hash_of, inputs, principle

HASH = hash_of(SUPPLIERS)


def represented(delegation: str, group: str = "EU", stance: str = "support") -> Voice:
    return Voice(delegation, stance, HASH, by=group)


def test_a_member_that_its_group_spoke_for_counts_once_even_if_it_spoke_itself() -> None:
    one = principle("p1", SUPPLIERS, "CZ", represented("SK"), represented("DE"), "SK")
    assert one.those_who("support") == {"CZ", "SK", "DE"}


def test_a_member_that_differs_from_its_group_counts_as_it_spoke_itself() -> None:
    one = principle("p1", SUPPLIERS, "CZ", represented("SK"), against("SK"))
    assert (one.those_who("support"), one.those_who("oppose")) == ({"CZ"}, {"SK"})


def test_what_was_said_of_an_earlier_text_does_not_count() -> None:
    assert principle("p1", SUPPLIERS, "CZ", Voice("JP", "support", hash_of("Earlier."))).those_who("support") == {"CZ"}


def test_silence_is_not_support() -> None:
    assert principle("p1", SUPPLIERS, "CZ", against("JP", stance="hold")).those_who("support") == {"CZ"}


def test_a_delegation_behind_two_sources_counts_once() -> None:
    known = inputs(principle("p1", SUPPLIERS, "CZ", "JP"), principle("p2", NETWORKS, "JP", "NO")).by_reference
    assert counted(known, [("principle/p1", "support"), ("principle/p2", "support")]) == {"CZ", "JP", "NO"}


@pytest.mark.parametrize(
    ("saying", "word"),
    [(0, None), (1, "one delegation"), (2, "a few delegations"), (3, "a few delegations"), (4, "some delegations"), (9, "some delegations"),
     (10, "many delegations"), (19, "many delegations"), (20, "most delegations"), (24, "most delegations"), (25, "all delegations that spoke")],
)  # fmt: skip
def test_the_forums_table_gives_the_word(saying: int, word: str | None) -> None:
    assert word_for(TABLE, Count(saying, spoke=25, accredited=30)) == word


def test_one_delegation_that_spoke_alone_is_not_all() -> None:
    assert word_for(TABLE, Count(1, spoke=1, accredited=30)) == "one delegation"


@given(st.integers(0, 60), st.integers(1, 60), st.integers(1, 12), st.integers(1, 12))
def test_a_share_is_met_exactly_where_the_fraction_is(saying: int, accredited: int, over: int, under: int) -> None:
    from fractions import Fraction

    met = word_for((("enough", f"{over}/{under}"),), Count(saying, saying, accredited)) == "enough"
    assert met == (saying > 0 and Fraction(saying, accredited) >= Fraction(over, under))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Many delegations put forward a view.", [("Many delegations", "many delegations")]),
        ("A number of delegations and most delegations agreed.", [("A number of", None), ("most delegations", "most delegations")]),
        ("Some vendors are small.", []),
        ("Several of the larger participants spoke.", [("Several", None)]),
        ("There was broad support.", [("broad support", None)]),
        ("All   delegations that spoke wanted it.", [("All   delegations that spoke", "all delegations that spoke")]),
        ("Someone spoke.", []),
    ],
)
def test_quantities_are_found_in_a_text(text: str, words: list[tuple[str, str | None]]) -> None:
    assert [(one.words, one.forum_word) for one in found_in(text, TABLE, "en")] == words
