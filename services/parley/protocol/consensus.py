"""Consensus: the chair asks whether anybody objects to a text; objections have names, each is disposed of, and the chair alone declares what follows.

It is an act and never a count (Aust; OECD; RFC 2418 and 7282). What can happen and what is true afterwards is the same for a version of a draft and for a
summary; each service keeps the steps as facts of its own. All times are the record's. What may happen is in `consensus_rules`.
"""

from datetime import datetime
from typing import assert_never

import msgspec

from parley.protocol.silence import Stated

OPEN, DECLARED, ENDED = "open", "declared", "ended"
ACCOMMODATED, NOT_REACHED = "accommodated", "not-reached"
NO_OBJECTION, ALL_ANSWERED = "no-objection", "objections-answered"
RULES = (NO_OBJECTION, ALL_ANSWERED)
"""What is consensus here: that no objection stands; or that each that stands was heard and has the chair's answer, with the reason."""

STANDING, HOLDING, LAPSED, RETRACTED, ANSWERED = "standing", "holding", "lapsed", "retracted", "answered"


class Called(msgspec.Struct, frozen=True, omit_defaults=True):
    """The chair called for consensus on a text, frozen by its hash; objections are said until `closes_at`. `rule` says what consensus is here."""

    number: int
    text_hash: str
    at: datetime
    closes_at: datetime
    zone: str
    rule: str
    marking: str
    audience: tuple[str, ...] = ()
    version: int | None = None
    title: str = ""
    text: str = ""


class Objected(msgspec.Struct, frozen=True, omit_defaults=True):
    """A delegation objected by name; or, with `hold_until`, asked for time until then, in which it objects or lets the text pass."""

    number: int
    objection: str
    at: datetime
    delegation: str
    says: str
    hold_until: datetime | None = None
    on_behalf_of: str | None = None
    represented: tuple[str, ...] = ()


class Retracted(msgspec.Struct, frozen=True):
    """The delegation took its objection back."""

    number: int
    objection: str
    at: datetime


class Answered(msgspec.Struct, frozen=True):
    """The chair answered an objection that stands: it was heard, and this is why it does not stand in the way."""

    number: int
    objection: str
    at: datetime
    reason: str


class Declared(msgspec.Struct, frozen=True):
    """The chair declared consensus on the text with this hash."""

    number: int
    at: datetime
    text_hash: str


class CallEnded(msgspec.Struct, frozen=True, omit_defaults=True):
    """The call ended without consensus: objections are `accommodated` by a new text, or it was not reached; for a reason that is kept."""

    number: int
    at: datetime
    outcome: str
    reason: str
    accommodated: tuple[str, ...] = ()


Step = Called | Objected | Retracted | Answered | Declared | CallEnded | Stated


class Objection(msgspec.Struct, frozen=True, omit_defaults=True):
    """An objection or a hold, and what became of it."""

    said: Objected
    retracted_at: datetime | None = None
    answered: Answered | None = None
    accommodated: bool = False
    replaced: bool = False

    def state(self, at: datetime) -> str:
        """Where it stands at a time; a hold is over when its time is, so that nobody's absence holds anything for ever."""
        if self.accommodated:
            return ACCOMMODATED
        if self.retracted_at is not None:
            return RETRACTED
        if self.said.hold_until is not None:
            return HOLDING if at < self.said.hold_until and not self.replaced else LAPSED
        return ANSWERED if self.answered is not None else STANDING


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call for consensus, as it stands."""

    called: Called
    state: str = OPEN
    ended_at: datetime | None = None
    ended: CallEnded | None = None
    objections: tuple[Objection, ...] = ()
    statements: tuple[Stated, ...] = ()

    def against(self, at: datetime) -> list[Objection]:
        """What stands in the way at a time: objections and holds, and by the strict rule also what was answered."""
        standing = {STANDING, HOLDING} | ({ANSWERED} if self.called.rule == NO_OBJECTION else set())
        return [one for one in self.objections if one.state(at) in standing]


Calls = tuple[Call, ...]
"""All calls on one thing, in their order; number n stands at n - 1. Only the last can be open."""


def open_call(calls: Calls) -> Call | None:
    """The call that is not over, if there is one."""
    return calls[-1] if calls and calls[-1].state == OPEN else None


def agreed(calls: Calls, text_hash: str) -> Call | None:
    """The call by which consensus was declared on exactly this text, the latest first."""
    return next((one for one in reversed(calls) if one.state == DECLARED and one.called.text_hash == text_hash), None)


def after(calls: Calls, step: Step) -> Calls:
    """The calls after a step."""
    if isinstance(step, Called):
        return (*calls, Call(step))
    place = step.number - 1
    return (*calls[:place], _after(calls[place], step), *calls[place + 1 :])


def _after(call: Call, step: Objected | Retracted | Answered | Declared | CallEnded | Stated) -> Call:
    change = msgspec.structs.replace
    match step:
        case Objected():
            # Whoever objects needs no more time: the hold is over with it.
            before = (change(one, replaced=True) if one.said.delegation == step.delegation and one.said.hold_until else one for one in call.objections)
            return change(call, objections=(*before, Objection(step)))
        case Retracted():
            return _with(call, step.objection, retracted_at=step.at)
        case Answered():
            return _with(call, step.objection, answered=step)
        case Declared():
            return change(call, state=DECLARED, ended_at=step.at)
        case CallEnded():
            for name in step.accommodated:
                call = _with(call, name, accommodated=True)
            return change(call, state=ENDED, ended_at=step.at, ended=step)
        case Stated():
            return change(call, statements=(*call.statements, step))
        case _:
            assert_never(step)


def _with(call: Call, name: str, **changed: object) -> Call:
    objections = tuple(msgspec.structs.replace(one, **changed) if one.said.objection == name else one for one in call.objections)
    return msgspec.structs.replace(call, objections=objections)
