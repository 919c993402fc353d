"""The rules of proposing: amendments tabled, restated, sponsored and withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from parley import text as engine
from parley.drafts.document import LEFT_OUT, PARKED, TAKEN_IN, Document
from parley.drafts.entitled import marked, on_amendment, on_document, own, represented, still_open, undecided
from parley.drafts.evolving import DocumentFact
from parley.drafts.facts import (
    AmendmentMarkingLoosened,
    AmendmentProposed,
    AmendmentRestated,
    AmendmentSponsored,
    AmendmentWithdrawn,
    SponsorshipEnded,
)
from parley.drafts.quoting import Wanted, changes_of, likeness, operations, touched_since
from parley.kernel.decider import Invalid, Refused, require
from parley.protocol.marking import MARKINGS, looser
from parley.protocol.standing import Actor, Standing
from parley.protocol.visibility import LATE, LIVE, WITHDRAWN

NEW = "new-"
"""How the ids begin of clauses that amendments insert; no tabled clause has such an id."""


@dataclass(frozen=True)
class ProposeAmendment:
    """Propose one operation on one clause of the version that the author has before them."""

    by: Actor
    at: datetime
    standing: Standing
    base_version: int
    wanted: Wanted
    reason: str = ""
    theme: str | None = None
    on_behalf_of: str | None = None
    marking: str | None = None
    audience: tuple[str, ...] = ()
    retables: str | None = None


@dataclass(frozen=True)
class RestateAmendment:
    """Put an amendment in new words, or on the present version."""

    by: Actor
    at: datetime
    standing: Standing
    amendment: str
    seen: int
    base_version: int
    wanted: Wanted
    reason: str = ""


@dataclass(frozen=True)
class SponsorAmendment:
    """Add one's own delegation to the sponsors."""

    by: Actor
    at: datetime
    standing: Standing
    amendment: str
    seen: int


@dataclass(frozen=True)
class EndSponsorship:
    """Take one's own delegation's name away."""

    by: Actor
    at: datetime
    standing: Standing
    amendment: str


@dataclass(frozen=True)
class WithdrawAmendment:
    """Withdraw one's own amendment, for good."""

    by: Actor
    at: datetime
    standing: Standing
    amendment: str


@dataclass(frozen=True)
class LoosenMarking:
    """Let one's own amendment travel further."""

    by: Actor
    at: datetime
    standing: Standing
    amendment: str
    marking: str


def propose(document: Document, command: ProposeAmendment) -> list[DocumentFact]:
    """The amendment under its number; late where the window is over."""
    delegation = on_document(document, command, "amendment.propose")
    window = document.window
    if window is None:
        raise Refused("window-not-open", "The chair has not opened the window for amendments to this document yet.")
    themed(command.standing, command.theme)
    marking = marked(command.standing, command.marking, command.audience, document.marking)
    speaks_for = represented(command.standing, delegation, command.on_behalf_of)
    if command.retables is not None:
        retabled = document.amendments.get(command.retables)
        require(retabled is not None and retabled.state == WITHDRAWN, "not-withdrawn", "Only a withdrawn amendment can be tabled again.")
    name = next_name(document)
    made, rebased_from = _placed(document, command.base_version, command.wanted, NEW + name)
    _offer_sponsorship(document, command.by, made)
    proposed = AmendmentProposed(
        document=document.document, amendment=name, base_version=document.current, base_hash=document.text.root, clause=command.wanted.clause,
        operation=command.wanted.operation, old=command.wanted.old, new=command.wanted.new, reason=command.reason, delegation=delegation,
        theme=command.theme, on_behalf_of=command.on_behalf_of, represented=speaks_for, marking=marking,
        state=LATE if window.over(command.at) else LIVE, operations=made, audience=tuple(sorted(set(command.audience))), rebased_from=rebased_from,
        retables=command.retables,
    )  # fmt: skip
    return [proposed]


def restate(document: Document, command: RestateAmendment) -> list[DocumentFact]:
    """The amendment in new words; what waited for its author is live again."""
    found = document.amendments.get(command.amendment)
    secretariat = found is not None and found.imported and command.by.may("material.import")
    amendment = on_amendment(document, command, command.amendment, "material.import" if secretariat else "amendment.propose", command.seen)
    if not secretariat:
        own(amendment, command.by)
    still_open(amendment)
    made, _ = _placed(document, command.base_version, command.wanted, NEW + command.amendment)
    require(likeness(made) != likeness(amendment.operations), "no-change", "That is what it does already.")
    _offer_sponsorship(document, command.by, made)
    state = amendment.state if amendment.state in {LATE, PARKED} else LIVE
    restated = AmendmentRestated(
        document=document.document, amendment=amendment.amendment, base_version=document.current, base_hash=document.text.root,
        clause=command.wanted.clause, operation=command.wanted.operation, old=command.wanted.old, new=command.wanted.new, reason=command.reason,
        state=state, operations=made, sponsors=amendment.sponsors if secretariat else (),
    )  # fmt: skip
    return [restated]


