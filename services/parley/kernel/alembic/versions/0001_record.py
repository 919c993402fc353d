"""The record: facts, heads, receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the three tables and the record's own head row."""
    op.create_table(
        "fact",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("service", sa.String, nullable=False),
        sa.Column("stream", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("lane", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("public_seq", sa.Integer),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("by", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("trace", sa.String),
        sa.UniqueConstraint("stream", "version", name="fact_stream_version"),
        sa.UniqueConstraint("service", "lane", "seq", name="fact_service_lane_seq"),
        sa.UniqueConstraint("service", "lane", "public_seq", name="fact_service_lane_public_seq"),
    )
    heads = op.create_table(
        "head",
        sa.Column("service", sa.String, primary_key=True),
        sa.Column("lane", sa.String, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("public_seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(heads, [{"service": "", "lane": "", "seq": 0, "public_seq": 0, "hash": b"", "at": 0}])
    op.create_table(
        "receipt",
        sa.Column("scope", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("receipt", sa.LargeBinary, nullable=False),
    )
