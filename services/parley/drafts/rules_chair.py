"""The rules of the chair: documents tabled, windows opened, amendments ruled on, editorial changes made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from parley import text as engine
from parley.drafts.document import ACCEPTED, LEFT_OUT, MODIFIED, OPEN, OUTCOMES, UNSETTLED, Amendment, Document, in_order
from parley.drafts.entitled import marked, on_amendment, on_document, permitted, undecided
from parley.drafts.evolving import DocumentFact
from parley.drafts.facts import (
    AmendmentLatenessWaived,
    AmendmentRuled,
    AmendmentWindowClosed,
    AmendmentWindowOpened,
    ClauseEdited,
    DocumentTabled,
    EditDropped,
)
from parley.drafts.quoting import DELETE, INSERT, NEW, REPLACE, UNKNOWN, Wanted, fitting_or_refused, likeness, operations
from parley.kernel.decider import Invalid, Refused, Unknown, require
from parley.protocol.access import CHAIR, RAPPORTEUR, SECRETARIAT
from parley.protocol.standing import Actor, Standing
from parley.protocol.visibility import LATE


@dataclass(frozen=True)
class TableDocument:
    """Table a text: its clauses become version 0."""

    by: Actor
    at: datetime
    standing: Standing
    document: str
    title: str
    clauses: tuple[engine.Clause, ...]
    marking: str | None = None
    audience: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenWindow:
    """Take amendments until a time; also to move the end of a window, or to open it again."""

    by: Actor
    at: datetime
    standing: Standing
    closes_at: datetime


@dataclass(frozen=True)
class CloseWindow:
    """Close the window before its time."""

    by: Actor
    at: datetime
    standing: Standing


@dataclass(frozen=True)
class NoteWindowOver:
    """The timer's word that the window's time has come; the record's own time decides whether that is so."""

    at: datetime


@dataclass(frozen=True)
class WaiveLateness:
    """Let a late amendment in."""

    by: Actor
    at: datetime
    standing: Standing
    amendment: str
    reason: str


@dataclass(frozen=True)
class RuleOnAmendments:
    """Rule on one amendment or on many; `wording` is how the clause is to read where they are accepted in other words.

    With `identical`, the ruling holds for all amendments that ask for exactly the same.
    """

    by: Actor
    at: datetime
    standing: Standing
    amendments: tuple[str, ...]
    seen: int
    outcome: str
    reason_code: str
    reason: str
    wording: str | None = None
    identical: bool = True


@dataclass(frozen=True)
class EditClause:
    """Make an editorial change in a clause."""

    by: Actor
    at: datetime
    standing: Standing
    clause: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True)
class DropEdit:
    """Take an editorial change back."""

    by: Actor
    at: datetime
    standing: Standing
    edit: str


def table(document: Document, command: TableDocument) -> list[DocumentFact]:
    """The document with its version 0."""
    permitted(command, "document.table")
    require(not document.editions, "already-tabled", "There is a document of this name already; choose another.")
    marking = marked(command.standing, command.marking or command.standing.marking, command.audience)
    require(command.clauses, "no-clauses", "A document has at least one clause.")
    with fitting_or_refused():
        zero = engine.version(command.clauses)
    for clause in zero:
        require(clause.text, "empty-clause", f"The clause {clause.id} has no words. Give it some, or leave it out.")
        require(
            not clause.id.startswith(NEW) and clause.id != UNKNOWN,
            "reserved-id",
            f"Ids beginning with {NEW} are for what amendments insert; rename {clause.id}.",
        )
    office = next(office for office in (CHAIR, RAPPORTEUR, SECRETARIAT) if office in command.by.roles)
    tabled = DocumentTabled(
        document=command.document, title=command.title, marking=marking, clauses=zero.clauses, version_hash=zero.root,
        audience=tuple(sorted(set(command.audience))), office=office,
    )  # fmt: skip
    return [tabled]


def open_window(document: Document, command: OpenWindow) -> list[DocumentFact]:
    """The window, open until a time that is still to come."""
    on_document(document, command, "document.arrange")
    require(command.closes_at > command.at, "deadline-in-the-past", "Choose a deadline that is still to come.")
    return [AmendmentWindowOpened(document.document, document.current, command.closes_at)]


def close_window(document: Document, command: CloseWindow) -> list[DocumentFact]:
    """The window, closed before its time."""
    on_document(document, command, "document.arrange")
    window = document.window
    if window is None or window.over(command.at):
        raise Refused("window-not-open", "No window is open.")
    return [AmendmentWindowClosed(document.document, window.closes_at, early=True)]


def note_window_over(document: Document, command: NoteWindowOver) -> list[DocumentFact]:
    """The closing fact, once; nothing where the chair has closed the window already."""
    window = document.window
    if window is None or window.closed:
        return []
    # Refused and not answered with nothing: an answer would be remembered, and the timer could not ring again.
    require(command.at >= window.closes_at, "window-not-over", "The window's time has not come.")
    return [AmendmentWindowClosed(document.document, window.closes_at, early=False)]


