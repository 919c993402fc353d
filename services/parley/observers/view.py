"""What observers see: a public record for each negotiation, counted 1, 2, 3 without gap, and the texts that were released.

The entries are counted here, in the order in which public facts arrive. No number, time or name of anything hidden comes near these tables, because hidden
facts are never handed to this view.
"""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Connection, LargeBinary, Text, bindparam, select, update
from sqlmodel import Field, SQLModel

from parley.kernel.clock import to_milliseconds
from parley.kernel.knowledge import word_of
from parley.kernel.log import Recorded
from parley.kernel.rows import change, put
from parley.kernel.view import View
from parley.observers.entries import entry_of, text_of

SERVICE = "observers"
SOURCES = frozenset({"delegations", "drafts", "summaries"})


class NegotiationRow(SQLModel, table=True):
    """A negotiation as the public knows it; `last` is the number of its last entry. `deadlines` is by phase, as JSON."""

    __tablename__ = "observers_negotiation"

    negotiation: str = Field(primary_key=True)
    title: str = Field(sa_column=Column(Text, nullable=False))
    zone: str
    themes: str = Field(sa_column=Column(Text, nullable=False))
    deadlines: str = Field(sa_column=Column(Text, nullable=False))
    opened_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    changed_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    closed_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    last: int


class EntryRow(SQLModel, table=True):
    """An entry of the public record; never changed. `body` is JSON."""

    __tablename__ = "observers_entry"

    negotiation: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    kind: str
    subject: str
    version: int | None = None
    title: str = Field(sa_column=Column(Text, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class TextRow(SQLModel, table=True):
    """A released text; never changed. `body` is what the fact said, whole."""

    __tablename__ = "observers_text"

    negotiation: str = Field(primary_key=True)
    shelf: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    label: str
    title: str = Field(sa_column=Column(Text, nullable=False))
    hash: str
    issued_at: str | None = None
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    n: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CorrectionRow(SQLModel, table=True):
    """A correction, beside the text that it speaks of."""

    __tablename__ = "observers_correction"

    negotiation: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    name: str = Field(index=True)
    version: int
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class BesideRow(SQLModel, table=True):
    """What else stands beside a text: statements, their withdrawal, and files in which it was issued anew. `body` is what the fact said, whole."""

    __tablename__ = "observers_beside"

    negotiation: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    name: str = Field(index=True)
    version: int
    kind: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


BESIDE_KINDS = frozenset({"statement-released", "statement-back-released", "reissue-released"})

TABLES: tuple[type[SQLModel], ...] = (NegotiationRow, EntryRow, TextRow, CorrectionRow, BesideRow)
NEGOTIATION, ENTRY, TEXT, CORRECTION, BESIDE = (table.__table__ for table in TABLES)  # type: ignore[attr-defined]  # SQLModel adds it

_OF_LANE = NEGOTIATION.c.negotiation == bindparam("lane")
_COUNT = update(NEGOTIATION).where(_OF_LANE).values(last=NEGOTIATION.c.last + 1, changed_at=bindparam("at")).returning(NEGOTIATION.c.last)
_DEADLINES = select(NEGOTIATION.c.deadlines).where(_OF_LANE)

_canonical = msgspec.json.Encoder(order="deterministic")


def view() -> View:
    """The view of the observers service: of public facts, and of nothing else."""
    return View(SERVICE, form=2, sources=SOURCES, tables=TABLES, fold=fold, public_only=True)


def fold(connection: Connection, fact: Recorded) -> None:
    """Put one public fact on the record."""
    lane, at, word = fact.lane, to_milliseconds(fact.at), word_of(fact)
    said: dict[str, Any] = msgspec.json.decode(fact.body)
    n = _next(connection, lane, at)
    entry, text = entry_of(fact.service, word, said), text_of(fact.service, word, said)
    body = _canonical.encode(entry.body)
    row = {"negotiation": lane, "n": n, "kind": entry.kind, "subject": entry.subject, "version": entry.version, "title": entry.title, "at": at, "body": body}
    put(connection, ENTRY, row)
    _know(connection, fact.service, word, lane, at, said)
    if text is not None:
        about = {"shelf": text.shelf, "name": text.name, "version": text.version, "label": text.label, "title": text.title, "hash": text.hash}
        issued_at = str(said["issued_at"]) if "issued_at" in said else None
        put(connection, TEXT, {"negotiation": lane, "at": at, "n": n, "issued_at": issued_at, "body": _canonical.encode(said), **about})
    if entry.kind == "correction-released":
        put(connection, CORRECTION, {"negotiation": lane, "n": n, "name": entry.subject, "version": entry.version or 0, "at": at, "body": body})
    if entry.kind in BESIDE_KINDS:
        about = {"name": entry.subject, "version": entry.version or 0, "kind": entry.kind}
        put(connection, BESIDE, {"negotiation": lane, "n": n, "body": _canonical.encode(said), **about})


def _next(connection: Connection, lane: str, at: int) -> int:
    last = connection.scalar(_COUNT, {"lane": lane, "at": at})
    if last is None:
        # Of a service that is ahead of the announcement, on another carrier: the negotiation has its name until its title comes.
        row = {"negotiation": lane, "title": lane, "zone": "UTC", "themes": "[]", "deadlines": "{}", "opened_at": at, "changed_at": at, "last": 1}
        put(connection, NEGOTIATION, row)
        return 1
    return int(last)


def _know(connection: Connection, service: str, word: str, lane: str, at: int, said: dict[str, Any]) -> None:
    """What the negotiation as a whole is after a fact."""
    there = {"negotiation": lane}
    match (service, word):
        case ("delegations", "NegotiationAnnounced"):
            known = {"title": str(said.get("title", lane)), "zone": str(said.get("zone", "UTC")), "themes": _json(said.get("themes", []))}
            change(connection, NEGOTIATION, there, {"opened_at": at, **known})
        case ("delegations", "DeadlineAnnounced"):
            deadlines = msgspec.json.decode(connection.execute(_DEADLINES, {"lane": lane}).scalar_one())
            deadlines[str(said.get("phase", ""))] = str(said.get("closes_at", ""))
            change(connection, NEGOTIATION, there, {"deadlines": _json(deadlines)})
        case ("delegations", "CloseAnnounced"):
            change(connection, NEGOTIATION, there, {"closed_at": at})


def _json(value: object) -> str:
    return _canonical.encode(value).decode()
