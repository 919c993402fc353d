"""The rules of a negotiation: its phases, roster, credentials, groups, offices and tokens."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from zoneinfo import available_timezones

import msgspec

from parley.delegations.facts import (
    CATALOGUE,
    CloseAnnounced,
    CredentialsDecided,
    DeadlineAnnounced,
    DelegationAdmitted,
    GroupFormed,
    GroupJoined,
    GroupLeft,
    InvitationAccepted,
    InvitationIssued,
    NegotiationAnnounced,
    NegotiationClosed,
    NegotiationOpened,
    OfficeAssumed,
    OfficeLeft,
    PersonEnrolled,
    PersonStruckOff,
    PhaseScheduled,
    TokenIssued,
    TokenRevoked,
)  # fmt: skip
from parley.kernel.decider import Decider, Invalid, NotEntitled, Refused, Unknown, require
from parley.protocol.access import CHAIR, HEAD, MEMBER, OBSERVER, RAPPORTEUR, SECRETARIAT
from parley.protocol.marking import MARKINGS
from parley.protocol.standing import ACCEPTED, PROVISIONAL, REJECTED, SUSPENDED, WITHDRAWN, Actor, Standing, standing_after

PHASES = ("principles", "positions")
ATTRIBUTIONS = ("named", "group", "counted", "none")
CREDENTIALS = (PROVISIONAL, ACCEPTED, REJECTED, SUSPENDED, WITHDRAWN)
PERSON_ROLES = (HEAD, MEMBER, OBSERVER, SECRETARIAT)
OFFICES = (CHAIR, RAPPORTEUR)


@dataclass(frozen=True)
class Negotiation:
    """What is true of a negotiation now: the standing that all services know, and what only this service needs."""

    standing: Standing = field(default_factory=Standing)
    invitations: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenNegotiation:
    """Open a negotiation; attribution, marking and the quantifier table are chosen before anything is captured."""

    by: Actor
    at: datetime
    opened: NegotiationOpened


@dataclass(frozen=True)
class CloseNegotiation:
    """Close it: from then on it is only read."""

    by: Actor
    at: datetime
    negotiation: str


@dataclass(frozen=True)
class SchedulePhase:
    """Set or move a phase's deadline; what is past cannot be scheduled."""

    by: Actor
    at: datetime
    phase: str
    closes_at: datetime


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
class ImportRoster:
    """Bring a whole roster in, row by row; all of it or nothing."""

    by: Actor
    at: datetime
    rows: tuple[tuple[int, "AdmitDelegation | FormGroup | JoinGroup | EnrolPerson | AssumeOffice"], ...]


@dataclass(frozen=True)
class FoundHouse:
    """Make the first invitation into the secretariat, when the record is new or its operator asks for one at the machine itself."""

    at: datetime
    person: str
    code_hash: str
    expires_at: datetime


NegotiationCommand = (
    OpenNegotiation | CloseNegotiation | SchedulePhase | AdmitDelegation | DecideCredentials | FormGroup | JoinGroup | LeaveGroup | EnrolPerson | StrikeOff
    | AssumeOffice | LeaveOffice | AcceptInvitation | IssueToken | RevokeToken | ImportRoster | FoundHouse
)  # fmt: skip
NegotiationFact = (
    NegotiationOpened | NegotiationClosed | PhaseScheduled | DelegationAdmitted | CredentialsDecided | GroupFormed | GroupJoined | GroupLeft | PersonEnrolled
    | PersonStruckOff | OfficeAssumed | OfficeLeft | InvitationIssued | InvitationAccepted | TokenIssued | TokenRevoked | NegotiationAnnounced
    | DeadlineAnnounced | CloseAnnounced
)  # fmt: skip


