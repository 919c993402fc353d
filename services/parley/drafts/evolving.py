"""Evolving: how each fact changes a document. Nothing is refused here, because what is recorded is true."""

from dataclasses import replace
from typing import assert_never

from immutables import Map

from parley import text as engine
from parley.drafts.document import APPLIED, FALLEN, LEFT_OUT, OPEN, OUTCOMES, SATISFIED, Amendment, Document, Edition, Mark, Window, in_order, label_of
from parley.drafts.facts import (
    AmendmentLatenessWaived,
    AmendmentMarkingLoosened,
    AmendmentProposed,
    AmendmentRestated,
    AmendmentRuled,
    AmendmentSponsored,
    AmendmentWindowClosed,
    AmendmentWindowOpened,
    AmendmentWithdrawn,
    ClauseEdited,
    ClausesMarked,
    DocumentTabled,
    EditDropped,
    Fate,
    PackageClosed,
    SponsorshipEnded,
    SubAmendmentMet,
    VersionMade,
    VersionReleased,
)
from parley.drafts.facts_consensus import ConsensusFact
from parley.drafts.facts_silence import SilenceFact
from parley.drafts.quoting import likeness
from parley.protocol import consensus, silence
from parley.protocol.visibility import LIVE, WITHDRAWN

DocumentFact = (
    DocumentTabled
    | AmendmentWindowOpened
    | AmendmentWindowClosed
    | AmendmentProposed
    | AmendmentRestated
    | AmendmentSponsored
    | SponsorshipEnded
    | AmendmentWithdrawn
    | SubAmendmentMet
    | AmendmentLatenessWaived
    | AmendmentMarkingLoosened
    | AmendmentRuled
    | ClauseEdited
    | EditDropped
    | ClausesMarked
    | PackageClosed
    | VersionMade
    | VersionReleased
    | SilenceFact
    | ConsensusFact
)


def evolve(document: Document, fact: DocumentFact) -> Document:  # noqa: C901, PLR0911, PLR0912  (one case a fact)
    """The document after a fact."""
    document = replace(document, facts=document.facts + 1)
    if isinstance(fact, SilenceFact):
        return replace(document, silences=silence.after(document.silences, fact.said))
    if isinstance(fact, ConsensusFact):
        return replace(document, calls=consensus.after(document.calls, fact.said))
    match fact:
        case DocumentTabled():
            zero = Edition(engine.Version(fact.clauses), label_of(0), fact.marking)
            return replace(document, document=fact.document, title=fact.title, marking=fact.marking, audience=fact.audience, editions=(zero,))
        case AmendmentWindowOpened():
            return replace(document, window=Window(fact.closes_at))
        case AmendmentWindowClosed():
            return replace(document, window=Window(fact.closes_at, closed=True))
        case AmendmentProposed():
            return _proposed(document, fact)
        case AmendmentRestated():
            return _restated(document, fact)
        case AmendmentSponsored():
            amendment = document.amendments[fact.amendment]
            return _with(document, replace(amendment, sponsors=(*amendment.sponsors, fact.delegation)))
        case SponsorshipEnded():
            amendment = document.amendments[fact.amendment]
            return _with(document, replace(amendment, sponsors=tuple(one for one in amendment.sponsors if one != fact.delegation)))
        case AmendmentWithdrawn():
            return _with(document, replace(document.amendments[fact.amendment], state=WITHDRAWN))
        case SubAmendmentMet():
            return _with(document, _met(document.amendments[fact.amendment], fact.state))
        case AmendmentLatenessWaived():
            return _with(document, replace(document.amendments[fact.amendment], state=LIVE))
        case AmendmentMarkingLoosened():
            return _with(document, replace(document.amendments[fact.amendment], marking=fact.marking))
        case AmendmentRuled():
            return _with(document, replace(document.amendments[fact.amendment], state=fact.outcome, ruled=fact.operations))
        case ClauseEdited():
            edit = engine.Amendment(fact.edit, document.text.root, fact.operations)
            return replace(document, edits=document.edits.set(fact.edit, edit), edits_made=document.edits_made + 1)
        case EditDropped():
            return replace(document, edits=document.edits.delete(fact.edit))
        case ClausesMarked():
            return replace(document, marks=document.marks.update({one.clause: Mark(fact.state, one.wording) for one in fact.clauses}))
        case PackageClosed():
            return replace(document, closed=True)
        case VersionMade():
            return _made(document, fact)
        case VersionReleased():
            editions = list(document.editions)
            editions[fact.version] = replace(editions[fact.version], released=True)
            return replace(document, editions=tuple(editions))
        case _:
            assert_never(fact)


