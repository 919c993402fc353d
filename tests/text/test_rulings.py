"""The chair rules on one amendment or on many, and everything that stays open is followed."""

import pytest

from parley.text import Amendment, Clause, Edit, InsertClause, MergeClauses, MoveClause, Unfit, consolidate, fitting, replaced, reworded, version
from parley.text.authorship import Words, authorship
from parley.text.proposing import split
from parley.text.rebasing import rebase
from parley.text.ruling import Ruling, ruled
from parley.text.subamending import proposed, settled

BASE = version(
    [Clause("c1", "Parties should share information.", number="1"), Clause("c2", "This is voluntary.", number="2"), Clause("c3", "Third.", number="3")]
)


def amendment(name: str, clause: str, old: str, new: str, by: str = "CZ") -> Amendment:
    return Amendment(name, BASE.root, replaced(BASE, clause, old, new), (by,))


def sub(name: str, parent: Amendment, old: str, new: str, by: str = "JP") -> Amendment:
    words = proposed(parent)
    return Amendment(name, words.root, replaced(words, "0", old, new), (by,), parent.id)


A1 = amendment("A1", "c1", "should", "are gladly encouraged to")
A2 = amendment("A2", "c1", "should", "are gladly encouraged to", "JP")
A3 = amendment("A3", "c1", "should", "must", "EU")
A4 = amendment("A4", "c2", "voluntary", "binding", "EU")
S1 = sub("S1", A1, "gladly", "strongly")
S2 = sub("S2", A1, "encouraged", "invited")


def test_one_decision_settles_identical_amendments() -> None:
    found = ruled(BASE, [A1, A2, A3, A4], [Ruling("A1", "accepted", "good")])
    assert found.made.version.clauses[0].text == "Parties are gladly encouraged to share information."
    assert [(one.amendment, one.decision, one.code) for one in found.rulings] == [("A1", "accepted", "good"), ("A2", "accepted", "identical")]
    assert [(one.id, one.state) for one in found.outcomes] == [("A3", "needs-author"), ("A4", "carried")]


def test_identical_amendments_are_not_decided_differently() -> None:
    with pytest.raises(Unfit, match="identical"):
        ruled(BASE, [A1, A2], [Ruling("A1", "accepted"), Ruling("A2", "rejected")])


def test_withdrawing_or_parking_one_says_nothing_of_its_twin() -> None:
    found = ruled(BASE, [A1, A2], [Ruling("A1", "withdrawn")])
    assert [one.id for one in found.outcomes] == ["A2"]
    found = ruled(BASE, [A1, A2], [Ruling("A1", "parked")])
    assert [one.id for one in found.outcomes] == ["A1", "A2"]


def test_the_chairs_wording_keeps_its_parts() -> None:
    wording = Amendment("C1", BASE.root, replaced(BASE, "c1", "should", "are expected to"), ("Chair",), merges=("A1", "A3"))
    found = ruled(BASE, [A1, A2, A3], [Ruling("A1", "accepted-modified", wording=wording)])
    assert found.made.version.clauses[0].text == "Parties are expected to share information."
    assert [(one.amendment, one.code) for one in found.rulings] == [("A1", ""), ("A2", "identical"), ("A3", "merged")]
    assert found.made.accepted[0].merges == ("A1", "A3")


@pytest.mark.parametrize(
    ("rulings", "rule"),
    [
        ([Ruling("A9", "accepted")], "no-such-amendment"),
        ([Ruling("A1", "accepted"), Ruling("A1", "rejected")], "ruled-twice"),
        ([Ruling("A1", "accepted-modified")], "wording-missing"),
        ([Ruling("A1", "accepted", wording=A3)], "wording-missing"),
        ([Ruling("A1", "accepted-modified", wording=Amendment("C", BASE.root, A3.operations, merges=("A1", "A9")))], "no-such-amendment"),
    ],
)
def test_rulings_are_on_open_amendments_and_complete(rulings: list[Ruling], rule: str) -> None:
    with pytest.raises(Unfit) as refused:
        ruled(BASE, [A1], rulings)
    assert refused.value.rule == rule


def test_sub_amendments_are_settled_before_their_parent_and_their_words_are_theirs() -> None:
    found = ruled(BASE, [A1, S1], [Ruling("S1", "accepted"), Ruling("A1", "accepted")])
    assert found.made.version.clauses[0].text == "Parties are strongly encouraged to share information."
    owned = authorship(found.made, {}, found.refined)["c1"]
    assert owned == (Words(8), Words(4, ("A1",)), Words(8, ("S1",)), Words(14, ("A1",)), Words(19))


