"""A principle as it stands: what its facts have made of it, who may know of it, and what its state forbids."""

import hashlib
from typing import assert_never

import msgspec
from msgspec.structs import replace

from parley.delegations.facts import (
    LatenessWaived,
    PositionTaken,
    PrincipleMarkingLoosened,
    PrincipleRevised,
    PrincipleSubmitted,
    PrincipleWithdrawn,
    SponsorJoined,
    SponsorLeft,
)  # fmt: skip
from parley.kernel.decider import NotEntitled, Unknown, require
from parley.protocol.standing import Actor, Standing
from parley.protocol.visibility import LATE, LIVE, WITHDRAWN, may_read

STANCES = ("support", "oppose", "reserve", "hold")

PrincipleFact = (
    PrincipleSubmitted | PrincipleRevised | PrincipleWithdrawn | LatenessWaived | PrincipleMarkingLoosened | SponsorJoined | SponsorLeft | PositionTaken
)  # fmt: skip


class Principle(msgspec.Struct, frozen=True):
    """What is true of a principle now. `version` 0 means: there is none of this name."""

    version: int = 0
    delegation: str = ""
    text_hash: str = ""
    state: str = LIVE
    marking: str = ""
    audience: tuple[str, ...] = ()
    sponsors: tuple[str, ...] = ()
    stances: dict[str, tuple[str, str, str, str]] = {}

    def visible_to(self, actor: Actor) -> bool:
        """Whether an actor may know of it."""
        authors = (self.delegation, *self.sponsors)
        return self.version > 0 and may_read(actor, "principle.read", authors=authors, marking=self.marking, audience=self.audience, state=self.state)


def permitted(standing: Standing, by: Actor, action: str) -> str:
    """The delegation for which `by` acts, "" for the bench, or a refusal."""
    if not standing.known_at:
        raise Unknown
    if not by.may(action) or (by.delegation is not None and not standing.accredited(by.delegation)):
        raise NotEntitled("not-entitled", "Your role, or the state of your delegation's credentials, does not include this.", action=action)
    require(standing.open, "negotiation-closed", "The negotiation is closed; it is only read now.")
    return by.delegation or ""


def not_withdrawn(principle: Principle) -> None:
    """Refuse what is withdrawn."""
    require(principle.state != WITHDRAWN, "withdrawn", "It was withdrawn, and that is final; any delegation may table it again.")


def live(principle: Principle) -> None:
    """Refuse what is withdrawn, or late and not let in."""
    not_withdrawn(principle)
    require(principle.state == LIVE, "late", "It came after the deadline and waits for the chair.")


def hash_of(text: str) -> str:
    """The hash that a position is bound to: SHA-256 over the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def evolve(principle: Principle, fact: PrincipleFact) -> Principle:  # noqa: PLR0911  (one case a fact)
    """The principle after a fact."""
    match fact:
        case PrincipleSubmitted():
            state = LATE if fact.late else LIVE
            return Principle(1, fact.delegation, fact.text_hash, state, fact.marking, fact.audience)
        case PrincipleRevised():
            return replace(principle, version=fact.version, text_hash=fact.text_hash)
        case PrincipleWithdrawn():
            return replace(principle, state=WITHDRAWN)
        case LatenessWaived():
            return replace(principle, state=LIVE)
        case PrincipleMarkingLoosened():
            return replace(principle, marking=fact.marking)
        case SponsorJoined():
            return replace(principle, sponsors=(*principle.sponsors, fact.delegation))
        case SponsorLeft():
            return replace(principle, sponsors=tuple(one for one in principle.sponsors if one != fact.delegation))
        case PositionTaken():
            said = (fact.stance, fact.text_hash, fact.on_behalf_of or "", hash_of(fact.text))
            return replace(principle, stances={**principle.stances, fact.delegation: said})
        case _:
            assert_never(fact)
