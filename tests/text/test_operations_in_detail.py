"""What is refused at the door and why; where things go in cases that drawn texts seldom reach."""

import subprocess
import sys
from random import Random

import pytest

from parley.text import (
    CLAUSE_LIMIT,
    Amendment,
    Clash,
    Clause,
    DeleteClause,
    Edit,
    InsertClause,
    MergeClauses,
    Misquote,
    MoveClause,
    Operation,
    Piece,
    Redline,
    Row,
    SplitClause,
    Unfit,
    Version,
    as_data,
    as_html,
    as_markdown,
    as_terminal,
    consolidate,
    fitting,
    pieces,
    redline,
    redline_of,
    replaced,
    reworded,
    side_by_side,
    version,
)
from parley.text import compatible as compatible_module
from parley.text import proposing as proposing_module
from parley.text.aligning import matched
from parley.text.compatible import best_package
from parley.text.concordance import concordance, concordance_between, numbered_anew, present_names
from parley.text.conflicts import Conflicts
from parley.text.differences import differences, increasing, readable
from parley.text.numbering import renumbered
from parley.text.proposing import split, split_before
from parley.text.rebasing import rebase

BASE = version(
    [
        Clause("h", "Heading", kind="heading"),
        Clause("c1", "Parties should share information.", number="1", parent="h"),
        Clause("c2", "This is voluntary.", number="2", parent="h"),
        Clause("c3", "Nothing binds.", number="3"),
    ]
)


def amendment(name: str, *operations: Operation, base: Version = BASE) -> Amendment:
    return Amendment(name, base.root, operations)


@pytest.mark.parametrize(
    ("operations", "rule"),
    [
        ((), "too-many-operations"),
        ((Edit("c1", 0, 7, "parties", "x"),), "misquote"),
        ((Edit("c1", -1, 0, "", "x"),), "misquote"),
        ((Edit("c1", 0, 99, "", "x"),), "misquote"),
        ((Edit("c1", 5, 3, "", "x"),), "misquote"),
        ((Edit("c1", 0, 7, "Parties", "\u0301x"), Edit("c9", 0, 0, "", "x")), "no-such-clause"),
        ((Edit("c1", 4, 5, "i", "e\u0301"),), "not-normalised"),
        ((Edit("c1", 7, 7, "", "\u0301"),), "not-normalised"),
        ((Edit("c1", 7, 7, "", "\x00"),), "unreadable"),
        ((Edit("c1", 7, 7, "", "x" * CLAUSE_LIMIT),), "too-long"),
        ((InsertClause("c1", Clause("n", " x", parent="h")),), "not-normalised"),
        ((InsertClause("c1", Clause("n", "", parent="h")),), "not-normalised"),
        ((InsertClause("c1", Clause("c3", "x", parent="h")),), "name-taken"),
        ((InsertClause("c1", Clause("", "x", parent="h")),), "name-taken"),
        ((InsertClause("c1", Clause("n", "x", parent="h")), InsertClause("c2", Clause("n", "y", parent="h"))), "name-taken"),
        ((InsertClause("c9", Clause("n", "x")),), "no-such-clause"),
        ((InsertClause("c1", Clause("n", "x")),), "misplaced"),
        ((InsertClause("", Clause("n", "x", parent="h")),), "misplaced"),
        ((DeleteClause("c1", "other words"),), "misquote"),
        ((MoveClause("h", "c1", "h"),), "misplaced"),
        ((MoveClause("c1", "c1", "h"),), "misplaced"),
        ((MoveClause("c1", "c3", "h"),), "misplaced"),
        ((split(BASE, "h", 3, "n"),), "has-children"),
        ((split(BASE, "c1", 0, "n"),), "empty-clause"),
        ((split(BASE, "c1", 99, "n"),), "empty-clause"),
        ((SplitClause("c1", -3, 9, "n", "Parties should share information."),), "empty-clause"),
        ((SplitClause("c1", 7, 9, "n", "Parties should share information."),), "empty-clause"),
        ((SplitClause("c1", 7, 8, "n", "other words"),), "misquote"),
        ((split(BASE, "c1", 8, "c2"),), "name-taken"),
        ((MergeClauses("c2", "c1"),), "misplaced"),
        ((MergeClauses("h", "c3"),), "has-children"),
        ((MergeClauses("c1", "c2", "\x00"),), "unreadable"),
        ((Edit("c1", 0, 7, "Parties", "x"), Edit("c1", 3, 4, "t", "y")), "contradiction"),
        ((DeleteClause("h", "Heading"), Edit("c1", 0, 0, "", "y")), "contradiction"),
    ],
)
def test_a_misfit_is_refused_with_its_rule(operations: tuple[Operation, ...], rule: str) -> None:
    with pytest.raises(Unfit) as refused:
        fitting(BASE, amendment("A", *operations))
    assert refused.value.rule == rule
    assert refused.value.why == str(refused.value)


