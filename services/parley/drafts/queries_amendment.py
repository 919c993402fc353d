"""Questions to the view of the drafts service on amendments: one, many, and where they meet."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from parley import text as engine
from parley.drafts.document import OPEN, TAKEN_IN
from parley.drafts.facts import Part
from parley.drafts.queries import may_see, name_in, readable, text_at, visible
from parley.drafts.quoting import INSERT, as_pieces
from parley.drafts.subamending import reread
from parley.drafts.tables import AMENDMENT, SPONSOR, STEP, VERSION
from parley.kernel.clock import from_milliseconds
from parley.protocol.standing import Actor
from parley.text.contests import contests
from parley.text.redlining import composed
from parley.text.subamending import proposed

_LISTS = ("represented", "audience")
_IN_PLAY = (*OPEN, *TAKEN_IN)


def amendments(
    connection: Connection, /, identity: str, actor: Actor, after: int, limit: int, *, delegation: str | None = None, **only: str | None
) -> tuple[list[dict[str, Any]], int | None] | None:
    """The amendments that an actor may read, by number, and the number after which the next page begins, or None at the end."""
    if readable(connection, identity, actor) is None:
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
        found += [row for row in rows if may_see(row, actor, (row.delegation, *sponsors.get(row.number, ())))]
    page = found[:limit]
    return _shown(connection, identity, page), page[-1].number if len(found) > limit else None


def amendment(connection: Connection, identity: str, name: str, actor: Actor) -> dict[str, Any] | None:
    """One amendment with its redline, every step of its life, and who stands in its way; None if there is none that the actor may read."""
    if readable(connection, identity, actor) is None:
        return None
    row = connection.execute(select(AMENDMENT).where(AMENDMENT.c.document == identity, AMENDMENT.c.amendment == name)).one_or_none()
    if row is None or not may_see(row, actor, (row.delegation, *_sponsors(connection, identity, [row.number]).get(row.number, ()))):
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


def of_source(connection: Connection, identity: str, source: str) -> dict[str, Any]:
    """The amendment that stands for a source."""
    row = connection.execute(
        select(AMENDMENT.c.amendment, AMENDMENT.c.state, AMENDMENT.c.quote).where(AMENDMENT.c.document == identity, AMENDMENT.c.source == source)
    ).one()
    return {"amendment": row.amendment, "state": row.state, "quote": row.quote}


def ruled_in(connection: Connection, identity: str, first: int, last: int) -> list[str]:
    """The amendments on which a ruling was recorded in these stream versions, by number."""
    wanted = select(STEP.c.number).where(STEP.c.document == identity, STEP.c.stream_version.between(first, last)).order_by(STEP.c.number)
    return [f"A{number}" for number in connection.scalars(wanted)]


def conflicts(connection: Connection, identity: str, actor: Actor, clause: str | None) -> dict[str, Any] | None:
    """Where amendments in play meet: how many speak of each clause, which ask for the same words, and which cannot stand together."""
    if readable(connection, identity, actor) is None:
        return None
    asked = ("clause", "operation", "operations", "likeness", "wording", "base_version", "also", "amends")
    rows = [row for row in visible(connection, identity, actor, *asked) if row.state in _IN_PLAY and (clause is None or row.clause == clause)]
    by_place: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_wording: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        for place in () if row.amends else _places(row):
            by_place[place].append(row.amendment)
        by_wording[row.wording].append(row)
    current = connection.scalar(select(func.max(VERSION.c.version)).where(VERSION.c.document == identity)) or 0
    base = text_at(connection, identity, current)
    present = {row.amendment: row for row in rows if row.likeness and row.base_version == current}
    open_ones = [_engine(row, base) for row in present.values() if not row.amends] if base else []
    return {
        "contested": [
            {"clause": place[0], "where": place[1], "amendments": found} for place, found in sorted(by_place.items()) if len(found) > 1
        ],
        "identical": [
            {"clause": same[0].clause, "amendments": [row.amendment for row in same], "exactly": len({row.likeness for row in same}) == 1 and bool(same[0].likeness)}
            for same in by_wording.values()
            if len(same) > 1
        ],
        "contests": [
            {"clause": one.clause, "about": one.lane[0], "amendments": list(one.amendments), "amends": None} for one in contests(base, open_ones)
        ] + [met for row in present.values() for met in _met_in(row, [one for one in present.values() if one.amends == row.amendment])] if base else [],
    }  # fmt: skip


def _places(row: Row[Any]) -> list[tuple[str, str]]:
    """The clauses of which an amendment speaks, each once: behind them, or their words."""
    parts = [(row.clause, row.operation), *((one.clause, one.operation) for one in msgspec.json.decode(row.also, type=tuple[Part, ...]))]
    return list(dict.fromkeys((clause, "behind" if operation == INSERT else "words") for clause, operation in parts if clause))


def _met_in(row: Row[Any], subs: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Where sub-amendments to one amendment meet."""
    if len(subs) < 2:
        return []
    words = proposed(engine.Amendment(row.amendment, "", _operations(row)))
    found = contests(words, [_engine(sub, words) for sub in subs])
    return [{"clause": row.clause, "about": one.lane[0], "amendments": list(one.amendments), "amends": row.amendment} for one in found]


