"""What can have happened while a version of a document lay under silence; `said` is what the protocol says of it, the same as for a summary."""

from collections.abc import Sequence

import msgspec

from parley.protocol.silence import Adopted, Broken, Extended, Opened, Stated, Step, Watched, Withdrawn


class SilenceStarted(msgspec.Struct, frozen=True):
    """The chair put the working text under silence until an exact time; from now on no word of it changes."""

    document: str
    said: Opened


class SilenceExtended(msgspec.Struct, frozen=True):
    """The silence ends later than was told before."""

    document: str
    said: Extended


class SilenceWatched(msgspec.Struct, frozen=True):
    """The service was there: up to now, an objection could have been received."""

    document: str
    said: Watched


class SilenceBroken(msgspec.Struct, frozen=True):
    """A delegation broke the silence by an objection or an amendment, and it ended with that; the text goes back to negotiation."""

    document: str
    said: Broken


class SilenceAdopted(msgspec.Struct, frozen=True):
    """Nobody broke the silence before its end: the version is adopted."""

    document: str
    said: Adopted


class SilenceWithdrawn(msgspec.Struct, frozen=True):
    """The chair took the text back before the end."""

    document: str
    said: Withdrawn


class StatementMade(msgspec.Struct, frozen=True):
    """A delegation put a reservation, or another statement, beside the text."""

    document: str
    said: Stated


SilenceFact = SilenceStarted | SilenceExtended | SilenceWatched | SilenceBroken | SilenceAdopted | SilenceWithdrawn | StatementMade

FACTS = (SilenceStarted, SilenceExtended, SilenceWatched, SilenceBroken, SilenceAdopted, SilenceWithdrawn, StatementMade)


def facts_of(document: str, steps: Sequence[Step]) -> list[SilenceFact]:
    """The facts that record steps of a silence on a document."""
    return [_fact(document, step) for step in steps]


def _fact(document: str, step: Step) -> SilenceFact:  # noqa: PLR0911  (one case a step)
    match step:
        case Opened():
            return SilenceStarted(document, step)
        case Extended():
            return SilenceExtended(document, step)
        case Watched():
            return SilenceWatched(document, step)
        case Broken():
            return SilenceBroken(document, step)
        case Adopted():
            return SilenceAdopted(document, step)
        case Withdrawn():
            return SilenceWithdrawn(document, step)
        case Stated():
            return StatementMade(document, step)
