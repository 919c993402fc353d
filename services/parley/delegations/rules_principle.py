"""The rules of a principle: submitted, revised, withdrawn, sponsored, and what delegations say of it."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from parley.delegations.facts import (
    CATALOGUE,
    LatenessWaived,
    PositionTaken,
    PrincipleRevised,
    PrincipleSubmitted,
    PrincipleWithdrawn,
    SponsorJoined,
    SponsorLeft,
)  # fmt: skip
from parley.kernel.decider import Decider, Invalid, NotEntitled, Refused, Unknown, require
from parley.protocol.marking import MARKINGS, RESTRICTED
from parley.protocol.standing import Actor, Standing
from parley.protocol.visibility import LATE, LIVE, WITHDRAWN, may_read

STANCES = ("support", "oppose", "reserve", "hold")


@dataclass(frozen=True)
class Principle:
    """What is true of a principle now. `version` 0 means: there is none of this name."""

    version: int = 0
    delegation: str = ""
    text_hash: str = ""
    state: str = LIVE
    marking: str = ""
    audience: tuple[str, ...] = ()
    sponsors: tuple[str, ...] = ()
    stances: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)

    def visible_to(self, actor: Actor) -> bool:
        """Whether an actor may know of it."""
        authors = (self.delegation, *self.sponsors)
        return self.version > 0 and may_read(actor, "principle.read", authors=authors, marking=self.marking, audience=self.audience, state=self.state)


@dataclass(frozen=True)
class SubmitPrinciple:
    """Submit a principle. `retabled` is the withdrawn one that it brings back, if it names one."""

    by: Actor
    at: datetime
    standing: Standing
    principle: str
    text: str
    reason: str
    theme: str
    tags: tuple[str, ...] = ()
    marking: str | None = None
    audience: tuple[str, ...] = ()
    on_behalf_of: str | None = None
    retables: str | None = None
    retabled: Principle | None = None


@dataclass(frozen=True)
class ImportPrinciple:
    """Bring in a principle from elsewhere, in the name of a delegation of the roster."""

    by: Actor
    at: datetime
    standing: Standing
    principle: str
    delegation: str
    text: str
    reason: str
    theme: str
    source: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportPosition:
    """Bring in a delegation's position from elsewhere, on the text as it is now."""

    by: Actor
    at: datetime
    standing: Standing
    principle: str
    delegation: str
    stance: str


@dataclass(frozen=True)
class RevisePrinciple:
    """Give one's own principle a new text."""

    by: Actor
    at: datetime
    standing: Standing
    principle: str
    text: str
    reason: str


@dataclass(frozen=True)
class WithdrawPrinciple:
    """Withdraw one's own principle, for good."""

    by: Actor
    at: datetime
    standing: Standing
    principle: str


@dataclass(frozen=True)
class WaiveLateness:
    """Let a late principle in."""

    by: Actor
    at: datetime
    standing: Standing
    principle: str
    reason: str


@dataclass(frozen=True)
class JoinSponsors:
    """Add one's own delegation to the sponsors, of the text with this hash."""

    by: Actor
    at: datetime
    standing: Standing
    principle: str
    text_hash: str


@dataclass(frozen=True)
class LeaveSponsors:
    """Take one's own delegation's name away."""

    by: Actor
    at: datetime
    standing: Standing
    principle: str


@dataclass(frozen=True)
class TakePosition:
    """Say where one's own delegation, or a group through it, stands on the text with this hash."""

    by: Actor
    at: datetime
    standing: Standing
    principle: str
    stance: str
    text: str
    text_hash: str
    on_behalf_of: str | None = None


PrincipleCommand = (
    SubmitPrinciple | ImportPrinciple | ImportPosition | RevisePrinciple | WithdrawPrinciple | WaiveLateness | JoinSponsors | LeaveSponsors | TakePosition
)  # fmt: skip
PrincipleFact = PrincipleSubmitted | PrincipleRevised | PrincipleWithdrawn | LatenessWaived | SponsorJoined | SponsorLeft | PositionTaken


