"""Questions to the view of the drafts service; each is a few statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from parley import text as engine
from parley.drafts.document import OPEN, TAKEN_IN
from parley.drafts.quoting import INSERT, as_pieces
from parley.drafts.tables import AMENDMENT, DOCUMENT, EDIT, SPONSOR, STEP, VERSION
from parley.kernel.clock import from_milliseconds
from parley.protocol.standing import Actor
from parley.protocol.visibility import LIVE, may_read
from parley.text.contests import contests
from parley.text.redlining import composed

_LISTS = ("represented", "audience")
_IN_PLAY = (*OPEN, *TAKEN_IN)


def documents(connection: Connection, negotiation: str, actor: Actor) -> list[dict[str, Any]]:
    """The documents that an actor may read, in the order of their tabling."""
    rows = connection.execute(select(DOCUMENT).where(DOCUMENT.c.negotiation == negotiation).order_by(DOCUMENT.c.number)).all()
    return [_document(row) for row in rows if _may_read(row, actor)]


def document(connection: Connection, identity: str, actor: Actor) -> dict[str, Any] | None:
    """One document with its versions, editorial changes and a count of its amendments by state; None if the actor may not read it."""
    row = _row(connection, identity, actor)
    if row is None:
        return None
    versions = connection.execute(select(VERSION).where(VERSION.c.document == identity).order_by(VERSION.c.version)).all()
    edits = connection.execute(select(EDIT).where(EDIT.c.document == identity).order_by(EDIT.c.made_in)).mappings()
    states: dict[str, int] = defaultdict(int)
    for amendment in _visible(connection, identity, actor):
        states[amendment.state] += 1
    return _document(row) | {
        "versions": [_version(one) for one in versions],
        "edits": [_edit(one) for one in edits],
        "amendments": dict(sorted(states.items())),
    }


def version(connection: Connection, identity: str, number: int, actor: Actor) -> dict[str, Any] | None:
    """One version with its clauses: nothing in it ever changes. None if the actor may not read the document."""
    row, found = _row(connection, identity, actor), _found(connection, identity, number)
    if row is None or found is None:
        return None
    shown = _version(found) | {"document": _name(identity), "title": row.title, "edits": msgspec.json.decode(found.edits)}
    shown.pop("released_at")
    return shown | {"clauses": msgspec.json.decode(found.clauses), "concordance": msgspec.json.decode(found.concordance)}


def fates(connection: Connection, identity: str, number: int, actor: Actor) -> dict[str, Any] | None:
    """What a version made of the amendments that the actor may read: those it took in, and what became of every one that was open."""
    row, found = _row(connection, identity, actor), _found(connection, identity, number)
    if row is None or found is None:
        return None
    seen = {amendment.amendment for amendment in _visible(connection, identity, actor)}
    return _version(found) | {
        "applied": [one for one in msgspec.json.decode(found.applied) if one in seen],
        "edits": msgspec.json.decode(found.edits),
        "fates": [one for one in msgspec.json.decode(found.fates) if one["amendment"] in seen],
    }


def _found(connection: Connection, identity: str, number: int) -> Row[Any] | None:
    return connection.execute(select(VERSION).where(VERSION.c.document == identity, VERSION.c.version == number)).one_or_none()


def text_of(connection: Connection, identity: str, number: int, actor: Actor) -> engine.Version | None:
    """The text of a version, for a rendering or a comparison."""
    if _row(connection, identity, actor) is None:
        return None
    return _text(connection, identity, number)


def amendments(
    connection: Connection, /, identity: str, actor: Actor, after: int, limit: int, *, delegation: str | None = None, **only: str | None
) -> tuple[list[dict[str, Any]], int | None] | None:
    """The amendments that an actor may read, by number, and the number after which the next page begins, or None at the end."""
    if _row(connection, identity, actor) is None:
        return None
    wanted = select(AMENDMENT).where(AMENDMENT.c.document == identity).order_by(AMENDMENT.c.number)
    for column, value in only.items():
        if value is not None:
            wanted = wanted.where(AMENDMENT.c[column] == value)
    if delegation is not None:
        signed = select(SPONSOR.c.number).where(SPONSOR.c.document == identity, SPONSOR.c.delegation == delegation)
        wanted = wanted.where((AMENDMENT.c.delegation == delegation) | AMENDMENT.c.number.in_(signed))
    found: list[Row[Any]] = []
    # Hidden rows are stepped over, so that a page is full as long as there is more that the reader may see.
    while len(found) <= limit:
        rows = connection.execute(wanted.where(AMENDMENT.c.number > after).limit(limit + 1)).all()
        if not rows:
            break
        after = rows[-1].number
        sponsors = _sponsors(connection, identity, [row.number for row in rows])
        found += [row for row in rows if _may_read(row, actor, (row.delegation, *sponsors.get(row.number, ())))]
    page = found[:limit]
    return _shown(connection, identity, page), page[-1].number if len(found) > limit else None


def amendment(connection: Connection, identity: str, name: str, actor: Actor) -> dict[str, Any] | None:
    """One amendment with its redline, every step of its life, and who stands in its way; None if there is none that the actor may read."""
    if _row(connection, identity, actor) is None:
        return None
    row = connection.execute(select(AMENDMENT).where(AMENDMENT.c.document == identity, AMENDMENT.c.amendment == name)).one_or_none()
    if row is None or not _may_read(row, actor, (row.delegation, *_sponsors(connection, identity, [row.number]).get(row.number, ()))):
        return None
    steps = connection.execute(select(STEP).where(STEP.c.document == identity, STEP.c.number == row.number).order_by(STEP.c.stream_version))
    (shown,) = _shown(connection, identity, [row])
    shown["steps"] = [{"step": one.step, "detail": one.detail, "at": from_milliseconds(one.at)} for one in steps]
    return shown


def name_of(connection: Connection, identity: str, stream_version: int) -> dict[str, Any]:
    """The amendment that a fact made, for the answer to its author; also the answer to the retry."""
    made = (AMENDMENT.c.document == identity, AMENDMENT.c.proposed_in == stream_version)
    row = connection.execute(select(AMENDMENT.c.amendment, AMENDMENT.c.state, AMENDMENT.c.rebased_from, AMENDMENT.c.quote).where(*made)).one_or_none()
    return {} if row is None else {"amendment": row.amendment, "state": row.state, "rebased_from": row.rebased_from, "quote": row.quote}


def edit_of(connection: Connection, identity: str, stream_version: int) -> str | None:
    """The editorial change that a fact made."""
    return connection.scalar(select(EDIT.c.edit).where(EDIT.c.document == identity, EDIT.c.made_in == stream_version))


def of_source(connection: Connection, identity: str, source: str) -> dict[str, Any]:
    """The amendment that stands for a source."""
    row = connection.execute(
        select(AMENDMENT.c.amendment, AMENDMENT.c.state, AMENDMENT.c.quote).where(AMENDMENT.c.document == identity, AMENDMENT.c.source == source)
    ).one()
    return {"amendment": row.amendment, "state": row.state, "quote": row.quote}


def conflicts(connection: Connection, identity: str, actor: Actor, clause: str | None) -> dict[str, Any] | None:
    """Where amendments in play meet: how many speak of each clause, which ask for the same words, and which cannot stand together."""
    if _row(connection, identity, actor) is None:
        return None
    asked = ("clause", "operation", "operations", "likeness", "wording", "base_version")
    rows = [row for row in _visible(connection, identity, actor, *asked) if row.state in _IN_PLAY and (clause is None or row.clause == clause)]
    by_place: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_wording: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if row.clause:
            by_place[row.clause, "behind" if row.operation == INSERT else "words"].append(row.amendment)
        by_wording[row.wording].append(row)
    current = connection.scalar(select(func.max(VERSION.c.version)).where(VERSION.c.document == identity)) or 0
    base = _text(connection, identity, current)
    open_ones = [_engine(row, base) for row in rows if row.likeness and row.base_version == current] if base else []
    return {
        "contested": [
            {"clause": place[0], "where": place[1], "amendments": found} for place, found in sorted(by_place.items()) if len(found) > 1
        ],
        "identical": [
            {"clause": same[0].clause, "amendments": [row.amendment for row in same], "exactly": len({row.likeness for row in same}) == 1 and bool(same[0].likeness)}
            for same in by_wording.values()
            if len(same) > 1
        ],
        "contests": [{"clause": one.clause, "about": one.lane[0], "amendments": list(one.amendments)} for one in contests(base, open_ones)] if base else [],
    }  # fmt: skip


def _engine(row: Row[Any], base: engine.Version) -> engine.Amendment:
    return engine.Amendment(row.amendment, base.root, _operations(row))


def _visible(connection: Connection, identity: str, actor: Actor, *more: str) -> list[Row[Any]]:
    """The amendments that an actor may read, by number: what they are, and what `more` is asked for."""
    columns = ("number", "amendment", "state", "delegation", "marking", "audience", *more)
    rows = connection.execute(select(*(AMENDMENT.c[name] for name in columns)).where(AMENDMENT.c.document == identity).order_by(AMENDMENT.c.number)).all()
    if actor.delegation is None:
        return [row for row in rows if _may_read(row, actor, (row.delegation,))]
    signed = frozenset(connection.scalars(select(SPONSOR.c.number).where(SPONSOR.c.document == identity, SPONSOR.c.delegation == actor.delegation)))
    return [row for row in rows if _may_read(row, actor, (row.delegation, *((actor.delegation,) if row.number in signed else ())))]


def _row(connection: Connection, identity: str, actor: Actor) -> Row[Any] | None:
    row = connection.execute(select(DOCUMENT).where(DOCUMENT.c.document == identity)).one_or_none()
    return row if row is not None and _may_read(row, actor) else None


def _may_read(row: Row[Any], actor: Actor, authors: Sequence[str] = ()) -> bool:
    state = getattr(row, "state", LIVE)
    return may_read(actor, "document.read", authors=authors, marking=row.marking, audience=msgspec.json.decode(row.audience), state=state)


def _name(identity: str) -> str:
    """A document's name in addresses, without the negotiation's before it."""
    return identity.partition("/")[2]


def _edit(row: Mapping[Any, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("edit", "state", "base_version", "clause", "old", "new", "reason")}
    return shown | {"made_at": from_milliseconds(row["made_at"])}


def _document(row: Row[Any]) -> dict[str, Any]:
    return {
        "document": _name(row.document), "title": row.title, "marking": row.marking, "audience": msgspec.json.decode(row.audience), "tabled_by": row.office,
        "current": row.current, "tabled_at": from_milliseconds(row.tabled_at), "stream_version": row.stream_version,
        "window": None if row.closes_at is None else {"closes_at": from_milliseconds(row.closes_at), "closed": row.closed},
    }  # fmt: skip


def _version(row: Row[Any]) -> dict[str, Any]:
    return {
        "version": row.version, "label": row.label, "version_hash": row.version_hash, "supersedes": row.supersedes, "marking": row.marking,
        "made_at": from_milliseconds(row.made_at), "released_at": None if row.released_at is None else from_milliseconds(row.released_at),
    }  # fmt: skip


def _text(connection: Connection, identity: str, number: int) -> engine.Version | None:
    clauses = connection.scalar(select(VERSION.c.clauses).where(VERSION.c.document == identity, VERSION.c.version == number))
    return None if clauses is None else _read(clauses)


@lru_cache(maxsize=32)  # a version never changes, and its indexes are worth keeping
def _read(clauses: str) -> engine.Version:
    return engine.Version(msgspec.json.decode(clauses, type=tuple[engine.Clause, ...]))


def _operations(row: Row[Any]) -> tuple[engine.Operation, ...]:
    return msgspec.json.decode(row.operations, type=tuple[engine.Operation, ...])


def _shown(connection: Connection, identity: str, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    sponsors = _sponsors(connection, identity, [row.number for row in rows])
    texts = {number: _text(connection, identity, number) for number in {row.base_version for row in rows}}
    return [_amendment(row, sponsors.get(row.number, []), texts[row.base_version]) for row in rows]


def _amendment(row: Row[Any], sponsors: list[str], base: engine.Version | None) -> dict[str, Any]:
    shown = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for a row as a mapping)
    for name in ("operations", "likeness", "wording", "proposed_in", "number"):
        shown.pop(name)
    for name in _LISTS:
        shown[name] = msgspec.json.decode(shown[name])
    shown |= {"document": _name(row.document), "sponsors": sponsors, "proposed_at": from_milliseconds(row.proposed_at)}
    shown["reference"] = f"document/{row.document}/amendment/{row.amendment}"
    shown["redline"] = [] if base is None else _redline(row, base)
    return shown


def _redline(row: Row[Any], base: engine.Version) -> list[dict[str, Any]]:
    """What it does to its clauses; of one that misquotes, how its quote differs from what stands there."""
    operations = _operations(row)
    if not operations:
        return [{"clause": row.clause, "change": "misquoted", "pieces": as_pieces(base.clause(row.clause).text, row.old)}] if row.clause in base else []
    edits: dict[str, list[engine.Change]] = defaultdict(list)
    found: list[dict[str, Any]] = []
    for operation in operations:
        match operation:
            case engine.Edit(clause, start, end, _, new):
                edits[clause].append(engine.Change(start, end, new, ()))
            case engine.InsertClause(after, clause):
                found.append({"clause": after, "change": "inserted", "number": clause.number, "pieces": as_pieces("", clause.text)})
            case engine.DeleteClause(clause):
                found += [{"clause": gone, "change": "deleted", "pieces": as_pieces(base.clause(gone).text, "")} for gone in base.subtree(clause)]
            case engine.MoveClause(clause, after, parent):
                text = base.clause(clause).text
                found.append({"clause": clause, "change": "moved", "after": after, "parent": parent, "pieces": as_pieces(text, text)})
            case _:
                found.append({"clause": row.clause, "change": "rearranged", "pieces": []})
    for clause, changes in edits.items():
        pieces = composed(base.clause(clause).text, tuple(sorted(changes, key=lambda change: (change.start, change.end))))
        found.append({"clause": clause, "change": "changed", "pieces": [{"kind": piece.kind, "text": piece.text} for piece in pieces]})
    return found


def _sponsors(connection: Connection, identity: str, numbers: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    wanted = select(SPONSOR.c.number, SPONSOR.c.delegation).where(SPONSOR.c.document == identity, SPONSOR.c.number.in_(numbers))
    for row in connection.execute(wanted.order_by(SPONSOR.c.number, SPONSOR.c.place)):
        found.setdefault(row.number, []).append(row.delegation)
    return found


def ruled_in(connection: Connection, identity: str, first: int, last: int) -> list[str]:
    """The amendments on which a ruling was recorded in these stream versions, by number."""
    wanted = select(STEP.c.number).where(STEP.c.document == identity, STEP.c.stream_version.between(first, last)).order_by(STEP.c.number)
    return [f"A{number}" for number in connection.scalars(wanted)]
