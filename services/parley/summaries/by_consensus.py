"""By consensus: the chair asks whether anybody objects to the words as they would be issued, and declares what follows."""

from datetime import datetime
from typing import assert_never

import msgspec

from parley.kernel.decider import NotEntitled, Unknown, require
from parley.protocol import consensus_rules
from parley.protocol.consensus import Call, Called, Objected, Step
from parley.protocol.silence import Stated
from parley.protocol.silence_rules import speaking_for
from parley.protocol.standing import Actor, Standing
from parley.summaries.facts_consensus import facts_of
from parley.summaries.forum import Forum
from parley.summaries.frozen import answered, frozen_text, hash_of_words, require_nothing_asked, travels_to
from parley.summaries.inputs import Inputs
from parley.summaries.issuing import require_open_gate
from parley.summaries.summary import Summary


class CallConsensus(msgspec.Struct, frozen=True):
    """Ask whether anybody objects, until `closes_at`, told in `zone`."""

    by: Actor
    at: datetime
    closes_at: datetime
    zone: str
    rule: str
    inputs: Inputs
    forum: Forum


class RaiseObjection(msgspec.Struct, frozen=True):
    """Object by name, or ask for time until `hold_until`."""

    by: Actor
    at: datetime
    standing: Standing
    says: str
    on_behalf_of: str | None = None
    hold_until: datetime | None = None


class StateOnCall(msgspec.Struct, frozen=True):
    """Put a statement beside the text."""

    by: Actor
    at: datetime
    standing: Standing
    kind: str
    says: str
    on_behalf_of: str | None = None


class RetractObjection(msgspec.Struct, frozen=True):
    """Take one's own objection back."""

    by: Actor
    at: datetime
    standing: Standing
    objection: str


class AnswerObjection(msgspec.Struct, frozen=True):
    """Answer an objection that stands."""

    by: Actor
    at: datetime
    objection: str
    reason: str


class DeclareConsensus(msgspec.Struct, frozen=True):
    """Declare consensus on the text."""

    by: Actor
    at: datetime


class EndCall(msgspec.Struct, frozen=True):
    """End the call without consensus; another text will accommodate the objections that are named."""

    by: Actor
    at: datetime
    reason: str
    accommodated: tuple[str, ...] = ()


ConsensusCommand = CallConsensus | RaiseObjection | StateOnCall | RetractObjection | AnswerObjection | DeclareConsensus | EndCall


def decide(summary: Summary, command: ConsensusCommand) -> list[msgspec.Struct]:
    """The facts that follow from a command about consensus, or Refused."""
    with answered():
        return facts_of(summary.summary, _steps(summary, command))


def visible_to(call: Call, actor: Actor) -> bool:
    """Whether an actor may know of a call."""
    return travels_to(actor, call.called.marking, call.called.audience)


def _steps(summary: Summary, command: ConsensusCommand) -> list[Step]:  # noqa: PLR0911  (one case a command)
    calls = summary.calls
    match command:
        case CallConsensus():
            return _call(summary, command)
        case RaiseObjection():
            delegation = _speaker(summary, command)
            represented = speaking_for(command.standing, delegation, command.on_behalf_of)
            said = Objected(0, "", command.at, delegation, command.says, command.hold_until, command.on_behalf_of, represented)
            return consensus_rules.object_to(calls, said)
        case StateOnCall():
            delegation = _speaker(summary, command)
            represented = speaking_for(command.standing, delegation, command.on_behalf_of)
            return consensus_rules.state(calls, Stated(0, command.at, command.kind, delegation, command.says, command.on_behalf_of, represented))
        case RetractObjection():
            return consensus_rules.retract(calls, command.at, command.objection, _speaker(summary, command))
        case AnswerObjection():
            return consensus_rules.answer(calls, command.at, command.objection, command.reason)
        case DeclareConsensus():
            return consensus_rules.declare(calls, command.at)
        case EndCall():
            return consensus_rules.end(calls, command.at, command.reason, command.accommodated)
        case _:
            assert_never(command)


def _call(summary: Summary, command: CallConsensus) -> list[Step]:
    require_nothing_asked(summary, but_calls=True)
    # What is agreed is what will be issued, so it has to pass the same gate.
    require_open_gate(summary, command.inputs, command.forum, command.at)
    called = Called(
        number=0, text_hash=hash_of_words(summary), at=command.at, closes_at=command.closes_at, zone=command.zone, rule=command.rule,
        marking=summary.marking, audience=summary.audience, title=summary.title, text=frozen_text(summary),
    )  # fmt: skip
    return consensus_rules.call(summary.calls, called)


def _speaker(summary: Summary, command: RaiseObjection | StateOnCall | RetractObjection) -> str:
    """The delegation that speaks. Whoever may not see the text learns nothing of it."""
    by = command.by
    if not summary.calls or not visible_to(summary.calls[-1], by):
        raise Unknown
    if not by.may("consensus.object") or by.delegation is None:
        raise NotEntitled("not-entitled", "The head of an accredited delegation objects, or takes an objection back. Ask the head, or about your credentials.")
    require(command.standing.open, "negotiation-closed", "The negotiation is closed; from now on it is only read.")
    return by.delegation
