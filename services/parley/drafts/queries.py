"""Questions to the view of the drafts service on documents and their versions; each is a few statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from parley import text as engine
from parley.drafts.tables import AMENDMENT, DOCUMENT, EDIT, SPONSOR, VERSION
from parley.kernel.clock import from_milliseconds
from parley.protocol.standing import Actor
from parley.protocol.visibility import LIVE, may_read
from parley.text.authorship import Authorship


def documents(connection: Connection, negotiation: str, actor: Actor) -> list[dict[str, Any]]:
    """The documents that an actor may read, in the order of their tabling."""
    rows = connection.execute(select(DOCUMENT).where(DOCUMENT.c.negotiation == negotiation).order_by(DOCUMENT.c.number)).all()
    return [_document(row) for row in rows if may_see(row, actor)]


def document(connection: Connection, identity: str, actor: Actor) -> dict[str, Any] | None:
    """One document with its versions, editorial changes and a count of its amendments by state; None if the actor may not read it."""
    row = readable(connection, identity, actor)
    if row is None:
        return None
    versions = connection.execute(select(VERSION).where(VERSION.c.document == identity).order_by(VERSION.c.version)).all()
    edits = connection.execute(select(EDIT).where(EDIT.c.document == identity).order_by(EDIT.c.made_in)).mappings()
    states: dict[str, int] = defaultdict(int)
    for amendment in visible(connection, identity, actor):
        states[amendment.state] += 1
    return _document(row) | {
        "versions": [_version(one) for one in versions],
        "edits": [_edit(one) for one in edits],
        "amendments": dict(sorted(states.items())),
    }


def version(connection: Connection, identity: str, number: int, actor: Actor) -> dict[str, Any] | None:
    """One version with its clauses: nothing in it ever changes. None if the actor may not read the document."""
    row, found = readable(connection, identity, actor), _found(connection, identity, number)
    if row is None or found is None:
        return None
    shown = _version(found) | {"document": name_in(identity), "title": row.title, "edits": msgspec.json.decode(found.edits)}
    shown.pop("released_at")
    return shown | {"clauses": msgspec.json.decode(found.clauses), "concordance": msgspec.json.decode(found.concordance)}


def fates(connection: Connection, identity: str, number: int, actor: Actor) -> dict[str, Any] | None:
    """What a version made of the amendments that the actor may read: those it took in, and what became of every one that was open."""
    row, found = readable(connection, identity, actor), _found(connection, identity, number)
    if row is None or found is None:
        return None
    seen = {amendment.amendment for amendment in visible(connection, identity, actor)}
    return _version(found) | {
        "applied": [one for one in msgspec.json.decode(found.applied) if one in seen],
        "edits": msgspec.json.decode(found.edits),
        "fates": [one for one in msgspec.json.decode(found.fates) if one["amendment"] in seen],
    }


def authors(connection: Connection, identity: str, number: int, actor: Actor) -> dict[str, Any] | None:
    """Who proposed the words of a version, clause by clause; `by` is null where that is not for the actor to read. None if the document is not."""
    row, found = readable(connection, identity, actor), _found(connection, identity, number)
    text = text_at(connection, identity, number)
    if row is None or found is None or text is None:
        return None
    behind = {one.amendment: one.delegation for one in visible(connection, identity, actor)}
    clauses = []
    for name, stretches in msgspec.json.decode(found.authors, type=Authorship).items():
        at, words = 0, []
        for stretch in stretches:
            known = [one for one in stretch.by if one in behind or one.startswith("E")]
            by = None if stretch.by and not known else [{"by": one, "delegation": behind.get(one)} for one in known]
            words.append({"text": text.clause(name).text[at : at + stretch.size], "by": by})
            at += stretch.size
        clauses.append({"clause": name, "words": words})
    return {"version": number, "version_hash": found.version_hash, "clauses": clauses}


def _found(connection: Connection, identity: str, number: int) -> Row[Any] | None:
    return connection.execute(select(VERSION).where(VERSION.c.document == identity, VERSION.c.version == number)).one_or_none()


def text_of(connection: Connection, identity: str, number: int, actor: Actor) -> engine.Version | None:
    """The text of a version, for a rendering or a comparison."""
    if readable(connection, identity, actor) is None:
        return None
    return text_at(connection, identity, number)


def edit_of(connection: Connection, identity: str, stream_version: int) -> str | None:
    """The editorial change that a fact made."""
    return connection.scalar(select(EDIT.c.edit).where(EDIT.c.document == identity, EDIT.c.made_in == stream_version))


def visible(connection: Connection, identity: str, actor: Actor, *more: str) -> list[Row[Any]]:
    """The amendments that an actor may read, by number: what they are, and what `more` is asked for."""
    columns = ("number", "amendment", "state", "delegation", "marking", "audience", *more)
    rows = connection.execute(select(*(AMENDMENT.c[name] for name in columns)).where(AMENDMENT.c.document == identity).order_by(AMENDMENT.c.number)).all()
    if actor.delegation is None:
        return [row for row in rows if may_see(row, actor, (row.delegation,))]
    signed = frozenset(connection.scalars(select(SPONSOR.c.number).where(SPONSOR.c.document == identity, SPONSOR.c.delegation == actor.delegation)))
    return [row for row in rows if may_see(row, actor, (row.delegation, *((actor.delegation,) if row.number in signed else ())))]


def readable(connection: Connection, identity: str, actor: Actor) -> Row[Any] | None:
    """The document, if there is one that the actor may read."""
    row = connection.execute(select(DOCUMENT).where(DOCUMENT.c.document == identity)).one_or_none()
    return row if row is not None and may_see(row, actor) else None


def may_see(row: Row[Any], actor: Actor, authors: Sequence[str] = ()) -> bool:
    """Whether an actor may read a document or an amendment of these authors: the rules' own predicate."""
    state = getattr(row, "state", LIVE)
    return may_read(actor, "document.read", authors=authors, marking=row.marking, audience=msgspec.json.decode(row.audience), state=state)