def test_moves_that_turn_in_a_circle_are_refused() -> None:
    flat = version([Clause("a", "x"), Clause("b", "y"), Clause("c", "z")])
    circle = (MoveClause("a", "b", "b"), MoveClause("b", "a", "a"))
    for operations in (circle, (MoveClause("c", "a", "a"), *circle)):
        with pytest.raises(Unfit) as refused:
            fitting(flat, amendment("A", *operations, base=flat))
        assert refused.value.rule == "contradiction"
    chain = (MoveClause("a", "b", "b"), MoveClause("b", "c", "c"))
    fitting(flat, amendment("A", *chain, base=flat))
    assert [(one.id, one.parent) for one in consolidate(flat, [amendment("A", *chain, base=flat)]).version.clauses] == [("c", ""), ("b", "c"), ("a", "b")]


def test_an_amendment_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposing_module, "OPERATIONS_LIMIT", 1)
    fitting(BASE, amendment("A", MoveClause("c3", "")))
    with pytest.raises(Unfit, match="Divide it"):
        fitting(BASE, amendment("A", MoveClause("c3", ""), DeleteClause("c1", BASE.clauses[1].text)))


def test_a_quote_must_be_there_and_change_something() -> None:
    for quoted in ("not there", ""):
        with pytest.raises(Misquote):
            replaced(BASE, "c1", quoted, "x")
    with pytest.raises(Unfit, match="Delete the clause"):
        reworded(BASE, "c1", "  ")
    with pytest.raises(Unfit, match="says that already"):
        reworded(BASE, "c1", "Parties should share information.")


def test_deleted_words_take_their_space_along() -> None:
    def left(quoted: str) -> str:
        return consolidate(BASE, [amendment("A", *replaced(BASE, "c1", quoted, ""))]).version.clause("c1").text

    assert (left("Parties"), left("share")) == ("should share information.", "Parties should information.")
    assert (left(" information"), left(".")) == ("Parties should share.", "Parties should share information")


def test_nothing_stale_or_misquoted_is_ever_applied() -> None:
    with pytest.raises(Unfit, match="another version"):
        consolidate(BASE, [Amendment("A", "other", (Edit("c1", 0, 0, "", "x"),))])
    with pytest.raises(Misquote):
        consolidate(BASE, [amendment("A", Edit("c1", 0, 7, "parties", "x"))])


def test_the_first_place_the_chair_gives_counts_for_identical_words() -> None:
    def insert(name: str, words: str) -> Amendment:
        return amendment(name, Edit("c3", 7, 7, "", words))

    several = [insert("A1", " a"), insert("A2", " b"), insert("A3", " a")]
    assert consolidate(BASE, several, order=("A3", "A2", "A1")).version.clause("c3").text == "Nothing a b binds."
    assert consolidate(BASE, several, order=("A2", "A3")).version.clause("c3").text == "Nothing b a binds."
    with pytest.raises(Clash):
        consolidate(BASE, several, order=("A2",))
    clauses = [amendment("A1", InsertClause("c3", Clause("n1", "x"))), amendment("A2", InsertClause("c3", Clause("n2", "y")))]
    with pytest.raises(Clash):
        consolidate(BASE, clauses, order=("A1",))


def test_identical_insertions_are_one_clause_under_the_first_name() -> None:
    pair = (InsertClause("c3", Clause("n1", "x")), InsertClause("c3", Clause("n2", "x")))
    made = consolidate(BASE, [amendment("A2", InsertClause("c3", Clause("m1", "x")), InsertClause("c3", Clause("m2", "x"))), amendment("A1", *pair)])
    assert [one.id for one in made.version.clauses][-2:] == ["n1", "n2"]
    table = concordance(made)
    assert (present_names("m1", [table]), present_names("m2", [table])) == (("n1",), ("n2",))
    assert {entry.change for entry in table.entries} == {"inserted", "renamed"}


