"""The rules of a draft under silence: the chair puts the present version before the delegations; an objection or an amendment before the end breaks it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from parley.drafts.asked import answered, require_nothing_asked, settled
from parley.drafts.document import Document
from parley.drafts.entitled import on_document
from parley.drafts.evolving import DocumentFact
from parley.drafts.facts import AmendmentProposed, AmendmentRestated
from parley.drafts.facts_silence import SilenceFact, facts_of
from parley.kernel.decider import NotEntitled, Unknown
from parley.protocol import silence_rules
from parley.protocol.silence import AMENDMENT, OBJECTION, Broken, Opened, Stated, Step, running
from parley.protocol.standing import Actor, Standing


@dataclass(frozen=True)
class StartSilence:
    """Put the present version under silence until `expires_at`, told in `zone`."""

    by: Actor
    at: datetime
    standing: Standing
    expires_at: datetime
    zone: str


@dataclass(frozen=True)
class ExtendSilence:
    """Let the silence end later."""

    by: Actor
    at: datetime
    standing: Standing
    expires_at: datetime
    reason: str


@dataclass(frozen=True)
class RecordOutage:
    """Give back the time in which delegations could not reach the service."""

    by: Actor
    at: datetime
    standing: Standing
    away_from: datetime
    away_until: datetime
    reason: str


@dataclass(frozen=True)
class WithdrawText:
    """Take the text back before the end."""

    by: Actor
    at: datetime
    standing: Standing
    reason: str


@dataclass(frozen=True)
class BreakSilence:
    """Object, in the delegation's own name, and for a group where it names one."""

    by: Actor
    at: datetime
    standing: Standing
    says: str
    on_behalf_of: str | None = None


@dataclass(frozen=True)
class MakeStatement:
    """Put a statement beside the text."""

    by: Actor
    at: datetime
    standing: Standing
    kind: str
    says: str
    on_behalf_of: str | None = None


@dataclass(frozen=True)
class LetTimePass:
    """A time of the silence has come; the timer says so, and the record's time decides."""

    at: datetime


SilenceCommand = StartSilence | ExtendSilence | RecordOutage | WithdrawText | BreakSilence | MakeStatement | LetTimePass


def decide(document: Document, command: SilenceCommand) -> list[SilenceFact]:
    """The facts that follow from a command about silence, or Refused."""
    with answered():
        return facts_of(document.document, _steps(document, command))


def broken_by(document: Document, by: Actor, at: datetime, facts: Sequence[DocumentFact]) -> list[SilenceFact]:
    """What an amendment of a delegation does to a silence: it breaks it."""
    if running(document.silences) is None:
        return []
    proposed = next((fact for fact in facts if isinstance(fact, AmendmentProposed | AmendmentRestated)), None)
    if proposed is None or by.delegation is None:  # what the secretariat brings in is nobody's objection
        return []
    group, represented = (proposed.on_behalf_of, proposed.represented) if isinstance(proposed, AmendmentProposed) else (None, ())
    said = Broken(0, at, AMENDMENT, by.delegation, proposed.reason, proposed.amendment, group, represented)
    return facts_of(document.document, silence_rules.break_by_amendment(document.silences, said))


def _steps(document: Document, command: SilenceCommand) -> list[Step]:
    silences = document.silences
    match command:
        case StartSilence():
            return _start(document, command)
        case ExtendSilence():
            on_document(document, command, "silence.start")
            return silence_rules.extend(silences, command.at, command.expires_at, command.reason)
        case RecordOutage():
            on_document(document, command, "silence.outage")
            return silence_rules.record_outage(silences, command.at, command.away_from, command.away_until, command.reason)
        case WithdrawText():
            on_document(document, command, "silence.start")
            return silence_rules.withdraw(silences, command.at, command.reason)
        case BreakSilence():
            delegation, represented = _speaker(document, command)
            said = Broken(0, command.at, OBJECTION, delegation, command.says, on_behalf_of=command.on_behalf_of, represented=represented)
            return silence_rules.break_by_objection(silences, said)
        case MakeStatement():
            delegation, represented = _speaker(document, command)
            return silence_rules.state(silences, Stated(0, command.at, command.kind, delegation, command.says, command.on_behalf_of, represented))
        case LetTimePass():
            return silence_rules.fall_due(silences, command.at)
        case _:
            assert_never(command)


def _start(document: Document, command: StartSilence) -> list[Step]:
    on_document(document, command, "silence.start")
    require_nothing_asked(document)
    settled(document, command.standing)
    edition = document.editions[-1]
    opened = Opened(
        number=0, text_hash=document.text.root, at=command.at, expires_at=command.expires_at, zone=command.zone, marking=edition.marking,
        audience=document.audience, version=document.current, title=document.title,
    )  # fmt: skip
    return silence_rules.begin(document.silences, opened)


def _speaker(document: Document, command: BreakSilence | MakeStatement) -> tuple[str, tuple[str, ...]]:
    """The delegation that speaks, and those for whom it does; also when the negotiation was closed meanwhile, or the text would be adopted unheard."""
    if not document.visible_to(command.by):
        raise Unknown
    action = "silence.break" if isinstance(command, BreakSilence) else "silence.state"
    if not command.by.may(action) or not command.standing.accredited(command.by.delegation):
        why = "The head of an accredited delegation breaks a silence, or puts a statement beside the text. Ask the head, or about your credentials."
        raise NotEntitled("not-entitled", why)
    delegation = command.by.delegation or ""
    return delegation, silence_rules.speaking_for(command.standing, delegation, command.on_behalf_of)
