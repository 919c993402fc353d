"""The rules of clauses: agreed ad referendum, parked, open again; and the package that closes when all of them are agreed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from parley import text as engine
from parley.drafts.document import AGREED, MARKS, OPEN, TAKEN_IN, Amendment, Document, in_order
from parley.drafts.entitled import Overtaken, on_document
from parley.drafts.evolving import DocumentFact
from parley.drafts.facts import ClausesMarked, Marked, PackageClosed
from parley.drafts.quoting import fitting_or_refused, touched
from parley.drafts.settling import structure
from parley.kernel.decider import Invalid, require
from parley.protocol.standing import Actor, Standing
from parley.text.measuring import bracketed_clauses


@dataclass(frozen=True)
class MarkClauses:
    """Say of clauses of the present version, or of all of them where none is named, that they are agreed ad referendum, parked, or open again."""

    by: Actor
    at: datetime
    standing: Standing
    version: int
    state: str
    clauses: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class ClosePackage:
    """Make the provisional agreement on every clause one on the whole text."""

    by: Actor
    at: datetime
    standing: Standing
    version: int


def mark(document: Document, command: MarkClauses) -> list[DocumentFact]:
    """The clauses with their mark, for the words that they now have.

    Only what has no brackets and no open amendment is agreed; what was agreed is re-opened by the chair alone, for a reason that is kept.
    """
    on_document(document, command, "document.arrange")
    if command.state not in MARKS:
        raise Invalid("unknown-state", f"A clause is marked as one of: {', '.join(MARKS)}.")
    if command.version != document.current:
        raise Overtaken(document.facts)
    with fitting_or_refused():
        named = [document.text.clause(name) for name in dict.fromkeys(command.clauses)] or list(document.text)
    changed = [clause for clause in named if _state(document, clause) != command.state]
    require(changed, "no-change", f"They are marked {command.state} already.")
    if command.state == AGREED:
        _settled(document, command.standing, changed)
    else:
        reopened = [clause.id for clause in changed if document.agreed(clause.id)]
        require(command.reason or not reopened, "reason-missing", "Say why; what is agreed is re-opened for a reason that is kept.", clauses=reopened)
    marked = tuple(Marked(clause.id, clause.wording) for clause in changed)
    return [ClausesMarked(document.document, document.current, command.state, marked, command.reason)]


def _state(document: Document, clause: engine.Clause) -> str:
    mark = document.marks.get(clause.id)
    if mark is None or (mark.state == AGREED and not document.agreed(clause.id)):
        return "open"
    return mark.state


def _settled(document: Document, standing: Standing, clauses: Iterable[engine.Clause]) -> None:
    """Refuse to call agreed what has brackets, or what an amendment that is not settled speaks of."""
    plain, problems = structure(document.text, frozenset((*standing.delegations, *standing.groups)))
    names = [clause.id for clause in clauses]
    bracketed = bracketed_clauses(plain) | {problem.clause for problem in problems}
    held = [name for name in names if name in bracketed]
    require(not held, "brackets-open", f"There are brackets in {', '.join(held)}. Lift them first, in a version or by an editorial change.", clauses=held)
    waiting = [
        one for one in document.amendments.values() if one.state in (*OPEN, *TAKEN_IN) and not one.settled and _speaks_of(document.text, one) & set(names)
    ]
    found = in_order(one.amendment for one in waiting)
    why = f"{', '.join(found)} would change these words. Rule on them and make a version, or leave these clauses out."
    require(not found, "amendments-open", why, amendments=found)


def _speaks_of(text: engine.Version, amendment: Amendment) -> set[str]:
    if amendment.amends:
        return set()
    return touched(text, amendment.operations) if amendment.operations else {amendment.clause}


def close(document: Document, command: ClosePackage) -> list[DocumentFact]:
    """The whole text, agreed for good: nothing in it is open, in no clause and by no amendment."""
    on_document(document, command, "document.arrange")
    if command.version != document.current:
        raise Overtaken(document.facts)
    left = [clause.id for clause in document.text if not document.agreed(clause.id)]
    require(not left, "not-agreed", "Not every clause is agreed ad referendum yet. Nothing is agreed until everything is agreed.", clauses=left)
    waiting = in_order(one.amendment for one in document.amendments.values() if one.state in (*OPEN, *TAKEN_IN) and not one.settled)
    require(not waiting, "amendments-open", f"{', '.join(waiting)} would still add to the text. Rule on them first.", amendments=waiting)
    return [PackageClosed(document.document, document.current, document.text.root)]
