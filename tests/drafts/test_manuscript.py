"""A text as people write it, plain or in Markdown, becomes clauses, and no word, number or bracket of it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.drafts.manuscript import from_markdown, from_plain
from parley.text import Clause, Version, words

PLAIN = """
Security of networks

PREAMBLE

PP1. Noting that networks
are shared,

Article 3 bis

1. Parties should share [all] information:
(a) on threats;
(b) on [incidents / accidents]; and
- on anything else.
2. Sharing is voluntary.

2 bis. It is free of charge.

[2 ter. Nothing here is binding.]

(6) These developments matter.

1.2 A long number
OP4 bis The last one.

Annex I: Forms
"""


def told(text: Version) -> list[tuple[str, str, str, str]]:
    return [(clause.kind, clause.number, clause.text, clause.parent) for clause in text]


def test_a_plain_text_keeps_its_paragraphs_headings_and_numbers() -> None:
    assert told(from_plain(PLAIN)) == [
        ("title", "", "Security of networks", ""),
        ("heading", "", "PREAMBLE", ""),
        ("preamble", "PP1", "Noting that networks are shared,", ""),
        ("heading", "", "Article 3 bis", ""),
        ("operative", "1", "Parties should share [all] information:", ""),
        ("point", "(a)", "on threats;", "c5"),
        ("point", "(b)", "on [incidents / accidents]; and", "c5"),
        ("point", "", "on anything else.", "c5"),
        ("operative", "2", "Sharing is voluntary.", ""),
        ("operative", "2 bis", "It is free of charge.", ""),
        ("operative", "2 ter", "[Nothing here is binding.]", ""),
        ("operative", "(6)", "These developments matter.", ""),
        ("operative", "1.2", "A long number OP4 bis The last one.", ""),
        ("annex", "", "Annex I: Forms", ""),
    ]


def test_markdown_keeps_its_headings_and_items_and_loses_only_its_marks() -> None:
    text = (
        "# Security\n\n## 1. Scope\n\nEvery *Party* [may](https://example.org) share\n**all** of it.\n\n1. First\n   item.\n2. Second.\n"
        "2 bis. Third [shall / should].\n\n- on \\[this\\]\n\n<!-- a remark -->\n\n### Annex\n"
    )
    assert told(from_markdown(text)) == [
        ("title", "", "Security", ""),
        ("heading", "1", "Scope", ""),
        ("operative", "", "Every Party may share all of it.", ""),
        ("operative", "1", "First item.", ""),
        ("operative", "2", "Second.", ""),
        ("operative", "2 bis", "Third [shall / should].", ""),
        ("point", "", "on \\[this\\]", "c6"),
        ("annex", "", "Annex", ""),
    ]


def test_words_in_quotes_of_quotes_are_kept() -> None:
    assert [clause.text for clause in from_markdown(">" * 60 + " Be brief.")] == ["Be brief."]


def test_where_no_line_is_blank_each_line_is_a_paragraph() -> None:
    assert [clause.text for clause in from_plain("Be brief\nand clear.\nBe kind.")] == ["Be brief", "and clear.", "Be kind."]


def test_lines_of_a_script_without_spaces_are_joined_without_one() -> None:
    assert [clause.text for clause in from_plain("各国应当\n合作。\n\n完。")] == ["各国应当合作。", "完。"]


def test_a_year_or_a_name_at_the_beginning_is_no_number() -> None:
    assert told(from_plain("2019. It was late.")) == [("operative", "", "2019. It was late.", "")]
    assert told(from_plain("(nobody) came.")) == [("operative", "", "(nobody) came.", "")]


@pytest.mark.parametrize("text", ["", " \n\n ", "\ufeff".strip("\ufeff")])
def test_a_text_without_words_is_refused(text: str) -> None:
    for read in (from_plain, from_markdown):
        with pytest.raises(ValueError, match="no words"):
            read(text)


def test_a_character_that_no_text_may_hold_is_named_with_its_paragraph() -> None:
    with pytest.raises(ValueError, match=r"Paragraph 2: Character 4 is U\+0007"):
        from_plain("Be brief.\n\nBe \x07kind.")


@given(st.lists(st.text("abc [](/)1.:;-é\n各", min_size=1, max_size=40), min_size=1, max_size=6))
def test_no_word_of_a_plain_text_is_lost_whatever_is_written(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    if not words(text):
        return
    said = "".join(f"{clause.number}{clause.text}" for clause in from_plain(text))
    assert sorted(character for character in said if character.isalnum() or character in "[]") == sorted(
        character for character in text if character.isalnum() or character in "[]"
    )


@given(st.text("ab[](/)1.:;-*_#> \n`\\", max_size=80))
def test_markdown_is_read_or_refused_with_a_sentence_whatever_is_written(text: str) -> None:
    try:
        found = from_markdown(text)
    except ValueError as error:
        assert str(error) == "It has no words."  # noqa: PT017  (whichever of the two it is)
    else:
        assert all(isinstance(clause, Clause) for clause in found)
