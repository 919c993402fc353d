"""How far the wording is from settled: counts that a hand count confirms."""

from parley.text import Amendment, Clause, DeleteClause, Edit, InsertClause
from parley.text.bracket_notation import read
from parley.text.bracketing import lifted
from parley.text.measuring import Measures, by_theme, measured, states

TEXT, _ = read(
    [
        Clause("a", "Parties [shall / should] share [all] data by […]."),
        Clause("b", "This is [voluntary"),
        Clause("c", "and free] of cost {to be checked}."),
        Clause("d", "Nothing binds."),
        Clause("e", "Put aside."),
        Clause("f", "Annex", kind="heading"),
        Clause("g", "One point.", kind="point", parent="f"),
    ]
)
AGREED = {clause.id: clause.wording for clause in TEXT.version.clauses if clause.id in {"d", "g"}}


def test_a_clause_is_open_bracketed_agreed_or_parked() -> None:
    assert states(TEXT, AGREED, ["e"]) == {
        "a": "bracketed",
        "b": "bracketed",
        "c": "bracketed",
        "d": "agreed-ad-ref",
        "e": "parked",
        "f": "open",
        "g": "agreed-ad-ref",
    }


def test_agreement_lapses_when_a_word_changes() -> None:
    assert states(TEXT, AGREED | {"d": "the hash of other words"})["d"] == "open"


def test_measures_are_what_a_hand_count_gives() -> None:
    root = TEXT.version.root
    amendments = [
        Amendment("A1", root, (Edit("d", 0, 7, "Nothing", "Something"), Edit("d", 3, 3, "", "x"), Edit("d", 13, 13, "", " us"))),
        Amendment("A2", root, (DeleteClause("f", "Annex"), InsertClause("e", Clause("n", "New.")))),
    ]
    found = measured(TEXT, amendments, AGREED, ["e"])
    assert found["a"] == Measures(1, 7, open_brackets=3, alternatives=1, placeholders=1, contested_words=3)
    assert found["b"] == Measures(1, 3, open_brackets=1, contested_words=1)
    assert found["c"] == Measures(1, 7, placeholders=1, contested_words=2)
    assert found["d"] == Measures(1, 2, contested_words=1, agreed=1)
    assert found["e"] == Measures(1, 2, parked=1)
    assert (found["f"].contested_words, found["g"].contested_words) == (1, 2)


def test_lifting_one_bracket_is_one_bracket_less() -> None:
    before, after = measured(TEXT, [], {}), measured(lifted(TEXT, 1, []), [], {})
    assert before["a"].open_brackets - after["a"].open_brackets == 1
    assert before["a"].contested_words - after["a"].contested_words == 1


def test_themes_and_the_whole_are_sums_of_clauses() -> None:
    found = measured(TEXT, [], AGREED)
    themes = by_theme(found, {"a": "data", "b": "data"})
    assert themes["data"] == found["a"] + found["b"]
    assert sum(themes.values(), Measures()).clauses == 7
    assert set(themes) == {"data", ""}
