"""Stating: reservations, explanations and disassociations beside an issued version. They change no word of it and stay with it for ever."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from parley.kernel.decider import Invalid, NotEntitled, Refused, Unknown, require
from parley.protocol.marking import PUBLIC
from parley.protocol.silence import STATEMENTS, Silence
from parley.protocol.standing import Actor, Standing
from parley.summaries.facts_afterwards import StatementBackReleased, StatementRecorded, StatementReleased, StatementTakenBack
from parley.summaries.issued_version import IssuedVersion
from parley.summaries.reading import readable
from parley.summaries.summary import Summary

MOST = 100
"""Statements that one delegation may put beside one version."""


class RecordStatement(msgspec.Struct, frozen=True):
    """Put a statement beside an issued version: on some of its sentences, or on the whole text where none is named."""

    by: Actor
    at: datetime
    standing: Standing
    version: int
    kind: str
    says: str
    places: tuple[int, ...] = ()
    on_behalf_of: str | None = None


class TakeStatementBack(msgspec.Struct, frozen=True):
    """Hold to one's own statement no more."""

    by: Actor
    at: datetime
    standing: Standing
    version: int
    statement: int
    reason: str = ""


def record(summary: Summary, command: RecordStatement) -> list[msgspec.Struct]:
    """The statement, under its number, for ever beside the version."""
    version, delegation = _heard(summary, command)
    if command.kind not in STATEMENTS:
        raise Invalid("unknown-statement", f"A statement is one of: {', '.join(STATEMENTS)}.")
    numbers = {one.number for theme in version.themes for one in theme.sentences}
    if strange := sorted(set(command.places) - numbers):
        raise Refused("no-such-place", "Name each place by the number of its sentence in the issued version.", places=strange)
    mine = sum(one.delegation == delegation for one in version.statements)
    require(
        mine < MOST, "too-many-statements", f"Your delegation has put {MOST} statements beside this version already. Put what is left into one of them anew."
    )
    represented: tuple[str, ...] = ()
    if command.on_behalf_of is not None:
        members = command.standing.members_of(command.on_behalf_of)
        require(delegation in members, "not-a-member", "Only a member of a group may speak for it.")
        represented = tuple(member for member in members if command.standing.accredited(member))
    said = StatementRecorded(
        summary.summary, version.version, len(version.statements) + 1, command.kind, delegation, command.says, command.at, tuple(sorted(set(command.places))),
        command.on_behalf_of, represented,
    )  # fmt: skip
    return [said, *([statement_released(said, version.symbol)] if version.marking == PUBLIC else [])]


def take_back(summary: Summary, command: TakeStatementBack) -> list[msgspec.Struct]:
    """The statement stays, and beside it that its delegation holds to it no more."""
    version, delegation = _heard(summary, command)
    found = next((one for one in version.statements if one.statement == command.statement), None)
    if found is None:
        raise Unknown
    if found.delegation != delegation:
        raise NotEntitled("not-the-author", "Only the delegation that made it can take it back.")
    require(command.statement not in version.taken_back, "taken-back", "It has been taken back already.")
    taken = StatementTakenBack(summary.summary, version.version, found.statement, command.at, command.reason)
    return [taken, *([back_released(taken, version.symbol)] if version.marking == PUBLIC else [])]


def _heard(summary: Summary, command: RecordStatement | TakeStatementBack) -> tuple[IssuedVersion, str]:
    """The version, and the delegation that speaks. Whoever may not read the version learns nothing of it."""
    version = summary.version(command.version)
    if version is None or not readable(command.by, marking=version.marking, audience=version.audience, released=version.released):
        raise Unknown
    delegation = command.by.delegation
    if not command.by.may("statement.make") or delegation is None or not command.standing.accredited(delegation):
        raise NotEntitled("not-entitled", "The head of an accredited delegation puts a statement beside a version. Ask the head, or about your credentials.")
    return version, delegation


def made_under_silence(silence: Silence, summary: str, version: int) -> list[StatementRecorded]:
    """What delegations said while the text lay under silence, as statements beside the version that was issued by it."""
    return [
        StatementRecorded(summary, version, number, one.kind, one.delegation, one.says, one.at, (), one.on_behalf_of, one.represented)
        for number, one in enumerate(silence.statements, start=1)
    ]


def released(version: IssuedVersion) -> Iterable[StatementReleased]:
    """What everybody is told of the statements that stand beside a version when it is released."""
    return (statement_released(one, version.symbol) for one in version.statements)


def statement_released(said: StatementRecorded, symbol: str) -> StatementReleased:
    """What everybody is told of a statement."""
    return StatementReleased(
        said.summary, said.version, symbol, said.statement, said.kind, said.delegation, said.says, said.at, said.places, said.on_behalf_of, said.represented,
    )  # fmt: skip


def back_released(taken: StatementTakenBack, symbol: str) -> StatementBackReleased:
    """What everybody is told of a statement that is taken back."""
    return StatementBackReleased(taken.summary, taken.version, symbol, taken.statement, taken.at, taken.reason)
