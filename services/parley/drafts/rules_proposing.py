"""The rules of proposing: amendments tabled, restated, sponsored and withdrawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from parley import text as engine
from parley.drafts.document import FALLEN, LEFT_OUT, NEEDS_AUTHOR, PARKED, TAKEN_IN, Amendment, Document, in_order
from parley.drafts.entitled import marked, on_amendment, on_document, own, represented, still_open, undecided
from parley.drafts.evolving import DocumentFact
from parley.drafts.facts import (
    AmendmentMarkingLoosened,
    AmendmentProposed,
    AmendmentRestated,
    AmendmentSponsored,
    AmendmentWithdrawn,
    Part,
    SponsorshipEnded,
    SubAmendmentMet,
)
from parley.drafts.quoting import NEW, Wanted, changes_of, likeness, operations, touched, touched_since
from parley.drafts.subamending import by_amendment, operations_on
from parley.kernel.decider import Invalid, Refused, require
from parley.protocol.marking import MARKINGS, RESTRICTED, looser
from parley.protocol.silence import running
from parley.protocol.standing import Actor, Standing
from parley.protocol.visibility import LATE, LIVE, WITHDRAWN
from parley.text.subamending import proposed


@dataclass(frozen=True)
class ProposeAmendment:
    """Propose an operation on a clause of the version that the author has before them, and `also` what stands or falls with it.

    With `amends` it is a sub-amendment, on the words that another amendment proposes.
    """

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
    also: tuple[Wanted, ...] = ()
    amends: str | None = None


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
    also: tuple[Wanted, ...] = ()


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
    if window is None and running(document.silences) is None:
        raise Refused("window-not-open", "The chair has not opened the window for amendments to this document yet.")
    themed(command.standing, command.theme)
    about = None if command.amends is None else on_amendment(document, command, command.amends, "amendment.propose")
    marking, audience = _marked(document, command, about)
    speaks_for = represented(command.standing, delegation, command.on_behalf_of)
    if command.retables is not None:
        retabled = document.amendments.get(command.retables)
        require(retabled is not None and retabled.state == WITHDRAWN, "not-withdrawn", "Only a withdrawn amendment can be tabled again.")
    name = next_name(document)
    placed = _placed(document, command, name, about)
    _offer_sponsorship(document, command.by, placed)
    wanted = command.wanted
    _still_negotiated(document, placed)
    submitted = AmendmentProposed(
        document=document.document, amendment=name, base_version=document.current, base_hash=placed.base_hash, clause=placed.clause,
        operation=wanted.operation, old=wanted.old, new=wanted.new, reason=command.reason, delegation=delegation, theme=command.theme,
        on_behalf_of=command.on_behalf_of, represented=speaks_for, marking=marking,
        state=LATE if window is None or window.over(command.at) else LIVE, operations=placed.operations, audience=audience,
        rebased_from=placed.rebased_from, retables=command.retables, also=_parts(command.also), amends=command.amends,
    )  # fmt: skip
    return [submitted]


def restate(document: Document, command: RestateAmendment) -> list[DocumentFact]:
    """The amendment in new words; what waited for its author is live again. Sub-amendments to the old words need their authors."""
    found = document.amendments.get(command.amendment)
    secretariat = found is not None and found.imported and command.by.may("material.import")
    amendment = on_amendment(document, command, command.amendment, "material.import" if secretariat else "amendment.propose", command.seen)
    if not secretariat:
        own(amendment, command.by)
    still_open(amendment)
    placed = _placed(document, command, command.amendment, document.amendments[amendment.amends] if amendment.amends else None)
    alike = likeness(placed.operations, amendment.amends) == likeness(amendment.operations, amendment.amends)
    require(not alike, "no-change", "That is what it does already.")
    _offer_sponsorship(document, command.by, placed)
    _still_negotiated(document, placed)
    state = amendment.state if amendment.state in {LATE, PARKED} else LIVE
    wanted = command.wanted
    restated = AmendmentRestated(
        document=document.document, amendment=amendment.amendment, base_version=document.current, base_hash=placed.base_hash, clause=placed.clause,
        operation=wanted.operation, old=wanted.old, new=wanted.new, reason=command.reason, state=state, operations=placed.operations,
        sponsors=amendment.sponsors if secretariat else (), also=_parts(command.also),
    )  # fmt: skip
    return [restated, *_met(document, amendment, NEEDS_AUTHOR, f"{amendment.amendment} has been restated in other words.")]


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
    """The amendment, withdrawn for good; its sub-amendments fall with it."""
    amendment = on_amendment(document, command, command.amendment, "amendment.withdraw")
    own(amendment, command.by)
    still_open(amendment)
    withdrawn = AmendmentWithdrawn(document.document, amendment.amendment, amendment.delegation)
    return [withdrawn, *_met(document, amendment, FALLEN, f"{amendment.amendment}, which it is about, has been withdrawn.")]


def loosen(document: Document, command: LoosenMarking) -> list[DocumentFact]:
    """The amendment under a looser marking, never looser than its document's."""
    amendment = on_amendment(document, command, command.amendment, "amendment.propose")
    own(amendment, command.by)
    undecided(amendment)
    if command.marking not in MARKINGS:
        raise Invalid("unknown-marking", f"A marking is one of: {', '.join(MARKINGS)}.")
    require(looser(command.marking, amendment.marking), "not-looser", "A marking can only be loosened, because others have read it as it is marked.")
    about = document.amendments[amendment.amends].marking if amendment.amends else document.marking
    marked(command.standing, command.marking, (), about)
    return [AmendmentMarkingLoosened(document.document, amendment.amendment, command.marking)]


