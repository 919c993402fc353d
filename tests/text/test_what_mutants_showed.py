"""What drawn mutants showed to be untested: ends of ranges, places that moved, marks that would read as something else."""

import pytest

from parley.text import Amendment, Clause, Edit, Misquote, SplitClause, consolidate, fitting, version
from parley.text.aligning import aligned
from parley.text.authorship import Words
from parley.text.bracket_notation import read, written
from parley.text.rebasing import rebase
from parley.text.tokens import TEXT_LIMIT, Unfit

BASE = version([Clause("c1", "Parties should share information.", "1")])


def test_an_edit_that_ends_before_it_begins_is_shown_against_nothing() -> None:
    with pytest.raises(Misquote) as misquote:
        fitting(BASE, Amendment("A1", BASE.root, (Edit("c1", 3, -1, "ties", "x"),)))
    assert (misquote.value.quoted, misquote.value.stands) == ("ties", "")
    with pytest.raises(Misquote) as misquote:
        fitting(BASE, Amendment("A1", BASE.root, (Edit("c1", 0, -1, "Parties", "x"),)))
    assert misquote.value.stands == ""


@pytest.mark.parametrize(("start", "end", "old"), [(7, 8, " "), (8, 8, "")])
def test_a_split_is_carried_beside_words_that_are_inserted_where_it_cuts(start: int, end: int, old: str) -> None:
    text = "Parties should share." if old else "Parties,should share."
    base = version([Clause("c1", text)])
    made = consolidate(base, [Amendment("A1", base.root, (Edit("c1", 0, 0, "", "All "),))])
    (outcome,) = rebase(made, [Amendment("A2", base.root, (SplitClause("c1", start, end, "n", text),))])
    assert outcome.amendment is not None
    (operation,) = outcome.amendment.operations
    assert isinstance(operation, SplitClause)
    assert (operation.start, operation.end, operation.old) == (start + 4, end + 4, f"All {text}")


def test_a_clause_in_new_words_with_no_end_in_common_is_known_by_its_words() -> None:
    old = version([Clause("a", "First, the parties shall share what they know of threats in good time."), Clause("b", "It is free.")])
    new = version([Clause("x", "The parties shall share what they know of threats in good time, always."), Clause("y", "It is free.")])
    assert (0, 0) in aligned(old, new)
    other = version([Clause("x", "Costs lie where they fall, and nobody pays for another one's work."), Clause("y", "It is free.")])
    assert aligned(old, other) == [(1, 1)]


def test_a_slash_between_words_is_written_so_that_it_is_not_read_as_a_choice() -> None:
    text, problems = read([Clause("c", r"Networks [and \/ or services] share and \/ or tell.")])
    assert (problems, text.version.clauses[0].text) == ([], "Networks and / or services share and / or tell.")
    again, _ = read(written(text))
    assert (again.version, again.brackets) == (text.version, text.brackets)
    assert not again.brackets[0].choices
    assert r"and \/ or services" in written(text)[0].text


def test_a_document_holds_exactly_as_much_as_is_said() -> None:
    clauses = [Clause(f"c{at}", "a" * 100_000) for at in range(TEXT_LIMIT // 100_000)]
    assert version(clauses).clauses
    assert TEXT_LIMIT == 10_000_000
    with pytest.raises(Unfit):
        version([*clauses, Clause("more", "a")])


def test_who_proposed_words_cannot_be_changed_afterwards() -> None:
    with pytest.raises(AttributeError):
        Words(3).size = 4  # type: ignore[misc]
