"""Questions to the public record; each is a few statements, and every answer is made of public facts alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection, Row, and_, or_, select

from parley.issued.attached import Attached, Correction, Reissue, Statement
from parley.kernel.clock import from_milliseconds
from parley.observers.entries import DOCUMENTS, SUMMARIES
from parley.observers.view import BESIDE, BESIDE_KINDS, CORRECTION, ENTRY, NEGOTIATION, TEXT

ROOT = "/api/v1/public/negotiations"
_Place = tuple[str, str, str, int]
_WITHOUT_WORDS = [TEXT.c[column] for column in ("negotiation", "shelf", "name", "version", "label", "title", "hash", "issued_at", "at")]


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
    found = connection.execute(wanted).all()
    texts = _texts(connection, [row.negotiation for row in found], [SUMMARIES])
    return [_negotiation(row) | {SUMMARIES: texts[row.negotiation, SUMMARIES]} for row in found]


def negotiation(connection: Connection, name: str) -> dict[str, Any] | None:
    """All that is public of a negotiation but its record: themes, deadlines, and the texts with their versions and corrections."""
    row = connection.execute(select(NEGOTIATION).where(NEGOTIATION.c.negotiation == name)).one_or_none()
    if row is None:
        return None
    texts = _texts(connection, [name], [SUMMARIES, DOCUMENTS])
    return _negotiation(row) | {shelf: texts[name, shelf] for shelf in (SUMMARIES, DOCUMENTS)}


def history(connection: Connection, name: str, shelf: str, text: str) -> dict[str, Any] | None:
    """The versions of one text with their corrections; None if none is released."""
    here = (TEXT.c.negotiation == name, TEXT.c.shelf == shelf, TEXT.c.name == text)
    versions = connection.execute(select(*_WITHOUT_WORDS).where(*here).order_by(TEXT.c.version)).all()
    return _history(list(versions), _corrections(connection, [name])) if versions else None


def text(connection: Connection, name: str, shelf: str, text: str, version: int) -> Released | None:
    """A released text; None if there is none under this version."""
    here = (TEXT.c.negotiation == name, TEXT.c.shelf == shelf, TEXT.c.name == text)
    row = connection.execute(select(TEXT).where(*here, TEXT.c.version == version)).one_or_none()
    if row is None:
        return None
    versions = sorted(connection.execute(select(TEXT.c.version).where(*here)).scalars())
    corrections = _corrections(connection, [name]).get((name, shelf, text, version), [])
    return Released(
        row,
        before=max((one for one in versions if one < version), default=None),
        after=min((one for one in versions if one > version), default=None),
        latest=versions[-1],
        corrections=corrections,
    )


def attached(connection: Connection, name: str, text: str, version: int) -> Attached:
    """All that stands beside a released summary by now."""
    rows = connection.execute(select(BESIDE).where(BESIDE.c.negotiation == name, BESIDE.c.name == text, BESIDE.c.version == version).order_by(BESIDE.c.n))
    said = [(row.kind, row.body) for row in rows]
    back = {one.statement: one.at for one in (msgspec.json.decode(body, type=_Back) for kind, body in said if kind == "statement-back-released")}
    statements = (msgspec.json.decode(body, type=Statement) for kind, body in said if kind == "statement-released")
    return Attached(
        tuple(_corrected(row) for row in connection.execute(
            select(CORRECTION).where(CORRECTION.c.negotiation == name, CORRECTION.c.name == text, CORRECTION.c.version == version).order_by(CORRECTION.c.n)
        )),
        tuple(msgspec.structs.replace(one, taken_back_at=back.get(one.statement)) for one in statements),
        tuple(msgspec.json.decode(body, type=Reissue) for kind, body in said if kind == "reissue-released"),
    )  # fmt: skip


class _Back(msgspec.Struct):
    statement: int
    at: datetime


def _corrected(row: Row[Any]) -> Correction:
    said = msgspec.json.decode(row.body)
    changes = tuple((str(place), str(old), str(new)) for place, old, new in said.get("corrections", ()))
    return Correction(str(said.get("symbol", "")), changes, str(said.get("reason", "")), from_milliseconds(row.at))


def reissue(connection: Connection, name: str, text: str, version: int, number: int) -> dict[str, Any] | None:
    """A file in which a released summary was issued anew; None if there is none of this number."""
    here = (BESIDE.c.negotiation == name, BESIDE.c.name == text, BESIDE.c.version == version, BESIDE.c.kind == "reissue-released")
    found = [msgspec.json.decode(body) for body in connection.scalars(select(BESIDE.c.body).where(*here).order_by(BESIDE.c.n))]
    return next((one for one in found if one.get("reissue") == number), None)


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


_SHELVES = {"summary-released": SUMMARIES, "version-released": DOCUMENTS, "correction-released": SUMMARIES, **dict.fromkeys(BESIDE_KINDS, SUMMARIES)}
"""Where the text stands of which an entry of this kind speaks."""


def _entry(row: Row[Any]) -> dict[str, Any]:
    shown = {
        "id": f"{row.negotiation}:{row.n}", "seq": row.n, "kind": row.kind, "subject": row.subject, "version": row.version, "title": row.title,
        "at": from_milliseconds(row.at), "body": msgspec.json.decode(row.body),
    }  # fmt: skip
    shelf = _SHELVES.get(row.kind)
    return shown | ({"text": address_of(row.negotiation, shelf, row.subject, row.version)} if shelf and row.version is not None else {})


def _texts(connection: Connection, names: Sequence[str], shelves: Sequence[str]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The histories of all texts on these shelves, by negotiation and shelf."""
    wanted = select(*_WITHOUT_WORDS).where(TEXT.c.negotiation.in_(names), TEXT.c.shelf.in_(shelves)).order_by(TEXT.c.name, TEXT.c.version)
    corrections = _corrections(connection, names)
    by_text: dict[tuple[str, str, str], list[Row[Any]]] = {}
    for row in connection.execute(wanted):
        by_text.setdefault((row.negotiation, row.shelf, row.name), []).append(row)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {(name, shelf): [] for name in names for shelf in shelves}
    for (name, shelf, _), versions in by_text.items():
        found[name, shelf].append(_history(versions, corrections))
    return found


