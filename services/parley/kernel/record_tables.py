"""The tables of the record: facts, heads and receipts. Only Alembic changes their form; nothing ever changes a fact."""

from sqlalchemy import BigInteger, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class FactRow(SQLModel, table=True):
    """One recorded fact. Rows are inserted, never updated, never deleted."""

    __tablename__ = "fact"
    __table_args__ = (
        UniqueConstraint("stream", "version", name="fact_stream_version"),
        UniqueConstraint("service", "lane", "seq", name="fact_service_lane_seq"),
        UniqueConstraint("service", "lane", "public_seq", name="fact_service_lane_public_seq"),
    )

    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    service: str
    stream: str
    version: int
    lane: str
    seq: int
    public_seq: int | None = None
    type: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    by: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))  # milliseconds since 1970, UTC
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    trace: str | None = None


class HeadRow(SQLModel, table=True):
    """Where a lane of a service stands. The row with an empty service is the record's own: `seq` is its last position, `at` its last time."""

    __tablename__ = "head"

    service: str = Field(primary_key=True)
    lane: str = Field(primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    public_seq: int = 0
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


class ReceiptRow(SQLModel, table=True):
    """The answer that was given under an idempotency key; kept as long as the record, so that a retry has one effect however late it comes."""

    __tablename__ = "receipt"

    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    receipt: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


FACTS, HEADS, RECEIPTS = FactRow.__table__, HeadRow.__table__, ReceiptRow.__table__  # type: ignore[attr-defined]  # SQLModel adds the table at run time
