"""The inputs as this service knows them: folded from the published facts of its siblings, taking from each the fields it needs."""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Text, delete, select, update
from sqlmodel import Field, SQLModel

from parley.kernel.knowledge import word_of
from parley.kernel.log import Recorded
from parley.kernel.rows import change, put, remove
from parley.kernel.view_tables import PROGRESS
from parley.summaries.forum import DELEGATION, DELEGATION_CODE, GROUP, GROUP_CODE, PERSON
from parley.summaries.inputs import ACCEPTED, LATE, LIVE, RULED, SUPPORT, WITHDRAWN, Input, Inputs, Voice
from parley.summaries.said import Said, hash_of, words_of

AUTHOR, SPONSOR, POSITION = "author", "sponsor", "position"
CHUNK = 500


class InputRow(SQLModel, table=True):
    """A principle or an amendment as it is now."""

    __tablename__ = "summaries_input"

    negotiation: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    seq: int
    state: str
    theme: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    text_hash: str
    marking: str
    audience: str
    delegation: str = Field(index=True)
    on_behalf_of: str | None = None
    ruling: str | None = None
    ruling_reason: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))


class VoiceRow(SQLModel, table=True):
    """What a delegation says of an input by the mouth of `speaker`: itself, or one that speaks for a group."""

    __tablename__ = "summaries_voice"

    negotiation: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    speaker: str = Field(primary_key=True)
    way: str = Field(primary_key=True)
    delegation: str = Field(primary_key=True)
    group: str | None = None
    stance: str
    text_hash: str
    seq: int


class NameRow(SQLModel, table=True):
    """A name that stands, or once stood, on the roster."""

    __tablename__ = "summaries_name"

    negotiation: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)


TABLES: tuple[type[SQLModel], ...] = (InputRow, VoiceRow, NameRow)
INPUT, VOICE, NAME = (table.__table__ for table in TABLES)  # type: ignore[attr-defined]  # SQLModel adds it


class _Named(msgspec.Struct):
    """A name that came on the roster: of a person, a group, or a delegation."""

    name: str
    person: str = ""
    group: str = ""
    delegation: str | None = None


_said, _named = msgspec.json.Decoder(Said), msgspec.json.Decoder(_Named)


def fold_sibling(connection: Connection, fact: Recorded) -> None:
    """Take one fact of a sibling in; most say nothing of inputs or names."""
    match word_of(fact):
        case (
            "PrincipleSubmitted" | "PrincipleRevised" | "PrincipleWithdrawn" | "LatenessWaived" | "PrincipleMarkingLoosened" | "SponsorJoined" | "SponsorLeft"
            | "PositionTaken"
        ):  # fmt: skip
            _fold_principle(connection, fact, _said.decode(fact.body))
        case (
            "AmendmentProposed" | "AmendmentRestated" | "AmendmentSponsored" | "SponsorshipEnded" | "AmendmentWithdrawn" | "AmendmentLatenessWaived"
            | "SubAmendmentMet" | "AmendmentMarkingLoosened" | "AmendmentRuled"
        ):  # fmt: skip
            _fold_amendment(connection, fact, _said.decode(fact.body))
        case "VersionMade" if fact.service == "drafts":
            said = _said.decode(fact.body)
            for fate in said.fates:
                if fate.state not in {LIVE, ACCEPTED}:  # an accepted sub-amendment may wait for what it is about; it is ruled on all the same
                    _change(connection, fact.lane, _amendment(said.document, fate.amendment, fact.lane), state=fate.state)
        case "DelegationAdmitted" | "GroupFormed" | "PersonEnrolled":
            _fold_name(connection, fact.lane, _named.decode(fact.body))
        case _:
            return


