"""Attached: what stands beside an issued version by now: corrections, statements of delegations, and files that were issued anew for a fault."""

import html
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec


class Correction(msgspec.Struct, frozen=True):
    """Corr.n: places with the old and the new words."""

    symbol: str
    changes: tuple[tuple[str, str, str], ...]
    reason: str
    at: datetime


class Statement(msgspec.Struct, frozen=True):
    """A reservation, an explanation, a disassociation or another statement of a delegation; `places` are numbers of sentences, none: the whole text."""

    statement: int
    kind: str
    delegation: str
    says: str
    at: datetime
    places: tuple[int, ...] = ()
    on_behalf_of: str | None = None
    represented: tuple[str, ...] = ()
    taken_back_at: datetime | None = None


class Reissue(msgspec.Struct, frozen=True):
    """A file that was issued anew under the symbol with an asterisk, and the hash of what it stands in place of."""

    reissue: int
    symbol: str
    reason: str
    issued_at: datetime
    content_hash: str
    replaces_hash: str


class Attached(msgspec.Struct, frozen=True):
    """All of it, in the order in which it came."""

    corrections: tuple[Correction, ...] = ()
    statements: tuple[Statement, ...] = ()
    reissues: tuple[Reissue, ...] = ()


class Item(msgspec.Struct, frozen=True):
    """One thing that is printed: who or what it is, and its words."""

    lead: str
    words: str


class Section(msgspec.Struct, frozen=True):
    """What is printed under one heading behind the text."""

    heading: str
    items: tuple[Item, ...]


def sections(attached: Attached) -> tuple[Section, ...]:
    """What is printed behind the text; nothing for what there is none of."""
    found = (
        Section("Issued anew", tuple(Item(f"{one.symbol} · {moment(one.issued_at)}", one.reason) for one in attached.reissues)),
        Section("Corrections", tuple(_correction(one) for one in attached.corrections)),
        Section("Statements", tuple(_statement(one) for one in attached.statements)),
    )
    return tuple(section for section in found if section.items)


def _correction(one: Correction) -> Item:
    changes = (f"In sentence {place}, for “{old}” read “{new}”." if new else f"In sentence {place}, delete “{old}”." for place, old, new in one.changes)
    return Item(f"{one.symbol} · {moment(one.at)}", " ".join((*changes, one.reason)))


def _statement(one: Statement) -> Item:
    by = one.delegation if one.on_behalf_of is None else f"{one.delegation}, for {one.on_behalf_of} ({', '.join(one.represented)})"
    on = f" on sentence{'s' if len(one.places) > 1 else ''} {', '.join(str(place) for place in one.places)}" if one.places else ""
    back = "" if one.taken_back_at is None else f" · taken back {moment(one.taken_back_at)}"
    return Item(f"{one.kind.replace('-', ' ').capitalize()} by {by}{on} · {moment(one.at)}{back}", one.says)


def moment(at: datetime) -> str:
    """A time in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#+|~!&]|^[-=])|(?<=\d)\.(?=\s)", re.MULTILINE)


def plain_in_markdown(text: str) -> str:
    """Words that mean nothing to Markdown."""
    return _MARKDOWN.sub(lambda found: "\\" + found[0], text)


def markdown_with(issued: str, attached: Attached) -> str:
    """The issued Markdown, and behind it what stands beside the version."""
    lines = [issued.rstrip("\n"), ""]
    for section in sections(attached):
        lines += [f"## {section.heading}", ""]
        for item in section.items:
            lines += [f"**{plain_in_markdown(item.lead)}**", "", plain_in_markdown(item.words), ""]
    return "\n".join(lines)


def html_with(issued: str, attached: Attached) -> str:
    """The issued page, and at its end what stands beside the version."""
    before, _, after = issued.rpartition("</article>")
    return "\n".join([before.rstrip("\n"), *_as_html(sections(attached)), f"</article>{after}"])


def _as_html(found: Sequence[Section]) -> Iterable[str]:
    for section in found:
        yield f'<section class="attached">\n<h2>{section.heading}</h2>'
        for item in section.items:
            yield f"<h3>{html.escape(item.lead)}</h3>"
            yield from (f"<p>{html.escape(words)}</p>" for words in item.words.split("\n") if words)
        yield "</section>"


def json_with(issued: bytes, attached: Attached) -> bytes:
    """The issued JSON as it is, under `document`, and what stands beside the version."""
    record: dict[str, Any] = {"document": msgspec.Raw(issued), **msgspec.structs.asdict(attached)}
    return msgspec.json.encode(record)
