"""The rules of bringing in: principles and positions from elsewhere, in the name of delegations of the roster."""

from dataclasses import dataclass
from datetime import datetime

from parley.delegations.facts import PositionTaken, PrincipleSubmitted
from parley.delegations.principle import STANCES, Principle, hash_of, live, permitted
from parley.kernel.decider import Invalid, Unknown, require
from parley.protocol.standing import Actor, Standing


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


def imported(principle: Principle, command: ImportPrinciple) -> list[PrincipleSubmitted]:
    """The principle as it is brought in; nothing if it is there already."""
    standing = command.standing
    permitted(standing, command.by, "material.import")
    if principle.version:
        return []  # the same row of the same source again
    require(command.delegation in standing.delegations, "unknown-delegation", "That delegation is not on the roster; admit it first.")
    if command.theme not in standing.themes:
        raise Invalid("unknown-theme", "Choose one of the negotiation's themes.", themes=list(standing.themes))
    submitted = PrincipleSubmitted(
        principle=command.principle, delegation=command.delegation, text=command.text, text_hash=hash_of(command.text), reason=command.reason,
        theme=command.theme, tags=command.tags, marking=standing.marking, source=command.source,
    )  # fmt: skip
    return [submitted]


def imported_position(principle: Principle, command: ImportPosition) -> list[PositionTaken]:
    """The position as it is brought in; nothing where it says nothing new."""
    permitted(command.standing, command.by, "material.import")
    if principle.version == 0:
        raise Unknown
    live(principle)
    if command.stance not in STANCES:
        raise Invalid("unknown-stance", f"A position is one of: {', '.join(STANCES)}.")
    require(command.delegation in command.standing.delegations, "unknown-delegation", "That delegation is not on the roster; admit it first.")
    if command.delegation == principle.delegation or principle.stances.get(command.delegation, ())[:2] == (command.stance, principle.text_hash):
        return []  # its author stands behind it anyway, and the same position on the same text twice is one
    return [PositionTaken(command.principle, command.delegation, command.stance, "", principle.text_hash)]
