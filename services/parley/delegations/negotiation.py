"""A negotiation as it stands: what its facts have made of it, and whether somebody may do something to it."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from parley.delegations.facts import InvitationAccepted, InvitationIssued, PersonStruckOff, TokenIssued, TokenRevoked
from parley.kernel.decider import NotEntitled, Unknown, require
from parley.protocol.standing import Actor, Standing, standing_after


@dataclass(frozen=True)
class Negotiation:
    """What is true of a negotiation now: the standing that all services know, and what only this service needs."""

    standing: Standing = field(default_factory=Standing)
    invitations: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


def entitled(standing: Standing, by: Actor, action: str, *, house: bool = False) -> None:
    """Refuse unless there is such a negotiation, the actor may do this in it, and it is not closed."""
    # The house has people and no title; it has no roster of delegations, no deadlines and no end.
    if not standing.known_at or not (standing.title or house):
        raise Unknown
    if not by.may(action):
        raise NotEntitled("not-entitled", "Your role in this negotiation does not include this.", action=action)
    require(standing.open or not standing.title, "negotiation-closed", "The negotiation is closed; it is only read now.")


def evolve(negotiation: Negotiation, fact: msgspec.Struct) -> Negotiation:
    """The negotiation after a fact."""
    match fact:
        case InvitationIssued():
            # The last invitation of a person is the one that counts: an older one may have been lost to somebody else.
            invitations = {**_invitations_without(negotiation, fact.person), fact.code_hash: (fact.person, fact.expires_at)}
            return Negotiation(negotiation.standing, invitations, negotiation.tokens)
        case InvitationAccepted():
            left = {code: invited for code, invited in negotiation.invitations.items() if code != fact.code_hash}
            return Negotiation(negotiation.standing, left, negotiation.tokens)
        case TokenIssued():
            return Negotiation(negotiation.standing, negotiation.invitations, {**negotiation.tokens, fact.token_hash: fact.person})
        case TokenRevoked():
            left_tokens = {token: person for token, person in negotiation.tokens.items() if token != fact.token_hash}
            return Negotiation(negotiation.standing, negotiation.invitations, left_tokens)
        case _:
            standing = standing_after(negotiation.standing, type(fact).__name__, msgspec.to_builtins(fact))
            invitations = _invitations_without(negotiation, fact.person) if isinstance(fact, PersonStruckOff) else negotiation.invitations
            return Negotiation(standing, invitations, negotiation.tokens)


def _invitations_without(negotiation: Negotiation, person: str) -> dict[str, tuple[str, datetime]]:
    return {code: invited for code, invited in negotiation.invitations.items() if invited[0] != person}
