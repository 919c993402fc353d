"""What is not agreed is a span with owners; bracketed text as people write it becomes that, and is written so again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.text import Amendment, Clause, DeleteClause, Edit, InsertClause, MergeClauses, Unfit, consolidate, version
from parley.text.bracket_history import carried, choose
from parley.text.bracket_notation import read, written
from parley.text.bracketing import Bracket, Bracketed, Place, Span, bracketed, lifted
from parley.text.proposing import split

OWNERS = ("EU", "JP")
SIGNS = st.lists(
    st.sampled_from(["[", "]", "/", " / ", " ", "a", "bb", "EU: ", "EU, JP: ", ": ", "12", "\\", "\\&", "…", "、", "foo", "and/or", "a/b"]), max_size=10
).map("".join)


def text(*clauses: str) -> Bracketed:
    found, problems = read([Clause(f"c{at}", words) for at, words in enumerate(clauses)], OWNERS)
    assert not problems
    return found


def seen(of: Bracketed) -> list[tuple[str, tuple[str, ...], list[str]]]:
    return [(of.text(one.span), one.owners, [of.text(choice) for choice in one.choices]) for one in of.brackets]


@settings(max_examples=400)
@given(st.lists(SIGNS, min_size=1, max_size=3))
def test_whatever_is_read_reads_back_the_same(clauses: list[str]) -> None:
    found, _ = read([Clause(f"c{at}", words) for at, words in enumerate(clauses)], OWNERS)
    assert read(written(found), OWNERS) == (found, [])
    assert bracketed(found.version, found.brackets) == found


def test_brackets_owners_alternatives_and_placeholders_are_structure() -> None:
    found = text("The Parties [shall / should] [EU, JP: promptly] share […] and [] information[43].")
    assert found.version.clauses[0].text == "The Parties shall / should promptly share … and … information[43]."
    assert seen(found) == [("shall / should", (), ["shall", "should"]), ("promptly", ("EU", "JP"), []), ("…", (), []), ("…", (), [])]
    assert [found.is_placeholder(one) for one in found.brackets] == [False, False, True, True]


@pytest.mark.parametrize("way", ["[shall/should]", "[shall][should]", "[shall]/[should]", "[shall] / [should]", "[shall / should]"])
def test_alternatives_are_read_however_they_are_written(way: str) -> None:
    assert seen(text(f"They {way} act")) == [("shall / should", (), ["shall", "should"])]


def test_alternatives_keep_their_owners() -> None:
    found = text("They [EU: shall][JP: should] act")
    assert seen(found) == [("shall / should", (), ["shall", "should"]), ("shall", ("EU",), []), ("should", ("JP",), [])]
    assert [one.text for one in written(found)] == [r"They [[EU: shall]\& / [JP: should]] act"]
    assert seen(text("They [EU: [shall][should]] act"))[0] == ("shall / should", ("EU",), ["shall", "should"])


def test_what_only_looks_like_alternatives_or_owners_is_left_alone() -> None:
    assert seen(text("under [Directive 95/46/EC] [and/or] [US: this] [a / ]")) == [
        ("Directive 95/46/EC", (), []),
        ("and/or", (), []),
        ("US: this", (), []),
        ("a /", (), []),
    ]


def test_brackets_nest_and_run_through_clauses() -> None:
    found = text("One [two [three", "four] five] six")
    assert seen(found) == [("two three\nfour five", (), []), ("three\nfour", (), [])]
    assert [one.text for one in written(found)] == ["One [two [three", "four] five] six"]
    assert written(text(r"[a\/b] [43]"))[0].text == r"[a\/b] [\&43]"
    assert written(text("They [a / b / c] act"))[0].text == "They [a / b / c] act"
    assert text(r"\#a \!").version.clauses[0].text == "#a !"
    assert found.text(text("[a", "b", "c]").brackets[0].span)[:3] == "One"


def test_unbalanced_brackets_are_reported_and_stay_as_characters() -> None:
    found, problems = read([Clause("c", "a ] b [ c [d]")])
    assert [(one.at, one.what) for one in problems] == [(2, "unopened"), (6, "unclosed")]
    assert found.version.clauses[0].text == "a ] b [ c d"
    assert written(found)[0].text == r"a \] b \[ c [d]"


def test_only_the_owners_lift_a_bracket() -> None:
    found = text("a [EU, JP: b] c [x / y]")
    with pytest.raises(Unfit, match="JP still holds"):
        lifted(found, 0, ["EU"])
    now = lifted(found, 0, ["EU", "JP"])
    assert [one.state for one in now.brackets] == ["lifted", "open"]
    assert written(now)[0].text == "a b c [x / y]"
    with pytest.raises(Unfit, match="Choose one"):
        lifted(found, 1, [])


@pytest.mark.parametrize(
    ("bracket", "rule"),
    [
        (Bracket(Span(Place(0, 0), Place(0, 99))), "no-such-place"),
        (Bracket(Span(Place(3, 0), Place(3, 1))), "no-such-place"),
        (Bracket(Span(Place(-1, 0), Place(0, 1))), "no-such-place"),
        (Bracket(Span(Place(0, 0), Place(0, 7)), (), (Span(Place(0, 0), Place(0, 1)), Span(Place(0, 4), Place(0, 5)))), "choices-apart"),
        (Bracket(Span(Place(0, 2), Place(0, 2))), "empty-bracket"),
        (Bracket(Span(Place(0, 1), Place(0, 2))), "empty-bracket"),
        (Bracket(Span(Place(0, 0), Place(0, 3)), ("E:U",)), "owner-name"),
        (Bracket(Span(Place(0, 0), Place(0, 5)), (), (Span(Place(0, 0), Place(0, 5)),)), "choices-apart"),
        (Bracket(Span(Place(0, 0), Place(0, 5)), (), (Span(Place(0, 0), Place(0, 1)), Span(Place(0, 2), Place(0, 5)))), "choices-apart"),
    ],
)
def test_a_bracket_must_hold_words_of_the_text(bracket: Bracket, rule: str) -> None:
    with pytest.raises(Unfit) as refused:
        bracketed(version([Clause("c", "a b c d")]), [bracket])
    assert refused.value.rule == rule


def test_brackets_do_not_cross() -> None:
    crossing = [Bracket(Span(Place(0, 0), Place(0, 3))), Bracket(Span(Place(0, 2), Place(0, 5)))]
    with pytest.raises(Unfit, match="cross"):
        bracketed(version([Clause("c", "a b c d")]), crossing)


def test_choosing_one_alternative_closes_the_others() -> None:
    found = text("They [shall / should / may] act [soon]")
    taken = choose(found, 0, 1)
    made = consolidate(found.version, [Amendment("chair", found.version.root, taken.operations)])
    now = carried(taken.text, made)
    assert made.version.clauses[0].text == "They should act soon"
    assert [(now.text.text(one.span), one.state) for one in now.text.brackets] == [("should", "lifted"), ("soon", "open")]
    for at, choice in ((0, 3), (1, 0)):
        with pytest.raises(Unfit, match="no such alternative"):
            choose(found, at, choice)
    with pytest.raises(Unfit, match="no such alternative"):
        choose(taken.text, 0, 0)


@pytest.mark.parametrize("before", [(), ("Start",)])
def test_alternatives_may_hold_whole_clauses(before: tuple[str, ...]) -> None:
    found = text(*before, "[One", "and this / Two", "and that]", "End")
    made = consolidate(found.version, [Amendment("chair", found.version.root, choose(found, 0, 1).operations)])
    assert [one.text for one in made.version.clauses] == [*before, "Two", "and that", "End"]


def test_brackets_move_with_their_words_and_are_not_lost_silently() -> None:
    found = text("a [b c] d [e f]", "[g] h", "[i j", "k] l")
    base = found.version
    made = consolidate(
        base,
        [
            Amendment("A1", base.root, (Edit("c0", 2, 2, "", "new "), Edit("c0", 4, 7, "c d", "x y"))),
            Amendment("A2", base.root, (DeleteClause("c1", base.clauses[1].text),)),
            Amendment("A3", base.root, (DeleteClause("c2", base.clauses[2].text),)),
            Amendment("A4", base.root, (InsertClause("", Clause("n", "First")),)),
        ],
    )
    now = carried(found, made)
    assert [now.text.text(one.span) for one in now.text.brackets] == ["b x y", "e f", "k"]
    assert [found.text(one.span) for one in now.lost] == ["g"]


def test_a_bracket_over_several_clauses_keeps_those_that_stand() -> None:
    found = text("a [b", "c", "d", "e] f")
    base = found.version
    made = consolidate(base, [Amendment("A", base.root, (DeleteClause("c0", "a b"), DeleteClause("c3", "e f")))])
    assert seen(carried(found, made).text) == [("c\nd", (), [])]


def test_space_that_brackets_left_at_the_ends_is_no_part_of_them() -> None:
    assert seen(text("[   a b] c")) == [("a b", (), [])]


def test_a_bracket_whose_alternatives_went_stays_a_bracket() -> None:
    found = text("They [shall / should] act")
    base = found.version
    made = consolidate(base, [Amendment("A", base.root, (Edit("c0", 5, 13, "shall / ", ""),))])
    assert seen(carried(found, made).text) == [("should", (), [])]


def test_a_bracket_that_loses_all_its_words_is_lost() -> None:
    found = text("They [shall] act")
    made = consolidate(found.version, [Amendment("A", found.version.root, (Edit("c0", 4, 10, " shall", ""),))])
    assert len(carried(found, made).lost) == 1


def test_brackets_follow_splits_and_joins() -> None:
    found = text("One [two] three [four] five", "[six] seven")
    base = found.version
    made = consolidate(base, [Amendment("A", base.root, (split(base, "c0", 14, "n"),))])
    now = carried(found, made)
    assert [(one.span.start.clause, now.text.text(one.span)) for one in now.text.brackets] == [(0, "two"), (1, "four"), (2, "six")]
    joined = carried(found, consolidate(base, [Amendment("A", base.root, (MergeClauses("c0", "c1"), Edit("c1", 0, 3, "six", "sixty")))]))
    assert [joined.text.text(one.span) for one in joined.text.brackets] == ["two", "four", "sixty"]
    replaced_edge = consolidate(base, [Amendment("A", base.root, (Edit("c0", 6, 12, "o thre", "-"),))])
    assert carried(found, replaced_edge).text.text(carried(found, replaced_edge).text.brackets[0].span) == "tw-"
