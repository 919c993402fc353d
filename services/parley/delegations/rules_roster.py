"""The rules of the roster: delegations and their credentials, groups, people, offices, and a whole roster at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from parley.delegations.facts import (
    CredentialsDecided,
    DelegationAdmitted,
    GroupFormed,
    GroupJoined,
    GroupLeft,
    InvitationIssued,
    OfficeAssumed,
    OfficeLeft,
    PersonEnrolled,
    PersonStruckOff,
    TokenRevoked,
)  # fmt: skip
from parley.delegations.negotiation import Negotiation, entitled, evolve
from parley.kernel.decider import Invalid, Refused, require
from parley.protocol.access import CHAIR, HEAD, MEMBER, OBSERVER, RAPPORTEUR, SECRETARIAT
from parley.protocol.standing import ACCEPTED, PROVISIONAL, REJECTED, SUSPENDED, WITHDRAWN, Actor, Standing

CREDENTIALS = (PROVISIONAL, ACCEPTED, REJECTED, SUSPENDED, WITHDRAWN)
PERSON_ROLES = (HEAD, MEMBER, OBSERVER, SECRETARIAT)
OFFICES = (CHAIR, RAPPORTEUR)


@dataclass(frozen=True)
class AdmitDelegation:
    """Put a delegation on the roster."""

    by: Actor
    at: datetime
    delegation: str
    name: str


@dataclass(frozen=True)
class DecideCredentials:
    """Decide on a delegation's credentials."""

    by: Actor
    at: datetime
    delegation: str
    credentials: str
    reason: str


@dataclass(frozen=True)
class FormGroup:
    """Form a group of delegations."""

    by: Actor
    at: datetime
    group: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class JoinGroup:
    """Put a delegation into a group."""

    by: Actor
    at: datetime
    group: str
    delegation: str


@dataclass(frozen=True)
class LeaveGroup:
    """Take a delegation out of a group."""

    by: Actor
    at: datetime
    group: str
    delegation: str


@dataclass(frozen=True)
class EnrolPerson:
    """Put a person on the roster; `code_hash` is the hash of the invitation that is sent along."""

    by: Actor
    at: datetime
    person: str
    name: str
    role: str
    delegation: str | None
    code_hash: str
    expires_at: datetime


@dataclass(frozen=True)
class StrikeOff:
    """Take a person off the roster."""

    by: Actor
    at: datetime
    person: str


@dataclass(frozen=True)
class AssumeOffice:
    """Give an office to a person of the roster."""

    by: Actor
    at: datetime
    office: str
    person: str


@dataclass(frozen=True)
class LeaveOffice:
    """End a term of office."""

    by: Actor
    at: datetime
    office: str


@dataclass(frozen=True)
class ImportRoster:
    """Bring a whole roster in, row by row; all of it or nothing."""

    by: Actor
    at: datetime
    rows: tuple[tuple[int, "AdmitDelegation | FormGroup | JoinGroup | EnrolPerson | AssumeOffice"], ...]


RosterCommand = (
    AdmitDelegation | DecideCredentials | FormGroup | JoinGroup | LeaveGroup | EnrolPerson | StrikeOff | AssumeOffice | LeaveOffice | ImportRoster
)  # fmt: skip
RosterFact = (
    DelegationAdmitted | CredentialsDecided | GroupFormed | GroupJoined | GroupLeft | PersonEnrolled | InvitationIssued | PersonStruckOff | TokenRevoked
    | OfficeAssumed | OfficeLeft
)  # fmt: skip


