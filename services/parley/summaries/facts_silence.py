"""What can have happened while a summary lay under silence; `said` is what the protocol says of it, the same as for a draft."""

from collections.abc import Sequence

import msgspec

from parley.protocol.silence import Adopted, Broken, Extended, Opened, Stated, Step, Watched, Withdrawn


class SilenceStarted(msgspec.Struct, frozen=True):
    """The chair put the working text under silence until an exact time; from now on no word of it changes."""

    summary: str
    said: Opened


class SilenceExtended(msgspec.Struct, frozen=True):
    """The silence ends later than was told before."""

    summary: str
    said: Extended


class SilenceWatched(msgspec.Struct, frozen=True):
    """The service was there: up to now, an objection could have been received."""

    summary: str
    said: Watched


class SilenceBroken(msgspec.Struct, frozen=True):
    """A delegation broke the silence, and it ended with that; the text goes back to the chair."""

    summary: str
    said: Broken


class SilenceAdopted(msgspec.Struct, frozen=True):
    """Nobody broke the silence before its end: the text is adopted, and may be issued as adopted by silence."""

    summary: str
    said: Adopted


class SilenceWithdrawn(msgspec.Struct, frozen=True):
    """The chair took the text back before the end."""

    summary: str
    said: Withdrawn


class StatementMade(msgspec.Struct, frozen=True):
    """A delegation put a reservation, or another statement, beside the text."""

    summary: str
    said: Stated


SilenceFact = SilenceStarted | SilenceExtended | SilenceWatched | SilenceBroken | SilenceAdopted | SilenceWithdrawn | StatementMade

FACTS = (SilenceStarted, SilenceExtended, SilenceWatched, SilenceBroken, SilenceAdopted, SilenceWithdrawn, StatementMade)


def facts_of(summary: str, steps: Sequence[Step]) -> list[msgspec.Struct]:
    """The facts that record steps of a silence on a summary."""
    return [_fact(summary, step) for step in steps]


def _fact(summary: str, step: Step) -> SilenceFact:  # noqa: PLR0911  (one case a step)
    match step:
        case Opened():
            return SilenceStarted(summary, step)
        case Extended():
            return SilenceExtended(summary, step)
        case Watched():
            return SilenceWatched(summary, step)
        case Broken():
            return SilenceBroken(summary, step)
        case Adopted():
            return SilenceAdopted(summary, step)
        case Withdrawn():
            return SilenceWithdrawn(summary, step)
        case Stated():
            return StatementMade(summary, step)
