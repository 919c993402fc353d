"""Under silence: the chair puts the working text before the delegations, word for word as it would be issued, until an exact time."""

from datetime import datetime
from typing import assert_never

import msgspec

from parley.kernel.decider import NotEntitled, Unknown
from parley.protocol import silence_rules
from parley.protocol.silence import OBJECTION, Broken, Opened, Silence, Stated, Step
from parley.protocol.standing import Actor, Standing
from parley.summaries.facts_silence import facts_of
from parley.summaries.forum import Forum
from parley.summaries.frozen import answered, frozen_text, hash_of_words, require_nothing_asked, travels_to
from parley.summaries.inputs import Inputs
from parley.summaries.issuing import require_open_gate
from parley.summaries.summary import Summary


class StartSilence(msgspec.Struct, frozen=True):
    """Put the working text under silence until `expires_at`, told in `zone`."""

    by: Actor
    at: datetime
    expires_at: datetime
    zone: str
    inputs: Inputs
    forum: Forum


class ExtendSilence(msgspec.Struct, frozen=True):
    """Let the silence end later."""

    by: Actor
    at: datetime
    expires_at: datetime
    reason: str


class RecordOutage(msgspec.Struct, frozen=True):
    """Give back the time in which delegations could not reach the service."""

    by: Actor
    at: datetime
    away_from: datetime
    away_until: datetime
    reason: str


class WithdrawText(msgspec.Struct, frozen=True):
    """Take the text back before the end."""

    by: Actor
    at: datetime
    reason: str


class BreakSilence(msgspec.Struct, frozen=True):
    """Object, in the delegation's own name, and for a group where it names one."""

    by: Actor
    at: datetime
    standing: Standing
    says: str
    on_behalf_of: str | None = None


class MakeStatement(msgspec.Struct, frozen=True):
    """Put a statement beside the text."""

    by: Actor
    at: datetime
    standing: Standing
    kind: str
    says: str
    on_behalf_of: str | None = None


class LetTimePass(msgspec.Struct, frozen=True):
    """A time of the silence has come; the timer says so, and the record's time decides."""

    at: datetime


SilenceCommand = StartSilence | ExtendSilence | RecordOutage | WithdrawText | BreakSilence | MakeStatement | LetTimePass


def decide(summary: Summary, command: SilenceCommand) -> list[msgspec.Struct]:
    """The facts that follow from a command about silence, or Refused."""
    with answered():
        return facts_of(summary.summary, _steps(summary, command))


def visible_to(silence: Silence, actor: Actor) -> bool:
    """Whether an actor may know of a silence: the bench, and the participants as far as the text's marking lets it travel."""
    return travels_to(actor, silence.opened.marking, silence.opened.audience)


def _steps(summary: Summary, command: SilenceCommand) -> list[Step]:  # noqa: PLR0911  (one case a command)
    silences = summary.silences
    match command:
        case StartSilence():
            return _start(summary, command)
        case ExtendSilence():
            return silence_rules.extend(silences, command.at, command.expires_at, command.reason)
        case RecordOutage():
            return silence_rules.record_outage(silences, command.at, command.away_from, command.away_until, command.reason)
        case WithdrawText():
            return silence_rules.withdraw(silences, command.at, command.reason)
        case BreakSilence():
            delegation, represented = _speaker(summary, command)
            said = Broken(0, command.at, OBJECTION, delegation, command.says, on_behalf_of=command.on_behalf_of, represented=represented)
            return silence_rules.break_by_objection(silences, said)
        case MakeStatement():
            delegation, represented = _speaker(summary, command)
            return silence_rules.state(silences, Stated(0, command.at, command.kind, delegation, command.says, command.on_behalf_of, represented))
        case LetTimePass():
            return silence_rules.fall_due(silences, command.at)
        case _:
            assert_never(command)


def _start(summary: Summary, command: StartSilence) -> list[Step]:
    require_nothing_asked(summary)
    # What is adopted is what will be issued, so it has to pass the same gate.
    require_open_gate(summary, command.inputs, command.forum, command.at)
    text = frozen_text(summary)
    opened = Opened(
        number=0, text_hash=hash_of_words(summary), at=command.at, expires_at=command.expires_at, zone=command.zone, marking=summary.marking,
        audience=summary.audience, title=summary.title, text=text,
    )  # fmt: skip
    return silence_rules.begin(summary.silences, opened)


def _speaker(summary: Summary, command: BreakSilence | MakeStatement) -> tuple[str, tuple[str, ...]]:
    """The delegation that speaks, and those for whom it does. Whoever may not see the text learns nothing of it."""
    if not summary.silences or not visible_to(summary.silences[-1], command.by):
        raise Unknown
    action = "silence.break" if isinstance(command, BreakSilence) else "silence.state"
    if not command.by.may(action) or command.by.delegation is None:
        why = "The head of an accredited delegation breaks a silence, or puts a statement beside the text. Ask the head, or about your credentials."
        raise NotEntitled("not-entitled", why)
    return command.by.delegation, silence_rules.speaking_for(command.standing, command.by.delegation, command.on_behalf_of)