def test_identical_splits_are_one() -> None:
    one, other = amendment("A1", split(BASE, "c1", 8, "n1")), amendment("A2", split(BASE, "c1", 8, "n2"))
    made = consolidate(BASE, [one, other])
    assert [clause.id for clause in made.version.clauses] == ["h", "c1", "n1", "c2", "c3"]
    assert present_names("n2", [concordance(made)]) == ("n1",)
    assert present_names("c1", [concordance(made)]) == ("c1", "n1")


def test_three_clauses_become_one_and_their_amendments_follow() -> None:
    flat = version([Clause("a", "One"), Clause("b", "two"), Clause("c", "three")])
    joins = [amendment("J1", MergeClauses("a", "b", ", "), base=flat), amendment("J2", MergeClauses("b", "c", ", "), base=flat)]
    made = consolidate(flat, joins)
    assert [one.text for one in made.version.clauses] == ["One, two, three"]
    assert present_names("c", [concordance(made)]) == ("a",)
    far = rebase(made, [amendment("A", Edit("c", 2, 5, "ree", "irty"), base=flat)])[0]
    assert far.amendment.operations == (Edit("a", 12, 15, "ree", "irty"),)
    outcome = rebase(made, [amendment("A", Edit("c", 0, 5, "three", "four"), base=flat)])[0]
    assert outcome.amendment is not None
    assert outcome.amendment.operations == (Edit("a", 10, 15, "three", "four"),)


def test_a_rebased_place_falls_back_on_what_stands_before_it() -> None:
    flat = version([Clause(name, name.upper()) for name in "abcd"])
    gone = [amendment(f"D{name}", DeleteClause(name, name.upper()), base=flat) for name in "bc"]
    new = amendment("N", InsertClause("a", Clause("n", "new")), base=flat)
    behind_c = amendment("P", InsertClause("c", Clause("p", "mine")), base=flat)
    assert rebase(consolidate(flat, gone), [behind_c])[0].amendment.operations[0].after == "a"
    assert rebase(consolidate(flat, [*gone, new]), [behind_c])[0].amendment.operations[0].after == "n"
    first = amendment("F", DeleteClause("a", "A"), base=flat)
    behind_a = amendment("Q", InsertClause("a", Clause("q", "mine")), base=flat)
    assert rebase(consolidate(flat, [first]), [behind_a])[0].amendment.operations[0].after == ""
    moved = amendment("M", MoveClause("b", "d"), base=flat)
    move_c = amendment("R", MoveClause("a", "c"), base=flat)
    assert rebase(consolidate(flat, [moved, gone[1]]), [move_c])[0].amendment.operations == (MoveClause("a", ""),)
    same_gap = rebase(consolidate(flat, [new]), [behind_a])[0]
    assert (same_gap.state, same_gap.suggested.operations[0].after) == ("needs-author", "n")


def test_the_author_is_shown_three_texts_and_offered_one_action() -> None:
    made = consolidate(BASE, [amendment("A1", *replaced(BASE, "c1", "should share", "must share"))])
    outcome = rebase(made, [amendment("A2", *replaced(BASE, "c1", "should", "may"))])[0]
    assert (outcome.state, outcome.passages[0].was) == ("needs-author", "Parties should share information.")
    assert (outcome.passages[0].now, outcome.passages[0].wanted) == ("Parties must share information.", "Parties may share information.")
    again = consolidate(made.version, [outcome.suggested])
    assert again.version.clause("c1").text == "Parties may share information."


def test_both_insert_there_and_the_author_may_stand_behind() -> None:
    made = consolidate(BASE, [amendment("A1", Edit("c3", 7, 7, "", " here"))])
    outcome = rebase(made, [amendment("A2", Edit("c3", 7, 7, "", " now"))])[0]
    assert consolidate(made.version, [outcome.suggested]).version.clause("c3").text == "Nothing here now binds."