def _history(versions: list[Row[Any]], corrections: Mapping[_Place, list[dict[str, Any]]]) -> dict[str, Any]:
    last = versions[-1]
    return {
        "name": last.name,
        "title": last.title,
        "versions": [_version(row, corrections.get((row.negotiation, row.shelf, row.name, row.version), [])) for row in versions],
        "links": {"self": address_of(last.negotiation, last.shelf, last.name)},
    }


def _version(row: Row[Any], corrections: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": row.version, "label": row.label, "title": row.title, "content_hash": row.hash, "issued_at": row.issued_at,
        "released_at": from_milliseconds(row.at), "corrections": corrections,
        "links": {"text": address_of(row.negotiation, row.shelf, row.name, row.version)},
    }  # fmt: skip


def _corrections(connection: Connection, names: Sequence[str]) -> dict[_Place, list[dict[str, Any]]]:
    found: dict[_Place, list[dict[str, Any]]] = {}
    for row in connection.execute(select(CORRECTION).where(CORRECTION.c.negotiation.in_(names)).order_by(CORRECTION.c.negotiation, CORRECTION.c.n)):
        said = msgspec.json.decode(row.body)
        shown = {
            "symbol": said.get("symbol", ""), "correction": said.get("correction"), "corrections": said.get("corrections", []), "reason": said.get("reason", ""),
            "released_at": from_milliseconds(row.at),
        }  # fmt: skip
        found.setdefault((row.negotiation, SUMMARIES, row.name, row.version), []).append(shown)
    return found
