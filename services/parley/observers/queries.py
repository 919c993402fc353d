"""Questions to the public record; each is a few statements, and every answer is made of public facts alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection, Row, and_, or_, select

from parley.kernel.clock import from_milliseconds
from parley.observers.entries import DOCUMENTS, SUMMARIES
from parley.observers.view import CORRECTION, ENTRY, NEGOTIATION, TEXT

ROOT = "/api/v1/public/negotiations"
_WITHOUT_WORDS = [TEXT.c[column] for column in ("shelf", "name", "version", "label", "title", "hash", "issued_at", "at")]


@dataclass(frozen=True)
class Released:
    """A released text with what stands beside it: the versions before and after, and the last one, as far as they are released."""

    row: Row[Any]
    before: int | None
    after: int | None
    latest: int
    corrections: list[dict[str, Any]]


def address_of(*steps: str | int) -> str:
    """The address of something public."""
    return "/".join([ROOT, *(quote(str(step), safe="") for step in steps)])


def negotiations(connection: Connection, after: str | None, limit: int) -> list[dict[str, Any]] | None:
    """The negotiations in the order of their opening, after one of them; None if that one is not there."""
    wanted = select(NEGOTIATION).order_by(NEGOTIATION.c.opened_at, NEGOTIATION.c.negotiation).limit(limit)
    if after is not None:
        opened_at = connection.scalar(select(NEGOTIATION.c.opened_at).where(NEGOTIATION.c.negotiation == after))
        if opened_at is None:
            return None
        later = and_(NEGOTIATION.c.opened_at == opened_at, NEGOTIATION.c.negotiation > after)
        wanted = wanted.where(or_(NEGOTIATION.c.opened_at > opened_at, later))
    return [_negotiation(row) for row in connection.execute(wanted)]


def negotiation(connection: Connection, name: str) -> dict[str, Any] | None:
    """All that is public of a negotiation but its record: themes, deadlines, and the texts with their versions and corrections."""
    row = connection.execute(select(NEGOTIATION).where(NEGOTIATION.c.negotiation == name)).one_or_none()
    if row is None:
        return None
    texts = connection.execute(select(*_WITHOUT_WORDS).where(TEXT.c.negotiation == name).order_by(TEXT.c.shelf, TEXT.c.name, TEXT.c.version)).all()
    corrections = _corrections(connection, name)
    shown = _negotiation(row)
    for shelf in (SUMMARIES, DOCUMENTS):
        by_name: dict[str, list[Row[Any]]] = {}
        for text in texts:
            if text.shelf == shelf:
                by_name.setdefault(text.name, []).append(text)
        shown[shelf] = [_history(name, shelf, versions, corrections) for versions in by_name.values()]
    return shown


def history(connection: Connection, name: str, shelf: str, text: str) -> dict[str, Any] | None:
    """The versions of one text with their corrections; None if none is released."""
    here = (TEXT.c.negotiation == name, TEXT.c.shelf == shelf, TEXT.c.name == text)
    versions = connection.execute(select(*_WITHOUT_WORDS).where(*here).order_by(TEXT.c.version)).all()
    return _history(name, shelf, list(versions), _corrections(connection, name)) if versions else None


def text(connection: Connection, name: str, shelf: str, text: str, version: int) -> Released | None:
    """A released text; None if there is none under this version."""
    here = (TEXT.c.negotiation == name, TEXT.c.shelf == shelf, TEXT.c.name == text)
    row = connection.execute(select(TEXT).where(*here, TEXT.c.version == version)).one_or_none()
    if row is None:
        return None
    versions = sorted(connection.execute(select(TEXT.c.version).where(*here)).scalars())
    corrections = _corrections(connection, name).get((text, version), []) if shelf == SUMMARIES else []
    return Released(
        row,
        before=max((one for one in versions if one < version), default=None),
        after=min((one for one in versions if one > version), default=None),
        latest=versions[-1],
        corrections=corrections,
    )


def last(connection: Connection, name: str) -> int | None:
    """The number of a negotiation's last entry; None if nothing is public of it."""
    found: int | None = connection.scalar(select(NEGOTIATION.c.last).where(NEGOTIATION.c.negotiation == name))
    return found


