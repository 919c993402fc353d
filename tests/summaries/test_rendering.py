"""Rendering: the same words in every form, the same bytes every time."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from house import KEYS
from parley.summaries.facts import IssuedSentence, IssuedTheme
from parley.summaries.rendering import Page, document_of, hash_of, html_of, markdown_of, proof_of, text_of

AT = datetime(2019, 5, 3, 10, 0, tzinfo=UTC)
# What people write, and what breaks careless renderers.
lines = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=30).map(str.strip).filter(bool)
tricky = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "*bold*",
        "1. one",
        "# title",
        "a_b_c",
        "[x](y)",
        "`code`",
        "&amp;",
        "- item",
        "\\",
        "שלום <b>",
        "2) two",
        "+ plus",
        "~~gone~~",
    ]
)
themes = st.lists(st.tuples(lines | tricky, st.lists(lines | tricky, min_size=1, max_size=4)), max_size=3)


def page(of: list[tuple[str, list[str]]], who: str = "") -> Page:
    number, built = 0, []
    for title, texts in of:
        sentences = []
        for text in texts:
            number += 1
            sentences.append(IssuedSentence(number, f"s{number}", text, own_wording=True, who=who))
        built.append(IssuedTheme(title, tuple(sentences)))
    return Page("PRAGUE/CS/1", "Chair's summary", "Non-binding.", "the chair's own", "public", "en", AT, tuple(built))


class Words(HTMLParser):
    """The words of a page, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.reading = False

    def handle_starttag(self, tag: str, *_: object) -> None:
        if tag in ("p", "h1", "h2"):
            self.lines.append("")
            self.reading = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "h1", "h2"):
            self.reading = False

    def handle_data(self, data: str) -> None:
        if self.reading:
            self.lines[-1] += data


@given(themes)
def test_the_page_says_the_words_of_the_canonical_text_and_nothing_else(of: list[tuple[str, list[str]]]) -> None:
    reader = Words()
    reader.feed(html_of(page(of)))
    assert reader.lines == [line for line in text_of(page(of)).split("\n") if line]


@given(themes)
def test_the_document_proves_its_words_by_its_hash(of: list[tuple[str, list[str]]]) -> None:
    document = json.loads(document_of(page(of), "1", 1, KEYS.sign))
    assert proof_of(document)[0]
    assert document["content_hash"] == hash_of(text_of(page(of)))


@pytest.mark.parametrize("field", ["title", "header", "symbol", "authority", "marking", "issued_at"])
def test_a_document_with_another_word_proves_nothing(field: str) -> None:
    document = json.loads(document_of(page([("policy", ["One."])]), "1", 1, KEYS.sign))
    document[field] = "2020-01-01T00:00:00Z" if field == "issued_at" else "Other"
    assert not proof_of(document)[0]


def test_a_document_with_a_changed_sentence_proves_nothing() -> None:
    document = json.loads(document_of(page([("policy", ["One."])]), "1", 1, KEYS.sign))
    document["themes"][0]["sentences"][0]["text"] = "Two."
    assert not proof_of(document)[0]


@pytest.mark.parametrize("text", ["*not bold*", "# no title", "[no](link)", "<b>no tag</b>", "`no code`", "_no stress_", "a & b", "1. no list", "| no table |"])
def test_markdown_means_nothing_in_the_words_of_a_sentence(text: str) -> None:
    line = next(line for line in markdown_of(page([("policy", [text])])).split("\n") if line.startswith("1. "))
    bare = line.removeprefix("1. ")
    assert "".join(bare.split("\\")) == text
    assert all(bare[at - 1] == "\\" for at, sign in enumerate(bare) if sign in "*#[]<>`_&|")


def test_what_may_be_said_of_who_said_it_stands_beside_the_words_not_in_them() -> None:
    of = [("policy", ["One."])]
    assert "(CZ)" in markdown_of(page(of, "CZ"))
    assert "<small>(CZ)</small>" in html_of(page(of, "CZ"))
    assert text_of(page(of, "CZ")) == text_of(page(of))


def test_the_same_version_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "from datetime import *;from parley.kernel.signing import *;from parley.summaries.rendering import *;from parley.summaries.facts import *;"
        "p=Page('A/1','T','H','own','public','en',datetime(2019,5,3,10,tzinfo=UTC),(IssuedTheme('x',(IssuedSentence(1,'s1','One.'),)),));"
        "print(hash_of(text_of(p)+markdown_of(p)+html_of(p)+document_of(p,'1',1,Keys((Key(seed='5e'*32),)).sign)))"
    )
    said = {
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": seed, "TZ": zone}).stdout
        for seed, zone in (("0", "UTC"), ("7", "Asia/Tokyo"))
    }
    assert len(said) == 1


def test_a_document_from_the_public_record_proves_its_words_too() -> None:
    document = json.loads(document_of(page([("policy", ["One."])]), "1", 1, KEYS.sign))
    assert proof_of({**{name: said for name, said in document.items() if name not in ("marking", "language")}, "released_at": "2019-05-03T10:00:00Z"})[0]
