"""What readers see of documents and amendments: how each fact goes into the tables."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from parley.drafts.document import APPLIED, FALLEN, LEFT_OUT, SATISFIED, label_of
from parley.drafts.facts import (
    CATALOGUE,
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
from parley.drafts.quoting import Wanted, likeness, wording_of
from parley.drafts.rebase_report import as_told
from parley.drafts.silences import fold_consensus, fold_silence
from parley.drafts.tables import AMENDMENT, DOCUMENT, EDIT, SPONSOR, STEP, TABLES, VERSION
from parley.kernel.clock import to_milliseconds
from parley.kernel.knowledge import of_field, of_lane
from parley.kernel.log import Recorded
from parley.kernel.rows import change, put
from parley.kernel.timers import Due, clear_timer, set_timer
from parley.kernel.view import View
from parley.protocol.standing import GRANT_WORDS, STANDING_WORDS, Grant, Standing, grant_after, standing_after
from parley.protocol.visibility import LIVE, WITHDRAWN
from parley.text import Version

SERVICE = CATALOGUE.service
PEOPLE = "delegations"
"""The service whose facts say who is who."""

_decode = CATALOGUE.decoder()


def view() -> View:
    """The view of the drafts service."""
    knowledge = (
        of_lane("standing", Standing(), PEOPLE, STANDING_WORDS, standing_after),
        of_field("grant", Grant(), PEOPLE, GRANT_WORDS, "token_hash", grant_after),
    )
    return View(SERVICE, form=5, sources=frozenset({SERVICE, PEOPLE}), tables=TABLES, fold=fold, knowledge=knowledge)


def fold(connection: Connection, recorded: Recorded) -> None:  # noqa: PLR0915  (one case a fact)
    """Take one fact in; of the other service's, only the knowledge above takes what it needs."""
    if recorded.service != SERVICE:
        return
    fact: Any = _decode(recorded.type, recorded.body)
    if isinstance(fact, DocumentTabled):
        _table(connection, recorded, fact)
        return
    _document(connection, fact.document, stream_version=recorded.version)
    if isinstance(fact, SilenceFact):
        fold_silence(connection, recorded, fact)
        return
    if isinstance(fact, ConsensusFact):
        fold_consensus(connection, fact)
        return
    match fact:
        case AmendmentWindowOpened():
            _document(connection, fact.document, closes_at=to_milliseconds(fact.closes_at), closed=False)
            set_timer(connection, SERVICE, Due(_timer(fact.document), recorded.lane, fact.document, fact.closes_at))
        case AmendmentWindowClosed():
            _document(connection, fact.document, closed=True)
            clear_timer(connection, SERVICE, _timer(fact.document))
        case AmendmentProposed():
            _propose(connection, recorded, fact)
        case AmendmentRestated():
            _restate(connection, recorded, fact)
        case AmendmentSponsored():
            _sponsor(connection, fact.document, number_of(fact.amendment), (fact.delegation,))
            _change(connection, recorded, fact.amendment, "sponsored", fact.delegation)
        case SponsorshipEnded():
            there = (SPONSOR.c.document == fact.document, SPONSOR.c.number == number_of(fact.amendment))
            connection.execute(SPONSOR.delete().where(*there, SPONSOR.c.delegation == fact.delegation))
            _change(connection, recorded, fact.amendment, "sponsorship ended", fact.delegation)
        case AmendmentWithdrawn():
            _change(connection, recorded, fact.amendment, "withdrawn", state=WITHDRAWN)
        case SubAmendmentMet():
            gone = {"settled": True, "operations": "[]", "likeness": ""} if fact.state == FALLEN else {}
            _change(connection, recorded, fact.amendment, fact.state, fact.reason, state=fact.state, **gone)
        case AmendmentLatenessWaived():
            _change(connection, recorded, fact.amendment, "lateness waived", fact.reason, state=LIVE, waiver=fact.reason)
        case AmendmentMarkingLoosened():
            _change(connection, recorded, fact.amendment, "marking loosened", fact.marking, marking=fact.marking)
        case AmendmentRuled():
            ruling = {"reason_code": fact.reason_code, "ruling": fact.reason, "chairs_wording": fact.wording}
            _change(connection, recorded, fact.amendment, fact.outcome, fact.reason, state=fact.outcome, outcome=fact.outcome, **ruling)
        case ClauseEdited():
            words = {"base_version": fact.base_version, "clause": fact.clause, "old": fact.old, "new": fact.new, "reason": fact.reason}
            made_at = to_milliseconds(recorded.at)
            connection.execute(insert(EDIT).values(document=fact.document, edit=fact.edit, state="pending", made_at=made_at, made_in=recorded.version, **words))
        case EditDropped():
            connection.execute(update(EDIT).where(EDIT.c.document == fact.document, EDIT.c.edit == fact.edit).values(state="dropped"))
        case ClausesMarked():
            marks = connection.scalar(select(DOCUMENT.c.marks).where(DOCUMENT.c.document == fact.document)) or "{}"
            said = msgspec.json.decode(marks) | {one.clause: [fact.state, one.wording, fact.reason] for one in fact.clauses}
            _document(connection, fact.document, marks=_json(said))
        case PackageClosed():
            _document(connection, fact.document, package_closed=True)
        case VersionMade():
            _make(connection, recorded, fact)
        case VersionReleased():
            there = (VERSION.c.document == fact.document, VERSION.c.version == fact.version)
            connection.execute(update(VERSION).where(*there).values(released_at=to_milliseconds(recorded.at)))