def decide(negotiation: Negotiation, command: NegotiationCommand) -> list[NegotiationFact]:
    """The facts that follow from a command, or Refused."""
    standing = negotiation.standing
    match command:
        case OpenNegotiation():
            return _opened(standing, command)
        case CloseNegotiation():
            _entitled(standing, command.by, "negotiation.arrange")
            return [NegotiationClosed(command.negotiation), CloseAnnounced(command.negotiation)]
        case SchedulePhase():
            _entitled(standing, command.by, "negotiation.arrange")
            if command.phase not in PHASES:
                raise Invalid("unknown-phase", f"The phases are: {', '.join(PHASES)}.")
            require(command.closes_at > command.at, "deadline-in-the-past", "Choose a deadline that is still to come.")
            return [PhaseScheduled(command.phase, command.closes_at), DeadlineAnnounced(command.phase, command.closes_at)]
        case AdmitDelegation():
            _entitled(standing, command.by, "roster.keep")
            require(command.delegation not in standing.delegations, "already-admitted", f"{command.delegation} is on the roster already.")
            return [DelegationAdmitted(command.delegation, command.name)]
        case DecideCredentials():
            _entitled(standing, command.by, "credentials.decide")
            _on_roster(standing, command.delegation)
            if command.credentials not in CREDENTIALS:
                raise Invalid("unknown-credentials", f"Credentials are one of: {', '.join(CREDENTIALS)}.")
            return [CredentialsDecided(command.delegation, command.credentials, command.reason)]
        case FormGroup():
            _entitled(standing, command.by, "roster.keep")
            require(command.group not in standing.groups, "group-exists", f"There is a group {command.group} already; add members to it.")
            for member in command.members:
                _on_roster(standing, member)
            return [GroupFormed(command.group, command.name, tuple(sorted(set(command.members))))]
        case JoinGroup():
            _entitled(standing, command.by, "roster.keep")
            _on_roster(standing, command.delegation)
            require(command.group in standing.groups, "unknown-group", "Form the group first.")
            require(command.delegation not in standing.members_of(command.group), "already-member", f"{command.delegation} is in the group already.")
            return [GroupJoined(command.group, command.delegation)]
        case LeaveGroup():
            _entitled(standing, command.by, "roster.keep")
            require(command.delegation in standing.members_of(command.group), "not-a-member", f"{command.delegation} is not in that group.")
            return [GroupLeft(command.group, command.delegation)]
        case EnrolPerson():
            return _enrolled(standing, command)
        case StrikeOff():
            _entitled(standing, command.by, "roster.keep", house=True)
            require(command.person in standing.persons, "unknown-person", "No such person is on the roster.")
            offices = [office for office, person in standing.offices.items() if person == command.person]
            tokens = sorted(token for token, person in negotiation.tokens.items() if person == command.person)
            return [
                *(OfficeLeft(office, command.person) for office in sorted(offices)),
                *(TokenRevoked(token) for token in tokens),
                PersonStruckOff(command.person),
            ]
        case AssumeOffice():
            _entitled(standing, command.by, "roster.keep")
            if command.office not in OFFICES:
                raise Invalid("unknown-office", f"The offices are: {', '.join(OFFICES)}.")
            require(command.person in standing.persons, "unknown-person", "Put the person on the roster first.")
            require(standing.offices.get(command.office) != command.person, "holds-the-office", "That person holds the office already.")
            return [OfficeAssumed(command.office, command.person)]
        case LeaveOffice():
            _entitled(standing, command.by, "roster.keep")
            require(command.office in standing.offices, "office-vacant", "Nobody holds that office.")
            return [OfficeLeft(command.office, standing.offices[command.office])]
        case AcceptInvitation():
            person, expires_at = negotiation.invitations.get(command.code_hash, ("", command.at))
            require(person and expires_at > command.at, "invitation-void", "This invitation was used, has expired or never was. Ask for a new one.")
            session = TokenIssued(command.token_hash, person, "session", ("*",), command.expires_at)
            return [InvitationAccepted(command.code_hash), session]
        case IssueToken():
            require(command.expires_at > command.at, "deadline-in-the-past", "Choose an expiry that is still to come.")
            _at_home(standing, command.by)
            for scope in command.scopes:
                if scope != "*" and not command.by.may(scope):
                    raise NotEntitled("not-entitled", f"A token cannot be given {scope}, which you may not do yourself.")
            if "*" in command.scopes and "*" not in command.by.scopes:
                raise NotEntitled("not-entitled", "A token with few scopes cannot make one with all of them.")
            return [TokenIssued(command.token_hash, command.by.person, "api", command.scopes, command.expires_at)]
        case RevokeToken():
            owner = negotiation.tokens.get(command.token_hash)
            if owner is None or not (owner == command.by.person or command.by.may("roster.keep")):
                raise Unknown
            return [TokenRevoked(command.token_hash)]
        case ImportRoster():
            _entitled(standing, command.by, "roster.keep")
            return _imported(negotiation, command)
        case FoundHouse():
            return [
                PersonEnrolled(command.person, "Secretariat", SECRETARIAT),
                InvitationIssued(command.code_hash, command.person, command.expires_at),
            ]
        case _:
            assert_never(command)


