"""The tables that every view has beside its own: how far it has come, what it knows, and what is to happen when."""

from sqlalchemy import BigInteger, Column, LargeBinary, Text
from sqlmodel import Field, SQLModel


class ViewRow(SQLModel, table=True):
    """A view as a whole: the form of its tables, how far it has read the record, and where it stopped if it could not go on."""

    __tablename__ = "view"

    name: str = Field(primary_key=True)
    form: int
    built: int = Field(default=0)  # how often it was built anew; a carrier that keeps its own place begins again with each
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    stopped: str | None = Field(default=None, sa_column=Column(Text))


class ProgressRow(SQLModel, table=True):
    """How far a view has come in one lane of one service."""

    __tablename__ = "progress"

    view: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    lane: str = Field(primary_key=True)
    seq: int


class KnownRow(SQLModel, table=True):
    """What a view knows under a key: a small state, folded from facts and kept as one value."""

    __tablename__ = "known"

    view: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DueRow(SQLModel, table=True):
    """Something that is to happen at a time: `timers` rings, the service's rules decide, and the closing fact takes the row away."""

    __tablename__ = "due"

    view: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    lane: str
    identity: str
    at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))  # milliseconds since 1970, UTC


# SQLModel adds the tables at run time.
VIEWS, PROGRESS, KNOWN = ViewRow.__table__, ProgressRow.__table__, KnownRow.__table__  # type: ignore[attr-defined]
DUE = DueRow.__table__  # type: ignore[attr-defined]
