"""What readers see of summaries: the working text, what was issued and corrected, and what became of each input."""

import msgspec
from sqlalchemy import BigInteger, Column, ColumnElement, Connection, LargeBinary, Text, and_, insert, select, update
from sqlmodel import Field, SQLModel

from parley.kernel.clock import to_milliseconds
from parley.kernel.knowledge import of_field, of_lane
from parley.kernel.log import Recorded
from parley.kernel.timers import Due, clear_timer, set_timer
from parley.kernel.view import View
from parley.protocol.silence import running
from parley.protocol.standing import GRANT_WORDS, STANDING_WORDS, Grant, Standing, grant_after, standing_after
from parley.summaries import view_inputs
from parley.summaries.facts import CATALOGUE, CorrectionIssued, SummaryIssued, VersionReleased
from parley.summaries.facts_afterwards import StatementRecorded, StatementTakenBack, SummaryReissued
from parley.summaries.facts_receipts import ReceiptSigned
from parley.summaries.facts_silence import SilenceFact
from parley.summaries.rules import identity
from parley.summaries.summary import Summary, evolve
from parley.summaries.view_inputs import fold_sibling

SERVICE = CATALOGUE.service
SILENCE = "silence:"
"""How the keys of timers begin that are about a silence."""


class SummaryRow(SQLModel, table=True):
    """A summary as it is being worked on; `version` is its stream's, and the ETag."""

    __tablename__ = "summaries_summary"

    negotiation: str = Field(primary_key=True)
    summary: str = Field(primary_key=True)
    number: int
    version: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class IssuedRow(SQLModel, table=True):
    """An issued version; `released_at` is empty while the embargo lasts."""

    __tablename__ = "summaries_issued"

    negotiation: str = Field(primary_key=True)
    summary: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    marking: str
    audience: str
    release_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    released_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class OutcomeRow(SQLModel, table=True):
    """What became of an input in an issued version."""

    __tablename__ = "summaries_outcome"

    negotiation: str = Field(primary_key=True)
    summary: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    disposition: str
    into: str | None = None
    reason_code: str | None = None
    reason: str = Field(sa_column=Column(Text, nullable=False))
    sentences: str


class CorrectionRow(SQLModel, table=True):
    """A correction of an issued version."""

    __tablename__ = "summaries_correction"

    negotiation: str = Field(primary_key=True)
    summary: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    correction: int = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class StatementRow(SQLModel, table=True):
    """A statement of a delegation beside an issued version; `taken_back_at` is empty as long as it holds to it."""

    __tablename__ = "summaries_statement"

    negotiation: str = Field(primary_key=True)
    summary: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    statement: int = Field(primary_key=True)
    taken_back_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReissueRow(SQLModel, table=True):
    """A file in which an issued version was issued anew."""

    __tablename__ = "summaries_reissue"

    negotiation: str = Field(primary_key=True)
    summary: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    reissue: int = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReceiptRow(SQLModel, table=True):
    """A delegation's receipt for an issued version, as it was signed."""

    __tablename__ = "summaries_receipt"

    negotiation: str = Field(primary_key=True)
    summary: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    delegation: str = Field(primary_key=True)
    document: str = Field(sa_column=Column(Text, nullable=False))


OWN: tuple[type[SQLModel], ...] = (SummaryRow, IssuedRow, OutcomeRow, CorrectionRow, StatementRow, ReissueRow, ReceiptRow)
TABLES = (*OWN, *view_inputs.TABLES)
SUMMARY, ISSUED, OUTCOME, CORRECTION, STATEMENT, REISSUE, RECEIPT = (table.__table__ for table in OWN)  # type: ignore[attr-defined]  # SQLModel adds it

_decode = CATALOGUE.decoder()
_canonical = msgspec.json.Encoder(order="deterministic")
_working = msgspec.json.Decoder(Summary)


def view() -> View:
    """The view of the summaries service."""
    knowledge = (
        of_lane("standing", Standing(), "delegations", STANDING_WORDS, standing_after),
        of_field("grant", Grant(), "delegations", GRANT_WORDS, "token_hash", grant_after),
    )
    return View(SERVICE, form=4, sources=frozenset({"delegations", "drafts", SERVICE}), tables=TABLES, fold=fold, knowledge=knowledge)


