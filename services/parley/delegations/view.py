"""What readers see of negotiations, rosters and principles."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Index, Text, bindparam, func, insert, select, update
from sqlmodel import Field, SQLModel

from parley.delegations.facts import (
    CATALOGUE,
    GroupFormed,
    GroupJoined,
    GroupLeft,
    LatenessWaived,
    NegotiationOpened,
    OfficeAssumed,
    OfficeLeft,
    PersonEnrolled,
    PersonStruckOff,
    PositionTaken,
    PrincipleMarkingLoosened,
    PrincipleRevised,
    PrincipleSubmitted,
    PrincipleWithdrawn,
    SponsorJoined,
    SponsorLeft,
)
from parley.kernel.clock import to_milliseconds
from parley.kernel.knowledge import of_field, of_lane
from parley.kernel.log import Recorded
from parley.kernel.rows import change, put, put_by, remove
from parley.kernel.view import View
from parley.protocol.standing import GRANT_WORDS, STANDING_WORDS, Grant, Standing, grant_after, standing_after
from parley.protocol.visibility import LATE, LIVE, WITHDRAWN

SERVICE = CATALOGUE.service


class NegotiationRow(SQLModel, table=True):
    """A negotiation in the list of all; what it is now, its standing says."""

    __tablename__ = "delegations_negotiation"

    negotiation: str = Field(primary_key=True)
    title: str
    number: int


class PersonRow(SQLModel, table=True):
    """A person's name on the roster. The standing knows its role; a name is for the bench alone."""

    __tablename__ = "delegations_person"

    negotiation: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    name: str
    role: str
    delegation: str | None = None
    struck_off: bool = False


class GroupRow(SQLModel, table=True):
    """A group's name."""

    __tablename__ = "delegations_group"

    negotiation: str = Field(primary_key=True)
    group: str = Field(primary_key=True)
    name: str


class TermRow(SQLModel, table=True):
    """Who was in a group, or held an office, from when to when: `until` is open while it lasts."""

    __tablename__ = "delegations_term"

    negotiation: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    of: str = Field(primary_key=True)
    holder: str = Field(primary_key=True)
    since: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seq: int = Field(primary_key=True)
    until: int | None = Field(default=None, sa_column=Column(BigInteger))


class PrincipleRow(SQLModel, table=True):
    """A principle as it is now. `version` is its text's, `stream_version` the ETag's."""

    __tablename__ = "delegations_principle"
    # The next number is read off this index; a scan would make the 100,000th principle dear.
    __table_args__ = (Index("delegations_principle_number", "negotiation", "number"),)

    principle: str = Field(primary_key=True)
    negotiation: str
    number: int
    delegation: str
    state: str
    theme: str
    tags: str
    marking: str
    audience: str
    on_behalf_of: str | None = None
    represented: str
    retables: str | None = None
    source: str | None = None
    version: int
    text: str = Field(sa_column=Column(Text, nullable=False))
    text_hash: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    waiver: str | None = Field(default=None, sa_column=Column(Text))
    submitted_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    stream_version: int


class PrincipleTextRow(SQLModel, table=True):
    """One version of a principle's text; never changed."""

    __tablename__ = "delegations_principle_text"

    principle: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    text_hash: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


class SponsorRow(SQLModel, table=True):
    """A co-sponsor, and the text to which it put its name."""

    __tablename__ = "delegations_sponsor"

    principle: str = Field(primary_key=True)
    delegation: str = Field(primary_key=True)
    text_hash: str
    number: int


class PositionRow(SQLModel, table=True):
    """A delegation's last position on a principle, and the text of which it speaks."""

    __tablename__ = "delegations_position"

    principle: str = Field(primary_key=True)
    delegation: str = Field(primary_key=True)
    stance: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    text_hash: str
    on_behalf_of: str | None = None
    represented: str
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


TABLES: tuple[type[SQLModel], ...] = (NegotiationRow, PersonRow, GroupRow, TermRow, PrincipleRow, PrincipleTextRow, SponsorRow, PositionRow)
NEGOTIATION, PERSON, GROUP, TERM, PRINCIPLE, PRINCIPLE_TEXT, SPONSOR, POSITION = (table.__table__ for table in TABLES)  # type: ignore[attr-defined]  # SQLModel adds it

_decode = CATALOGUE.decoder()
# Statements of the hot path are made once; values travel as parameters, so that nothing is compiled anew for each fact.
_LAST_NUMBER = select(func.coalesce(func.max(PRINCIPLE.c.number), 0)).where(PRINCIPLE.c.negotiation == bindparam("lane")).scalar_subquery()
_SUBMIT = insert(PRINCIPLE).values(number=_LAST_NUMBER + 1)
_EMPTY = "[]"


def view() -> View:
    """The view of the delegations service."""
    knowledge = (
        of_lane("standing", Standing(), SERVICE, STANDING_WORDS, standing_after),
        of_field("grant", Grant(), SERVICE, GRANT_WORDS, "token_hash", grant_after),
    )
    return View(SERVICE, form=1, sources=frozenset({SERVICE}), tables=TABLES, fold=fold, knowledge=knowledge)