def decide(principle: Principle, command: PrincipleCommand) -> list[PrincipleFact]:
    """The facts that follow from a command, or Refused."""
    match command:
        case SubmitPrinciple():
            return _submitted(principle, command)
        case ImportPrinciple():
            return _imported(principle, command)
        case ImportPosition():
            _may(command.standing, command.by, "material.import")
            if principle.version == 0:
                raise Unknown
            _live(principle)
            if command.stance not in STANCES:
                raise Invalid("unknown-stance", f"A position is one of: {', '.join(STANCES)}.")
            require(command.delegation in command.standing.delegations, "unknown-delegation", f"{command.delegation} is not on the roster; admit it first.")
            if command.delegation == principle.delegation or principle.stances.get(command.delegation, ("",))[0] == command.stance:
                return []  # its author stands behind it anyway, and the same position twice is one
            return [PositionTaken(command.principle, command.delegation, command.stance, "", principle.text_hash)]
        case RevisePrinciple():
            _entitled(principle, command, "principle.submit")
            _own(principle, command.by)
            _not_withdrawn(principle)
            require(not _closed(command.standing, "principles", command.at), "deadline-passed", "The deadline for principles has passed; ask the chair.")
            text_hash = hash_of(command.text)
            require(text_hash != principle.text_hash, "same-text", "That is the text it has already.")
            return [PrincipleRevised(command.principle, principle.version + 1, command.text, text_hash, command.reason)]
        case WithdrawPrinciple():
            _entitled(principle, command, "principle.withdraw")
            _own(principle, command.by)
            _not_withdrawn(principle)
            return [PrincipleWithdrawn(command.principle, principle.delegation)]
        case WaiveLateness():
            _entitled(principle, command, "principle.waive")
            require(principle.state == LATE, "not-late", "Only a late principle that waits for the chair can be let in.")
            return [LatenessWaived(command.principle, command.reason)]
        case JoinSponsors():
            delegation = _entitled(principle, command, "principle.sponsor")
            _live(principle)
            require(delegation != principle.delegation, "own-principle", "Your delegation is its author.")
            require(delegation not in principle.sponsors, "already-sponsor", "Your delegation is a sponsor already.")
            _same_text(principle, command.text_hash)
            return [SponsorJoined(command.principle, delegation, command.text_hash)]
        case LeaveSponsors():
            delegation = _entitled(principle, command, "principle.sponsor")
            require(delegation in principle.sponsors, "not-a-sponsor", "Your delegation is not among the sponsors.")
            return [SponsorLeft(command.principle, delegation)]
        case TakePosition():
            return _position(principle, command)
        case _:
            assert_never(command)


def _submitted(principle: Principle, command: SubmitPrinciple) -> list[PrincipleFact]:
    by, standing = command.by, command.standing
    delegation = _may(standing, by, "principle.submit")
    require(principle.version == 0, "already-submitted", "There is a principle of this name already.")
    if command.theme not in standing.themes:
        raise Invalid("unknown-theme", "Choose one of the negotiation's themes.", themes=list(standing.themes))
    marking = command.marking or standing.marking
    if marking not in MARKINGS:
        raise Invalid("unknown-marking", f"A marking is one of: {', '.join(MARKINGS)}.")
    if command.audience and marking != RESTRICTED:
        raise Invalid("audience-not-expected", "Only a restricted text has a list of delegations that may read it.")
    for reader in command.audience:
        require(reader in standing.delegations, "unknown-delegation", f"{reader} is not on the roster.")
    if command.retables is not None:
        retabled = command.retabled
        # Anyone may bring a withdrawn text back; that it was there is known to those who could read it, so nothing is given away by asking.
        require(retabled is not None and retabled.state == WITHDRAWN, "not-withdrawn", "Only a withdrawn principle can be tabled again.")
    submitted = PrincipleSubmitted(
        principle=command.principle, delegation=delegation, text=command.text, text_hash=hash_of(command.text), reason=command.reason, theme=command.theme,
        tags=command.tags, marking=marking, audience=tuple(sorted(set(command.audience))), on_behalf_of=command.on_behalf_of,
        represented=_represented(standing, delegation, command.on_behalf_of), retables=command.retables,
        late=_closed(standing, "principles", command.at),
    )  # fmt: skip
    return [submitted]


