"""Standing: who is who in a negotiation, as every service knows it from the published facts of the delegations service.

One fold for all: the delegations service decides by it on its own facts, its siblings on the facts that reach them. A fact that says nothing of standing
changes nothing here.
"""

from datetime import datetime
from typing import Any

import msgspec

from parley.protocol.access import BENCH, CHAIR, HEAD, MEMBER, PARTICIPANTS, PUBLIC, RAPPORTEUR, SECRETARIAT, may

HOUSE = "house"
"""The lane of the secretariat's own facts, which belong to no single negotiation. A person of the house has its role in every negotiation."""

PROVISIONAL, ACCEPTED, REJECTED, SUSPENDED, WITHDRAWN = "provisional", "accepted", "rejected", "suspended", "withdrawn"
STANDING_WORDS = frozenset({
    "NegotiationOpened", "NegotiationClosed", "PhaseScheduled", "DelegationAdmitted", "CredentialsDecided", "GroupFormed", "GroupJoined", "GroupLeft",
    "PersonEnrolled", "PersonStruckOff", "OfficeAssumed", "OfficeLeft",
})  # fmt: skip
"""The facts that say something of standing."""

GRANT_WORDS = frozenset({"TokenIssued", "TokenRevoked"})
"""The facts that say something of tokens."""

ACCREDITED = frozenset({PROVISIONAL, ACCEPTED})
"""Credentials under which a delegation takes part; provisionally until they are decided upon (UNEP handbook)."""


class Delegation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A delegation: its code (`CZ`), its name, and the state of its credentials."""

    name: str
    credentials: str = PROVISIONAL


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person on the roster: role is head, member, observer or secretariat; a chair or rapporteur holds an office besides."""

    role: str
    delegation: str | None = None


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a negotiation's people and rules. `known_at` is the delegations service's `seq` up to which it is known."""

    known_at: int = 0
    open: bool = False
    title: str = ""
    zone: str = "UTC"
    marking: str = "participants"
    attribution: str = "none"
    themes: tuple[str, ...] = ()
    quantifiers: tuple[tuple[str, str], ...] = ()
    phases: dict[str, datetime] = {}
    delegations: dict[str, Delegation] = {}
    persons: dict[str, Person] = {}
    offices: dict[str, str] = {}
    groups: dict[str, tuple[str, ...]] = {}

    def members_of(self, group: str) -> tuple[str, ...]:
        """The delegations that are in a group now."""
        return self.groups.get(group, ())

    def accredited(self, delegation: str | None) -> bool:
        """Whether a delegation takes part: it is on the roster, and its credentials are accepted or not yet decided upon."""
        known = self.delegations.get(delegation or "")
        return known is not None and known.credentials in ACCREDITED


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a token stands for. `scopes` are actions of the access table, or `*`; an unknown token is a grant without a person."""

    lane: str = ""
    person: str = ""
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    revoked: bool = False


class Actor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who calls, with the standing that a command stores: person, roles, delegation and its credentials, and the `seq` at which that was known."""

    person: str = ""
    roles: tuple[str, ...] = (PUBLIC,)
    delegation: str | None = None
    credentials: str | None = None
    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("*",)
    known_at: int = 0

    def may(self, action: str) -> bool:
        """Whether this actor may do an action: by its role, within the token's scopes, and with credentials where it acts for a delegation."""
        if "*" not in self.scopes and action not in self.scopes:
            return False
        if not {HEAD, MEMBER}.isdisjoint(self.roles) and not action.partition(".")[2].startswith("read") and self.credentials not in ACCREDITED:
            return False
        return may(self.roles, action)

    @property
    def takes_part(self) -> bool:
        """Whether this is a participant. Observers and the public are not: they must not learn how much there is that they may not see."""
        return not PARTICIPANTS.isdisjoint(self.roles)

    @property
    def on_bench(self) -> bool:
        """Whether this is the chair, a rapporteur or the secretariat."""
        return not BENCH.isdisjoint(self.roles)


