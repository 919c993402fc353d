"""What changed between two versions: composed from what the later one took in, where that is known; compared word by word elsewhere."""

from collections.abc import Collection, Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import Connection, select

from parley import text as engine
from parley.drafts.document import MODIFIED, Amendment
from parley.drafts.queries import readable, text_at, visible
from parley.drafts.queries_text import amendment_of
from parley.drafts.quoting import NEW, REPLACE, Wanted, operations
from parley.drafts.subamending import as_accepted
from parley.drafts.tables import AMENDMENT, EDIT, VERSION
from parley.kernel.decider import Refused
from parley.protocol.standing import Actor
from parley.text.numbering import renumbered

compared = lru_cache(maxsize=64)(engine.redline)
"""Two versions never change, and everybody compares the same two."""


def redline(connection: Connection, identity: str, before: int, after: int, actor: Actor) -> tuple[engine.Version, engine.Version, engine.Redline] | None:
    """The two texts and what changed, with who proposed it as far as the actor may read that; None if the actor may not read the document."""
    if readable(connection, identity, actor) is None:
        return None
    old, new = text_at(connection, identity, before), text_at(connection, identity, after)
    if old is None or new is None:
        return None
    made = _made(connection, identity, old, new, after) if after == before + 1 else None
    if made is None:
        return old, new, compared(old, new)
    seen = {one.amendment for one in visible(connection, identity, actor)}
    return old, new, _as_seen(engine.redline_of(made), seen)


def _made(connection: Connection, identity: str, old: engine.Version, new: engine.Version, number: int) -> engine.Consolidation | None:
    """How the version came to be; None where what is kept of it does not give exactly its text again."""
    row = connection.execute(select(VERSION).where(VERSION.c.document == identity, VERSION.c.version == number)).one()
    taken = _taken(connection, identity, old, msgspec.json.decode(row.applied))
    edits = connection.execute(select(EDIT).where(EDIT.c.document == identity, EDIT.c.edit.in_(msgspec.json.decode(row.edits))))
    order = _order(new)
    try:
        accepted, _ = as_accepted(old, taken, order)
        edited = [engine.Amendment(one.edit, old.root, operations(old, Wanted(REPLACE, one.clause, one.old, one.new), one.edit)) for one in edits]
        made = engine.consolidate(old, [*accepted, *edited], order=order)
    except (engine.Unfit, Refused):
        return None
    if new.root in {made.version.root, renumbered(made.version).root}:
        return msgspec.structs.replace(made, version=new)
    return None


def _taken(connection: Connection, identity: str, base: engine.Version, names: Collection[str]) -> list[Amendment]:
    wanted = select(AMENDMENT).where(AMENDMENT.c.document == identity, AMENDMENT.c.amendment.in_(names)).order_by(AMENDMENT.c.number)
    # A redline names amendments, not who signed them; and what was ruled then is still in `outcome`, because by now the state is another.
    return [amendment_of(row, (), base, row.chairs_wording if row.outcome == MODIFIED else None) for row in connection.execute(wanted)]


def _order(text: engine.Version) -> Sequence[str]:
    """The order in which the chair put what was inserted, as far as the text shows it."""
    return tuple(clause.id.removeprefix(NEW).partition("-")[0] for clause in text if clause.id.startswith(NEW))


def _as_seen(found: engine.Redline, seen: Collection[str]) -> engine.Redline:
    """Without the names of amendments that are not for the reader; editorial changes are the chair's and everybody's to know."""
    change = msgspec.structs.replace

    def known(by: Sequence[str]) -> tuple[str, ...]:
        return tuple(one for one in by if one in seen or one.startswith("E"))

    rows = (change(row, by=known(row.by), pieces=tuple(change(piece, by=known(piece.by)) if piece.by else piece for piece in row.pieces)) for row in found.rows)
    return engine.Redline(tuple(rows))