def name_in(identity: str) -> str:
    """A document's name in addresses, without the negotiation's before it."""
    return identity.partition("/")[2]


def text_at(connection: Connection, identity: str, number: int) -> engine.Version | None:
    """The text of a version, whoever asks; None if there is none."""
    clauses = connection.scalar(select(VERSION.c.clauses).where(VERSION.c.document == identity, VERSION.c.version == number))
    return None if clauses is None else _read(clauses)


@lru_cache(maxsize=32)  # a version never changes, and its indexes are worth keeping
def _read(clauses: str) -> engine.Version:
    return engine.Version(msgspec.json.decode(clauses, type=tuple[engine.Clause, ...]))


def _edit(row: Mapping[Any, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("edit", "state", "base_version", "clause", "old", "new", "reason")}
    return shown | {"made_at": from_milliseconds(row["made_at"])}


def _document(row: Row[Any]) -> dict[str, Any]:
    return {
        "document": name_in(row.document), "title": row.title, "marking": row.marking, "audience": msgspec.json.decode(row.audience), "tabled_by": row.office,
        "current": row.current, "tabled_at": from_milliseconds(row.tabled_at), "stream_version": row.stream_version,
        "window": None if row.closes_at is None else {"closes_at": from_milliseconds(row.closes_at), "closed": row.closed},
        "package_closed": bool(row.package_closed),
    }  # fmt: skip


def _version(row: Row[Any]) -> dict[str, Any]:
    return {
        "version": row.version, "label": row.label, "version_hash": row.version_hash, "supersedes": row.supersedes, "marking": row.marking,
        "made_at": from_milliseconds(row.made_at), "released_at": None if row.released_at is None else from_milliseconds(row.released_at),
        "authority": row.authority,
    }  # fmt: skip