def test_what_came_true_is_satisfied_and_what_is_gone_has_fallen() -> None:
    made = consolidate(BASE, [amendment("A1", Edit("c3", 0, 7, "Nothing", "")), amendment("A2", DeleteClause("c1", BASE.clauses[1].text))])
    outcomes = rebase(
        made,
        [
            amendment("B1", Edit("c3", 0, 4, "Noth", "")),
            amendment("B2", Edit("c1", 0, 7, "Parties", "All")),
            amendment("B3", InsertClause("c1", Clause("n", "x", parent="c1"))),
            amendment("B4", DeleteClause("c1", BASE.clauses[1].text), Edit("c2", 0, 4, "This", "It")),
            amendment("B5", Edit("c1", 0, 7, "Parties", "All"), Edit("c2", 0, 4, "This", "It")),
            amendment("B6", DeleteClause("h", "Heading")),
            amendment("B7", DeleteClause("c3", "Nothing binds.")),
        ],
    )
    assert [one.state for one in outcomes] == ["satisfied", "fallen", "fallen", "moved", "needs-author", "carried", "needs-author"]
    assert outcomes[1].passages[0].now == ""
    assert outcomes[3].amendment.operations == (Edit("c2", 0, 4, "This", "It"),)
    assert outcomes[6].suggested.operations == (DeleteClause("c3", " binds."),)


def test_a_name_that_was_taken_meanwhile_needs_the_author() -> None:
    made = consolidate(BASE, [amendment("A1", InsertClause("c3", Clause("n", "x")))])
    assert rebase(made, [amendment("B", InsertClause("", Clause("n", "y")))])[0].state == "needs-author"


def test_a_split_that_no_longer_stands_where_it_did() -> None:
    made = consolidate(BASE, [amendment("A1", *replaced(BASE, "c1", "Parties", "All parties"))])
    outcome = rebase(made, [amendment("B", split(BASE, "c1", 14, "n"))])[0]
    assert outcome.amendment.operations == (SplitClause("c1", 18, 19, "n", "All parties should share information."),)
    joined = consolidate(BASE, [amendment("A1", MergeClauses("c1", "c2"))])
    assert [one.state for one in rebase(joined, [amendment("B", MergeClauses("c1", "c2", "; ")), amendment("C", split(BASE, "c2", 4, "n"))])] == [
        "needs-author"
    ] * 2


def test_an_open_amendment_is_named_once_and_can_leave() -> None:
    live = Conflicts(BASE, [amendment("A", Edit("c3", 0, 7, "Nothing", "x")), amendment("B", Edit("c3", 0, 7, "Nothing", "x"))])
    assert live.groups() == [("A", "B")]
    with pytest.raises(Unfit, match="own name"):
        live.add(amendment("A", Edit("c3", 0, 0, "", "x")))
    live.withdraw("A")
    assert live.groups() == []
    assert live.add(amendment("A", Edit("c3", 0, 7, "Nothing", "y"))).collisions == 1


def test_a_hot_spot_is_one_contest_and_each_counts_its_rivals() -> None:
    long = version([Clause("c", "word " * 200 + "end")])
    rng = Random(1)
    spots = [(rng.randrange(990), rng.randrange(1, 9)) for _ in range(300)]
    live = Conflicts(long, [amendment(f"A{at}", Edit("c", a, a + b, long.clauses[0].text[a : a + b], "x"), base=long) for at, (a, b) in enumerate(spots)])
    for at, (a, b) in enumerate(spots):
        rivals = [f"A{other}" for other, (c, d) in enumerate(spots) if a < c + d and c < a + b and (a, b) != (c, d)]
        assert live.rivals(f"A{at}") == tuple(sorted(rivals))


def test_long_tangles_are_answered_at_once_and_say_that_they_are_not_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    long = version([Clause("c", "word " * 100 + "end"), Clause("d", "word " * 100 + "end")])
    rng = Random(2)
    amendments = []
    for number in range(120):
        a, b = rng.randrange(490), rng.randrange(490)
        operations = (Edit("c", a, a + 5, long.clauses[0].text[a : a + 5], f"{number}"), Edit("d", b, b + 5, long.clauses[1].text[b : b + 5], f"{number}"))
        amendments.append(Amendment(f"A{number}", long.root, operations, (f"D{number}",)))
    searched = best_package(long, amendments, {"A3": [f"S{at}" for at in range(200)]})
    assert "A3" in searched.amendments
    consolidate(long, [one for one in amendments if one.id in searched.amendments])
    monkeypatch.setattr(compatible_module, "_LARGEST", 10)
    greedy = best_package(long, amendments, {"A3": [f"S{at}" for at in range(200)]})
    assert not greedy.exact
    assert "A3" in greedy.amendments
    consolidate(long, [one for one in amendments if one.id in greedy.amendments])
    monkeypatch.setattr(compatible_module, "_LARGEST", 1000)
    monkeypatch.setattr(compatible_module, "_WORK", 240)
    hurried = best_package(long, amendments)
    assert not hurried.exact
    consolidate(long, [one for one in amendments if one.id in hurried.amendments])