def _proposed(document: Document, fact: AmendmentProposed) -> Document:
    amendment = Amendment(
        amendment=fact.amendment,
        delegation=fact.delegation,
        sponsors=fact.sponsors,
        state=fact.state,
        clause=fact.clause,
        operation=fact.operation,
        old=fact.old,
        new=fact.new,
        base_version=fact.base_version,
        operations=fact.operations,
        marking=fact.marking,
        audience=fact.audience,
        imported=fact.source is not None,
        changed=document.facts,
        amends=fact.amends or "",
        package=bool(fact.also),
    )
    sources = document.sources if fact.source is None else document.sources.set(fact.source, fact.amendment)
    return replace(_with(document, amendment), sources=sources)


def _restated(document: Document, fact: AmendmentRestated) -> Document:
    amendment = replace(
        document.amendments[fact.amendment],
        base_version=fact.base_version,
        clause=fact.clause,
        operation=fact.operation,
        old=fact.old,
        new=fact.new,
        state=fact.state,
        operations=fact.operations,
        sponsors=fact.sponsors,
        ruled=(),
        package=bool(fact.also),
    )
    return _with(document, amendment)


def _met(amendment: Amendment, state: str) -> Amendment:
    """A sub-amendment whose amendment is gone, or says something else than what it quotes."""
    return replace(amendment, state=state, settled=state == FALLEN, operations=() if state == FALLEN else amendment.operations)


def _with(document: Document, amendment: Amendment) -> Document:
    """The document with an amendment as it is now, known under what it does as long as it is open."""
    before = document.amendments.get(amendment.amendment)
    alike = document.alike
    if before is not None and before.operations:
        key = likeness(before.operations, before.amends)
        left = tuple(one for one in alike.get(key, ()) if one != amendment.amendment)
        alike = alike.set(key, left) if left else alike.delete(key) if key in alike else alike
    if amendment.operations and not amendment.settled and amendment.state in (*OPEN, *OUTCOMES):
        key = likeness(amendment.operations, amendment.amends)
        alike = alike.set(key, (*alike.get(key, ()), amendment.amendment))
    amendments = document.amendments.set(amendment.amendment, replace(amendment, changed=document.facts))
    return replace(document, amendments=amendments, alike=alike)


def _made(document: Document, fact: VersionMade) -> Document:
    """The next version: what it took in is applied, what was left out is settled, and what is open goes on as its fate says."""
    edition = Edition(engine.Version(fact.clauses), fact.label, fact.marking, authors=fact.authors)
    after = replace(document, editions=(*document.editions, edition), edits=Map())
    fates = {fate.amendment: fate for fate in fact.fates}
    applied = frozenset(fact.applied)
    amendments: dict[str, Amendment] = {}
    alike: dict[str, list[str]] = {}
    for name in in_order(document.amendments):
        amendment = document.amendments[name]
        amendments[name] = amendment = _gone_on(amendment, fates.get(name), name in applied, fact.version, after.facts)
        if amendment.operations and not amendment.settled and amendment.state in OPEN:
            alike.setdefault(likeness(amendment.operations, amendment.amends), []).append(name)
    return replace(after, amendments=Map(amendments), alike=Map({key: tuple(names) for key, names in alike.items()}))


def _gone_on(amendment: Amendment, fate: Fate | None, applied: bool, version: int, facts: int) -> Amendment:
    if applied:
        return replace(amendment, state=APPLIED, settled=True, changed=facts)
    if fate is None:
        return replace(amendment, settled=True) if amendment.state in LEFT_OUT else amendment
    settled = fate.state in {SATISFIED, FALLEN}
    base = version if fate.operations else amendment.base_version  # what needs its author still quotes the version that it was written on
    return replace(amendment, state=fate.state, settled=settled, base_version=base, clause=fate.clause, operations=fate.operations, ruled=(), changed=facts)
