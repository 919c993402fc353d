"""What can have happened while the chair called for consensus on a summary; `said` is what the protocol says of it, the same as for a draft."""

from collections.abc import Sequence

import msgspec

from parley.protocol.consensus import Answered, Called, CallEnded, Declared, Objected, Retracted, Step
from parley.protocol.silence import Stated


class ConsensusCalled(msgspec.Struct, frozen=True):
    """The chair asked whether anybody objects to the text, frozen by its hash."""

    summary: str
    said: Called


class ObjectionRaised(msgspec.Struct, frozen=True):
    """A delegation objected by name, or asked for time until a limit."""

    summary: str
    said: Objected


class ObjectionRetracted(msgspec.Struct, frozen=True):
    """The delegation took its objection back."""

    summary: str
    said: Retracted


class ObjectionAnswered(msgspec.Struct, frozen=True):
    """The chair answered an objection that stands, with the reason."""

    summary: str
    said: Answered


class ConsensusDeclared(msgspec.Struct, frozen=True):
    """The chair declared consensus on the text."""

    summary: str
    said: Declared


class ConsensusCallEnded(msgspec.Struct, frozen=True):
    """The call ended without consensus."""

    summary: str
    said: CallEnded


class ConsensusStatementMade(msgspec.Struct, frozen=True):
    """A delegation put a reservation, or another statement, beside the text."""

    summary: str
    said: Stated


ConsensusFact = ConsensusCalled | ObjectionRaised | ObjectionRetracted | ObjectionAnswered | ConsensusDeclared | ConsensusCallEnded | ConsensusStatementMade

FACTS = (ConsensusCalled, ObjectionRaised, ObjectionRetracted, ObjectionAnswered, ConsensusDeclared, ConsensusCallEnded, ConsensusStatementMade)


def facts_of(summary: str, steps: Sequence[Step]) -> list[msgspec.Struct]:
    """The facts that record steps of a call on a summary."""
    return [_fact(summary, step) for step in steps]


def _fact(summary: str, step: Step) -> ConsensusFact:  # noqa: PLR0911  (one case a step)
    match step:
        case Called():
            return ConsensusCalled(summary, step)
        case Objected():
            return ObjectionRaised(summary, step)
        case Retracted():
            return ObjectionRetracted(summary, step)
        case Answered():
            return ObjectionAnswered(summary, step)
        case Declared():
            return ConsensusDeclared(summary, step)
        case CallEnded():
            return ConsensusCallEnded(summary, step)
        case Stated():
            return ConsensusStatementMade(summary, step)