def test_long_texts_are_held_together_by_what_stands_once() -> None:
    rng = Random(3)
    old = [rng.choice("abcdefghij") + str(rng.randrange(3000)) for _ in range(4000)]
    new = [word if rng.random() > 0.1 else "new" for word in old]
    new[1000:1000], new[3000:3100] = ["inserted"] * 50, []
    before, after = " ".join(old), " ".join(new)
    found = differences(before, after)
    assert sum(b - a for a, b, _, _ in found) < len(before) * 0.2
    at = 0
    made = []
    for a, b, c, d in found:
        made += [before[at:a], after[c:d]]
        at = b
    assert "".join([*made, before[at:]]) == after
    chain, filled = [f"w{at}" for at in range(17)], [f"f{at}" for at in range(2500)]
    doubled = differences(" ".join(["a", *chain, "b", *filled, "y"]), " ".join(["c", *chain[:16], "x", *chain[1:], "d", *filled, "z"]))
    assert sum(d - c for _, _, c, d in doubled) < 100  # two places overlap in the old text: one of them holds, the other is new
    unlike = " ".join(["x"] * 3000), " ".join(["x", "y"] * 1500)
    assert differences(*unlike)


def test_words_that_stand_often_are_aligned_one_by_one() -> None:
    old, new = "q p q p q r r p q", "q p q q r r p p q"
    assert [(old[a:b], new[c:d]) for a, b, c, d in differences(old, new)] == [("p ", ""), ("", " p")]
    filled = [f"f{at}" for at in range(3000)]
    long_old, long_new = (" ".join([*filled[:1500], "eins", some, "zwei", *filled[1500:]]) for some in (old, new))
    assert [(long_old[a:b], long_new[c:d]) for a, b, c, d in differences(long_old, long_new)] == [("p ", ""), ("", " p")]
    twice = [*filled[:1500], "eins", *old.split(), *filled[1500:2900], "zwei", *new.split(), *filled[2900:]]
    once = [*filled[:1500], "eins", *new.split(), *filled[1500:2900], "drei", *new.split(), *filled[2900:]]
    assert len(differences(" ".join(twice), " ".join(once))) == 3


def test_words_before_and_behind_what_holds_a_long_text_together_are_compared_apart() -> None:
    rng = Random(4)
    filled = [f"f{at}" for at in range(6000)]
    old, new = [], []
    for at in range(0, 6000, 600):
        some = [rng.choice("pqrs") for _ in range(40)]
        old += [*filled[at : at + 600], *some]
        new += [*filled[at : at + 600], *some[:15], "neu", *some[15:]]
    before, after = " ".join(old), " ".join(new)
    assert [(before[a:b], after[c:d].strip()) for a, b, c, d in differences(before, after)] == [("", "neu")] * 10


def test_spaces_between_equal_words_are_compared_wherever_they_stand() -> None:
    old, new = "q aa bbb c dddd e y", "x aa bbb  c dddd\te z"
    assert [(old[a:b], new[c:d]) for a, b, c, d in differences(old, new)] == [("q", "x"), ("", " "), (" ", "\t"), ("y", "z")]


def test_a_lone_long_word_between_changes_stays() -> None:
    assert readable("aaaa keep bbbb", "cccc keep dddd") == [(0, 4, 0, 4), (10, 14, 10, 14)]
    assert readable("aaaaaaaaaaaaaaaaa keep bbbbbbbbbbbbbbb", "c keep d") == [(0, 38, 0, 8)]
    assert readable("aaaaaaaaaaaaaaaaa keep bbb ending words stay here as they are", "c keep d ending words stay here as they are") == [
        (0, 17, 0, 1),
        (23, 26, 7, 8),
    ]


