"""Grouping near-identical texts, and finding what is alike in other words."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.summaries.grouping import Groups, KeptGroups, near, shape_of
from parley.summaries.similar import Lexical
from summaries.drafting_room import NETWORKS, SUPPLIERS

LONG = f"{SUPPLIERS} {NETWORKS} {SUPPLIERS}"
vocabulary = st.sampled_from(["the", "of", "suppliers", "networks", "should", "not", "security", "cost", "share", "trust", "state's", "5", "open"])
texts = st.lists(st.lists(vocabulary, min_size=1, max_size=8).map(" ".join), max_size=25)


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (LONG.upper(), True),
        (LONG.replace(".", " ;"), True),
        (LONG.replace("assessed", "examined", 1), True),
        (LONG.replace("are", "are not", 1), False),
        (LONG.replace("one", "2", 1), False),
        (SUPPLIERS, False),
        ("Something else.", False),
    ],
)
def test_texts_are_near_identical_in_all_but_a_few_words_and_in_every_telling_one(other: str, together: bool) -> None:
    groups = Groups()
    groups.add("first", LONG)
    assert (groups.add("other", other) == "first") == together


def test_signs_of_a_script_without_spaces_are_compared_one_by_one() -> None:
    groups = Groups()
    groups.add("first", "优步司机应当遵守与出租车相同的法律并且购买保险")
    assert groups.add("same", "优步司机应当遵守与出租车相同的法律并且购买保险。") == "first"
    assert groups.add("other", "政府应该鼓励新的服务") == "other"


@given(texts)
def test_nothing_that_is_near_identical_is_missed(of: list[str]) -> None:
    """The same as comparing each text with every leader before it."""
    groups, leaders = Groups(), dict[str, str]()
    for place, text in enumerate(of):
        name = f"p{place}"
        expected = next((leader for leader, words in leaders.items() if near(shape_of(text), shape_of(words))), name)
        leaders.setdefault(expected, text)
        assert groups.add(name, text) == expected


@given(st.lists(vocabulary, min_size=1, max_size=8), st.lists(vocabulary, min_size=1, max_size=8))
def test_near_means_four_fifths_of_all_pairs_of_words(one: list[str], other: list[str]) -> None:
    def pairs(of: list[str]) -> set[tuple[str, str]]:
        return set(zip(["", *of], [*of, ""], strict=True))

    telling = [[word for word in sorted(of) if word in {"not", "should", "5", "state's"}] for of in (one, other)]
    overlap = Fraction(len(pairs(one) & pairs(other)), len(pairs(one) | pairs(other)))
    assert near(shape_of(" ".join(one)), shape_of(" ".join(other))) == (overlap >= Fraction(4, 5) and telling[0] == telling[1])


@given(st.lists(texts, max_size=4))
def test_what_was_asked_before_changes_no_answer(asked: list[list[str]]) -> None:
    kept = KeptGroups()
    for of in asked:
        named = [(f"p{place}", text) for place, text in enumerate(of)]
        assert list(kept.of("policy", named)) == list(KeptGroups().of("policy", named))


def test_only_what_is_new_is_compared() -> None:
    kept = KeptGroups()
    first = kept.of("policy", [("p1", SUPPLIERS)])
    assert kept.of("policy", [("p1", SUPPLIERS), ("p2", NETWORKS)]) is first
    assert kept.of("policy", [("p2", NETWORKS)]) is not first


def test_no_more_is_kept_than_was_allowed() -> None:
    kept = KeptGroups(limit=2)
    first = kept.of("a", [("p1", SUPPLIERS)])
    kept.of("b", [])
    kept.of("c", [])
    assert kept.of("a", [("p1", SUPPLIERS)]) is not first


def test_what_is_alike_in_other_words_is_ranked_by_the_rare_words_that_are_shared() -> None:
    others = [
        ("p1", "Networks need many suppliers."), ("p2", "The law of the home country matters for suppliers."), ("p3", "Suppliers pay."), ("p4", "Nothing here."),
    ]  # fmt: skip
    found = Lexical().nearest("Suppliers are assessed on the law of their country.", others, "en", 5)
    assert [one.input for one in found] == ["p2", "p3", "p1"]
    assert found[0].shared == ("country", "law", "suppliers")


def test_words_of_a_search_language_are_only_words() -> None:
    assert Lexical().nearest('NEAR AND "suppliers" OR NOT* (x)', [("p1", "near suppliers")], "en", 5)[0].input == "p1"
    assert Lexical().nearest("the of and", [("p1", "the of and")], "en", 5) == []
