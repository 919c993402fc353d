"""The rules of versions: made from what the chair has accepted, and released to everybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from parley import text as engine
from parley.drafts.asked import authority_of
from parley.drafts.document import NEEDS_AUTHOR, OPEN, TAKEN_IN, UNSETTLED, Amendment, Document, in_order, label_of
from parley.drafts.entitled import Overtaken, on_document
from parley.drafts.evolving import DocumentFact
from parley.drafts.facts import Fate, VersionMade, VersionReleased
from parley.drafts.quoting import fitting_or_refused
from parley.drafts.subamending import as_accepted
from parley.kernel.decider import require
from parley.protocol.marking import PUBLIC, RESTRICTED, strictest
from parley.protocol.standing import Actor, Standing
from parley.text.authorship import authorship
from parley.text.concordance import Concordance, concordance, numbered_anew
from parley.text.numbering import renumbered
from parley.text.rebasing import Outcome, rebase
from parley.text.subamending import proposed

_CLOSES = frozenset({"satisfied", "fallen"})


@dataclass(frozen=True)
class MakeVersion:
    """Make the version after `supersedes`; `order` ranks amendments that insert at the same place, and `renumber` numbers its clauses through anew."""

    by: Actor
    at: datetime
    standing: Standing
    supersedes: int
    order: tuple[str, ...] = ()
    renumber: bool = False


@dataclass(frozen=True)
class ReleaseVersion:
    """Give a version to everybody."""

    by: Actor
    at: datetime
    standing: Standing
    version: int


def make(document: Document, command: MakeVersion) -> list[DocumentFact]:
    """The next version, with what became of every open amendment."""
    on_document(document, command, "version.make")
    if command.supersedes != document.current:
        raise Overtaken(document.facts)
    base, edition = document.text, document.editions[-1]
    amendments = [document.amendments[name] for name in in_order(document.amendments)]
    taken = [one for one in amendments if one.state in TAKEN_IN]
    changes = any(not one.amends for one in taken) or document.edits or (command.renumber and renumbered(base) != base)
    require(changes, "nothing-accepted", "Accept an amendment or make an editorial change first; else the text would be the same.")
    for one in taken:
        open_to_all = one.marking != RESTRICTED or document.marking == RESTRICTED
        require(open_to_all, "marking-forbids", f"{one.amendment} is restricted; its author has to loosen its marking before its words go into the text.")
    applied, left = sorted_out(amendments, taken)
    with fitting_or_refused():
        accepted, refined = as_accepted(base, taken, command.order)
        made = engine.consolidate(base, [*accepted, *(document.edits[name] for name in in_order(document.edits))], order=command.order)
    text, table = numbered(made, anew=command.renumber)
    version = VersionMade(
        document=document.document, version=document.current + 1, label=label_of(document.current + 1), clauses=text.clauses, version_hash=text.root,
        supersedes=document.current, supersedes_hash=base.root, marking=strictest((edition.marking, *(one.marking for one in taken))),
        applied=tuple(one.amendment for one in applied), edits=tuple(in_order(document.edits)), fates=fates(made, left), concordance=table.entries,
        authors=authorship(made, edition.authors, refined),
    )  # fmt: skip
    return [version]


def numbered(made: engine.Consolidation, *, anew: bool) -> tuple[engine.Version, Concordance]:
    """The text of a version and what became of the clauses of the one before; its paragraphs and points numbered through where that is wished."""
    table = concordance(made)
    if not anew:
        return made.version, table
    text = renumbered(made.version)
    return text, numbered_anew(table, made.base, text)


def sorted_out(amendments: Iterable[Amendment], taken: Iterable[Amendment]) -> tuple[list[Amendment], list[Amendment]]:
    """What the text takes in of the accepted ones, and all that stays open: also an accepted sub-amendment to what is not taken in itself."""
    taken = list(taken)
    whole = {one.amendment for one in taken if not one.amends}
    applied = [one for one in taken if not one.amends or one.amends in whole]
    names = {one.amendment for one in applied}
    waiting = {one.amendment for one in taken} - names
    return applied, [one for one in amendments if one.amendment not in names and (one.state in OPEN or one.amendment in waiting)]


def fates(made: engine.Consolidation, left: Sequence[Amendment]) -> tuple[Fate, ...]:
    """What becomes of every amendment that stays open, in their order; the same for a version that is made and for one that is only previewed."""
    by_name = {one.amendment: engine.Amendment(one.amendment, made.base.root, one.operations) for one in left if fits(one) and not one.amends}
    subs = [engine.Amendment(one.amendment, _words(by_name, one), one.operations, parent=one.amends) for one in left if fits(one) and one.amends]
    rebased = {outcome.id: outcome for outcome in rebase(made, [*by_name.values(), *subs])}
    return tuple(_fate(one, rebased.get(one.amendment)) for one in left)


def _words(amendments: Mapping[str, engine.Amendment], sub: Amendment) -> str:
    """The words that a sub-amendment is about, as their hash; "" where what proposes them is not open."""
    return proposed(amendments[sub.amends]).root if sub.amends in amendments else ""


def fits(amendment: Amendment) -> bool:
    """Whether it does something to the present text, so that it can be accepted."""
    return amendment.state not in UNSETTLED and bool(amendment.operations)


def _fate(amendment: Amendment, outcome: Outcome | None) -> Fate:
    """What became of an open amendment. One that does not fit the old version either goes on waiting for its author."""
    if outcome is None:
        return Fate(amendment.amendment, "needs-author", "It waits to be restated, as before.", amendment.state, amendment.clause)
    if outcome.amendment is not None:
        operations = outcome.amendment.operations
        clause = amendment.clause if amendment.amends else _clause(operations[0])
        return Fate(amendment.amendment, outcome.state, outcome.reason, amendment.state, clause, operations)
    state = outcome.state if outcome.state in _CLOSES else NEEDS_AUTHOR
    suggested = outcome.suggested.operations if outcome.suggested else ()
    return Fate(amendment.amendment, outcome.state, outcome.reason, state, amendment.clause, passages=outcome.passages, suggested=suggested)


def _clause(operation: engine.Operation) -> str:
    """The clause that it is about now: a split or a merger may have given it another name."""
    match operation:
        case engine.InsertClause(after):
            return after
        case engine.Edit(clause) | engine.DeleteClause(clause) | engine.MoveClause(clause) | engine.SplitClause(clause) | engine.MergeClauses(clause):
            return clause
        case _:
            assert_never(operation)


def release(document: Document, command: ReleaseVersion) -> list[DocumentFact]:
    """The whole text of a version, as a fact for everybody."""
    on_document(document, command, "document.release")
    require(0 <= command.version <= document.current, "unknown-version", f"The versions are 0 to {document.current}.")
    edition = document.editions[command.version]
    why = f"It is marked {edition.marking}, by itself or by what went into it; only a public text goes to everybody."
    require(edition.marking == PUBLIC, "marking-forbids", why)
    require(not edition.released, "already-released", "Everybody can read this version already.")
    released = VersionReleased(
        document=document.document, title=document.title, version=command.version, label=edition.label, clauses=edition.text.clauses,
        version_hash=edition.text.root, supersedes=command.version - 1 if command.version else None,
        authority=authority_of(document, command.version),
    )  # fmt: skip
    return [released]
