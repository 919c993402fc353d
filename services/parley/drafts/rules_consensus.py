"""The rules of consensus on a draft: the chair asks whether anybody objects to the present version, and declares what follows."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from parley.drafts.asked import answered, require_nothing_asked, settled
from parley.drafts.document import Document
from parley.drafts.entitled import on_document
from parley.drafts.facts_consensus import ConsensusFact, facts_of
from parley.kernel.decider import NotEntitled, Unknown, require
from parley.protocol import consensus_rules
from parley.protocol.consensus import Called, Objected, Step
from parley.protocol.silence import Stated
from parley.protocol.silence_rules import speaking_for
from parley.protocol.standing import Actor, Standing


@dataclass(frozen=True)
class CallConsensus:
    """Ask whether anybody objects, until `closes_at`, told in `zone`."""

    by: Actor
    at: datetime
    standing: Standing
    closes_at: datetime
    zone: str
    rule: str


@dataclass(frozen=True)
class RaiseObjection:
    """Object by name, or ask for time until `hold_until`."""

    by: Actor
    at: datetime
    standing: Standing
    says: str
    on_behalf_of: str | None = None
    hold_until: datetime | None = None


@dataclass(frozen=True)
class StateOnCall:
    """Put a statement beside the text."""

    by: Actor
    at: datetime
    standing: Standing
    kind: str
    says: str
    on_behalf_of: str | None = None


@dataclass(frozen=True)
class RetractObjection:
    """Take one's own objection back."""

    by: Actor
    at: datetime
    standing: Standing
    objection: str


@dataclass(frozen=True)
class AnswerObjection:
    """Answer an objection that stands."""

    by: Actor
    at: datetime
    standing: Standing
    objection: str
    reason: str


@dataclass(frozen=True)
class DeclareConsensus:
    """Declare consensus on the version."""

    by: Actor
    at: datetime
    standing: Standing


@dataclass(frozen=True)
class EndCall:
    """End the call without consensus; another version will accommodate the objections that are named."""

    by: Actor
    at: datetime
    standing: Standing
    reason: str
    accommodated: tuple[str, ...] = ()


ConsensusCommand = CallConsensus | RaiseObjection | StateOnCall | RetractObjection | AnswerObjection | DeclareConsensus | EndCall


def decide(document: Document, command: ConsensusCommand) -> list[ConsensusFact]:
    """The facts that follow from a command about consensus, or Refused."""
    with answered():
        return facts_of(document.document, _steps(document, command))


def _steps(document: Document, command: ConsensusCommand) -> list[Step]:
    calls = document.calls
    match command:
        case RaiseObjection():
            delegation = _speaker(document, command)
            represented = speaking_for(command.standing, delegation, command.on_behalf_of)
            said = Objected(0, "", command.at, delegation, command.says, command.hold_until, command.on_behalf_of, represented)
            return consensus_rules.object_to(calls, said)
        case StateOnCall():
            delegation = _speaker(document, command)
            represented = speaking_for(command.standing, delegation, command.on_behalf_of)
            return consensus_rules.state(calls, Stated(0, command.at, command.kind, delegation, command.says, command.on_behalf_of, represented))
        case RetractObjection():
            return consensus_rules.retract(calls, command.at, command.objection, _speaker(document, command))
        case CallConsensus() | AnswerObjection() | DeclareConsensus() | EndCall():
            on_document(document, command, "consensus.call")
            return _of_the_chair(document, command)
        case _:
            assert_never(command)


def _of_the_chair(document: Document, command: CallConsensus | AnswerObjection | DeclareConsensus | EndCall) -> list[Step]:
    calls = document.calls
    match command:
        case CallConsensus():
            require_nothing_asked(document, but_calls=True)
            settled(document, command.standing)
            edition = document.editions[-1]
            called = Called(
                number=0, text_hash=document.text.root, at=command.at, closes_at=command.closes_at, zone=command.zone, rule=command.rule,
                marking=edition.marking, audience=document.audience, version=document.current, title=document.title,
            )  # fmt: skip
            return consensus_rules.call(calls, called)
        case AnswerObjection():
            return consensus_rules.answer(calls, command.at, command.objection, command.reason)
        case DeclareConsensus():
            return consensus_rules.declare(calls, command.at)
        case EndCall():
            return consensus_rules.end(calls, command.at, command.reason, command.accommodated)
        case _:
            assert_never(command)


def _speaker(document: Document, command: RaiseObjection | StateOnCall | RetractObjection) -> str:
    """The delegation that speaks; one that may not see the document learns nothing of the call."""
    if not document.visible_to(command.by):
        raise Unknown
    if not command.by.may("consensus.object") or not command.standing.accredited(command.by.delegation):
        raise NotEntitled("not-entitled", "The head of an accredited delegation objects, or takes an objection back. Ask the head, or about your credentials.")
    require(command.standing.open, "negotiation-closed", "The negotiation is closed; it is only read now.")
    return command.by.delegation or ""
