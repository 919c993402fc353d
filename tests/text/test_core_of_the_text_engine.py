"""What drafts, summaries and pages rely on: quote, write, accept, compare."""

import msgspec
import pytest

from parley.text import (
    Amendment,
    Clash,
    Clause,
    DeleteClause,
    InsertClause,
    Misquote,
    MoveClause,
    Operation,
    Unfit,
    Version,
    consolidate,
    fitting,
    redline_of,
    replaced,
    reworded,
    version,
)

BASE = version(
    [
        Clause("c1", "Parties should share information with the public.", number="1"),
        Clause("c2", "This is voluntary.", number="2"),
        Clause("c3", "Nothing here binds anybody.", number="3"),
    ]
)


def amendment(name: str, *operations: Operation, by: str = "CZ") -> Amendment:
    proposed = Amendment(name, BASE.root, operations, (by,))
    fitting(BASE, proposed)
    return proposed


def texts(of: Version) -> list[str]:
    return [clause.text for clause in of.clauses]


def test_quoted_words_are_replaced_by_new_ones() -> None:
    made = consolidate(BASE, [amendment("A1", *replaced(BASE, "c1", "should share", "are encouraged to share"))])
    assert texts(made.version)[0] == "Parties are encouraged to share information with the public."


def test_a_misquote_is_refused_and_shows_both_texts() -> None:
    with pytest.raises(Misquote) as refused:
        replaced(BASE, "c1", "shall share", "may share")
    assert (refused.value.rule, refused.value.quoted, refused.value.stands) == ("misquote", "shall share", BASE.clauses[0].text)


def test_words_that_stand_twice_must_be_quoted_with_their_surroundings() -> None:
    twice = version([Clause("c", "The data and the data.")])
    with pytest.raises(Unfit, match="more than once"):
        replaced(twice, "c", "data", "facts")


def test_the_sequence_of_acceptance_does_not_matter() -> None:
    ours = [
        amendment("A1", *replaced(BASE, "c1", "should share", "share")),
        amendment("A2", *replaced(BASE, "c1", "the public", "everybody")),
        amendment("A3", InsertClause("c1", Clause("n1", "They do so in good time."))),
        amendment("A4", MoveClause("c3", "")),
        amendment("A5", DeleteClause("c2", "This is voluntary.")),
    ]
    forwards, backwards = consolidate(BASE, ours), consolidate(BASE, ours[::-1])
    assert forwards.version.root == backwards.version.root
    assert texts(forwards.version) == ["Nothing here binds anybody.", "Parties share information with everybody.", "They do so in good time."]


def test_amendments_that_collide_are_never_both_accepted() -> None:
    ours = [amendment("A1", *reworded(BASE, "c2", "This is mandatory.")), amendment("A2", *reworded(BASE, "c2", "This is optional."))]
    with pytest.raises(Clash) as refused:
        consolidate(BASE, ours)
    assert refused.value.between == ("A1", "A2")


def test_the_chair_decides_the_order_within_a_gap() -> None:
    ours = [amendment("A1", InsertClause("c1", Clause("n1", "One."))), amendment("A2", InsertClause("c1", Clause("n2", "Two.")))]
    with pytest.raises(Clash):
        consolidate(BASE, ours)
    assert texts(consolidate(BASE, ours, order=("A2", "A1")).version)[1:3] == ["Two.", "One."]


def test_an_amendment_to_another_version_is_stale() -> None:
    with pytest.raises(Unfit, match="changed since"):
        fitting(BASE, Amendment("A1", "another root", replaced(BASE, "c1", "should", "shall")))


def test_operations_survive_being_recorded() -> None:
    proposed = amendment("A1", *replaced(BASE, "c1", "should", "shall"), InsertClause("c1", Clause("n1", "One.")), DeleteClause("c3", BASE.clauses[2].text))
    assert msgspec.json.decode(msgspec.json.encode(proposed), type=Amendment) == proposed


def test_a_redline_gives_both_versions_back_and_names_who_changed_what() -> None:
    made = consolidate(BASE, [amendment("A1", *replaced(BASE, "c1", "should", "shall")), amendment("A2", MoveClause("c1", "c3"))])
    shown = redline_of(made)
    assert (shown.before(), shown.after()) == (made.base, made.version)
    assert [piece.by for row in shown.rows for piece in row.pieces if piece.kind == "inserted"] == [("A1",)]
    assert [row.change for row in shown.rows] == ["moved-away", "kept", "kept", "moved-here"]