def identify(standing: Standing, grant: Grant | None, lane: str, now: datetime) -> Actor:
    """The one who calls, or the public where the token is unknown, expired, revoked, of another negotiation, or its person left the roster."""
    nobody = Actor(known_at=standing.known_at)
    if grant is None or not grant.person or grant.revoked or (grant.expires_at is not None and grant.expires_at <= now):
        return nobody
    if grant.lane == HOUSE:
        return Actor(person=grant.person, roles=(SECRETARIAT,), scopes=grant.scopes, known_at=standing.known_at)
    person = standing.persons.get(grant.person)
    if grant.lane != lane or person is None:
        return nobody
    delegation = standing.delegations.get(person.delegation or "")
    offices = [office for office in (CHAIR, RAPPORTEUR) if standing.offices.get(office) == grant.person]
    # Whoever holds an office takes no position in the name of a delegation while holding it.
    roles = tuple(offices) or (person.role,)
    return Actor(
        person=grant.person, roles=roles, delegation=None if offices else person.delegation, credentials=delegation.credentials if delegation else None,
        groups=tuple(sorted(group for group, members in standing.groups.items() if person.delegation in members)), scopes=grant.scopes,
        known_at=standing.known_at,
    )  # fmt: skip


def standing_after(standing: Standing, fact: str, body: dict[str, Any], seq: int = 0) -> Standing:
    """The standing after a fact of the delegations service, by the last words of its published name; the same object if it says nothing of standing."""
    known = _known_after(standing, fact, body)
    return standing if known is None else msgspec.structs.replace(standing, known_at=seq or standing.known_at + 1, **known)


def _known_after(standing: Standing, fact: str, body: dict[str, Any]) -> dict[str, Any] | None:  # noqa: C901, PLR0911, PLR0912  (one case a fact)
    match fact:
        case "NegotiationOpened":
            words = ("title", "zone", "marking", "attribution")
            quantifiers = tuple((word, least) for word, least in body["quantifiers"])
            return {"open": True, **{word: body[word] for word in words}, "themes": tuple(body["themes"]), "quantifiers": quantifiers}
        case "NegotiationClosed":
            return {"open": False}
        case "PhaseScheduled":
            return {"phases": {**standing.phases, body["phase"]: msgspec.convert(body["closes_at"], datetime)}}
        case "DelegationAdmitted":
            return {"delegations": {**standing.delegations, body["delegation"]: Delegation(body["name"])}}
        case "CredentialsDecided":
            decided = Delegation(standing.delegations[body["delegation"]].name, body["credentials"])
            return {"delegations": {**standing.delegations, body["delegation"]: decided}}
        case "GroupFormed":
            return {"groups": {**standing.groups, body["group"]: tuple(sorted(body["members"]))}}
        case "GroupJoined":
            return {"groups": {**standing.groups, body["group"]: tuple(sorted({*standing.members_of(body["group"]), body["delegation"]}))}}
        case "GroupLeft":
            return {"groups": {**standing.groups, body["group"]: tuple(one for one in standing.members_of(body["group"]) if one != body["delegation"])}}
        case "PersonEnrolled":
            return {"persons": {**standing.persons, body["person"]: Person(body["role"], body.get("delegation"))}}
        case "PersonStruckOff":
            return {"persons": {name: person for name, person in standing.persons.items() if name != body["person"]}}
        case "OfficeAssumed":
            return {"offices": {**standing.offices, body["office"]: body["person"]}}
        case "OfficeLeft":
            return {"offices": {office: person for office, person in standing.offices.items() if office != body["office"]}}
        case _:
            return None


def grant_after(grant: Grant, fact: str, lane: str, body: dict[str, Any]) -> Grant:
    """What a token stands for after a fact about it; the same object if the fact is of another kind."""
    match fact:
        case "TokenIssued":
            return Grant(lane=lane, person=body["person"], scopes=tuple(body["scopes"]), expires_at=msgspec.convert(body["expires_at"], datetime))
        case "TokenRevoked":
            return msgspec.structs.replace(grant, revoked=True)
        case _:
            return grant
