"""What is sent and shown of a call for consensus over HTTP: the same for a version of a draft and for a summary."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from parley.protocol.consensus import ALL_ANSWERED, Call, Objection
from parley.protocol.moments import moment_in, shown_in
from parley.protocol.silence import DISASSOCIATION
from parley.protocol.silence_forms import PRINTED, Body, Group, Reason, Until, Words, shown_statements
from parley.protocol.standing import Actor

Name = Annotated[str, Field(pattern=r"^o[1-9][0-9]{0,5}$", description="the name of an objection, as in o1")]


class Calling(Until):
    """Until when objections are said, and what is consensus here."""

    rule: Annotated[str, Field(max_length=30, description="objections-answered: each that stands has an answer; no-objection: none stands")] = ALL_ANSWERED


class Raised(Body):
    """An objection in a delegation's own words; or, with `hold_until`, what it needs time for."""

    says: Words
    on_behalf_of: Group = None
    hold_until: Annotated[str | None, Field(max_length=40, pattern=PRINTED, description="the local time until which it asks for time, without an offset")] = (
        None
    )
    zone: Annotated[str | None, Field(max_length=64, pattern=PRINTED, description="its IANA time zone; the negotiation's own if left out")] = None
    which: Annotated[str | None, Field(max_length=6, pattern=PRINTED, description="of a time that comes twice: first or second")] = None

    def hold(self, own_zone: str) -> datetime | None:
        """The end of the hold in UTC; Impossible where the clocks do not show it once."""
        return None if self.hold_until is None else moment_in(self.zone or own_zone, self.hold_until, self.which)


class Reply(Body):
    """The chair's answer to an objection."""

    reason: Reason


class Ending(Body):
    """Why the call ends without consensus, and which objections another text will accommodate."""

    reason: Reason
    accommodated: Annotated[list[Name], Field(max_length=300, default_factory=list)]


def shown(call: Call, actor: Actor, attribution: str, at: datetime) -> dict[str, Any]:
    """A call as an actor who may see it sees it at a time; names and words of objections as the attribution policy lets them be shown."""
    called = call.called
    told = {word: getattr(called, word) for word in ("number", "version", "title", "text", "text_hash", "marking", "zone", "rule", "closes_at")}
    return told | {
        "state": call.state, "called_at": called.at, "until": shown_in(called.zone, called.closes_at), "ended_at": call.ended_at,
        "outcome": call.ended.outcome if call.ended else None, "reason": call.ended.reason if call.ended else None,
        "objections": [_objection(one, call, actor, attribution, at) for one in call.objections],
        "statements": shown_statements(call.statements, actor, attribution),
    }  # fmt: skip


def _objection(one: Objection, call: Call, actor: Actor, attribution: str, at: datetime) -> dict[str, Any]:
    said = one.said
    told: dict[str, Any] = {
        "objection": said.objection, "at": said.at, "state": one.state(at), "hold_until": said.hold_until,
        "answer": one.answered.reason if one.answered else None,
    }  # fmt: skip
    if attribution == "named" or actor.on_bench or actor.delegation == said.delegation:
        apart = {other.delegation for other in call.statements if other.kind == DISASSOCIATION}
        represented = [member for member in said.represented if member not in apart]
        return told | {"delegation": said.delegation, "on_behalf_of": said.on_behalf_of, "represented": represented, "says": said.says}
    return told | {"on_behalf_of": said.on_behalf_of} if attribution == "group" else told
