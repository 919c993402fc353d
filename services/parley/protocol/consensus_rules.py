"""What may happen while the chair calls for consensus. `at` is always the record's time."""

from datetime import datetime, timedelta

import msgspec

from parley.protocol.consensus import (
    ACCOMMODATED,
    ANSWERED,
    DECLARED,
    HOLDING,
    NOT_REACHED,
    RULES,
    STANDING,
    Answered,
    Call,
    Called,
    CallEnded,
    Calls,
    Declared,
    Objected,
    Objection,
    Retracted,
    Step,
    open_call,
)
from parley.protocol.moments import shown_in
from parley.protocol.ruled_out import Impossible, RuledOut
from parley.protocol.silence import STATEMENTS, Stated

LONGEST = timedelta(days=30)
LONGEST_HOLD = timedelta(days=7)


def call(calls: Calls, called: Called) -> list[Step]:
    """A new call; `called.number` is set here. A text to which somebody still objects does not get consensus by asking again."""
    if open_call(calls) is not None:
        raise RuledOut("call-open", "A call for consensus is open already. Declare it, or end it.")
    if called.rule not in RULES:
        raise Impossible("unknown-rule", f"Consensus is one of: {', '.join(RULES)}.")
    if not called.at < called.closes_at <= called.at + LONGEST:
        raise Impossible("closing-out-of-range", "A call closes later than now and within thirty days. Name such a time.")
    failed = [one for one in calls if one.state != DECLARED and one.called.text_hash == called.text_hash]
    if any(objection.state(called.at) in (STANDING, ANSWERED) for one in failed for objection in one.objections):
        raise RuledOut("asked-before", "Objections to exactly this text stand from an earlier call. Change the text, or ask for their retraction.")
    return [msgspec.structs.replace(called, number=len(calls) + 1)]


def object_to(calls: Calls, said: Objected) -> list[Step]:
    """An objection or a hold, before the call closes; its number and its name are set here. Within its own hold, a delegation objects also later."""
    here = _open(calls)
    at, mine = said.at, [one for one in here.objections if one.said.delegation == said.delegation]
    if any(one.state(at) in (STANDING, ANSWERED) for one in mine):
        raise RuledOut("objected-already", "Your delegation's objection is on the record already.")
    if at >= here.called.closes_at and not any(one.state(at) == HOLDING for one in mine):
        why = "This came when the call was closed. It can stand beside the text as a reservation or a statement."
        closed_at = shown_in(here.called.zone, here.called.closes_at)
        raise RuledOut("call-closed", why, received_at=shown_in(here.called.zone, at), closed_at=closed_at, instead=list(STATEMENTS))
    if said.hold_until is not None:
        if any(one.said.hold_until is not None for one in mine):
            raise RuledOut("held-already", "A delegation asks for time once in a call. Object, or let the text pass.")
        if not at < said.hold_until <= at + LONGEST_HOLD:
            raise Impossible("hold-out-of-range", "A hold ends later than now and within seven days. Name such a time.")
    return [msgspec.structs.replace(said, number=here.called.number, objection=f"o{len(here.objections) + 1}")]


def retract(calls: Calls, at: datetime, name: str, delegation: str) -> list[Step]:
    """An objection or a hold, taken back by its delegation; of a call that failed, too, so that the text can be asked about again."""
    for one in reversed(calls):
        mine = next((said for said in one.objections if said.said.delegation == delegation and said.said.objection == name), None)
        if mine is not None and mine.state(at) in (STANDING, HOLDING, ANSWERED) and one.state != DECLARED:
            return [Retracted(one.called.number, name, at)]
    raise RuledOut("no-such-objection", "Your delegation has no objection of this name that stands.")


def answer(calls: Calls, at: datetime, name: str, reason: str) -> list[Step]:
    """The chair's answer to an objection that stands; it may be given anew."""
    here = _open(calls)
    _among(here, at, name, STANDING, ANSWERED)
    return [Answered(here.called.number, name, at, reason)]


def declare(calls: Calls, at: datetime) -> list[Step]:
    """Consensus, once the call has closed and nothing stands in the way."""
    here = _open(calls)
    if at < here.called.closes_at:
        raise RuledOut("call-not-closed", "Delegations may still object. Wait until the call closes.", closes_at=here.called.closes_at.isoformat())
    if against := here.against(at):
        why = "Objections stand in the way. Accommodate them by another text, answer them with a reason where that suffices, or wait until a hold is over."
        raise RuledOut("objections-stand", why, objections=[_told(one, at) for one in against])
    return [Declared(here.called.number, at, here.called.text_hash)]


def end(calls: Calls, at: datetime, reason: str, accommodated: tuple[str, ...]) -> list[Step]:
    """The call, ended without consensus: because another text will accommodate these objections, or because it is not to be reached."""
    here = _open(calls)
    for name in accommodated:
        _among(here, at, name, STANDING, ANSWERED, HOLDING)
    return [CallEnded(here.called.number, at, ACCOMMODATED if accommodated else NOT_REACHED, reason, tuple(dict.fromkeys(accommodated)))]


def state(calls: Calls, said: Stated) -> list[Step]:
    """A statement beside the text, during the call or afterwards: it stands in nobody's way; `said.number` is set here."""
    if not calls:
        raise RuledOut("no-call", "No call for consensus was made on this text.")
    if said.kind not in STATEMENTS:
        raise Impossible("unknown-statement", f"A statement is one of: {', '.join(STATEMENTS)}.")
    return [msgspec.structs.replace(said, number=calls[-1].called.number)]


def _open(calls: Calls) -> Call:
    here = open_call(calls)
    if here is None:
        raise RuledOut("no-call", "No call for consensus is open.")
    return here


def _among(here: Call, at: datetime, name: str, *states: str) -> None:
    if not any(one.said.objection == name and one.state(at) in states for one in here.objections):
        raise RuledOut("no-such-objection", "No objection of this name stands in this call.")


def _told(one: Objection, at: datetime) -> dict[str, object]:
    until = one.said.hold_until
    return {"objection": one.said.objection, "state": one.state(at), "hold_until": None if until is None else until.isoformat()}