def waive(document: Document, command: WaiveLateness) -> list[DocumentFact]:
    """The late amendment, let in for a reason that is kept."""
    amendment = on_amendment(document, command, command.amendment, "amendment.rule")
    require(amendment.state == LATE, "not-late", "Only a late amendment that waits for the chair can be let in.")
    return [AmendmentLatenessWaived(document.document, amendment.amendment, command.reason)]


def rule(document: Document, command: RuleOnAmendments) -> list[DocumentFact]:
    """A ruling on each of the amendments, or on none of them."""
    if command.outcome not in OUTCOMES:
        raise Invalid("unknown-outcome", f"A ruling is one of: {', '.join(OUTCOMES)}.")
    require(command.amendments, "amendment-missing", "Name the amendments on which you rule.")
    if (command.outcome == MODIFIED) != (command.wording is not None):
        raise Invalid("wording-not-expected", f"A ruling has a wording if and only if it is {MODIFIED}.")
    require(command.reason or command.outcome not in LEFT_OUT, "reason-missing", "Say why; what is left out is left out for a reason that is kept.")
    named = [on_amendment(document, command, name, "amendment.rule", command.seen) for name in dict.fromkeys(command.amendments)]
    for amendment in named:
        undecided(amendment)
        can_get(document.amendments, amendment, command.outcome)
    ruled = [*named, *(_twins(document, named, command.outcome) if command.identical else ())]
    return [
        AmendmentRuled(
            document=document.document, amendment=amendment.amendment, outcome=command.outcome, reason_code=command.reason_code, reason=command.reason,
            wording=command.wording, operations=reworded(document.text, amendment, command.wording),
        )
        for amendment in ruled
    ]  # fmt: skip


def can_get(amendments: Mapping[str, Amendment], amendment: Amendment, outcome: str) -> None:
    """Refuse to take in what is late or does not fit the text, and a sub-amendment to words that are not open any more.

    A sub-amendment is settled before what it is about: the chair's own words for an amendment stand in place of all sub-amendments to it.
    """
    if outcome in LEFT_OUT:
        return
    require(amendment.state != LATE, "late", f"{amendment.amendment} came late; waive that first, or leave it out.")
    require(amendment.state not in UNSETTLED, "needs-restating", f"{amendment.amendment} does not fit the text; it has to be restated first.")
    if amendment.amends and outcome == ACCEPTED:
        state = amendments[amendment.amends].state
        standing = state in OPEN or state == ACCEPTED
        require(standing, "amendment-decided", f"{amendment.amends}, which it is about, is {state}. Rule on that anew first, or leave this one out.")
    if outcome == MODIFIED:
        taken = in_order(sub.amendment for sub in amendments.values() if sub.amends == amendment.amendment and sub.state == ACCEPTED)
        why = f"You have accepted {', '.join(taken)}, which is about its words. Accept it as amended, or rule on that anew first."
        require(not taken, "sub-amendment-accepted", why, amendments=taken)


def _twins(document: Document, named: Iterable[Amendment], outcome: str) -> list[Amendment]:
    """The other amendments that ask for the same and can get the same ruling."""
    known = {amendment.amendment for amendment in named}
    alike = {twin for amendment in named for twin in document.alike.get(likeness(amendment.operations, amendment.amends), ())}
    twins = (document.amendments[name] for name in in_order(alike - known))
    return [twin for twin in twins if outcome in LEFT_OUT or twin.state != LATE]


def reworded(text: engine.Version, amendment: Amendment, wording: str | None) -> tuple[engine.Operation, ...]:
    """What an amendment does in the chair's words; nothing where there are none."""
    if wording is None:
        return ()
    if amendment.package or amendment.amends or amendment.operation not in {REPLACE, INSERT, DELETE}:
        why = "is a package" if amendment.package else "is a sub-amendment" if amendment.amends else f"is to {amendment.operation} a clause"
        raise Invalid("wording-not-expected", f"{amendment.amendment} {why}: no one text stands for it. Accept it as it is, or leave it out.")
    if amendment.operation == INSERT:
        return tuple(
            engine.InsertClause(one.after, _in_other_words(one.clause, wording)) for one in amendment.operations if isinstance(one, engine.InsertClause)
        )
    stands = text.clause(amendment.clause).text
    return operations(text, Wanted(REPLACE, amendment.clause, stands, wording), NEW + amendment.amendment)


def _in_other_words(clause: engine.Clause, wording: str) -> engine.Clause:
    with fitting_or_refused():
        return engine.Clause(clause.id, engine.normalised(wording), clause.number, clause.kind, clause.parent)


def edit(document: Document, command: EditClause) -> list[DocumentFact]:
    """An editorial change, under its own number, that waits for the next version."""
    on_document(document, command, "amendment.rule")
    name = f"E{document.edits_made + 1}"
    made = operations(document.text, Wanted(REPLACE, command.clause, command.old, command.new), name)
    edited = ClauseEdited(
        document=document.document, edit=name, base_version=document.current, clause=command.clause, old=command.old, new=command.new,
        reason=command.reason, operations=made,
    )  # fmt: skip
    return [edited]


def drop_edit(document: Document, command: DropEdit) -> list[DocumentFact]:
    """The editorial change, taken back before a version took it in."""
    on_document(document, command, "amendment.rule")
    if command.edit not in document.edits:
        raise Unknown
    return [EditDropped(document.document, command.edit)]