def sponsor(document: Document, command: SponsorAmendment) -> list[DocumentFact]:
    """The delegation's own name under an amendment as it has read it."""
    amendment = on_amendment(document, command, command.amendment, "amendment.sponsor", command.seen)
    still_open(amendment)
    require(amendment.state != LATE, "late", "It came after the window was over and waits for the chair.")
    require(amendment.delegation != command.by.delegation, "own-amendment", "Your delegation is its author.")
    require(command.by.delegation not in amendment.sponsors, "already-sponsor", "Your delegation is a sponsor already.")
    return [AmendmentSponsored(document.document, amendment.amendment, command.by.delegation or "")]


def end_sponsorship(document: Document, command: EndSponsorship) -> list[DocumentFact]:
    """The amendment without the delegation's name."""
    amendment = on_amendment(document, command, command.amendment, "amendment.sponsor")
    still_open(amendment)
    require(command.by.delegation in amendment.sponsors, "not-a-sponsor", "Your delegation is not among the sponsors.")
    return [SponsorshipEnded(document.document, amendment.amendment, command.by.delegation or "")]


def withdraw(document: Document, command: WithdrawAmendment) -> list[DocumentFact]:
    """The amendment, withdrawn for good."""
    amendment = on_amendment(document, command, command.amendment, "amendment.withdraw")
    own(amendment, command.by)
    still_open(amendment)
    return [AmendmentWithdrawn(document.document, amendment.amendment, amendment.delegation)]


def loosen(document: Document, command: LoosenMarking) -> list[DocumentFact]:
    """The amendment under a looser marking, never looser than its document's."""
    amendment = on_amendment(document, command, command.amendment, "amendment.propose")
    own(amendment, command.by)
    undecided(amendment)
    if command.marking not in MARKINGS:
        raise Invalid("unknown-marking", f"A marking is one of: {', '.join(MARKINGS)}.")
    require(looser(command.marking, amendment.marking), "not-looser", "A marking can only be loosened, because others have read it as it is marked.")
    marked(command.standing, command.marking, (), document.marking)
    return [AmendmentMarkingLoosened(document.document, amendment.amendment, command.marking)]


def _placed(document: Document, base_version: int, wanted: Wanted, name: str) -> tuple[tuple[engine.Operation, ...], int | None]:
    """What it does to the present version, and the older version it quotes if it was carried forward from there.

    An older version will do as long as what the amendment rests on is untouched since; else its author is shown what changed.
    """
    require(0 <= base_version <= document.current, "unknown-version", f"There is no version {base_version}; the present one is {document.current}.")
    if base_version < document.current:
        old, new = document.editions[base_version].text, document.text
        changed = touched_since(old, new, wanted)
        if changed:
            why = f"The text has changed since version {base_version}. Read what became of it, and restate the amendment on version {document.current}."
            raise Refused("stale-base", why, base_version=base_version, current_version=document.current, changes=changes_of(old, new, changed))
    made = operations(document.text, wanted, name)
    return made, base_version if base_version < document.current else None


def _offer_sponsorship(document: Document, by: Actor, made: tuple[engine.Operation, ...]) -> None:
    """Refuse what another amendment asks for already, as far as the caller may know of that one."""
    for name in document.alike.get(likeness(made), ()):
        twin = document.amendments[name]
        if not twin.visible_to(by) or twin.state in LEFT_OUT:
            continue
        if twin.state in TAKEN_IN:
            raise Refused("already-accepted", f"{name} asks for exactly this, and the chair has accepted it.", amendment=name)
        if by.delegation is not None and by.delegation in (twin.delegation, *twin.sponsors):
            raise Refused("already-proposed", f"Your delegation stands behind the same amendment already: {name}.", amendment=name)
        raise Refused("identical", f"{name} asks for exactly this. Add your delegation to its sponsors instead.", amendment=name)


def themed(standing: Standing, theme: str | None) -> None:
    """Refuse a theme that is not one of the negotiation's."""
    if theme is not None and theme not in standing.themes:
        raise Invalid("unknown-theme", "Choose one of the negotiation's themes.", themes=list(standing.themes))


def next_name(document: Document) -> str:
    """The number that the next amendment gets."""
    return f"A{len(document.amendments) + 1}"