def test_equal_neighbours_are_found_forwards_and_backwards() -> None:
    assert matched(["x", "twice", "a", "twice", "b"], ["y", "y", "twice", "a", "twice", "b"]) == [(1, 2), (2, 3), (3, 4), (4, 5)]
    assert matched(["d", "d", "d", "end"], ["n1", "n2", "n3", "n4", "d", "d", "d", "end"]) == [(0, 4), (1, 5), (2, 6), (3, 7)]


def test_no_clause_is_found_twice() -> None:
    assert matched(["one two three four", "x"], ["one two three four", "one two three five"]) == [(0, 0)]
    assert matched(["one two three four", "one two three five"], ["one two three four", "x"]) == [(0, 0)]
    assert matched(["a b c d", "a b c x"], ["a b c e", "a b c f"]) == [(0, 0), (1, 1)]
    assert matched(["x x x x", "a b c d", "a b c x"], ["y y y y", "a b c e", "a b c f"]) == [(1, 1), (2, 2)]


def test_a_space_that_changed_alone_is_seen() -> None:
    assert differences("x a b c y", "q a  b c z") == [(0, 1, 0, 1), (4, 4, 4, 5), (8, 9, 9, 10)]
    assert increasing([]) == []
    assert increasing([2, 0, 1, 5, 3, 4]) == [1, 2, 4, 5]


def test_changes_are_marked_as_a_reader_would() -> None:
    assert readable("a market of trust", "a union of rights") == [(2, 17, 2, 17)]
    assert readable("one two three four five six seven", "uno two three four five six siete") == [(0, 3, 0, 3), (28, 33, 28, 33)]
    assert readable("alpha, beta", "gamma, delta") == [(0, 11, 0, 12)]
    assert readable("completely other words stand here now, the same", "nothing of it was kept at all in this, the text") == [(0, 47, 0, 47)]


def test_imported_clauses_are_found_by_equal_alike_and_rare_words() -> None:
    old = ["same", "twice", "twice", "the quick brown fox jumps", "a long sentence on data protection law", "gone altogether", "个人数据应当受到保护"]
    new = ["the quick red fox jumps", "same", "twice", "twice", "brand new here", "个人数据必须受到保护", "a long sentence on data security law"]
    assert matched(old, new) == [(3, 0), (0, 1), (1, 2), (2, 3), (6, 5), (4, 6)]
    assert matched([], ["x"]) == matched(["x"], []) == []
    assert matched(["a b c d", "x y z w", "same"], ["a b c e", "x y z v", "same"]) == [(0, 0), (1, 1), (2, 2)]
    assert matched(["same", "drop it all now", "a b c d"], ["same", "q q q q q", "a b c e"]) == [(0, 0), (2, 2)]
    renamed = concordance_between(
        version([Clause("a", "x y z", number="1"), Clause("b", "w"), Clause("k", "kept")]),
        version([Clause("i", "x y z"), Clause("j", "other"), Clause("k", "kept")]),
    )
    assert [(one.old, one.new, one.change) for one in renamed.entries] == [("a", ("i",), "renamed"), ("b", (), "deleted"), ("", ("j",), "inserted")]


