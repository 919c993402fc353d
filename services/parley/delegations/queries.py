"""Questions to the view of the delegations service; each is one or two statements."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from parley.delegations.view import GROUP, NEGOTIATION, PERSON, POSITION, PRINCIPLE, PRINCIPLE_TEXT, SPONSOR, TERM
from parley.kernel.clock import from_milliseconds
from parley.protocol.access import SECRETARIAT
from parley.protocol.standing import HOUSE, Actor, Grant, Standing
from parley.protocol.visibility import may_read

_LISTS = ("tags", "audience", "represented")


def negotiations(connection: Connection, grant: Grant) -> list[dict[str, Any]]:
    """The negotiations that the holder of a token takes part in, oldest first; the secretariat's own people see all."""
    wanted = select(NEGOTIATION.c.negotiation, NEGOTIATION.c.title).order_by(NEGOTIATION.c.number)
    if grant.lane != HOUSE:
        wanted = wanted.where(NEGOTIATION.c.negotiation == grant.lane)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def roster(connection: Connection, negotiation: str, standing: Standing, actor: Actor) -> dict[str, Any]:
    """Delegations, groups and terms for every participant; the names of persons for the secretariat, and for the own delegation."""
    groups = connection.execute(select(GROUP.c.group, GROUP.c.name).where(GROUP.c.negotiation == negotiation).order_by(GROUP.c.group))
    terms = connection.execute(select(TERM).where(TERM.c.negotiation == negotiation).order_by(TERM.c.seq, TERM.c.kind, TERM.c.of, TERM.c.holder))
    persons = connection.execute(select(PERSON).where(PERSON.c.negotiation == negotiation).order_by(PERSON.c.person)).mappings().all()
    return {
        "delegations": [{"delegation": code, **msgspec.to_builtins(one)} for code, one in sorted(standing.delegations.items())],
        "groups": [{"group": row.group, "name": row.name, "members": standing.members_of(row.group)} for row in groups],
        "persons": [_person(row) for row in persons if SECRETARIAT in actor.roles or (actor.delegation and row["delegation"] == actor.delegation)],
        "terms": [
            {"kind": row.kind, "of": row.of, "holder": row.holder, "since": from_milliseconds(row.since), "until": row.until and from_milliseconds(row.until)}
            for row in terms
            if row.kind == "group" or SECRETARIAT in actor.roles or row.holder == actor.person
        ],
    }


def _person(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {word: row[word] for word in ("person", "name", "role", "delegation", "struck_off")}


def principles(
    connection: Connection, /, negotiation: str, actor: Actor, after: int, limit: int, **only: str | None
) -> tuple[list[dict[str, Any]], int | None]:
    """The principles that an actor may read, by number; and the number after which the next page begins, or None at the end."""
    wanted = select(PRINCIPLE).where(PRINCIPLE.c.negotiation == negotiation).order_by(PRINCIPLE.c.number)
    for column, value in only.items():
        if value is not None:
            wanted = wanted.where(PRINCIPLE.c[column] == value)
    found: list[Row[Any]] = []
    # Hidden rows are stepped over, so that a page is full as long as there is more that the reader may see.
    while len(found) <= limit:
        rows = connection.execute(wanted.where(PRINCIPLE.c.number > after).limit(limit + 1)).all()
        if not rows:
            break
        after = rows[-1].number
        sponsors = _sponsors(connection, [row.principle for row in rows])
        found += [row for row in rows if _visible(row, [one["delegation"] for one in sponsors.get(row.principle, [])], actor)]
    page = found[:limit]
    return _shown(connection, page), page[-1].number if len(found) > limit else None


def principle(connection: Connection, negotiation: str, identity: str, actor: Actor) -> dict[str, Any] | None:
    """One principle with its positions and all its versions; None if there is none that the actor may read."""
    row = connection.execute(select(PRINCIPLE).where(PRINCIPLE.c.negotiation == negotiation, PRINCIPLE.c.principle == identity)).one_or_none()
    if row is None or not _visible(row, [one["delegation"] for one in _sponsors(connection, [identity]).get(identity, [])], actor):
        return None
    (shown,) = _shown(connection, [row])
    versions = connection.execute(select(PRINCIPLE_TEXT).where(PRINCIPLE_TEXT.c.principle == identity).order_by(PRINCIPLE_TEXT.c.version))
    shown["versions"] = [
        {"version": one.version, "text": one.text, "text_hash": one.text_hash, "reason": one.reason, "at": from_milliseconds(one.at)} for one in versions
    ]
    return shown


def _visible(row: Row[Any], sponsors: Sequence[str], actor: Actor) -> bool:
    audience = msgspec.json.decode(row.audience)
    return may_read(actor, "principle.read", authors=(row.delegation, *sponsors), marking=row.marking, audience=audience, state=row.state)


def _shown(connection: Connection, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    names = [row.principle for row in rows]
    sponsors = _sponsors(connection, names)
    hashes = {row.principle: row.text_hash for row in rows}
    positions: dict[str, list[dict[str, Any]]] = {}
    for one in connection.execute(select(POSITION).where(POSITION.c.principle.in_(names)).order_by(POSITION.c.delegation)):
        said = {"delegation": one.delegation, "stance": one.stance, "text": one.text, "text_hash": one.text_hash, "on_behalf_of": one.on_behalf_of}
        said |= {"represented": msgspec.json.decode(one.represented), "at": from_milliseconds(one.at), "stale": one.text_hash != hashes[one.principle]}
        positions.setdefault(one.principle, []).append(said)
    return [_whole(row, hashes, sponsors.get(row.principle, []), positions.get(row.principle, [])) for row in rows]


def _whole(row: Row[Any], hashes: Mapping[str, str], sponsors: list[dict[str, Any]], positions: list[dict[str, Any]]) -> dict[str, Any]:
    shown = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for a row as a mapping)
    shown.pop("negotiation")
    for name in _LISTS:
        shown[name] = msgspec.json.decode(shown[name])
    shown["submitted_at"] = from_milliseconds(row.submitted_at)
    shown["sponsors"] = [one | {"stale": one["text_hash"] != hashes[row.principle]} for one in sponsors]
    shown["positions"] = positions
    return shown


def _sponsors(connection: Connection, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(select(SPONSOR).where(SPONSOR.c.principle.in_(names)).order_by(SPONSOR.c.principle, SPONSOR.c.number)):
        found.setdefault(row.principle, []).append({"delegation": row.delegation, "text_hash": row.text_hash})
    return found
