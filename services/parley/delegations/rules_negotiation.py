"""The rules of a negotiation: how it is opened and closed, and its deadlines; its roster and access have rules of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from parley.delegations import rules_access, rules_roster
from parley.delegations.facts import (
    CATALOGUE,
    CloseAnnounced,
    DeadlineAnnounced,
    NegotiationAnnounced,
    NegotiationClosed,
    NegotiationOpened,
    PhaseScheduled,
)  # fmt: skip
from parley.delegations.negotiation import Negotiation, entitled, evolve
from parley.delegations.rules_access import AcceptInvitation, AccessCommand, AccessFact, FoundHouse, IssueToken, RevokeToken
from parley.delegations.rules_roster import RosterCommand, RosterFact
from parley.kernel.decider import Decider, Invalid, NotEntitled, require
from parley.protocol.marking import MARKINGS
from parley.protocol.standing import Actor, Standing

PHASES = ("principles", "positions")
ATTRIBUTIONS = ("named", "group", "counted", "none")


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


NegotiationCommand = OpenNegotiation | CloseNegotiation | SchedulePhase | RosterCommand | AccessCommand
NegotiationFact = (
    NegotiationOpened | NegotiationClosed | PhaseScheduled | NegotiationAnnounced | DeadlineAnnounced | CloseAnnounced | RosterFact | AccessFact
)  # fmt: skip


def decide(negotiation: Negotiation, command: NegotiationCommand) -> Sequence[NegotiationFact]:
    """The facts that follow from a command, or Refused."""
    standing = negotiation.standing
    match command:
        case OpenNegotiation():
            return _opened(standing, command)
        case CloseNegotiation():
            entitled(standing, command.by, "negotiation.arrange")
            return [NegotiationClosed(command.negotiation), CloseAnnounced(command.negotiation)]
        case SchedulePhase():
            entitled(standing, command.by, "negotiation.arrange")
            if command.phase not in PHASES:
                raise Invalid("unknown-phase", f"The phases are: {', '.join(PHASES)}.")
            require(command.closes_at > command.at, "deadline-in-the-past", "Choose a deadline that is still to come.")
            return [PhaseScheduled(command.phase, command.closes_at), DeadlineAnnounced(command.phase, command.closes_at)]
        case AcceptInvitation() | IssueToken() | RevokeToken() | FoundHouse():
            return rules_access.decide(negotiation, command)
        case _:
            return rules_roster.decide(negotiation, command)


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
    for _, least in opened.quantifiers:
        if not _is_threshold(least):
            raise Invalid("unknown-quantifier", "What a quantifier takes is a whole number, a share such as 1/3, or all.")
    return [opened, NegotiationAnnounced(opened.negotiation, opened.title, opened.zone, opened.themes)]


def _is_threshold(least: str) -> bool:
    over, share, under = least.partition("/")
    return least == "all" or (over.isdecimal() and int(over) > 0 and (not share or (under.isdecimal() and int(under) >= int(over))))


NEGOTIATIONS: Decider[Negotiation, NegotiationCommand, NegotiationFact] = Decider("negotiation", CATALOGUE, Negotiation(), decide, evolve)
