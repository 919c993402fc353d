"""The rules of access: invitations, sessions and tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from parley.delegations.facts import (
    InvitationAccepted,
    InvitationIssued,
    PersonEnrolled,
    TokenIssued,
    TokenRevoked,
)  # fmt: skip
from parley.delegations.negotiation import Negotiation
from parley.kernel.decider import NotEntitled, Unknown, require
from parley.protocol.access import SECRETARIAT
from parley.protocol.standing import Actor, Standing


@dataclass(frozen=True)
class AcceptInvitation:
    """Sign in with an invitation's code; nobody is known to call before that."""

    at: datetime
    code_hash: str
    token_hash: str
    expires_at: datetime


@dataclass(frozen=True)
class IssueToken:
    """Give oneself an API token with no more rights than one's own."""

    by: Actor
    at: datetime
    token_hash: str
    scopes: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True)
class RevokeToken:
    """End a session or an API token: one's own, or anybody's by the secretariat."""

    by: Actor
    at: datetime
    token_hash: str


@dataclass(frozen=True)
class FoundHouse:
    """Make the first invitation into the secretariat, when the record is new or its operator asks for one at the machine itself."""

    at: datetime
    person: str
    code_hash: str
    expires_at: datetime


AccessCommand = AcceptInvitation | IssueToken | RevokeToken | FoundHouse
AccessFact = InvitationIssued | InvitationAccepted | TokenIssued | TokenRevoked | PersonEnrolled


def decide(negotiation: Negotiation, command: AccessCommand) -> list[AccessFact]:
    """The facts that follow from a command on access, or Refused."""
    match command:
        case AcceptInvitation():
            person, expires_at = negotiation.invitations.get(command.code_hash, ("", command.at))
            require(person and expires_at > command.at, "invitation-void", "This invitation was used, has expired or never was. Ask for a new one.")
            session = TokenIssued(command.token_hash, person, "session", ("*",), command.expires_at)
            return [InvitationAccepted(command.code_hash), session]
        case IssueToken():
            require(command.expires_at > command.at, "deadline-in-the-past", "Choose an expiry that is still to come.")
            _at_home(negotiation.standing, command.by)
            for scope in command.scopes:
                if scope != "*" and not command.by.may(scope):
                    raise NotEntitled("not-entitled", "A token cannot be given what you may not do yourself. Name actions of the access table that are yours.")
            if "*" in command.scopes and "*" not in command.by.scopes:
                raise NotEntitled("not-entitled", "A token with few scopes cannot make one with all of them.")
            return [TokenIssued(command.token_hash, command.by.person, "api", command.scopes, command.expires_at)]
        case RevokeToken():
            owner = negotiation.tokens.get(command.token_hash)
            if owner is None or not (owner == command.by.person or command.by.may("roster.keep")):
                raise Unknown
            return [TokenRevoked(command.token_hash)]
        case FoundHouse():
            return [
                PersonEnrolled(command.person, "Secretariat", SECRETARIAT),
                InvitationIssued(command.code_hash, command.person, command.expires_at),
            ]
        case _:
            assert_never(command)


def _at_home(standing: Standing, by: Actor) -> None:
    """A token stands for a person of this roster: a person of the house must not get one that stands for a namesake here."""
    person = standing.persons.get(by.person)
    same = person is not None and (person.role == SECRETARIAT or SECRETARIAT not in by.roles)
    require(same, "not-on-roster", "Make the token where you are on the roster; the secretariat's own people do so under `house`.")
