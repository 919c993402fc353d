"""What the rows of another source become, and what is said of a row that cannot be read."""

from typing import Any

import pytest

from parley.drafts.material import AmendmentColumns, Columns, Entry, TextColumns, Unreadable, clauses, columns, entries, labelled, rows, unlabelled
from parley.drafts.quoting import UNKNOWN, Wanted
from parley.text import Clause

MAPPING = Columns(TextColumns(kind="type"), kinds={"article": "operative"}, operations={"del": "delete", "ins": "insert"}, behind="+")
TEXT = (Clause("a1", "Be brief.", "1"), Clause("a2", "Be clear.", "2"))


def entry(**row: Any) -> Entry:
    (found,) = entries([{"source": "s1", "authors": ["Ada"], "location": "Art. 1", "clause": "a1", "operation": "replace"} | row], MAPPING, TEXT)
    return found


def test_rows_become_clauses_in_their_order() -> None:
    found = list(clauses([{"id": "a1", "text": "Be brief.", "number": "1", "type": "article", "parent": None}, {"id": "p", "text": "At once."}], MAPPING))
    assert found == [Clause("a1", "Be brief.", "1"), Clause("p", "At once.")]


def test_a_clause_of_an_unknown_kind_or_without_words_is_named_by_its_row() -> None:
    with pytest.raises(Unreadable, match="row 1: its kind “poem” is none of ours"):
        list(clauses([{"id": "a1", "text": "x", "type": "poem"}], MAPPING))
    with pytest.raises(Unreadable, match="row 2: it has no “text”"):
        list(clauses([{"id": "a1", "text": "x"}, {"id": "a2", "text": " "}], MAPPING))


def test_the_clauses_own_number_is_taken_off_the_words_and_another_is_kept() -> None:
    assert entry(old="1. Be brief.", new="(1) Be short.").wanted == Wanted("replace", "a1", "Be brief.", "Be short.")
    assert entry(old="Be brief.", new="2. Be short.").wanted.new == "2. Be short."


def test_an_insertion_names_the_clause_behind_which_it_stands_and_brings_its_number() -> None:
    assert entry(operation="ins", clause="a1+", new="(1 a) Be kind.").wanted == Wanted("insert", "a1", "", "Be kind.", number="1a")
    assert entry(operation="ins", clause="a1", new="Be kind.").wanted.clause == UNKNOWN


def test_a_deletion_has_no_new_words_whatever_the_source_writes_there() -> None:
    assert entry(operation="del", old="Be brief.", new="deleted").wanted == Wanted("delete", "a1", "Be brief.")


@pytest.mark.parametrize(("named", "clause"), [(["a2", "a2"], "a2"), (["a1", "a2"], UNKNOWN), ([], UNKNOWN), (None, UNKNOWN), (7, UNKNOWN), ("", UNKNOWN)])
def test_an_amendment_is_about_one_clause_or_has_to_be_placed(named: Any, clause: str) -> None:
    assert entry(clause=named).wanted.clause == clause


def test_authors_are_one_or_several_and_each_counts_once() -> None:
    assert entry(authors="Ada").authors == ("Ada",)
    assert entry(authors=["Ada", " Bo ", "Ada"]).authors == ("Ada", "Bo")
    with pytest.raises(Unreadable, match="row 1: it names no author"):
        entry(authors=[])


def test_a_row_without_a_source_name_could_not_be_told_from_its_repetition() -> None:
    with pytest.raises(Unreadable, match="row 1: it has no “source”"):
        entry(source=None)


def test_a_file_has_one_object_on_each_line() -> None:
    assert list(rows(['{"id": 1}', "", '{"id": 2}'])) == [{"id": 1}, {"id": 2}]
    with pytest.raises(Unreadable, match="row 3: it is not a JSON object"):
        list(rows(['{"id": 1}', "", "[1]"]))


def test_a_mapping_is_said_in_toml_and_a_column_that_does_not_exist_is_refused() -> None:
    said = columns('behind = "+"\n[amendments]\nsource = "key"\nreason = "justification"')
    assert said == Columns(behind="+", amendments=AmendmentColumns(source="key", reason="justification"))
    with pytest.raises(ValueError, match="colour"):
        columns('[text]\ncolour = "x"')


def test_reason_and_theme_come_from_the_columns_that_are_named() -> None:
    mapping = Columns(amendments=AmendmentColumns(reason="why", theme="topic"))
    row = {"source": "s", "authors": "Ada", "clause": "a1", "operation": "replace", "why": "Because.", "topic": "policy"}
    (found,) = entries([row], mapping, TEXT)
    assert (found.reason, found.theme) == ("Because.", "policy")


@pytest.mark.parametrize(
    ("text", "number", "words"),
    [
        ("(6 a) Be kind.", "6a", "Be kind."),
        ("2b. Be kind.", "2b", "Be kind."),
        ("c) Be kind.", "c", "Be kind."),
        ("Be kind.", "", "Be kind."),
        ("(EU) law", "", "(EU) law"),
    ],
)
def test_a_new_clause_is_parted_from_its_number(text: str, number: str, words: str) -> None:
    assert labelled(text) == (number, words)


def test_words_that_merely_look_like_a_number_stay() -> None:
    assert unlabelled("a) Be kind.", "") == "a) Be kind."
