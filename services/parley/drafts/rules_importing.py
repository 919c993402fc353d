"""The rules of importing: amendments from another source, put on the record as they are, never forced into a text that they do not quote."""

from dataclasses import dataclass
from datetime import datetime

from parley import text as engine
from parley.drafts.document import MISQUOTED, UNPLACED, Document
from parley.drafts.entitled import on_document
from parley.drafts.evolving import DocumentFact
from parley.drafts.facts import AmendmentProposed
from parley.drafts.quoting import EXACT, INSERT, NEW, OPERATIONS, TYPOGRAPHY, UNKNOWN, Wanted, operations, quotes
from parley.drafts.rules_proposing import next_name, themed
from parley.kernel.decider import Invalid, Refused, require
from parley.protocol.standing import Actor, Standing
from parley.protocol.visibility import LIVE


@dataclass(frozen=True)
class ImportAmendment:
    """Put an amendment from another source on the record in the names of its authors; a source that was there before has no second effect."""

    by: Actor
    at: datetime
    standing: Standing
    source: str
    location: str
    authors: tuple[str, ...]
    wanted: Wanted
    reason: str = ""
    theme: str | None = None


def take_in(document: Document, command: ImportAmendment) -> list[DocumentFact]:
    """The imported amendment: live where it quotes what stands, else kept and flagged; nothing for a source that is there already."""
    on_document(document, command, "material.import")
    if command.source in document.sources:
        return []
    require(command.authors, "author-missing", "Name at least one author.")
    themed(command.standing, command.theme)
    name = next_name(document)
    wanted = command.wanted
    made: tuple[engine.Operation, ...] = ()
    state, quote = UNPLACED, ""
    if wanted.operation not in OPERATIONS:
        raise Invalid("unknown-operation", f"An amendment does one of: {', '.join(OPERATIONS)}.")
    if wanted.clause in document.text or (wanted.operation == INSERT and wanted.clause == engine.START):
        state, quote, made = _imported(document.text, wanted, NEW + name)
    first, *others = dict.fromkeys(command.authors)
    proposed = AmendmentProposed(
        document=document.document, amendment=name, base_version=document.current, base_hash=document.text.root, clause="" if wanted.clause == UNKNOWN else wanted.clause,
        operation=wanted.operation, old=wanted.old, new=wanted.new, reason=command.reason, delegation=first, theme=command.theme, on_behalf_of=None,
        represented=(), marking=document.marking, state=state, operations=made, audience=document.audience, sponsors=tuple(others),
        source=command.source, location=command.location, quote=quote,
    )  # fmt: skip
    return [proposed]


def _imported(base: engine.Version, wanted: Wanted, name: str) -> tuple[str, str, tuple[engine.Operation, ...]]:
    """How imported words stand to the text. What misquotes it in other than typography is not forced into it."""
    if wanted.operation == INSERT:
        return LIVE, "", operations(base, wanted, name)
    clause = base.clause(wanted.clause)
    quote = quotes(wanted.old, clause)
    if quote == TYPOGRAPHY:
        wanted = Wanted(wanted.operation, wanted.clause, clause.text, wanted.new, wanted.after, wanted.parent)
    try:
        return LIVE, quote, operations(base, wanted, name)
    except Refused as refused:
        # A replacement that says what stands there already is no quote gone wrong, but there is nothing in it to accept either.
        if refused.rule == "no-change" and quote in {EXACT, TYPOGRAPHY}:
            return UNPLACED, quote, ()
        if refused.rule in {"misquote", "ambiguous-quote"}:
            return MISQUOTED, quote, ()
        raise
