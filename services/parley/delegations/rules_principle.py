"""The rules of a principle: submitted, revised, withdrawn, sponsored, and what delegations say of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from parley.delegations.facts import (
    CATALOGUE,
    LatenessWaived,
    PositionTaken,
    PrincipleMarkingLoosened,
    PrincipleRevised,
    PrincipleSubmitted,
    PrincipleWithdrawn,
    SponsorJoined,
    SponsorLeft,
)  # fmt: skip
from parley.delegations.principle import STANCES, Principle, PrincipleFact, evolve, hash_of, live, not_withdrawn, permitted
from parley.delegations.rules_importing import ImportPosition, ImportPrinciple, imported, imported_position
from parley.kernel.decider import Decider, Invalid, NotEntitled, Refused, Unknown, require
from parley.protocol.marking import MARKINGS, RESTRICTED, looser
from parley.protocol.standing import Actor, Standing
from parley.protocol.visibility import LATE, WITHDRAWN


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
class LoosenPrincipleMarking:
    """Let one's own principle travel further; this is how its source releases it for a text with a looser marking."""

    by: Actor
    at: datetime
    standing: Standing
    principle: str
    marking: str


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
    SubmitPrinciple | ImportPrinciple | ImportPosition | RevisePrinciple | WithdrawPrinciple | WaiveLateness | LoosenPrincipleMarking | JoinSponsors
    | LeaveSponsors | TakePosition
)  # fmt: skip


def decide(principle: Principle, command: PrincipleCommand) -> list[PrincipleFact]:
    """The facts that follow from a command, or Refused."""
    match command:
        case SubmitPrinciple():
            return _submitted(principle, command)
        case ImportPrinciple():
            return [*imported(principle, command)]
        case ImportPosition():
            return [*imported_position(principle, command)]
        case RevisePrinciple():
            _entitled(principle, command, "principle.submit")
            _own(principle, command.by)
            not_withdrawn(principle)
            require(not _closed(command.standing, "principles", command.at), "deadline-passed", "The deadline for principles has passed; ask the chair.")
            text_hash = hash_of(command.text)
            require(text_hash != principle.text_hash, "same-text", "That is the text it has already.")
            return [PrincipleRevised(command.principle, principle.version + 1, command.text, text_hash, command.reason)]
        case WithdrawPrinciple():
            _entitled(principle, command, "principle.withdraw")
            _own(principle, command.by)
            not_withdrawn(principle)
            return [PrincipleWithdrawn(command.principle, principle.delegation)]
        case WaiveLateness():
            _entitled(principle, command, "principle.waive")
            require(principle.state == LATE, "not-late", "Only a late principle that waits for the chair can be let in.")
            return [LatenessWaived(command.principle, command.reason)]
        case LoosenPrincipleMarking():
            _entitled(principle, command, "principle.submit")
            _own(principle, command.by)
            not_withdrawn(principle)
            if command.marking not in MARKINGS:
                raise Invalid("unknown-marking", f"A marking is one of: {', '.join(MARKINGS)}.")
            require(looser(command.marking, principle.marking), "not-looser", "A marking can only be loosened, because others have read it as it is marked.")
            return [PrincipleMarkingLoosened(command.principle, command.marking)]
        case JoinSponsors():
            delegation = _entitled(principle, command, "principle.sponsor")
            live(principle)
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
    delegation = permitted(standing, by, "principle.submit")
    require(principle.version == 0, "already-submitted", "There is a principle of this name already.")
    if command.theme not in standing.themes:
        raise Invalid("unknown-theme", "Choose one of the negotiation's themes.", themes=list(standing.themes))
    marking = command.marking or standing.marking
    if marking not in MARKINGS:
        raise Invalid("unknown-marking", f"A marking is one of: {', '.join(MARKINGS)}.")
    if command.audience and marking != RESTRICTED:
        raise Invalid("audience-not-expected", "Only a restricted text has a list of delegations that may read it.")
    for reader in command.audience:
        require(reader in standing.delegations, "unknown-delegation", "A delegation of the audience is not on the roster. Look its code up there.")
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


def _position(principle: Principle, command: TakePosition) -> list[PrincipleFact]:
    delegation = _entitled(principle, command, "position.take")
    if command.stance not in STANCES:
        raise Invalid("unknown-stance", f"A position is one of: {', '.join(STANCES)}.")
    live(principle)
    require(delegation != principle.delegation, "own-principle", "Your delegation is its author; revise or withdraw it instead.")
    require(not _closed(command.standing, "positions", command.at), "deadline-passed", "The deadline for positions has passed; ask the chair.")
    _same_text(principle, command.text_hash)
    said = (command.stance, command.text_hash, command.on_behalf_of or "", hash_of(command.text))
    require(principle.stances.get(delegation) != said, "same-position", "That is the position you have taken on this text already.")
    represented = _represented(command.standing, delegation, command.on_behalf_of)
    return [PositionTaken(command.principle, delegation, command.stance, command.text, command.text_hash, command.on_behalf_of, represented)]


def _entitled(
    principle: Principle,
    command: RevisePrinciple | WithdrawPrinciple | WaiveLateness | LoosenPrincipleMarking | JoinSponsors | LeaveSponsors | TakePosition,
    action: str,
) -> str:
    """The same for a principle that is there already; what the caller may not see is not there."""
    if not principle.visible_to(command.by):
        raise Unknown
    return permitted(command.standing, command.by, action)


def _own(principle: Principle, by: Actor) -> None:
    if by.delegation != principle.delegation:
        raise NotEntitled("not-the-author", "Only the delegation that submitted it can do this.")


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
    require(delegation in members, "not-a-member", "Only a member of a group may speak for it.")
    return tuple(member for member in members if standing.accredited(member))


PRINCIPLES: Decider[Principle, PrincipleCommand, PrincipleFact] = Decider("principle", CATALOGUE, Principle(), decide, evolve)