def fold(connection: Connection, recorded: Recorded) -> None:
    """Take one fact in."""
    if recorded.service != SERVICE:
        fold_sibling(connection, recorded)
        return
    fact = _decode(recorded.type, recorded.body)
    if isinstance(fact, ReceiptSigned):
        _fold_receipt(connection, recorded, fact)
        return
    after = _fold_working(connection, recorded, fact)
    match fact:
        case SummaryIssued():
            _fold_issue(connection, recorded, fact)
        case VersionReleased():
            released = {"released_at": to_milliseconds(fact.released_at)}
            connection.execute(update(ISSUED).where(_version(recorded.lane, fact.summary, fact.version)).values(released))
            clear_timer(connection, SERVICE, _timer(recorded.lane, fact.summary, fact.version))
        case CorrectionIssued():
            row = {"negotiation": recorded.lane, "summary": fact.summary, "version": fact.version, "correction": fact.correction}
            connection.execute(insert(CORRECTION).values(**row, body=_canonical.encode(fact)))
        case StatementRecorded():
            row = {"negotiation": recorded.lane, "summary": fact.summary, "version": fact.version, "statement": fact.statement}
            connection.execute(insert(STATEMENT).values(**row, body=_canonical.encode(fact)))
        case StatementTakenBack():
            here = (STATEMENT.c.negotiation == recorded.lane, STATEMENT.c.summary == fact.summary, STATEMENT.c.version == fact.version)
            taken = {"taken_back_at": to_milliseconds(fact.at)}
            connection.execute(update(STATEMENT).where(*here, STATEMENT.c.statement == fact.statement).values(taken))
        case SummaryReissued():
            row = {"negotiation": recorded.lane, "summary": fact.summary, "version": fact.version, "reissue": fact.reissue}
            connection.execute(insert(REISSUE).values(**row, body=_canonical.encode(fact)))
        case _ if isinstance(fact, SilenceFact):
            _fold_silence(connection, recorded, after)
        case _:
            return


def _fold_working(connection: Connection, recorded: Recorded, fact: msgspec.Struct) -> Summary:
    """The working text goes through the same rules as the record's; what was issued is kept beside it, so it holds no issued text twice."""
    summary: str = fact.summary  # type: ignore[attr-defined]  # every fact of this service names its summary
    here = (SUMMARY.c.negotiation == recorded.lane, SUMMARY.c.summary == summary)
    before = connection.scalar(select(SUMMARY.c.body).where(*here))
    after = evolve(Summary() if before is None else _working.decode(before), fact)
    body = _canonical.encode(msgspec.structs.replace(after, issued=tuple(msgspec.structs.replace(one, fact=None) for one in after.issued)))
    if before is None:
        row = {"negotiation": recorded.lane, "summary": summary, "number": int(summary)}
        connection.execute(insert(SUMMARY).values(**row, version=recorded.version, body=body))
    else:
        connection.execute(update(SUMMARY).where(*here).values(version=recorded.version, body=body))
    return after


def _fold_silence(connection: Connection, recorded: Recorded, after: Summary) -> None:
    stream = identity(recorded.lane, after.summary)
    silence = running(after.silences)
    if silence is None:
        clear_timer(connection, SERVICE, f"{SILENCE}{stream}")
    else:
        set_timer(connection, SERVICE, Due(f"{SILENCE}{stream}", recorded.lane, stream, silence.due))


def _fold_issue(connection: Connection, recorded: Recorded, fact: SummaryIssued) -> None:
    here = {"negotiation": recorded.lane, "summary": fact.summary, "version": fact.version}
    seen_by = {"marking": fact.marking, "audience": _canonical.encode(fact.audience).decode(), "release_at": to_milliseconds(fact.release_at)}
    connection.execute(insert(ISSUED).values(**here, **seen_by, body=_canonical.encode(fact)))
    outcomes = [
        here | {
            "reference": one.input, "disposition": one.disposition, "into": one.into, "reason_code": one.reason_code, "reason": one.reason,
            "sentences": _canonical.encode(one.sentences).decode(),
        }
        for one in fact.outcomes
    ]  # fmt: skip
    if outcomes:
        connection.execute(insert(OUTCOME), outcomes)
    # Whether the moment has come is the rule's question; a version that is released at once has its timer taken away by the next fact.
    stream = identity(recorded.lane, fact.summary)
    set_timer(connection, SERVICE, Due(_timer(recorded.lane, fact.summary, fact.version), recorded.lane, f"{stream}/{fact.version}", fact.release_at))


def _fold_receipt(connection: Connection, recorded: Recorded, fact: ReceiptSigned) -> None:
    """There are as many as delegations: none of them touches the working text but for its version."""
    here = {"negotiation": recorded.lane, "summary": fact.summary, "version": fact.version}
    connection.execute(insert(RECEIPT).values(**here, delegation=fact.delegation, document=fact.document))
    mine = (SUMMARY.c.negotiation == recorded.lane, SUMMARY.c.summary == fact.summary)
    connection.execute(update(SUMMARY).where(*mine).values(version=recorded.version))


def _version(lane: str, summary: str, version: int) -> ColumnElement[bool]:
    return and_(ISSUED.c.negotiation == lane, ISSUED.c.summary == summary, ISSUED.c.version == version)


def _timer(lane: str, summary: str, version: int) -> str:
    return f"release:{lane}/{summary}/{version}"
