"""What can happen to an issued version afterwards: delegations put statements beside it, and the chair issues it anew for a fault of the file."""

from datetime import datetime

import msgspec


class StatementRecorded(msgspec.Struct, frozen=True, omit_defaults=True):
    """A delegation put a statement beside a version, in its own name, and for a group where it names one: it stays with the version for ever.

    `statement` counts the statements of a version. `places` are the numbers of the sentences that it speaks of; none: the whole text. `represented` are those
    for whom it spoke then. One that was made while the text lay under silence has its time from there.
    """

    summary: str
    version: int
    statement: int
    kind: str
    delegation: str
    says: str
    at: datetime
    places: tuple[int, ...] = ()
    on_behalf_of: str | None = None
    represented: tuple[str, ...] = ()


class StatementTakenBack(msgspec.Struct, frozen=True, omit_defaults=True):
    """Its delegation holds to it no more. Both stay on the record."""

    summary: str
    version: int
    statement: int
    at: datetime
    reason: str = ""


class SummaryReissued(msgspec.Struct, frozen=True):
    """A version was issued anew for a fault of the file, under its symbol with one more asterisk; no meaning is changed, and the first bytes stay.

    It has in it what corrections have put right so far. `replaces_hash` is the hash of the canonical text that was issued before it.
    """

    summary: str
    version: int
    reissue: int
    symbol: str
    reason: str
    issued_at: datetime
    content_hash: str
    replaces_hash: str
    text: str
    markdown: str
    html: str
    document: str


class StatementReleased(msgspec.Struct, frozen=True, omit_defaults=True):
    """Public: a statement beside a version that everybody may read."""

    summary: str
    version: int
    symbol: str
    statement: int
    kind: str
    delegation: str
    says: str
    at: datetime
    places: tuple[int, ...] = ()
    on_behalf_of: str | None = None
    represented: tuple[str, ...] = ()


class StatementBackReleased(msgspec.Struct, frozen=True, omit_defaults=True):
    """Public: the delegation holds to its statement no more."""

    summary: str
    version: int
    symbol: str
    statement: int
    at: datetime
    reason: str = ""


class ReissueReleased(msgspec.Struct, frozen=True):
    """Public: a version that everybody may read was issued anew."""

    summary: str
    version: int
    reissue: int
    symbol: str
    reason: str
    issued_at: datetime
    content_hash: str
    replaces_hash: str
    text: str
    markdown: str
    html: str
    document: str


PRIVATE = (StatementRecorded, StatementTakenBack, SummaryReissued)
PUBLIC = (StatementReleased, StatementBackReleased, ReissueReleased)