def test_only_the_words_a_sub_amendment_changed_are_its_own() -> None:
    two = Amendment("A6", BASE.root, (*replaced(BASE, "c1", "should", "will gladly"), *replaced(BASE, "c2", "voluntary", "free")), ("CZ",))
    words = proposed(two)
    change = Amendment("S6", words.root, replaced(words, "0", "gladly", "soon"), ("JP",), "A6")
    found = ruled(BASE, [two, change], [Ruling("S6", "accepted"), Ruling("A6", "accepted")])
    assert authorship(found.made, {}, found.refined) == {
        "c1": (Words(8), Words(5, ("A6",)), Words(4, ("S6",)), Words(19)),
        "c2": (Words(8), Words(4, ("A6",)), Words(1)),
    }


def test_two_sub_amendments_to_the_same_words_both_own_theirs() -> None:
    found = ruled(BASE, [A1, S1, S2], [Ruling("S1", "accepted"), Ruling("S2", "accepted"), Ruling("A1", "accepted")])
    assert found.made.version.clauses[0].text == "Parties are strongly invited to share information."
    owned = authorship(found.made, {}, found.refined)["c1"]
    assert owned == (Words(8), Words(4, ("A1",)), Words(8, ("S1",)), Words(1, ("A1",)), Words(7, ("S2",)), Words(3, ("A1",)), Words(19))


def test_a_stale_sub_amendment_is_identical_with_none() -> None:
    stale = Amendment("S9", "other words", S1.operations, ("JP",), "A1")
    assert [one.amendment for one in ruled(BASE, [A1, S1, stale], [Ruling("S1", "rejected")]).rulings] == ["S1"]


def test_a_sub_amendment_falls_with_its_parent() -> None:
    found = ruled(BASE, [A1, S1], [Ruling("A1", "rejected")])
    assert [(one.amendment, one.decision, one.code) for one in found.rulings] == [("A1", "rejected", ""), ("S1", "fallen", "parent")]
    assert not found.outcomes
    assert [one.state for one in rebase(consolidate(BASE, []), [S1])] == ["fallen"]


def test_an_open_parent_keeps_its_sub_amendments() -> None:
    found = ruled(BASE, [A1, S1, A4], [Ruling("A4", "accepted")])
    assert [(one.id, one.state) for one in found.outcomes] == [("A1", "carried"), ("S1", "carried")]
    found = ruled(BASE, [A1, S1, S2], [Ruling("S1", "accepted")])
    assert [(one.id, one.state) for one in found.outcomes] == [("A1", "carried"), ("S2", "carried")]
    kept = {one.id: one.amendment for one in found.outcomes}
    assert kept["A1"]
    assert kept["S2"]
    assert settled(kept["A1"], [kept["S2"]]).amendment.operations[0].new == "are strongly invited to"


def test_a_sub_amendment_to_words_that_changed_needs_its_author() -> None:
    other = sub("S3", A1, "gladly", "often")
    found = ruled(BASE, [A1, S1, other], [Ruling("S1", "accepted")])
    assert [(one.id, one.state) for one in found.outcomes] == [("A1", "carried"), ("S3", "needs-author")]


def test_sub_amendments_go_one_level_deep_and_change_words_only() -> None:
    with pytest.raises(Unfit, match="cannot be amended"):
        proposed(S1)
    new = Amendment("A5", BASE.root, (InsertClause("c2", Clause("n", "A new clause.")), MoveClause("c1", "c2")))
    words = proposed(new)
    changed = settled(new, [Amendment("S", words.root, replaced(words, "0", "new", "better"), parent="A5")])
    assert changed.amendment.operations[0].clause.text == "A better clause."
    assert changed.words(0) == "A better clause."
    assert changed.words(1) is None
    assert changed.amendment.operations[1] == new.operations[1]
    with pytest.raises(Unfit, match="amendment of its own"):
        settled(new, [Amendment("S", words.root, (InsertClause("0", Clause("x", "y")),), parent="A5")])


def test_an_editorial_change_touches_no_word() -> None:
    fitting(BASE, Amendment("E", BASE.root, (Edit("c2", 17, 18, ".", ";"), Edit("c1", 0, 1, "P", "p")), editorial=True))
    for operations in (reworded(BASE, "c2", "This is binding."), (MoveClause("c1", "c2"),)):
        with pytest.raises(Unfit) as refused:
            fitting(BASE, Amendment("E", BASE.root, operations, editorial=True))
        assert refused.value.rule == "not-editorial"


def test_authors_stay_through_versions_splits_and_joins() -> None:
    one = consolidate(BASE, [A1])
    owned = authorship(one, {})
    now = one.version
    two = consolidate(now, [Amendment("B1", now.root, (split(now, "c1", 27, "n1"),)), Amendment("B2", now.root, (MergeClauses("c2", "c3", "; "),))])
    owned = authorship(two, owned)
    assert owned["c1"] == (Words(8), Words(19, ("A1",)))
    assert owned["n1"] == (Words(5, ("A1",)), Words(19))
    assert owned["c2"] == (Words(18), Words(2, ("B2",)), Words(6))
    three = consolidate(two.version, [])
    assert authorship(three, owned) == owned
