"""Silence: a text lies before the delegations until an exact time; unless one of them breaks the silence before, it is adopted.

After the OSCE's Rules of Procedure, annex 1(A). What can happen and what is true afterwards is the same for a version of a draft and for a summary; each
service keeps the steps as facts of its own. All times are the record's. What may happen is in `silence_rules`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

import msgspec

SIGN = timedelta(minutes=10)
"""How long the service goes without a sign of life, at the most, while a silence runs."""

TOLERANCE = timedelta(minutes=1)
"""A sign, or the end, that is recorded later than this after its time means that the service was away."""

RUNNING, BROKEN, ADOPTED, WITHDRAWN = "running", "broken", "adopted", "withdrawn"
OBJECTION, AMENDMENT = "objection", "amendment"
BY_CHAIR, BY_OUTAGE = "chair", "outage"
RESERVATION, INTERPRETATION, EXPLANATION, DISASSOCIATION, STATEMENT = (
    "reservation", "interpretative-statement", "explanation", "disassociation", "statement",
)  # fmt: skip
STATEMENTS = (RESERVATION, INTERPRETATION, EXPLANATION, DISASSOCIATION, STATEMENT)
"""What a delegation can say of a text without breaking the silence; it stays with the text."""


class Opened(msgspec.Struct, frozen=True, omit_defaults=True):
    """The chair put a text under silence. It is frozen by its hash; `version` is the draft's, `text` the words where no version keeps them.

    `expires_at` is UTC; `zone` is where it was told as a local time.
    """

    number: int
    text_hash: str
    at: datetime
    expires_at: datetime
    zone: str
    marking: str
    audience: tuple[str, ...] = ()
    version: int | None = None
    title: str = ""
    text: str = ""


class Extended(msgspec.Struct, frozen=True, omit_defaults=True):
    """It ends later: the chair said so before the end, or nobody could reach the service from `away_from` to `away_until`."""

    number: int
    at: datetime
    expires_at: datetime
    cause: str
    reason: str = ""
    away_from: datetime | None = None
    away_until: datetime | None = None


class Watched(msgspec.Struct, frozen=True):
    """A sign of life: until now, objections could be received."""

    number: int
    at: datetime


class Broken(msgspec.Struct, frozen=True, omit_defaults=True):
    """A delegation broke it in writing, and it ended with that: by an objection, or by an amendment. `represented` are those for whom it spoke then."""

    number: int
    at: datetime
    how: str
    delegation: str
    says: str = ""
    amendment: str | None = None
    on_behalf_of: str | None = None
    represented: tuple[str, ...] = ()


class Adopted(msgspec.Struct, frozen=True):
    """Its time came, and nobody had broken it: the text with this hash is adopted."""

    number: int
    at: datetime
    text_hash: str


class Withdrawn(msgspec.Struct, frozen=True):
    """The chair took the text back before the end, for a reason."""

    number: int
    at: datetime
    reason: str


class Stated(msgspec.Struct, frozen=True, omit_defaults=True):
    """A delegation put a statement beside the text: it breaks nothing, and stays with the text for ever."""

    number: int
    at: datetime
    kind: str
    delegation: str
    says: str
    on_behalf_of: str | None = None
    represented: tuple[str, ...] = ()


Step = Opened | Extended | Watched | Broken | Adopted | Withdrawn | Stated


class Silence(msgspec.Struct, frozen=True, omit_defaults=True):
    """One procedure, as it stands. `sign` is the last sign of life, `ended_at` when it was broken, adopted or withdrawn."""

    opened: Opened
    expires_at: datetime
    sign: datetime
    state: str = RUNNING
    ended_at: datetime | None = None
    broken: Broken | None = None
    withdrawn: Withdrawn | None = None
    extensions: tuple[Extended, ...] = ()
    statements: tuple[Stated, ...] = ()

    @property
    def due(self) -> datetime:
        """When the service has to do something next: give a sign, or record how it ended. Signs come closer to each other towards the end."""
        left = (self.expires_at - self.sign) // timedelta(seconds=2) * timedelta(seconds=1)
        return min(self.sign + min(SIGN, max(TOLERANCE, left)), self.expires_at)


Silences = tuple[Silence, ...]
"""All procedures on one thing, in their order; number n stands at n - 1. Only the last can be running."""


def running(silences: Silences) -> Silence | None:
    """The procedure that is not over, if there is one."""
    return silences[-1] if silences and silences[-1].state == RUNNING else None


def adopted(silences: Silences, text_hash: str) -> Silence | None:
    """The procedure by which exactly this text was adopted, the latest first."""
    return next((one for one in reversed(silences) if one.state == ADOPTED and one.opened.text_hash == text_hash), None)


def after(silences: Silences, step: Step) -> Silences:
    """The procedures after a step."""
    if isinstance(step, Opened):
        return (*silences, Silence(step, step.expires_at, step.at))
    place = step.number - 1
    return (*silences[:place], silence_after(silences[place], step), *silences[place + 1 :])


def after_all(silences: Silences, steps: Sequence[Step]) -> Silences:
    """The procedures after several steps."""
    for step in steps:
        silences = after(silences, step)
    return silences


def silence_after(silence: Silence, step: Extended | Watched | Broken | Adopted | Withdrawn | Stated) -> Silence:
    """One procedure after a step on it."""
    change = msgspec.structs.replace
    match step:
        case Extended():
            # Whoever could say this could also have objected, so it is a sign of life.
            return change(silence, expires_at=step.expires_at, sign=step.at, extensions=(*silence.extensions, step))
        case Watched():
            return change(silence, sign=step.at)
        case Broken():
            return change(silence, state=BROKEN, ended_at=step.at, broken=step)
        case Adopted():
            return change(silence, state=ADOPTED, ended_at=step.at)
        case Withdrawn():
            return change(silence, state=WITHDRAWN, ended_at=step.at, withdrawn=step)
        case Stated():
            return change(silence, statements=(*silence.statements, step))
        case _:
            assert_never(step)
