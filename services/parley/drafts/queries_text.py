"""Questions on a text and what could become of it: what stands to it now, where its clauses went, and how far it is from settled."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from parley import text as engine
from parley.drafts.document import AGREED, MODIFIED, OPEN, PARKED, Amendment, in_order
from parley.drafts.previewing import Open, Preview, Supposed, largest, preview
from parley.drafts.queries import readable, text_at, visible
from parley.drafts.quoting import REPLACE, Wanted, operations
from parley.drafts.rules_chair import reworded
from parley.drafts.settling import Said, brackets_of, measures_of
from parley.drafts.tables import EDIT, SPONSOR, VERSION
from parley.protocol.marking import strictest
from parley.protocol.standing import Actor
from parley.text.concordance import Concordance, Entry, present_names

_COLUMNS = (
    "clause",
    "operation",
    "old",
    "new",
    "base_version",
    "operations",
    "source",
    "changed",
    "settled",
    "chairs_wording",
    "represented",
    "also",
    "amends",
)


def previewed(connection: Connection, identity: str, actor: Actor, supposed: Supposed) -> tuple[dict[str, Any], Preview] | None:
    """What would be, and of which version, for a reader of the document: over the amendments that the reader may read."""
    document = readable(connection, identity, actor)
    if document is None:
        return None
    now = _open(connection, identity, actor, document)
    found = preview(now, supposed)
    marking = strictest((_marking(connection, identity, document.current), *(now.amendments[name].marking for name in found.accepted)))
    return {"title": document.title, "base_version": document.current, "base_hash": now.text.root, "marking": marking}, found


def package(connection: Connection, identity: str, actor: Actor, clause: str | None) -> dict[str, Any] | None:
    """The largest set of open amendments that can stand together, beside what is accepted."""
    document = readable(connection, identity, actor)
    if document is None:
        return None
    found, left, ruled_out = largest(_open(connection, identity, actor, document), clause)
    package = {"amendments": in_order(found.amendments), "support": found.support, "exact": found.exact}
    return {"version": document.current, "package": package, "left_out": left, "ruled_out": ruled_out}


def measures(connection: Connection, identity: str, actor: Actor, owners: Collection[str]) -> dict[str, Any] | None:
    """How far the present text is from settled, clause by clause; `owners` are the names that may stand in a bracket before a colon."""
    document = readable(connection, identity, actor)
    if document is None:
        return None
    now = _open(connection, identity, actor, document)
    waiting = [
        engine.Amendment(one.amendment, now.text.root, one.operations)
        for one in now.amendments.values()
        if one.state in OPEN and one.operations and not one.amends
    ]
    marks: dict[str, list[str]] = msgspec.json.decode(document.marks)
    agreed = {clause: wording for clause, (state, wording, _) in marks.items() if state == AGREED}
    said = Said(agreed, [clause for clause, (state, *_) in marks.items() if state == PARKED], bool(document.package_closed))
    measured = measures_of(now.text, waiting, owners, said)
    return {"version": document.current, "version_hash": now.text.root, **measured, "brackets": brackets_of(now.text, owners)}


def whereabouts(connection: Connection, identity: str, clause: str, actor: Actor) -> dict[str, Any] | None:
    """Under which names and numbers a clause of any version stands in every version from then on; None if there was none, or for no reader of the document."""
    if readable(connection, identity, actor) is None:
        return None
    wanted = select(VERSION.c.version, VERSION.c.label, VERSION.c.version_hash, VERSION.c.concordance).where(VERSION.c.document == identity)
    history: list[dict[str, Any]] = []
    names: tuple[str, ...] = (clause,)
    text = engine.Version(())
    for row in connection.execute(wanted.order_by(VERSION.c.version)):
        text = text_at(connection, identity, row.version) or text
        entries = msgspec.json.decode(row.concordance, type=tuple[Entry, ...])
        if not history and clause not in text and clause not in {one.old for one in entries}:
            continue
        changes = [msgspec.structs.asdict(one) for one in entries if one.old in names or (not history and clause in one.new)]
        names = tuple(dict.fromkeys(now for name in names for now in present_names(name, [Concordance("", "", entries)])))
        standing = [{"id": name, "number": text.clause(name).number} for name in names]
        history.append({"version": row.version, "label": row.label, "version_hash": row.version_hash, "clauses": standing, "changes": changes})
    if not history:
        return None
    return {"clause": clause, "first_version": history[0]["version"], "now": [text.clause(name) for name in names], "history": history}


def _open(connection: Connection, identity: str, actor: Actor, document: Row[Any]) -> Open:
    """The present text and all that the actor may know of it, as the rules know it."""
    text = text_at(connection, identity, document.current)
    assert text is not None, "a document has its present version"  # noqa: S101  (for the type checker)
    signed: dict[int, list[str]] = {}
    for row in connection.execute(select(SPONSOR).where(SPONSOR.c.document == identity).order_by(SPONSOR.c.number, SPONSOR.c.place)):
        signed.setdefault(row.number, []).append(row.delegation)
    rows = visible(connection, identity, actor, *_COLUMNS)
    amendments = {row.amendment: amendment_of(row, tuple(signed.get(row.number, ())), text, _pending_wording(row)) for row in rows}
    represented = {row.amendment: tuple(msgspec.json.decode(row.represented, type=list[str])) for row in rows}
    pending = connection.execute(select(EDIT).where(EDIT.c.document == identity, EDIT.c.state == "pending").order_by(EDIT.c.made_in))
    edits = [engine.Amendment(row.edit, text.root, operations(text, Wanted(REPLACE, row.clause, row.old, row.new), row.edit)) for row in pending]
    return Open(text, amendments, edits, represented)


def amendment_of(row: Row[Any], sponsors: tuple[str, ...], text: engine.Version, wording: str | None) -> Amendment:
    """An amendment as the rules know it, from its row; in the chair's wording where there is one, which is put to `text`."""
    amendment = Amendment(
        amendment=row.amendment, delegation=row.delegation, sponsors=sponsors, state=row.state, clause=row.clause, operation=row.operation, old=row.old,
        new=row.new, base_version=row.base_version, operations=msgspec.json.decode(row.operations, type=tuple[engine.Operation, ...]), marking=row.marking,
        audience=tuple(msgspec.json.decode(row.audience)), imported=row.source is not None, changed=row.changed, settled=bool(row.settled),
        amends=row.amends or "", package=row.also != "[]",
    )  # fmt: skip
    return replace(amendment, ruled=reworded(text, amendment, wording))


def _pending_wording(row: Row[Any]) -> str | None:
    """The chair's wording as long as it waits for the next version; afterwards it stands in the text."""
    return row.chairs_wording if row.state == MODIFIED and not row.settled else None


def _marking(connection: Connection, identity: str, version: int) -> str:
    return str(connection.scalar(select(VERSION.c.marking).where(VERSION.c.document == identity, VERSION.c.version == version)))