def _fold_principle(connection: Connection, fact: Recorded, said: Said) -> None:
    lane, reference = fact.lane, f"principle/{said.principle.removeprefix(fact.lane + '/')}"
    match word_of(fact):
        case "PrincipleSubmitted":
            _put_in(connection, fact, reference, said, text=said.text, text_hash=said.text_hash, state=LATE if said.late else LIVE)
        case "PrincipleRevised":
            _change(connection, lane, reference, text=said.text, text_hash=said.text_hash)
            # Who gives it a new text stands by that text; the sponsors signed the old one.
            own = (VOICE.c.negotiation == lane, VOICE.c.reference == reference, VOICE.c.way == AUTHOR)
            connection.execute(update(VOICE).where(*own).values(text_hash=said.text_hash, seq=fact.seq))
        case "PrincipleWithdrawn":
            _change(connection, lane, reference, state=WITHDRAWN)
        case "LatenessWaived":
            _change(connection, lane, reference, state=LIVE)
        case "PrincipleMarkingLoosened":
            _change(connection, lane, reference, marking=said.marking)
        case "SponsorJoined":
            _speak(connection, fact, reference, SPONSOR, said, SUPPORT)
        case "SponsorLeft":
            _fall_silent(connection, lane, reference, SPONSOR, said.delegation)
        case _:
            _speak(connection, fact, reference, POSITION, said, said.stance)


def _fold_amendment(connection: Connection, fact: Recorded, said: Said) -> None:
    lane, reference = fact.lane, _amendment(said.document, said.amendment, fact.lane)
    match word_of(fact):
        case "AmendmentProposed":
            text_hash = hash_of(said)
            _put_in(connection, fact, reference, said, text=words_of(said), text_hash=text_hash, state=said.state)
            _sponsor(connection, fact, reference, said.sponsors, text_hash)
        case "AmendmentRestated":
            text_hash = hash_of(said)
            _change(connection, lane, reference, text=words_of(said), text_hash=text_hash, state=said.state)
            own = (VOICE.c.negotiation == lane, VOICE.c.reference == reference)
            connection.execute(delete(VOICE).where(*own, VOICE.c.way == SPONSOR))
            connection.execute(update(VOICE).where(*own, VOICE.c.way == AUTHOR).values(text_hash=text_hash, seq=fact.seq))
            _sponsor(connection, fact, reference, said.sponsors, text_hash)
        case "AmendmentSponsored":
            now = connection.scalar(select(INPUT.c.text_hash).where(INPUT.c.negotiation == lane, INPUT.c.reference == reference))
            _sponsor(connection, fact, reference, (said.delegation,), str(now))
        case "SponsorshipEnded":
            _fall_silent(connection, lane, reference, SPONSOR, said.delegation)
        case "AmendmentWithdrawn":
            _change(connection, lane, reference, state=WITHDRAWN)
        case "AmendmentLatenessWaived":
            _change(connection, lane, reference, state=LIVE)
        case "SubAmendmentMet":
            _change(connection, lane, reference, state=said.state)
        case "AmendmentMarkingLoosened":
            _change(connection, lane, reference, marking=said.marking)
        case _:
            _change(connection, lane, reference, state=RULED, ruling=said.outcome, ruling_reason=said.reason)


def _amendment(document: str, amendment: str, lane: str) -> str:
    return f"document/{document.removeprefix(lane + '/')}/amendment/{amendment}"


def _put_in(connection: Connection, fact: Recorded, reference: str, said: Said, *, text: str, text_hash: str, state: str) -> None:
    row = {
        "negotiation": fact.lane, "reference": reference, "seq": fact.seq, "state": state, "theme": said.theme or "", "text": text, "text_hash": text_hash,
        "marking": said.marking, "audience": _json(said.audience), "delegation": said.delegation, "on_behalf_of": said.on_behalf_of,
    }  # fmt: skip
    put(connection, INPUT, row)
    put(connection, VOICE, _voices(fact, reference, AUTHOR, msgspec.structs.replace(said, text_hash=text_hash), SUPPORT))


def _change(connection: Connection, lane: str, reference: str, **values: Any) -> None:
    change(connection, INPUT, {"negotiation": lane, "reference": reference}, values)


def _speak(connection: Connection, fact: Recorded, reference: str, way: str, said: Said, stance: str) -> None:
    """The speaker's last word counts, for itself and for those that it represents."""
    _fall_silent(connection, fact.lane, reference, way, said.delegation)
    put(connection, VOICE, _voices(fact, reference, way, said, stance))