def fold(connection: Connection, recorded: Recorded) -> None:
    """Take one fact in."""
    lane, at = recorded.lane, to_milliseconds(recorded.at)
    match _decode(recorded.type, recorded.body):
        case NegotiationOpened() as fact:
            number = (connection.scalar(select(func.max(NEGOTIATION.c.number))) or 0) + 1
            put(connection, NEGOTIATION, {"negotiation": lane, "title": fact.title, "number": number})
        case PersonEnrolled() as fact:
            _enrol(connection, lane, fact)
        case PersonStruckOff() as fact:
            change(connection, PERSON, {"negotiation": lane, "person": fact.person}, {"struck_off": True})
        case GroupFormed() as fact:
            put(connection, GROUP, {"negotiation": lane, "group": fact.group, "name": fact.name})
            for member in fact.members:
                _begin(connection, recorded, "group", fact.group, member)
        case GroupJoined() as fact:
            _begin(connection, recorded, "group", fact.group, fact.delegation)
        case GroupLeft() as fact:
            _end(connection, recorded, "group", fact.group, fact.delegation)
        case OfficeAssumed() as fact:
            _end(connection, recorded, "office", fact.office)
            _begin(connection, recorded, "office", fact.office, fact.person)
        case OfficeLeft() as fact:
            _end(connection, recorded, "office", fact.office)
        case PrincipleSubmitted() as fact:
            _submit(connection, recorded, fact)
        case PrincipleRevised() as fact:
            words = {"version": fact.version, "text": fact.text, "text_hash": fact.text_hash, "reason": fact.reason}
            put(connection, PRINCIPLE_TEXT, {"principle": fact.principle, "at": at, **words})
            _change(connection, recorded, fact.principle, **words)
        case PrincipleWithdrawn() as fact:
            _change(connection, recorded, fact.principle, state=WITHDRAWN)
        case LatenessWaived() as fact:
            _change(connection, recorded, fact.principle, state=LIVE, waiver=fact.reason)
        case PrincipleMarkingLoosened() as fact:
            _change(connection, recorded, fact.principle, marking=fact.marking)
        case SponsorJoined() as fact:
            number = connection.scalar(select(func.max(SPONSOR.c.number)).where(SPONSOR.c.principle == fact.principle)) or 0
            row = {"principle": fact.principle, "delegation": fact.delegation, "text_hash": fact.text_hash, "number": number + 1}
            put(connection, SPONSOR, row)
            _change(connection, recorded, fact.principle)
        case SponsorLeft() as fact:
            remove(connection, SPONSOR, {"principle": fact.principle, "delegation": fact.delegation})
            _change(connection, recorded, fact.principle)
        case PositionTaken() as fact:
            remove(connection, POSITION, {"principle": fact.principle, "delegation": fact.delegation})
            row = msgspec.structs.asdict(fact) | {"represented": _json(fact.represented), "at": at}
            put(connection, POSITION, row)
            _change(connection, recorded, fact.principle)
        case _:
            return  # the standing and the grants know the rest


def _enrol(connection: Connection, negotiation: str, fact: PersonEnrolled) -> None:
    remove(connection, PERSON, {"negotiation": negotiation, "person": fact.person})
    put(connection, PERSON, {"negotiation": negotiation, "struck_off": False, **msgspec.structs.asdict(fact)})


def _submit(connection: Connection, recorded: Recorded, fact: PrincipleSubmitted) -> None:
    at = to_milliseconds(recorded.at)
    row = msgspec.structs.asdict(fact)
    late = row.pop("late")
    row |= {"tags": _json(fact.tags), "audience": _json(fact.audience), "represented": _json(fact.represented)}
    row |= {"negotiation": recorded.lane, "lane": recorded.lane, "state": LATE if late else LIVE, "version": 1, "submitted_at": at, "stream_version": 1}
    put_by(connection, _SUBMIT, row)
    words = {"principle": fact.principle, "version": 1, "text": fact.text, "text_hash": fact.text_hash, "reason": fact.reason, "at": at}
    put(connection, PRINCIPLE_TEXT, words)


def _change(connection: Connection, recorded: Recorded, principle: str, **values: Any) -> None:
    change(connection, PRINCIPLE, {"principle": principle}, {"stream_version": recorded.version, **values})


def _begin(connection: Connection, recorded: Recorded, kind: str, of: str, holder: str) -> None:
    since = to_milliseconds(recorded.at)
    row = {"negotiation": recorded.lane, "kind": kind, "of": of, "holder": holder, "since": since, "seq": recorded.seq, "until": None}
    put(connection, TERM, row)


def _end(connection: Connection, recorded: Recorded, kind: str, of: str, holder: str | None = None) -> None:
    open_terms = update(TERM).where(TERM.c.negotiation == recorded.lane, TERM.c.kind == kind, TERM.c.of == of, TERM.c.until.is_(None))
    if holder is not None:
        open_terms = open_terms.where(TERM.c.holder == holder)
    connection.execute(open_terms.values(until=to_milliseconds(recorded.at)))


def _json(values: tuple[str, ...]) -> str:
    return msgspec.json.encode(values).decode()