@dataclass(frozen=True)
class _Placed:
    """What an amendment does, to what, and the older version that it quotes if it was carried forward from there."""

    operations: tuple[engine.Operation, ...]
    clause: str
    base_hash: str
    amends: str = ""
    rebased_from: int | None = None


def _placed(document: Document, command: ProposeAmendment | RestateAmendment, name: str, about: Amendment | None) -> _Placed:
    """What it does to the present version, or to the words of the amendment that it is `about`.

    An older version will do as long as what the amendment rests on is untouched since; else its author is shown what changed.
    """
    base_version, wanted, text = command.base_version, command.wanted, document.text
    require(0 <= base_version <= document.current, "unknown-version", f"There is no version {base_version}; the present one is {document.current}.")
    if about is not None:
        if command.also:
            raise Invalid("package-not-expected", "A sub-amendment changes one place in one amendment. Propose another one for the other place.")
        words = proposed(engine.Amendment(about.amendment, text.root, about.operations))
        return _Placed(operations_on(text, about, wanted), about.clause, words.root, about.amendment)
    if base_version < document.current:
        old = document.editions[base_version].text
        changed = list(dict.fromkeys(clause for one in (wanted, *command.also) for clause in touched_since(old, text, one)))
        if changed:
            why = f"The text has changed since version {base_version}. Read what became of it, and restate the amendment on version {document.current}."
            raise Refused("stale-base", why, base_version=base_version, current_version=document.current, changes=changes_of(old, text, changed))
    made = operations(text, wanted, NEW + name, command.also)
    return _Placed(made, wanted.clause, text.root, rebased_from=base_version if base_version < document.current else None)


def _marked(document: Document, command: ProposeAmendment, about: Amendment | None) -> tuple[str, tuple[str, ...]]:
    """How far it may travel. A sub-amendment goes no further than the words that it is about: it would show them."""
    audience = tuple(sorted(set(command.audience)))
    if about is None:
        return marked(command.standing, command.marking, audience, document.marking), audience
    marking = marked(command.standing, command.marking, audience, about.marking)
    if about.marking != RESTRICTED:
        return marking, audience
    readers = {about.delegation, *about.sponsors, *about.audience}
    strangers = sorted(set(audience) - readers)
    require(not strangers, "audience-too-wide", f"{about.amendment} is not for {', '.join(strangers)} to read. Leave them out.")
    return marking, audience or tuple(sorted(readers))


def _still_negotiated(document: Document, placed: _Placed) -> None:
    """Refuse to change words that are agreed ad referendum; but a text under silence is before the delegations once more, every word of it."""
    if running(document.silences) is not None:
        return
    words = set() if placed.amends else touched(document.text, placed.operations)
    agreed = sorted(clause for clause in words if document.agreed(clause))
    why = f"The words of {', '.join(agreed)} are agreed ad referendum and no longer open. Ask the chair to re-open them, or submit a principle."
    require(not agreed, "clause-agreed", why, clauses=agreed)


def _parts(also: Iterable[Wanted]) -> tuple[Part, ...]:
    return tuple(Part(one.clause, one.operation, one.old, one.new) for one in also)


def _met(document: Document, amendment: Amendment, state: str, reason: str) -> list[SubAmendmentMet]:
    """What becomes of the sub-amendments of an amendment that is withdrawn or restated."""
    subs = by_amendment(document.amendments.values()).get(amendment.amendment, [])
    names = in_order(sub.amendment for sub in subs if sub.state != WITHDRAWN and not sub.settled)
    return [SubAmendmentMet(document.document, name, state, reason) for name in names]


def _offer_sponsorship(document: Document, by: Actor, placed: _Placed) -> None:
    """Refuse what another amendment asks for already, as far as the caller may know of that one."""
    for name in document.alike.get(likeness(placed.operations, placed.amends), ()):
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
