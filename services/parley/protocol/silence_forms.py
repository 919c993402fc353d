"""What is sent and shown of a silence over HTTP: the same for a version of a draft and for a summary."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from parley.protocol.moments import moment_in, shown_in
from parley.protocol.plain_text import plain_text
from parley.protocol.silence import DISASSOCIATION, Broken, Silence, Stated
from parley.protocol.standing import Actor

Words = Annotated[str, AfterValidator(plain_text), Field(min_length=1, max_length=20_000)]
Reason = Annotated[str, AfterValidator(plain_text), Field(min_length=1, max_length=2_000)]
PRINTED = r"^[ -~]*$"
Group = Annotated[str | None, Field(pattern=r"^[A-Z][A-Z0-9-]{0,15}$", description="the group for which you speak too, as in EU")]


class Body(BaseModel):
    """A request's body: nothing undeclared, nothing guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Until(Body):
    """An exact time, as the clocks of a place show it."""

    until: Annotated[str, Field(max_length=40, pattern=PRINTED, description="the local time without an offset, as in 2019-05-03T18:00")]
    zone: Annotated[
        str | None, Field(max_length=64, pattern=PRINTED, description="its IANA time zone, as in Europe/Prague; the negotiation's own if left out")
    ] = None
    which: Annotated[str | None, Field(max_length=6, pattern=PRINTED, description="of a time that comes twice: first or second")] = None

    def moment(self, own_zone: str) -> tuple[datetime, str]:
        """The time in UTC, and the zone in which it was said; Impossible where the clocks do not show it once."""
        zone = self.zone or own_zone
        return moment_in(zone, self.until, self.which), zone


class Later(Until):
    """A later end, and why."""

    reason: Reason


class Objection(Body):
    """What a delegation objects to, in its own words."""

    says: Words
    on_behalf_of: Group = None


class Statement(Objection):
    """What a delegation wants to stand beside the text."""

    kind: Annotated[str, Field(max_length=40, description="reservation, interpretative-statement, explanation, disassociation or statement")]


class Outage(Body):
    """From when to when delegations could not reach the service."""

    away_from: Annotated[AwareDatetime, Field(strict=False)]
    away_until: Annotated[AwareDatetime, Field(strict=False)]
    reason: Reason


class TakenBack(Body):
    """Why the chair takes the text back."""

    reason: Reason


def shown(silence: Silence, actor: Actor, attribution: str) -> dict[str, Any]:
    """A procedure as an actor who may see it sees it; who broke it, and in which words, is shown as the attribution policy lets it be."""
    opened = silence.opened
    told = {word: getattr(opened, word) for word in ("number", "version", "title", "text", "text_hash", "marking", "zone")}
    extensions = [
        {"at": one.at, "until": shown_in(opened.zone, one.expires_at), "cause": one.cause, "reason": one.reason, "away_from": one.away_from,
         "away_until": one.away_until}
        for one in silence.extensions
    ]  # fmt: skip
    return told | {
        "state": silence.state, "started_at": opened.at, "expires_at": silence.expires_at, "until": shown_in(opened.zone, silence.expires_at),
        "ended_at": silence.ended_at, "extensions": extensions, "broken": None if silence.broken is None else _broken(silence, actor, attribution),
        "withdrawn_because": silence.withdrawn.reason if silence.withdrawn else None,
        "statements": shown_statements(silence.statements, actor, attribution),
    }  # fmt: skip


def shown_statements(statements: Iterable[Stated], actor: Actor, attribution: str) -> list[dict[str, Any]]:
    """What delegations put beside the text, in the words that they chose for everybody; their names as the attribution policy lets them be shown."""
    return [{"at": one.at, "kind": one.kind, "says": one.says} | _by(one, actor, attribution) for one in statements]


def _broken(silence: Silence, actor: Actor, attribution: str) -> dict[str, Any]:
    said = silence.broken
    assert said is not None  # noqa: S101  (asked one line above the call; mypy cannot see it)
    by = _by(said, actor, attribution)
    if "delegation" in by:
        # A member that differs from its group stands apart from what was said for it.
        apart = {one.delegation for one in silence.statements if one.kind == DISASSOCIATION}
        by |= {"says": said.says, "amendment": said.amendment, "represented": [one for one in said.represented if one not in apart]}
    return {"at": said.at, "how": said.how} | by


def _by(said: Broken | Stated, actor: Actor, attribution: str) -> dict[str, Any]:
    if attribution == "named" or actor.on_bench or actor.delegation == said.delegation:
        return {"delegation": said.delegation, "on_behalf_of": said.on_behalf_of}
    return {"on_behalf_of": said.on_behalf_of} if attribution == "group" else {}
