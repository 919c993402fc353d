"""The issued document as its JSON says it, and the canonical lines of its sentences."""

from datetime import datetime

import msgspec

from parley.text import Clause, Version
from parley.text.lines import canonical_lines


class Sentence(msgspec.Struct, frozen=True):
    """A numbered sentence; `who` is what the attribution policy lets be said of its sources."""

    number: int
    text: str
    who: str = ""


class Theme(msgspec.Struct, frozen=True):
    """A theme and its sentences."""

    title: str
    sentences: tuple[Sentence, ...]


class Document(msgspec.Struct, frozen=True):
    """An issued summary as each of its readers has it: there is nothing in it that one of them may not see."""

    summary: str
    version: int
    symbol: str
    title: str
    header: str
    authority: str
    marking: str
    language: str
    issued_at: datetime
    content_hash: str
    themes: tuple[Theme, ...]


def read(issued: bytes) -> Document:
    """The document that was issued as this JSON.

    Raises:
        msgspec.ValidationError: it is not an issued document.
    """
    return msgspec.json.decode(issued, type=Document)


def lines_of(document: Document) -> dict[int, tuple[str, ...]]:
    """The canonical lines of each sentence, by its number; counted through the document they are the canonical line numbers (`text.lines`)."""
    sentences = [one for theme in document.themes for one in theme.sentences]
    text = Version(tuple(Clause(f"p{one.number}", f"{one.number}. {one.text}") for one in sentences))
    found: dict[int, list[str]] = {one.number: [] for one in sentences}
    for line in canonical_lines(text):
        found[int(line.clause[1:])].append(text.clause(line.clause).text[line.start : line.end])
    return {number: tuple(lines) for number, lines in found.items()}