def test_redlines_are_readable_without_colour_and_hide_nothing() -> None:
    made = consolidate(
        BASE,
        [
            amendment("A<1>", Edit("c1", 8, 14, "should", "<b>\u202e")),
            amendment("A2", MoveClause("c3", "")),
            amendment("A3", DeleteClause("c2", BASE.clauses[2].text)),
            amendment("A4", InsertClause("h", Clause("n", "New *here*.", number="4"))),
        ],
    )
    shown = redline_of(made)
    page = as_html(shown)
    assert "&lt;b&gt;⟦RIGHT-TO-LEFT OVERRIDE⟧" in page
    assert '<span class="visually-hidden"> [insertion: </span>' in page
    assert "data-by" not in page
    deleted = '<del><span class="visually-hidden"> [deletion: </span>should<span class="visually-hidden"> end of deletion] </span></del>'
    assert f"{deleted}<ins><span" in page
    assert "end of insertion] </span></ins> share" in page
    assert 'data-by="A&lt;1&gt;"' in as_html(shown, attributed=True)
    assert [row.by for row in shown.rows] == [("A2",), (), (), ("A3",), ("A2",), ("A4",)]
    assert [row["change"] for row in as_data(shown)] == ["moved-here", "kept", "changed", "deleted", "moved-away", "inserted"]
    assert as_data(shown)[3]["number"] == {"before": "2", "after": None}
    table = side_by_side(shown, before="Rev.<1>")
    assert table.count("<tr") == 7
    # A moved clause stands once on each side: on the left where it was, on the right where it is.
    assert '<tr class="moved-here" data-clause="c3"><td dir="auto"></td><td dir="auto"><' in table
    assert '<tr class="moved-away" data-clause="c3"><td dir="auto"><' in table
    assert "Rev.&lt;1&gt;" in table
    assert r"4 <ins>New \*here\*.</ins>" in as_markdown(shown)
    assert "[-should-]{+<b>⟦RIGHT-TO-LEFT OVERRIDE⟧+}" in as_terminal(shown, colour=False)
    assert "\x1b[31;9mshould\x1b[0m" in as_terminal(shown)
    assert as_markdown(redline(version([Clause("a", "x")]), version([Clause("a", "1. x\n- y")]))).endswith(r"<ins>1\. x<br>- y</ins>")


def test_a_misquote_can_be_shown_as_a_redline_of_the_difference() -> None:
    with pytest.raises(Misquote) as refused:
        replaced(BASE, "c3", "Nothing ever binds.", "x")
    assert pieces(refused.value.quoted, refused.value.stands) == (Piece("same", "Nothing "), Piece("deleted", "ever "), Piece("same", "binds."))
    assert Redline((Row("kept", BASE.clauses[0], BASE.clauses[0], ()),)).rows[0].clause == BASE.clauses[0]


def test_results_do_not_depend_on_the_seed_of_hashes() -> None:
    program = """
from random import Random
from text.amending import any_amendments, any_version, any_other, compatible_few
from parley.text import as_html, consolidate, redline, redline_of
from parley.text.compatible import best_package
from parley.text.conflicts import Conflicts
from parley.text.rebasing import rebase
for seed in range(60):
    rng = Random(seed)
    base = any_version(rng)
    drawn = any_amendments(rng, base)
    made = consolidate(base, compatible_few(rng, base, drawn))
    print(made.version.root, as_html(redline_of(made)), rebase(made, drawn), list(Conflicts(base, drawn).contests()), best_package(base, drawn))
    print(redline(base, any_other(rng, base)))
"""
    runs = [
        subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}, capture_output=True, check=True).stdout
        for seed in ("0", "1", "424242")
    ]
    assert runs[0]
    assert runs[0] == runs[1] == runs[2]


def test_a_concordance_says_what_numbers_became_when_a_version_is_numbered_anew() -> None:
    base = version([Clause("a", "One thing.", "1"), Clause("b", "Two things here.", "2"), Clause("c", "Three.", "3")])
    parts = (InsertClause("a", Clause("n", "New.", "1 bis")), split_before(base, "b", "things", "b2", "2 bis"))
    made = consolidate(base, [Amendment("A1", base.root, parts)])
    anew = renumbered(made.version)
    table = numbered_anew(concordance(made), base, anew)
    assert (table.before, table.after) == (base.root, anew.root)
    assert [(entry.old, entry.new, entry.change, entry.old_number, entry.new_numbers) for entry in table.entries] == [
        ("b", ("b", "b2"), "split", "2", ("3", "4")),
        ("", ("n",), "inserted", "", ("2",)),
        ("c", ("c",), "renumbered", "3", ("5",)),
    ]
    same = numbered_anew(concordance(made), base, made.version)
    assert [entry.new_numbers for entry in same.entries] == [("2", "2 bis"), ("1 bis",)]


def test_a_split_quotes_what_the_second_part_begins_with() -> None:
    base = version([Clause("a", "One thing and one thing.")])
    assert split_before(base, "a", "and", "n", "2") == SplitClause("a", 9, 10, "n", "One thing and one thing.", "2")
    with pytest.raises(Misquote):
        split_before(base, "a", "or", "n")
    with pytest.raises(Misquote):
        split_before(base, "a", "", "n")
    with pytest.raises(Unfit, match="more than once"):
        split_before(base, "a", "ne thing", "n")
