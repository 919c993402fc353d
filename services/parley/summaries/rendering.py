"""Rendering: an issued version as canonical text, Markdown, HTML and JSON. Pure functions: the same version gives the same bytes.

The canonical text is what is hashed. The other forms say the same words; what the attribution policy lets be said of who said what is set beside a
sentence in them and is never part of the text.
"""

import hashlib
import html
from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.issued.attached import moment, plain_in_markdown
from parley.kernel.signing import Sign
from parley.summaries.facts import IssuedSentence, IssuedTheme


class Page(msgspec.Struct, frozen=True):
    """All that is printed of a version."""

    symbol: str
    title: str
    header: str
    authority: str
    marking: str
    language: str
    issued_at: datetime
    themes: tuple[IssuedTheme, ...]


def text_of(page: Page) -> str:
    """The canonical text: one line for each thing, LF at the end."""
    lines = [page.symbol, page.title, page.header, f"{page.authority} · {moment(page.issued_at)} · {page.marking}"]
    for theme in page.themes:
        lines += ["", theme.title, *(f"{one.number}. {one.text}" for one in theme.sentences)]
    return "\n".join(lines) + "\n"


def hash_of(text: str) -> str:
    """SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def markdown_of(page: Page) -> str:
    """The version as CommonMark."""
    lines = [f"# {plain_in_markdown(page.title)}", "", f"**{plain_in_markdown(page.symbol)}**", "", f"_{plain_in_markdown(page.header)}_", ""]
    lines += [plain_in_markdown(f"{page.authority} · {moment(page.issued_at)} · {page.marking}"), ""]
    for theme in page.themes:
        lines += [f"## {plain_in_markdown(theme.title)}", ""]
        for one in theme.sentences:
            lines += [f"{one.number}. {plain_in_markdown(one.text)}" + (f" _({plain_in_markdown(one.who)})_" if one.who else ""), ""]
    return "\n".join(lines)


def html_of(page: Page) -> str:
    """The version as a page of its own, without script or style, so that it may be shown under the strictest policy."""
    said = html.escape
    parts = [
        f'<!doctype html>\n<html lang="{said(page.language)}">\n<head>\n<meta charset="utf-8">\n<title>{said(page.symbol)}: {said(page.title)}</title>\n</head>',
        f'<body>\n<article>\n<p class="symbol">{said(page.symbol)}</p>\n<h1>{said(page.title)}</h1>\n<p class="header">{said(page.header)}</p>',
        f'<p class="issue">{said(page.authority)} · {moment(page.issued_at)} · {said(page.marking)}</p>',
    ]
    for theme in page.themes:
        parts += [f"<section>\n<h2>{said(theme.title)}</h2>", *_paragraphs(theme), "</section>"]
    return "\n".join([*parts, "</article>\n</body>\n</html>\n"])


def _paragraphs(theme: IssuedTheme) -> Sequence[str]:
    paragraphs = []
    for one in theme.sentences:
        who = f" <small>({html.escape(one.who)})</small>" if one.who else ""
        paragraphs.append(f'<p id="p{one.number}">{one.number}. {html.escape(one.text)}{who}</p>')
    return paragraphs


def document_of(page: Page, summary: str, version: int, sign: Sign) -> str:
    """The version as signed JSON, without what is for the bench alone: no input and no source is named in it."""
    themes = [{"title": theme.title, "sentences": [_sentence(one.number, one.text, one.who) for one in theme.sentences]} for theme in page.themes]
    body = {
        "summary": summary, "version": version, "symbol": page.symbol, "title": page.title, "header": page.header, "authority": page.authority,
        "marking": page.marking, "language": page.language, "issued_at": moment(page.issued_at), "content_hash": hash_of(text_of(page)), "themes": themes,
    }  # fmt: skip
    return sign(body).decode()


def _sentence(number: int, text: str, who: str) -> dict[str, object]:
    return {"number": number, "text": text, **({"who": who} if who else {})}


class _Sentence(msgspec.Struct):
    number: int
    text: str


class _Theme(msgspec.Struct):
    title: str
    sentences: tuple[_Sentence, ...]


class _Document(msgspec.Struct):
    """What of an issued document the canonical text is made of, and the hash that it says of itself."""

    symbol: str
    title: str
    header: str
    authority: str
    issued_at: datetime
    content_hash: str
    themes: tuple[_Theme, ...]
    marking: str = "public"  # the public record says it of nothing, because it holds nothing else


def proof_of(document: object) -> tuple[bool, str]:
    """Whether the words of an issued document are those of the hash that it names, and why, for a stranger who has nothing but the document.

    Raises:
        msgspec.ValidationError: it is not an issued document.
    """
    said = msgspec.convert(document, _Document)
    themes = tuple(IssuedTheme(theme.title, tuple(IssuedSentence(one.number, "", one.text) for one in theme.sentences)) for theme in said.themes)
    page = Page(said.symbol, said.title, said.header, said.authority, said.marking, "", said.issued_at, themes)
    if hash_of(text_of(page)) != said.content_hash:
        return False, f"{said.symbol}: the words are not those that were issued under the hash {said.content_hash[:16]}…"
    return True, f"{said.symbol}: the words are those of the hash {said.content_hash[:16]}…"
