"""Manuscripts: a text as people write it, plain or in Markdown, becomes the clauses of a document. Layout is lost; no word, number or bracket is."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec
import regex
from markdown_it import MarkdownIt
from markdown_it.token import Token

from parley.text import START, Clause, Kind, Unfit, Version, normalised, version
from parley.text.tokens import is_unspaced

_LATIN = r"(?:\s(?:bis|ter|quater|quinquies|sexies|septies|octies|nonies|decies|undecies|duodecies))"
_LABEL = regex.compile(
    rf"(?P<before>\[*)(?:(?P<number>(?:OP|PP)\s?\d{{1,3}}[a-z]?{_LATIN}*|\d{{1,3}}(?:\.\d{{1,3}})+|\d{{1,3}}[a-z]?{_LATIN}+)[.)]?"
    rf"|(?P<counted>\d{{1,3}}(?:\s?[a-z])?|[IVX]{{1,6}})\.|(?P<closed>\d{{1,3}}\)|\(\d{{1,3}}(?:\s?[a-z])?{_LATIN}*\))"
    rf"|(?P<point>\((?:[a-z]{{1,2}}|[A-Z]|[ivx]{{1,5}}){_LATIN}*\)|[a-z]\)|[ivx]{{1,5}}[.)]))\s+(?=\S)"
)
_BULLET = regex.compile(r"[-*•–—]\s+(?=\S)")  # noqa: RUF001  (dashes that people set before a point)
_HEADING = regex.compile(r"(?i:article|chapter|section|part|title|preamble)\b[\s\w.–—:-]{0,80}")  # noqa: RUF001  (as above)
_ANNEX = regex.compile(r"(?i:annex|appendix)\b.{0,100}")
_ENDS_A_SENTENCE = regex.compile(r"[\p{Po}\]]\s*(?:and|or)?$|\b(?:and|or)$")
_STOPS = (".", ";", ":", ",", "!", "?", "。")
_TITLE_LIMIT = 200
# Words that are nested deeper than this would be left out; the default of 20 is soon reached by quotes of quotes.
_markdown = MarkdownIt("commonmark", {"maxNesting": 200}).disable("text_join")


class Paragraph(msgspec.Struct, frozen=True):
    """One paragraph, without the label that stands before it."""

    text: str
    kind: Kind = "operative"
    number: str = ""


def from_plain(text: str) -> Version:
    """The clauses of a plain text: paragraphs have blank lines between them, or, where there is no blank line, each line is one.

    Raises:
        ValueError: it has no words, or some that no text may hold; it says which paragraph.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    blocks = [block.splitlines() for block in regex.split(r"\n(?:[ \t]*\n)+", lines) if block.strip()]
    if len(blocks) == 1:
        blocks = [[line] for line in blocks[0]]
    return _version(_titled([_plain(paragraph) for block in blocks for paragraph in _paragraphs(block)]))


def from_markdown(text: str) -> Version:
    """The same for Markdown: its headings are headings, the items of its lists are points, emphasis and links leave their words."""
    return _version(_marked(_markdown.parse(text)))


def _marked(tokens: list[Token]) -> Iterator[Paragraph]:
    """The paragraphs of a parsed Markdown text, in order."""
    label, seen = "", False
    for before, token in pairwise([Token("", "", 0), *tokens]):
        if token.type == "list_item_open":
            label = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "inline" and before.type == "heading_open":
            words = " ".join(_words(token).split())
            kind: Kind = "annex" if _ANNEX.fullmatch(words) else "heading" if seen or before.tag != "h1" else "title"
            seen = True
            yield Paragraph(_labelled(words).text, kind, _labelled(words).number)
        elif token.type in {"inline", "code_block", "fence", "html_block"} and not token.content.startswith("<!--"):
            seen = True
            words = _words(token) if token.type == "inline" else token.content
            for one in _paragraphs((label + words).splitlines()):
                yield _labelled(one)
            label = ""


def _words(inline: Token) -> str:
    return "".join(_word(token) for token in inline.children or ())


def _word(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    if token.type == "text_special" and token.content in {"[", "]", "\\"}:
        return token.markup  # the same sign takes a bracket literally here and there
    return token.content


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """The lines of a block as paragraphs: a label or a bullet begins one where the line before it came to an end."""
    words = ""
    for line in (line.strip() for line in lines):
        begins = _LABEL.match(line) or _BULLET.match(line)
        if words and begins and _ENDS_A_SENTENCE.search(words):
            yield words
            words = line
        else:
            words = _joined(words, line)
    if words:
        yield words


def _joined(words: str, line: str) -> str:
    """Two lines as one: with a space between them, where the script is written with spaces."""
    between = "" if not words or not line or (is_unspaced(words[-1]) and is_unspaced(line[0])) else " "
    return words + between + line


def _plain(words: str) -> Paragraph:
    shouted = words.isupper() and len(words) <= _TITLE_LIMIT and not _LABEL.match(words)
    if words.endswith(_STOPS):
        return _labelled(words)
    if _ANNEX.fullmatch(words):
        return Paragraph(words, "annex")
    return Paragraph(words, "heading") if shouted or _HEADING.fullmatch(words) else _labelled(words)


def _titled(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """The same, the first as the title if it reads like one and more follows."""
    first = paragraphs[0] if len(paragraphs) > 1 else None
    if first is None or first.number or first.kind not in {"operative", "heading"} or len(first.text) > _TITLE_LIMIT:
        return paragraphs
    if first.text.endswith(_STOPS) or _HEADING.fullmatch(first.text):
        return paragraphs
    return [msgspec.structs.replace(first, kind="title"), *paragraphs[1:]]


def _labelled(words: str) -> Paragraph:
    """The paragraph with the number before it told apart from its words: 3, 3 bis, 1.2, OP4, (a)."""
    bullet = _BULLET.match(words)
    if bullet:
        return Paragraph(words[bullet.end() :], "point")
    label = _LABEL.match(words)
    if label is None:
        return Paragraph(words)
    number = next(label[name] for name in ("number", "counted", "closed", "point") if label[name])
    kind: Kind = "point" if label["point"] else "preamble" if number.startswith("PP") else "operative"
    return Paragraph(label["before"] + words[label.end() :], kind, number.removesuffix("."))


def _version(paragraphs: Iterable[Paragraph]) -> Version:
    """The clauses, called c1, c2 and so on; a point stands under the paragraph before it."""
    found: list[Clause] = []
    under = START
    for at, one in enumerate(paragraphs, start=1):
        try:
            text = normalised(one.text)
        except Unfit as unfit:
            raise ValueError(f"Paragraph {at}: {unfit.why}") from unfit
        found.append(Clause(f"c{at}", text, one.number, one.kind, under if one.kind == "point" else START))
        if one.kind != "point":
            under = START if one.kind in {"title", "heading", "annex"} else f"c{at}"
    if not found:
        raise ValueError("It has no words.")
    return version(found)