def _engine(row: Row[Any], base: engine.Version) -> engine.Amendment:
    return engine.Amendment(row.amendment, base.root, _operations(row))


def _shown(connection: Connection, identity: str, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    sponsors = _sponsors(connection, identity, [row.number for row in rows])
    texts = {number: text_at(connection, identity, number) for number in {row.base_version for row in rows}}
    amended = _amended(connection, identity, {row.amends for row in rows if row.amends})
    return [_amendment(row, sponsors.get(row.number, []), texts[row.base_version], amended.get(row.amends, ())) for row in rows]


def _amended(connection: Connection, identity: str, names: Collection[str]) -> dict[str, tuple[engine.Operation, ...]]:
    """What these amendments do, for those who read sub-amendments to them."""
    wanted = select(AMENDMENT.c.amendment, AMENDMENT.c.operations).where(AMENDMENT.c.document == identity, AMENDMENT.c.amendment.in_(names))
    return {row.amendment: _operations(row) for row in connection.execute(wanted)} if names else {}


def _amendment(row: Row[Any], sponsors: list[str], base: engine.Version | None, amended: tuple[engine.Operation, ...]) -> dict[str, Any]:
    shown = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for a row as a mapping)
    for name in ("operations", "likeness", "wording", "proposed_in", "number"):
        shown.pop(name)
    for name in _LISTS:
        shown[name] = msgspec.json.decode(shown[name])
    shown |= {"document": name_in(row.document), "sponsors": sponsors, "proposed_at": from_milliseconds(row.proposed_at)}
    shown["reference"] = f"document/{name_in(row.document)}/amendment/{row.amendment}"
    shown["also"] = msgspec.json.decode(row.also)
    if base is None:
        shown["redline"] = []
    else:
        shown["redline"] = _redline_of_words(row, base, amended) if row.amends else _redline(row, base)
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
            case engine.SplitClause(clause, start, end, into, old, number):
                parts = [{"kind": "same", "text": old[:start]}, {"kind": "same", "text": old[end:]}]
                found.append({"clause": clause, "change": "split", "into": into, "number": number, "pieces": parts})
            case engine.MergeClauses(clause, second, joint):
                text, more = base.clause(clause).text, base.clause(second).text
                joined = [{"kind": "same", "text": text}, {"kind": "inserted", "text": joint}, {"kind": "same", "text": more}]
                found.append({"clause": clause, "change": "merged", "second": second, "pieces": joined})
    for clause, changes in edits.items():
        pieces = composed(base.clause(clause).text, tuple(sorted(changes, key=lambda change: (change.start, change.end))))
        found.append({"clause": clause, "change": "changed", "pieces": [{"kind": piece.kind, "text": piece.text} for piece in pieces]})
    return found


def _redline_of_words(row: Row[Any], base: engine.Version, amended: tuple[engine.Operation, ...]) -> list[dict[str, Any]]:
    """What a sub-amendment changes in the clauses as the amendment that it is about would have them."""
    return [
        {
            "clause": reading.clause,
            "change": "changed",
            "pieces": [{"kind": piece.kind, "text": piece.text} for piece in composed(reading.text, tuple(changes))],
        }
        for reading, changes in reread(base, amended, _operations(row))
    ]


def _operations(row: Row[Any]) -> tuple[engine.Operation, ...]:
    return msgspec.json.decode(row.operations, type=tuple[engine.Operation, ...])


def _sponsors(connection: Connection, identity: str, numbers: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    wanted = select(SPONSOR.c.number, SPONSOR.c.delegation).where(SPONSOR.c.document == identity, SPONSOR.c.number.in_(numbers))
    for row in connection.execute(wanted.order_by(SPONSOR.c.number, SPONSOR.c.place)):
        found.setdefault(row.number, []).append(row.delegation)
    return found