def number_of(amendment: str) -> int:
    """The number in an amendment's name: 12 of A12."""
    return int(amendment[1:])


def _timer(document: str) -> str:
    return f"window:{document}"


def _table(connection: Connection, recorded: Recorded, fact: DocumentTabled) -> None:
    number = connection.scalar(select(func.count()).select_from(DOCUMENT).where(DOCUMENT.c.negotiation == recorded.lane)) or 0
    at = to_milliseconds(recorded.at)
    document = {
        "document": fact.document, "negotiation": recorded.lane, "number": number + 1, "title": fact.title, "marking": fact.marking,
        "audience": _json(fact.audience), "office": fact.office, "current": 0, "closes_at": None, "closed": False, "marks": "{}", "package_closed": False, "tabled_at": at,
        "stream_version": recorded.version,
    }  # fmt: skip
    connection.execute(insert(DOCUMENT).values(document))
    version = {
        "document": fact.document, "version": 0, "label": label_of(0), "version_hash": fact.version_hash, "supersedes": None, "marking": fact.marking,
        "clauses": _json(fact.clauses), "applied": "[]", "edits": "[]", "fates": "[]", "concordance": "[]", "authors": "{}", "made_at": at, "released_at": None,
    }  # fmt: skip
    connection.execute(insert(VERSION).values(version))


def _document(connection: Connection, document: str, **values: Any) -> None:
    change(connection, DOCUMENT, {"document": document}, values)


def _propose(connection: Connection, recorded: Recorded, fact: AmendmentProposed) -> None:
    row = msgspec.structs.asdict(fact)
    sponsors, number = row.pop("sponsors"), number_of(fact.amendment)
    row |= {
        "number": number, "represented": _json(fact.represented), "audience": _json(fact.audience), "operations": _json(fact.operations),
        "also": _json(fact.also), "amends": fact.amends, **_compared(fact, fact.amends or "", fact.location),
        "settled": False, "proposed_at": to_milliseconds(recorded.at), "proposed_in": recorded.version, "changed": recorded.version,
    }  # fmt: skip
    put(connection, AMENDMENT, row)
    _sponsors(connection, fact.document, number, sponsors, 1)
    _step(connection, recorded, fact.document, number, "proposed", fact.state)


def _compared(fact: AmendmentProposed | AmendmentRestated, amends: str, location: str = "") -> dict[str, str]:
    """What identical amendments, and those that ask for the same words, have in common."""
    wanted = Wanted(fact.operation, fact.clause, fact.old, fact.new)
    wording = wording_of(wanted, fact.operations, location, amends, package=bool(fact.also))
    return {"likeness": likeness(fact.operations, amends), "wording": wording}


def _sponsor(connection: Connection, document: str, number: int, delegations: Iterable[str]) -> None:
    last = connection.scalar(select(func.max(SPONSOR.c.place)).where(SPONSOR.c.document == document, SPONSOR.c.number == number)) or 0
    _sponsors(connection, document, number, delegations, last + 1)


def _sponsors(connection: Connection, document: str, number: int, delegations: Iterable[str], first: int) -> None:
    rows = [{"document": document, "number": number, "delegation": one, "place": place} for place, one in enumerate(delegations, start=first)]
    if rows:
        put(connection, SPONSOR, rows)


def _restate(connection: Connection, recorded: Recorded, fact: AmendmentRestated) -> None:
    number = number_of(fact.amendment)
    connection.execute(SPONSOR.delete().where(SPONSOR.c.document == fact.document, SPONSOR.c.number == number))
    _sponsor(connection, fact.document, number, fact.sponsors)
    amends = connection.scalar(select(AMENDMENT.c.amends).where(AMENDMENT.c.document == fact.document, AMENDMENT.c.number == number))
    row = msgspec.structs.asdict(fact)
    for word in ("document", "amendment", "sponsors"):
        row.pop(word)
    row |= {
        "operations": _json(fact.operations), "also": _json(fact.also), "quote": "", **_compared(fact, amends or ""),
    }  # fmt: skip
    _change(connection, recorded, fact.amendment, "restated", **row)