def _opened(standing: Standing, command: OpenNegotiation) -> list[NegotiationFact]:
    opened = command.opened
    if not command.by.may("negotiation.open"):
        raise NotEntitled("not-entitled", "The secretariat opens negotiations.")
    require(not standing.known_at, "already-open", "There is a negotiation of this name already; choose another.")
    if opened.zone not in available_timezones():
        raise Invalid("unknown-zone", "Name the conference's time zone as in the IANA list: Europe/Prague.")
    if opened.attribution not in ATTRIBUTIONS:
        raise Invalid("unknown-attribution", f"Attribution is one of: {', '.join(ATTRIBUTIONS)}.")
    if opened.marking not in MARKINGS:
        raise Invalid("unknown-marking", f"A marking is one of: {', '.join(MARKINGS)}.")
    for word, least in opened.quantifiers:
        if not _is_threshold(least):
            raise Invalid("unknown-quantifier", f"What “{word}” takes is a whole number, a share such as 1/3, or all.")
    return [opened, NegotiationAnnounced(opened.negotiation, opened.title, opened.zone, opened.themes)]


def _is_threshold(least: str) -> bool:
    over, share, under = least.partition("/")
    return least == "all" or (over.isdecimal() and int(over) > 0 and (not share or (under.isdecimal() and int(under) >= int(over))))


def _enrolled(standing: Standing, command: EnrolPerson) -> list[NegotiationFact]:
    _entitled(standing, command.by, "roster.keep", house=True)
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


def _imported(negotiation: Negotiation, command: ImportRoster) -> list[NegotiationFact]:
    """The facts of all rows, each decided after those before it; a row whose content is there already changes nothing."""
    facts: list[NegotiationFact] = []
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


def _entitled(standing: Standing, by: Actor, action: str, *, house: bool = False) -> None:
    # The house has people and no title; it has no roster of delegations, no deadlines and no end.
    if not standing.known_at or not (standing.title or house):
        raise Unknown
    if not by.may(action):
        raise NotEntitled("not-entitled", "Your role in this negotiation does not include this.", action=action)
    require(standing.open or not standing.title, "negotiation-closed", "The negotiation is closed; it is only read now.")


def _at_home(standing: Standing, by: Actor) -> None:
    """A token stands for a person of this roster: a person of the house must not get one that stands for a namesake here."""
    person = standing.persons.get(by.person)
    same = person is not None and (person.role == SECRETARIAT or SECRETARIAT not in by.roles)
    require(same, "not-on-roster", "Make the token where you are on the roster; the secretariat's own people do so under `house`.")


def _on_roster(standing: Standing, delegation: str) -> None:
    if delegation not in standing.delegations:
        raise Refused("unknown-delegation", f"{delegation} is not on the roster; admit it first.")


def evolve(negotiation: Negotiation, fact: NegotiationFact) -> Negotiation:
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


NEGOTIATIONS: Decider[Negotiation, NegotiationCommand, NegotiationFact] = Decider("negotiation", CATALOGUE, Negotiation(), decide, evolve)
