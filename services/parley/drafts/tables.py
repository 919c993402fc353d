"""The tables of what readers see of documents and amendments. Lists and texts of clauses stand in them as JSON."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field, SQLModel


def _text() -> Any:
    return Field(sa_column=Column(Text, nullable=False))


def _time() -> Any:
    return Field(sa_column=Column(BigInteger, nullable=False))


class DocumentRow(SQLModel, table=True):
    """A document as it is now. `stream_version` is its ETag."""

    __tablename__ = "drafts_document"

    document: str = Field(primary_key=True)
    negotiation: str = Field(index=True)
    number: int
    title: str
    marking: str
    audience: str
    office: str
    current: int
    closes_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    closed: bool = False
    marks: str = _text()
    package_closed: bool = False
    tabled_at: int = _time()
    stream_version: int


class VersionRow(SQLModel, table=True):
    """One version; never changed but for the time at which everybody could read it."""

    __tablename__ = "drafts_version"

    document: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    label: str
    version_hash: str
    supersedes: int | None = None
    marking: str
    clauses: str = _text()
    applied: str = _text()
    edits: str = _text()
    fates: str = _text()
    concordance: str = _text()
    authors: str = _text()
    made_at: int = _time()
    released_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    authority: str | None = None


class AmendmentRow(SQLModel, table=True):
    """An amendment as it is now. `changed` is its ETag: the document's stream version at which it last changed; `proposed_in` the one that made it."""

    __tablename__ = "drafts_amendment"
    __table_args__ = (
        Index("drafts_amendment_clause", "document", "clause"),
        Index("drafts_amendment_state", "document", "state"),
        Index("drafts_amendment_proposed_in", "document", "proposed_in"),
        Index("drafts_amendment_source", "document", "source"),
    )

    document: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    amendment: str
    state: str
    settled: bool = False
    base_version: int
    base_hash: str
    clause: str
    operation: str
    old: str = _text()
    new: str = _text()
    reason: str = _text()
    delegation: str
    theme: str | None = None
    on_behalf_of: str | None = None
    represented: str
    marking: str
    audience: str
    operations: str = _text()
    likeness: str
    wording: str
    rebased_from: int | None = None
    retables: str | None = None
    source: str | None = None
    location: str = ""
    quote: str = ""
    also: str = _text()
    amends: str | None = Field(default=None, index=True)
    outcome: str | None = None
    reason_code: str | None = None
    ruling: str | None = Field(default=None, sa_column=Column(Text))
    chairs_wording: str | None = Field(default=None, sa_column=Column(Text))
    fate: str | None = None
    fate_reason: str | None = None
    fate_version: int | None = None
    waiver: str | None = Field(default=None, sa_column=Column(Text))
    proposed_at: int = _time()
    proposed_in: int
    changed: int


class SponsorRow(SQLModel, table=True):
    """A co-sponsor of an amendment, in the order of signing."""

    __tablename__ = "drafts_sponsor"

    document: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    delegation: str = Field(primary_key=True, index=True)
    place: int


class StepRow(SQLModel, table=True):
    """One step in the life of an amendment."""

    __tablename__ = "drafts_step"

    document: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    stream_version: int = Field(primary_key=True)
    step: str
    detail: str
    at: int = _time()


class EditRow(SQLModel, table=True):
    """An editorial change of the chair: pending, applied or dropped."""

    __tablename__ = "drafts_edit"

    document: str = Field(primary_key=True)
    edit: str = Field(primary_key=True)
    base_version: int
    clause: str
    old: str = _text()
    new: str = _text()
    reason: str = _text()
    state: str
    made_at: int = _time()
    made_in: int


class CallRow(SQLModel, table=True):
    """A call for consensus on a version of a document, as it stands."""

    __tablename__ = "drafts_call"

    document: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    body: str = _text()


class SilenceRow(SQLModel, table=True):
    """A silence on a version of a document, as it stands."""

    __tablename__ = "drafts_silence"

    document: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    body: str = _text()


TABLES: tuple[type[SQLModel], ...] = (DocumentRow, VersionRow, AmendmentRow, SponsorRow, StepRow, EditRow, SilenceRow, CallRow)
DOCUMENT, VERSION, AMENDMENT, SPONSOR, STEP, EDIT, SILENCE, CALL = (table.__table__ for table in TABLES)  # type: ignore[attr-defined]  # SQLModel adds it at run time