def decide(negotiation: Negotiation, command: RosterCommand) -> list[RosterFact]:
    """The facts that follow from a command on the roster, or Refused."""
    standing = negotiation.standing
    match command:
        case AdmitDelegation():
            entitled(standing, command.by, "roster.keep")
            require(command.delegation not in standing.delegations, "already-admitted", f"{command.delegation} is on the roster already.")
            return [DelegationAdmitted(command.delegation, command.name)]
        case DecideCredentials():
            entitled(standing, command.by, "credentials.decide")
            _on_roster(standing, command.delegation)
            if command.credentials not in CREDENTIALS:
                raise Invalid("unknown-credentials", f"Credentials are one of: {', '.join(CREDENTIALS)}.")
            return [CredentialsDecided(command.delegation, command.credentials, command.reason)]
        case FormGroup():
            entitled(standing, command.by, "roster.keep")
            require(command.group not in standing.groups, "group-exists", f"There is a group {command.group} already; add members to it.")
            for member in command.members:
                _on_roster(standing, member)
            return [GroupFormed(command.group, command.name, tuple(sorted(set(command.members))))]
        case JoinGroup():
            entitled(standing, command.by, "roster.keep")
            _on_roster(standing, command.delegation)
            require(command.group in standing.groups, "unknown-group", "Form the group first.")
            require(command.delegation not in standing.members_of(command.group), "already-member", f"{command.delegation} is in the group already.")
            return [GroupJoined(command.group, command.delegation)]
        case LeaveGroup():
            entitled(standing, command.by, "roster.keep")
            require(command.delegation in standing.members_of(command.group), "not-a-member", f"{command.delegation} is not in that group.")
            return [GroupLeft(command.group, command.delegation)]
        case EnrolPerson():
            return _enrolled(standing, command)
        case StrikeOff():
            entitled(standing, command.by, "roster.keep", house=True)
            require(command.person in standing.persons, "unknown-person", "No such person is on the roster.")
            offices = [office for office, person in standing.offices.items() if person == command.person]
            tokens = sorted(token for token, person in negotiation.tokens.items() if person == command.person)
            return [
                *(OfficeLeft(office, command.person) for office in sorted(offices)),
                *(TokenRevoked(token) for token in tokens),
                PersonStruckOff(command.person),
            ]
        case AssumeOffice():
            entitled(standing, command.by, "roster.keep")
            if command.office not in OFFICES:
                raise Invalid("unknown-office", f"The offices are: {', '.join(OFFICES)}.")
            require(command.person in standing.persons, "unknown-person", "Put the person on the roster first.")
            require(standing.offices.get(command.office) != command.person, "holds-the-office", "That person holds the office already.")
            return [OfficeAssumed(command.office, command.person)]
        case LeaveOffice():
            entitled(standing, command.by, "roster.keep")
            require(command.office in standing.offices, "office-vacant", "Nobody holds that office.")
            return [OfficeLeft(command.office, standing.offices[command.office])]
        case ImportRoster():
            entitled(standing, command.by, "roster.keep")
            return _imported(negotiation, command)
        case _:
            assert_never(command)


def _enrolled(standing: Standing, command: EnrolPerson) -> list[RosterFact]:
    entitled(standing, command.by, "roster.keep", house=True)
    if command.role not in PERSON_ROLES:
        raise Invalid("unknown-role", f"A person's role is one of: {', '.join(PERSON_ROLES)}.")
    # Whoever is of the house has the secretariat's rights in every negotiation.
    require(standing.title or command.role == SECRETARIAT, "secretariat-only", "The house has people of the secretariat alone.")
    if command.role in (HEAD, MEMBER):
        if not command.delegation:
            raise Invalid("delegation-missing", "A head or member belongs to a delegation; name it.")
        _on_roster(standing, command.delegation)
    elif command.delegation is not None:
        raise Invalid("delegation-not-expected", f"A person of the role {command.role} belongs to no delegation.")
    invitation = InvitationIssued(command.code_hash, command.person, command.expires_at)
    known = standing.persons.get(command.person)
    if known is not None and (known.role, known.delegation) == (command.role, command.delegation):
        return [invitation]  # a new invitation for a person who lost the old one
    return [PersonEnrolled(command.person, command.name, command.role, command.delegation), invitation]


_THERE_ALREADY = frozenset({"already-admitted", "group-exists", "already-member", "holds-the-office"})


def _imported(negotiation: Negotiation, command: ImportRoster) -> list[RosterFact]:
    """The facts of all rows, each decided after those before it; a row whose content is there already changes nothing."""
    facts: list[RosterFact] = []
    errors: list[dict[str, object]] = []
    for row, step in command.rows:
        try:
            decided = decide(negotiation, step)
        except Refused as refused:
            if refused.rule not in _THERE_ALREADY:
                errors.append({"row": row, "code": refused.rule, "why": refused.why})
            continue
        if isinstance(step, EnrolPerson) and step.person in negotiation.standing.persons and len(decided) == 1:
            continue  # the same person again: the invitation that was sent stays the one that counts
        for fact in decided:
            negotiation = evolve(negotiation, fact)
        facts += decided
    if errors:
        raise Invalid("roster-rows", "Nothing was brought in. Mend the rows that `errors` names, and send the whole roster again.", errors=errors)
    return facts


def _on_roster(standing: Standing, delegation: str) -> None:
    if delegation not in standing.delegations:
        raise Refused("unknown-delegation", "That delegation is not on the roster; admit it first.")