def _imported(principle: Principle, command: ImportPrinciple) -> list[PrincipleFact]:
    standing = command.standing
    _may(standing, command.by, "material.import")
    if principle.version:
        return []  # the same row of the same source again
    require(command.delegation in standing.delegations, "unknown-delegation", f"{command.delegation} is not on the roster; admit it first.")
    if command.theme not in standing.themes:
        raise Invalid("unknown-theme", "Choose one of the negotiation's themes.", themes=list(standing.themes))
    imported = PrincipleSubmitted(
        principle=command.principle, delegation=command.delegation, text=command.text, text_hash=hash_of(command.text), reason=command.reason,
        theme=command.theme, tags=command.tags, marking=standing.marking, source=command.source,
    )  # fmt: skip
    return [imported]


def _position(principle: Principle, command: TakePosition) -> list[PrincipleFact]:
    delegation = _entitled(principle, command, "position.take")
    if command.stance not in STANCES:
        raise Invalid("unknown-stance", f"A position is one of: {', '.join(STANCES)}.")
    _live(principle)
    require(delegation != principle.delegation, "own-principle", "Your delegation is its author; revise or withdraw it instead.")
    require(not _closed(command.standing, "positions", command.at), "deadline-passed", "The deadline for positions has passed; ask the chair.")
    _same_text(principle, command.text_hash)
    said = (command.stance, command.text_hash, command.on_behalf_of or "", hash_of(command.text))
    require(principle.stances.get(delegation) != said, "same-position", "That is the position you have taken on this text already.")
    represented = _represented(command.standing, delegation, command.on_behalf_of)
    return [PositionTaken(command.principle, delegation, command.stance, command.text, command.text_hash, command.on_behalf_of, represented)]


def _may(standing: Standing, by: Actor, action: str) -> str:
    """The delegation for which `by` acts, "" for the bench, or a refusal."""
    if not standing.known_at:
        raise Unknown
    if not by.may(action) or (by.delegation is not None and not standing.accredited(by.delegation)):
        raise NotEntitled("not-entitled", "Your role, or the state of your delegation's credentials, does not include this.", action=action)
    require(standing.open, "negotiation-closed", "The negotiation is closed; it is only read now.")
    return by.delegation or ""


def _entitled(
    principle: Principle, command: RevisePrinciple | WithdrawPrinciple | WaiveLateness | JoinSponsors | LeaveSponsors | TakePosition, action: str
) -> str:
    """The same for a principle that is there already; what the caller may not see is not there."""
    if not principle.visible_to(command.by):
        raise Unknown
    return _may(command.standing, command.by, action)


def _own(principle: Principle, by: Actor) -> None:
    if by.delegation != principle.delegation:
        raise NotEntitled("not-the-author", "Only the delegation that submitted it can do this.")


def _not_withdrawn(principle: Principle) -> None:
    require(principle.state != WITHDRAWN, "withdrawn", "It was withdrawn, and that is final; any delegation may table it again.")


def _live(principle: Principle) -> None:
    _not_withdrawn(principle)
    require(principle.state == LIVE, "late", "It came after the deadline and waits for the chair.")


def _same_text(principle: Principle, text_hash: str) -> None:
    if text_hash != principle.text_hash:
        raise Refused("text-changed", "The text has changed since you read it; read it again.", current=principle.text_hash)


def _closed(standing: Standing, phase: str, at: datetime) -> bool:
    closes_at = standing.phases.get(phase)
    return closes_at is not None and at >= closes_at


def _represented(standing: Standing, delegation: str, group: str | None) -> tuple[str, ...]:
    if group is None:
        return ()
    members = standing.members_of(group)
    require(delegation in members, "not-a-member", f"Only a member of {group} may speak for it.")
    return tuple(member for member in members if standing.accredited(member))


def hash_of(text: str) -> str:
    """The hash that a position is bound to: SHA-256 over the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def evolve(principle: Principle, fact: PrincipleFact) -> Principle:
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
        case SponsorJoined():
            return replace(principle, sponsors=(*principle.sponsors, fact.delegation))
        case SponsorLeft():
            return replace(principle, sponsors=tuple(one for one in principle.sponsors if one != fact.delegation))
        case PositionTaken():
            said = (fact.stance, fact.text_hash, fact.on_behalf_of or "", hash_of(fact.text))
            return replace(principle, stances={**principle.stances, fact.delegation: said})
        case _:
            assert_never(fact)


PRINCIPLES: Decider[Principle, PrincipleCommand, PrincipleFact] = Decider("principle", CATALOGUE, Principle(), decide, evolve)
