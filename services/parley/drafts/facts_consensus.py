"""What can have happened while the chair called for consensus on a version of a document; `said` is what the protocol says of it, the same as for a summary."""

from collections.abc import Sequence

import msgspec

from parley.protocol.consensus import Answered, Called, CallEnded, Declared, Objected, Retracted, Step
from parley.protocol.silence import Stated


class ConsensusCalled(msgspec.Struct, frozen=True):
    """The chair asked whether anybody objects to the text, frozen by its hash."""

    document: str
    said: Called


class ObjectionRaised(msgspec.Struct, frozen=True):
    """A delegation objected by name, or asked for time until a limit."""

    document: str
    said: Objected


class ObjectionRetracted(msgspec.Struct, frozen=True):
    """The delegation took its objection back."""

    document: str
    said: Retracted


class ObjectionAnswered(msgspec.Struct, frozen=True):
    """The chair answered an objection that stands, with the reason."""

    document: str
    said: Answered


class ConsensusDeclared(msgspec.Struct, frozen=True):
    """The chair declared consensus on the text."""

    document: str
    said: Declared


class ConsensusCallEnded(msgspec.Struct, frozen=True):
    """The call ended without consensus."""

    document: str
    said: CallEnded


class ConsensusStatementMade(msgspec.Struct, frozen=True):
    """A delegation put a reservation, or another statement, beside the text."""

    document: str
    said: Stated


ConsensusFact = ConsensusCalled | ObjectionRaised | ObjectionRetracted | ObjectionAnswered | ConsensusDeclared | ConsensusCallEnded | ConsensusStatementMade

FACTS = (ConsensusCalled, ObjectionRaised, ObjectionRetracted, ObjectionAnswered, ConsensusDeclared, ConsensusCallEnded, ConsensusStatementMade)


def facts_of(document: str, steps: Sequence[Step]) -> list[ConsensusFact]:
    """The facts that record steps of a call on a document."""
    return [_fact(document, step) for step in steps]


def _fact(document: str, step: Step) -> ConsensusFact:  # noqa: PLR0911  (one case a step)
    match step:
        case Called():
            return ConsensusCalled(document, step)
        case Objected():
            return ObjectionRaised(document, step)
        case Retracted():
            return ObjectionRetracted(document, step)
        case Answered():
            return ObjectionAnswered(document, step)
        case Declared():
            return ConsensusDeclared(document, step)
        case CallEnded():
            return ConsensusCallEnded(document, step)
        case Stated():
            return ConsensusStatementMade(document, step)