def _voices(fact: Recorded, reference: str, way: str, said: Said, stance: str) -> list[dict[str, Any]]:
    represented = [one for one in said.represented if one != said.delegation]
    return [
        {
            "negotiation": fact.lane, "reference": reference, "speaker": said.delegation, "way": way, "delegation": delegation, "group": group,
            "stance": stance, "text_hash": said.text_hash, "seq": fact.seq,
        }
        for delegation, group in [(said.delegation, None), *((one, said.on_behalf_of) for one in represented)]
    ]  # fmt: skip


def _sponsor(connection: Connection, fact: Recorded, reference: str, sponsors: Iterable[str], text_hash: str) -> None:
    for sponsor in sponsors:
        _speak(connection, fact, reference, SPONSOR, Said(delegation=sponsor, text_hash=text_hash), SUPPORT)


def _fall_silent(connection: Connection, lane: str, reference: str, way: str, speaker: str) -> None:
    remove(connection, VOICE, {"negotiation": lane, "reference": reference, "way": way, "speaker": speaker})


def _fold_name(connection: Connection, lane: str, said: _Named) -> None:
    if said.person:
        names = [(PERSON, said.name)]
    elif said.group:
        names = [(GROUP_CODE, said.group), (GROUP, said.name)]
    else:
        names = [(DELEGATION_CODE, said.delegation or ""), (DELEGATION, said.name)]
    for kind, name in names:
        key = (NAME.c.negotiation == lane, NAME.c.kind == kind, NAME.c.name == name)
        if connection.scalar(select(NAME.c.name).where(*key)) is None:
            put(connection, NAME, {"negotiation": lane, "kind": kind, "name": name})


def names_of(connection: Connection, lane: str) -> list[tuple[str, str]]:
    """All names of a roster with their kinds, those of former members too."""
    rows = connection.execute(select(NAME.c.name, NAME.c.kind).where(NAME.c.negotiation == lane).order_by(NAME.c.kind, NAME.c.name))
    return [(row.name, row.kind) for row in rows]


def inputs_of(connection: Connection, lane: str, references: Collection[str] | None = None) -> Inputs:
    """The inputs of a negotiation, or those of them that are named, and the cut that the connection sees."""
    if references is None:
        found = _inputs(connection, lane)
    else:
        asked = sorted(references)
        found = {key: one for start in range(0, len(asked), CHUNK) for key, one in _inputs(connection, lane, asked[start : start + CHUNK]).items()}
    rows = connection.execute(select(PROGRESS.c.source, PROGRESS.c.seq).where(PROGRESS.c.view == "summaries", PROGRESS.c.lane == lane))
    return Inputs(found, {row.source: row.seq for row in rows if row.source != "summaries"})


def _inputs(connection: Connection, lane: str, references: Collection[str] | None = None) -> dict[str, Input]:
    rows, voices = select(INPUT).where(INPUT.c.negotiation == lane), select(VOICE).where(VOICE.c.negotiation == lane)
    if references is not None:
        rows, voices = rows.where(INPUT.c.reference.in_(references)), voices.where(VOICE.c.reference.in_(references))
    spoken: dict[str, list[Voice]] = {}
    for row in connection.execute(voices.order_by(VOICE.c.reference, VOICE.c.seq, VOICE.c.speaker, VOICE.c.delegation)):
        spoken.setdefault(row.reference, []).append(Voice(row.delegation, row.stance, row.text_hash, row.group))
    return {
        row.reference: Input(
            reference=row.reference, theme=row.theme, text=row.text, text_hash=row.text_hash, state=row.state, marking=row.marking,
            delegation=row.delegation, seq=row.seq, audience=tuple(msgspec.json.decode(row.audience)), on_behalf_of=row.on_behalf_of,
            voices=tuple(spoken.get(row.reference, ())), ruling=row.ruling, ruling_reason=row.ruling_reason,
        )
        for row in connection.execute(rows.order_by(INPUT.c.seq, INPUT.c.reference))
    }  # fmt: skip


def _json(values: tuple[str, ...]) -> str:
    return msgspec.json.encode(values).decode()
