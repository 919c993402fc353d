"""Queries: what readers ask of the view, each in one or two selects."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, func, or_, select

from parley.issued.attached import Attached, Correction, Reissue, Statement
from parley.kernel.clock import from_milliseconds
from parley.protocol.marking import PUBLIC
from parley.protocol.standing import Actor, Standing
from parley.summaries.facts import CorrectionIssued, SummaryIssued
from parley.summaries.facts_afterwards import SummaryReissued
from parley.summaries.forum import Forum, forum_of
from parley.summaries.inputs import WITHDRAWN, Inputs
from parley.summaries.reading import readable
from parley.summaries.summary import Summary
from parley.summaries.view import CORRECTION, ISSUED, OUTCOME, RECEIPT, REISSUE, STATEMENT, SUMMARY
from parley.summaries.view_inputs import AUTHOR, INPUT, SPONSOR, VOICE, inputs_of, names_of

_working = msgspec.json.Decoder(Summary)
_issued = msgspec.json.Decoder(SummaryIssued)
_correction = msgspec.json.Decoder(CorrectionIssued)
_statement = msgspec.json.Decoder(Statement)
_reissued = msgspec.json.Decoder(SummaryReissued)
_list = msgspec.json.Decoder(list[Any])


def next_number(connection: Connection, lane: str) -> int:
    """The number of the next summary of a negotiation."""
    return 1 + (connection.scalar(select(func.max(SUMMARY.c.number)).where(SUMMARY.c.negotiation == lane)) or 0)


def working(connection: Connection, lane: str, summary: str) -> tuple[Summary, int] | None:
    """The working text with its version, or None."""
    row = connection.execute(select(SUMMARY.c.body, SUMMARY.c.version).where(SUMMARY.c.negotiation == lane, SUMMARY.c.summary == summary)).one_or_none()
    return None if row is None else (_working.decode(row.body), row.version)


def in_work(connection: Connection, lane: str) -> list[tuple[str, str]]:
    """Number and title of every summary of a negotiation."""
    rows = connection.execute(select(SUMMARY.c.body).where(SUMMARY.c.negotiation == lane).order_by(SUMMARY.c.number))
    return [(one.summary, one.title) for one in (_working.decode(row.body) for row in rows)]


def what_is_known(connection: Connection, lane: str, standing: Standing, references: Collection[str] | None = None) -> tuple[Inputs, Forum]:
    """The inputs and the forum, as one state of the view has them."""
    return inputs_of(connection, lane, references), forum_of(lane, standing, names_of(connection, lane))


def _readable(actor: Actor, row: Row[Any]) -> bool:
    return readable(actor, marking=row.marking, audience=_list.decode(row.audience), released=row.released_at is not None)


def versions(connection: Connection, lane: str, summary: str | None, actor: Actor) -> list[dict[str, Any]]:
    """The issued versions that the actor may read, without their words."""
    wanted = select(ISSUED).where(ISSUED.c.negotiation == lane).order_by(ISSUED.c.summary, ISSUED.c.version)
    if summary is not None:
        wanted = wanted.where(ISSUED.c.summary == summary)
    return [_headed(row) for row in connection.execute(wanted) if _readable(actor, row)]


def _headed(row: Row[Any]) -> dict[str, Any]:
    issued = _issued.decode(row.body)
    words = ("summary", "version", "symbol", "title", "issued_at", "release_at", "authority", "marking", "content_hash", "silence", "consensus")
    released = None if row.released_at is None else from_milliseconds(row.released_at)
    return {**{word: getattr(issued, word) for word in words}, "released_at": released}


def version(connection: Connection, lane: str, summary: str, number: int, actor: Actor) -> tuple[SummaryIssued, bool] | None:
    """An issued version, and whether everybody may read it by now; None if the actor may not."""
    wanted = select(ISSUED).where(ISSUED.c.negotiation == lane, ISSUED.c.summary == summary, ISSUED.c.version == number)
    row = connection.execute(wanted).one_or_none()
    if row is None or not _readable(actor, row):
        return None
    return _issued.decode(row.body), row.released_at is not None and row.marking == PUBLIC


def corrections(connection: Connection, lane: str, summary: str, number: int) -> list[CorrectionIssued]:
    """The corrections of a version, in order."""
    here = (CORRECTION.c.negotiation == lane, CORRECTION.c.summary == summary, CORRECTION.c.version == number)
    return [_correction.decode(body) for body in connection.scalars(select(CORRECTION.c.body).where(*here).order_by(CORRECTION.c.correction))]


def attached(connection: Connection, lane: str, summary: str, number: int) -> Attached:
    """All that stands beside an issued version by now."""
    said = (STATEMENT.c.negotiation == lane, STATEMENT.c.summary == summary, STATEMENT.c.version == number)
    return Attached(
        tuple(Correction(one.symbol, one.changes, one.reason, one.issued_at) for one in corrections(connection, lane, summary, number)),
        tuple(_stated(row) for row in connection.execute(select(STATEMENT).where(*said).order_by(STATEMENT.c.statement))),
        tuple(msgspec.convert(one, Reissue, from_attributes=True) for one in reissues(connection, lane, summary, number)),
    )


def _stated(row: Row[Any]) -> Statement:
    back = None if row.taken_back_at is None else from_milliseconds(row.taken_back_at)
    return msgspec.structs.replace(_statement.decode(row.body), taken_back_at=back)


def reissues(connection: Connection, lane: str, summary: str, number: int) -> list[SummaryReissued]:
    """The files in which a version was issued anew, in order."""
    here = (REISSUE.c.negotiation == lane, REISSUE.c.summary == summary, REISSUE.c.version == number)
    return [_reissued.decode(body) for body in connection.scalars(select(REISSUE.c.body).where(*here).order_by(REISSUE.c.reissue))]


def outcomes(connection: Connection, lane: str, summary: str, number: int, actor: Actor, after: str, limit: int) -> list[dict[str, Any]]:
    """What became of inputs in an issued version: of all for the bench, of its own and co-sponsored ones for a delegation."""
    together = and_(INPUT.c.negotiation == OUTCOME.c.negotiation, INPUT.c.reference == OUTCOME.c.reference)
    wanted = select(OUTCOME, INPUT.c.delegation, INPUT.c.theme, INPUT.c.state).join(INPUT, together)
    wanted = wanted.where(OUTCOME.c.negotiation == lane, OUTCOME.c.summary == summary, OUTCOME.c.version == number, OUTCOME.c.reference > after)
    if not actor.may("summary.read-working"):
        sponsored = select(VOICE.c.reference).where(
            VOICE.c.negotiation == lane, VOICE.c.speaker == (actor.delegation or ""), or_(VOICE.c.way == AUTHOR, VOICE.c.way == SPONSOR),
        )  # fmt: skip
        wanted = wanted.where(OUTCOME.c.reference.in_(sponsored))
    return [_became(row) for row in connection.execute(wanted.order_by(OUTCOME.c.reference).limit(limit))]


def receipts(connection: Connection, lane: str, summary: str, number: int, actor: Actor) -> dict[str, str]:
    """The receipts for an issued version by delegation: all for the bench, its own for a delegation, none for others."""
    wanted = select(RECEIPT).where(RECEIPT.c.negotiation == lane, RECEIPT.c.summary == summary, RECEIPT.c.version == number)
    if not actor.may("summary.read-working"):
        wanted = wanted.where(RECEIPT.c.delegation == (actor.delegation or ""))
    return {row.delegation: row.document for row in connection.execute(wanted.order_by(RECEIPT.c.delegation))}


def _became(row: Row[Any]) -> dict[str, Any]:
    # The issued version keeps what it said; that the author has withdrawn since is shown beside it.
    after_issue = row.state == WITHDRAWN != row.disposition
    return {
        "input": row.reference, "delegation": row.delegation, "theme": row.theme, "disposition": "withdrawn_after_issue" if after_issue else row.disposition,
        "issued_as": row.disposition, "into": row.into, "reason_code": row.reason_code, "reason": row.reason, "sentences": _list.decode(row.sentences),
    }  # fmt: skip