def entries(connection: Connection, name: str, after: int, limit: int) -> list[dict[str, Any]]:
    """The entries after a number, in order."""
    wanted = select(ENTRY).where(ENTRY.c.negotiation == name, ENTRY.c.n > after).order_by(ENTRY.c.n).limit(limit)
    return [_entry(row) for row in connection.execute(wanted)]


def entries_before(connection: Connection, name: str, before: int | None, limit: int) -> list[dict[str, Any]]:
    """The entries before a number, or the last ones, newest first."""
    wanted = select(ENTRY).where(ENTRY.c.negotiation == name).order_by(ENTRY.c.n.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(ENTRY.c.n < before)
    return [_entry(row) for row in connection.execute(wanted)]


def texts_of(connection: Connection, name: str, numbers: list[int]) -> dict[int, dict[str, Any]]:
    """What the facts behind these entries said, whole, where they released a text."""
    wanted = select(TEXT.c.n, TEXT.c.body).where(TEXT.c.negotiation == name, TEXT.c.n.in_(numbers))
    return {row.n: msgspec.json.decode(row.body) for row in connection.execute(wanted)}


def _negotiation(row: Row[Any]) -> dict[str, Any]:
    deadlines: Mapping[str, str] = msgspec.json.decode(row.deadlines)
    return {
        "negotiation": row.negotiation, "title": row.title, "zone": row.zone, "themes": msgspec.json.decode(row.themes),
        "deadlines": [{"phase": phase, "closes_at": closes_at} for phase, closes_at in sorted(deadlines.items(), key=lambda one: (one[1], one[0]))],
        "opened_at": from_milliseconds(row.opened_at), "closed_at": None if row.closed_at is None else from_milliseconds(row.closed_at),
        "changed_at": from_milliseconds(row.changed_at), "latest": f"{row.negotiation}:{row.last}",
        "links": {
            "self": address_of(row.negotiation), "record": address_of(row.negotiation, "record"), "stream": address_of(row.negotiation, "stream"),
            "feed": address_of(row.negotiation, "feed.atom"),
        },
    }  # fmt: skip


def _entry(row: Row[Any]) -> dict[str, Any]:
    shown = {
        "id": f"{row.negotiation}:{row.n}", "seq": row.n, "kind": row.kind, "subject": row.subject, "version": row.version, "title": row.title,
        "at": from_milliseconds(row.at), "body": msgspec.json.decode(row.body),
    }  # fmt: skip
    shelf = {"summary-released": SUMMARIES, "version-released": DOCUMENTS, "correction-released": SUMMARIES}.get(row.kind)
    return shown | ({"text": address_of(row.negotiation, shelf, row.subject, row.version)} if shelf and row.version is not None else {})


def _history(name: str, shelf: str, versions: list[Row[Any]], corrections: Mapping[tuple[str, int], list[dict[str, Any]]]) -> dict[str, Any]:
    shown = [_version(name, row, corrections.get((row.name, row.version), []) if shelf == SUMMARIES else []) for row in versions]
    return {"name": versions[0].name, "title": versions[-1].title, "versions": shown, "links": {"self": address_of(name, shelf, versions[0].name)}}


def _version(name: str, row: Row[Any], corrections: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": row.version, "label": row.label, "title": row.title, "content_hash": row.hash, "issued_at": row.issued_at,
        "released_at": from_milliseconds(row.at), "corrections": corrections, "links": {"text": address_of(name, row.shelf, row.name, row.version)},
    }  # fmt: skip


def _corrections(connection: Connection, name: str) -> dict[tuple[str, int], list[dict[str, Any]]]:
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in connection.execute(select(CORRECTION).where(CORRECTION.c.negotiation == name).order_by(CORRECTION.c.n)):
        said = msgspec.json.decode(row.body)
        shown = {
            "symbol": said.get("symbol", ""), "correction": said.get("correction"), "corrections": said.get("corrections", []), "reason": said.get("reason", ""),
            "released_at": from_milliseconds(row.at),
        }  # fmt: skip
        found.setdefault((row.name, row.version), []).append(shown)
    return found