def _change(connection: Connection, recorded: Recorded, amendment: str, step: str, detail: str = "", **values: Any) -> None:
    document, number = recorded.stream.partition("/")[2], number_of(amendment)
    change(connection, AMENDMENT, {"document": document, "number": number}, {"changed": recorded.version, **values})
    _step(connection, recorded, document, number, step, detail)


def _step(connection: Connection, recorded: Recorded, document: str, number: int, step: str, detail: str) -> None:
    at = to_milliseconds(recorded.at)
    row = {"document": document, "number": number, "stream_version": recorded.version, "step": step, "detail": detail, "at": at}
    put(connection, STEP, row)


def _make(connection: Connection, recorded: Recorded, fact: VersionMade) -> None:
    at = to_milliseconds(recorded.at)
    text = Version(fact.clauses)
    fates = [as_told(fate, text) for fate in fact.fates]
    version = {
        "document": fact.document, "version": fact.version, "label": fact.label, "version_hash": fact.version_hash, "supersedes": fact.supersedes,
        "marking": fact.marking, "clauses": _json(fact.clauses), "applied": _json(fact.applied), "edits": _json(fact.edits), "fates": _json(fates),
        "concordance": _json(fact.concordance), "authors": _json(fact.authors), "made_at": at, "released_at": None,
    }  # fmt: skip
    connection.execute(insert(VERSION).values(version))
    _document(connection, fact.document, current=fact.version)
    connection.execute(update(EDIT).where(EDIT.c.document == fact.document, EDIT.c.state == "pending").values(state="applied"))
    left_out = (AMENDMENT.c.document == fact.document, AMENDMENT.c.state.in_(LEFT_OUT))
    connection.execute(update(AMENDMENT).where(*left_out).values(settled=True))
    went: list[dict[str, Any]] = [_applied(fact, amendment) for amendment in fact.applied]
    if went:
        _change_many(connection, recorded, fact.document, went)
    wanted = select(AMENDMENT.c.amendment, AMENDMENT.c.amends).where(AMENDMENT.c.document == fact.document, AMENDMENT.c.amends.is_not(None))
    amends: dict[str, str] = {row.amendment: row.amends for row in connection.execute(wanted)}
    on = [_went_on(fact, fate) | {"base_hash": fact.version_hash} for fate in fact.fates if fate.operations and fate.amendment not in amends]
    if on:
        _change_many(connection, recorded, fact.document, on)
    subs = [_went_on(fact, fate, amends[fate.amendment]) for fate in fact.fates if fate.operations and fate.amendment in amends]
    if subs:
        _change_many(connection, recorded, fact.document, subs)
    stayed = [_stayed(fact, fate) for fate in fact.fates if not fate.operations]
    if stayed:
        _change_many(connection, recorded, fact.document, stayed)
    steps = [(one["_number"], str(one["fate"]), fact.label) for one in (*went, *on, *subs, *stayed)]
    rows = [
        {"document": fact.document, "number": number, "stream_version": recorded.version, "step": step, "detail": detail, "at": at}
        for number, step, detail in steps
    ]
    if rows:
        connection.execute(insert(STEP), rows)


def _applied(fact: VersionMade, amendment: str) -> dict[str, Any]:
    return {"_number": number_of(amendment), "state": APPLIED, "settled": True, "fate": APPLIED, "fate_reason": "", "fate_version": fact.version}


def _stayed(fact: VersionMade, fate: Fate) -> dict[str, Any]:
    return {
        "_number": number_of(fate.amendment), "state": fate.state, "settled": fate.state in {SATISFIED, FALLEN}, "fate": fate.fate,
        "fate_reason": fate.reason, "fate_version": fact.version, "likeness": "",
    }  # fmt: skip


def _went_on(fact: VersionMade, fate: Fate, amends: str = "") -> dict[str, Any]:
    """How it stands to the new version; what a sub-amendment speaks of are the words of another amendment, and they are the same."""
    likely = likeness(fate.operations, amends)
    return _stayed(fact, fate) | {"clause": fate.clause, "base_version": fact.version, "operations": _json(fate.operations), "likeness": likely}


def _change_many(connection: Connection, recorded: Recorded, document: str, rows: list[dict[str, Any]]) -> None:
    """One statement for all of them; every row says the same columns."""
    columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "_number"}
    statement = update(AMENDMENT).where(AMENDMENT.c.document == bindparam("_document"), AMENDMENT.c.number == bindparam("_number"))
    connection.execute(
        statement.values(changed=bindparam("_changed"), **columns), [row | {"_document": document, "_changed": recorded.version} for row in rows]
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
