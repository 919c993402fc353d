"""The view of the drafts service: kept live or built anew it is the same, and it says of each amendment what the rules say."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delegations.people import chair, head, secretariat
from drafts.drafting import CLAUSES, DOCUMENT, add, bring_in, drop, harden, make, move, propose, restate, rule, soften, split, standing
from parley.drafts.document import MARKS, OPEN, OUTCOMES
from parley.drafts.facts import CATALOGUE
from parley.drafts.quoting import UNKNOWN, Wanted
from parley.drafts.rules import DOCUMENTS
from parley.drafts.rules_chair import CloseWindow, DropEdit, EditClause, NoteWindowOver, OpenWindow, TableDocument, WaiveLateness
from parley.drafts.rules_clauses import ClosePackage, MarkClauses
from parley.drafts.rules_consensus import AnswerObjection, CallConsensus, DeclareConsensus, EndCall, RaiseObjection, RetractObjection, StateOnCall
from parley.drafts.rules_proposing import EndSponsorship, LoosenMarking, SponsorAmendment, WithdrawAmendment
from parley.drafts.rules_silence import BreakSilence, ExtendSilence, LetTimePass, MakeStatement, StartSilence, WithdrawText
from parley.drafts.rules_versions import ReleaseVersion
from parley.drafts.view import view
from recording import Recording, kept_live, rebuilt

Step = Callable[[Recording], str | None]

MINUTE = timedelta(minutes=1)
WORDS = ("may", "shall", "are to", "")


def on(command: Any) -> Step:
    """A command at the record's own time; those that need a version are given the present one."""

    def step(record: Recording) -> str | None:
        present = record.state(DOCUMENTS, DOCUMENT).current
        fresh = {name: present for name in ("base_version", "supersedes") if getattr(command, name, None) == PRESENT}
        return record.submit(DOCUMENTS, DOCUMENT, "prague", lambda at: replace(command, at=at, **fresh))

    return step


PRESENT = -1
tabling = on(TableDocument(chair, None, standing, DOCUMENT, "Security", CLAUSES, marking="public"))  # type: ignore[arg-type]  # `on` gives the time


def opening(after: timedelta) -> Step:
    return lambda record: record.submit(DOCUMENTS, DOCUMENT, "prague", lambda at: OpenWindow(chair, at, standing, at + after))


def silencing(after: timedelta) -> Step:
    return lambda record: record.submit(DOCUMENTS, DOCUMENT, "prague", lambda at: StartSilence(chair, at, standing, at + after, "Europe/Prague"))


def prolonging(after: timedelta) -> Step:
    return lambda record: record.submit(DOCUMENTS, DOCUMENT, "prague", lambda at: ExtendSilence(chair, at, standing, at + after, "More time."))


def calling(after: timedelta) -> Step:
    return lambda record: record.submit(
        DOCUMENTS, DOCUMENT, "prague", lambda at: CallConsensus(chair, at, standing, at + after, "Europe/Prague", "objections-answered")
    )


def ringing(after: timedelta) -> Step:
    """The timer, once that much time has passed."""

    def step(record: Recording) -> str | None:
        record.now += after
        return record.submit(DOCUMENTS, DOCUMENT, "prague", LetTimePass)

    return step


wishes = st.one_of(
    st.sampled_from((soften, harden, add, drop, move, split, Wanted("insert", "", new="We agree:", kind="preamble"))),
    st.builds(
        lambda old, new: Wanted("replace", "p1", old, new), st.sampled_from(("should share", "share", "may share", "on threats")), st.sampled_from(WORDS)
    ),
    st.builds(lambda clause, new: Wanted("insert", clause, new=new), st.sampled_from(("p1", "p2", "p2a")), st.sampled_from(("One.", "Two."))),
)
heads = st.sampled_from([head(code) for code in ("JP", "NO", "CZ")])
names = st.sampled_from(("A1", "A2", "A3", "A4"))
bases = st.sampled_from((PRESENT, PRESENT, 0))
many = st.lists(names, min_size=1, max_size=3)
imports = st.one_of(wishes, st.just(Wanted("replace", "p1", "Parties must.", "x")), st.just(Wanted("delete", UNKNOWN, "x")))


def at_record(command: Callable[..., Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.builds(lambda **given: on(command(at=None, standing=standing, **given)), **fields)


steps = st.one_of(
    st.builds(lambda wanted, by, base, marking: on(propose(wanted, by, base_version=base, marking=marking)), wishes, heads, bases,
              st.sampled_from((None, None, "participants", "restricted"))),
    st.builds(lambda wanted, by: on(propose(wanted, by, also=(add,))), wishes, heads),
    st.builds(lambda new, name, by: on(propose(Wanted("replace", "", "may", new), by, amends=name)), st.sampled_from(("might", "can")), names, heads),
    st.builds(lambda wanted, source: on(bring_in(wanted, source)), imports, st.sampled_from(("s1", "s2", "s3"))),
    st.builds(lambda name, wanted, by, base: on(restate(name, wanted, by, base_version=base)), names, wishes, st.one_of(heads, st.just(secretariat)), bases),
    st.builds(lambda found, outcome: on(rule(*found, outcome=outcome, wording="Parties agree." if outcome == "accepted-modified" else None)), many,
              st.sampled_from((*OUTCOMES, "accepted", "accepted"))),
    st.builds(lambda order: on(make(PRESENT, order=tuple(order))), many),
    at_record(SponsorAmendment, by=heads, amendment=names, seen=st.just(9_999)),
    at_record(EndSponsorship, by=heads, amendment=names),
    at_record(WithdrawAmendment, by=heads, amendment=names),
    at_record(LoosenMarking, by=heads, amendment=names, marking=st.sampled_from(("public", "participants"))),
    at_record(WaiveLateness, by=st.just(chair), amendment=names, reason=st.just("Traffic.")),
    at_record(EditClause, by=st.just(chair), clause=st.sampled_from(("p1", "p2")), old=st.sampled_from(("Sharing", "threats")), new=st.just("risks"), reason=st.just("-")),
    at_record(DropEdit, by=st.just(chair), edit=st.sampled_from(("E1", "E2"))),
    at_record(MarkClauses, by=st.just(chair), version=st.sampled_from((0, 1)), state=st.sampled_from(MARKS), clauses=st.sampled_from(((), ("p1",), ("p2a",))), reason=st.just("-")),
    at_record(ClosePackage, by=st.just(chair), version=st.sampled_from((0, 1))),
    at_record(ReleaseVersion, by=st.just(chair), version=st.sampled_from((0, 1))),
    st.builds(opening, st.sampled_from((timedelta(seconds=4), MINUTE))),
    st.just(on(CloseWindow(chair, None, standing))),  # type: ignore[arg-type]  # as above
    st.just(lambda record: record.submit(DOCUMENTS, DOCUMENT, "prague", NoteWindowOver)),
    st.builds(silencing, st.sampled_from((timedelta(seconds=3), MINUTE, 30 * MINUTE))),
    st.builds(prolonging, st.sampled_from((MINUTE, 90 * MINUTE))),
    st.builds(ringing, st.sampled_from((timedelta(seconds=3), 10 * MINUTE, 300 * MINUTE))),
    st.builds(calling, st.sampled_from((timedelta(seconds=3), MINUTE))),
    at_record(RaiseObjection, by=heads, says=st.just("Not this."), hold_until=st.none()),
    at_record(RetractObjection, by=heads, objection=st.sampled_from(("o1", "o2"))),
    at_record(AnswerObjection, by=st.just(chair), objection=st.sampled_from(("o1", "o2")), reason=st.just("Heard.")),
    at_record(DeclareConsensus, by=st.just(chair)),
    at_record(EndCall, by=st.just(chair), reason=st.just("Another text."), accommodated=st.sampled_from(((), ("o1",)))),
    at_record(BreakSilence, by=heads, says=st.just("Not this.")),
    at_record(MakeStatement, by=heads, kind=st.just("reservation"), says=st.just("Noted.")),
    at_record(WithdrawText, by=st.just(chair), reason=st.just("A slip.")),
)  # fmt: skip


def same_live_and_rebuilt(record: Recording, chunks: list[int]) -> dict[str, list[tuple[Any, ...]]]:
    with tempfile.TemporaryDirectory() as folder:
        live = kept_live(Path(folder), view, record.facts, chunks)
        assert live == rebuilt(Path(folder), view, record.facts)
    agree(record, live)
    return live


def agree(record: Recording, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """What readers see of each amendment is what the rules go by."""
    document = record.state(DOCUMENTS, DOCUMENT)
    table = view().tables[2].__table__  # type: ignore[attr-defined]  # SQLModel adds it at run time
    seen = [dict(zip(table.columns.keys(), row, strict=True)) for row in rows["drafts_amendment"]]
    assert {row["amendment"] for row in seen} == set(document.amendments)
    for row in seen:
        amendment = document.amendments[row["amendment"]]
        known = (amendment.state, amendment.settled, amendment.clause, amendment.base_version, amendment.marking, amendment.changed)
        assert (row["state"], bool(row["settled"]), row["clause"], row["base_version"], row["marking"], row["changed"]) == known
        assert {signed[2] for signed in rows["drafts_sponsor"] if signed[1] == row["number"]} == set(amendment.sponsors)
    assert len(rows["drafts_version"]) == len(document.editions)


@pytest.mark.deep
@settings(max_examples=40)
@given(st.lists(steps, min_size=5, max_size=40), st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_a_view_that_was_kept_live_equals_one_that_was_built_anew(commands: list[Step], chunks: list[int]) -> None:
    record = Recording()
    for step in (tabling, opening(MINUTE), *commands):
        step(record)
    same_live_and_rebuilt(record, chunks)


def reject_what_is_open(record: Recording) -> Any:
    amendments = record.state(DOCUMENTS, DOCUMENT).amendments
    left = [name for name, one in amendments.items() if one.state in OPEN and not one.settled]
    refused = on(rule(*left, outcome="rejected"))(record)
    edit = EditClause(chair, None, standing, "p2", "voluntary", "Voluntary", "House style.")  # type: ignore[arg-type]
    return refused or on(edit)(record) or on(make(1))(record)


def test_a_story_in_which_everything_happens_is_the_same_live_and_built_anew() -> None:
    """So that the property above cannot hold by saying nothing: every fact of the service is in this story."""
    record = Recording()
    for step in (
        tabling,
        opening(MINUTE),
        on(propose(soften, head("JP"))),
        on(propose(harden, head("NO"), marking="restricted")),
        on(propose(add, head("CZ"))),
        on(SponsorAmendment(head("NO"), None, standing, "A1", 9)),  # type: ignore[arg-type]  # as above
        on(SponsorAmendment(head("CZ"), None, standing, "A1", 9)),  # type: ignore[arg-type]
        on(EndSponsorship(head("NO"), None, standing, "A1")),  # type: ignore[arg-type]
        on(SponsorAmendment(head("NO"), None, standing, "A1", 99)),  # type: ignore[arg-type]
        on(LoosenMarking(head("NO"), None, standing, "A2", "public")),  # type: ignore[arg-type]
        on(CloseWindow(chair, None, standing)),  # type: ignore[arg-type]
        on(propose(drop, head("JP"))),
        on(WaiveLateness(chair, None, standing, "A4", "The train was late.")),  # type: ignore[arg-type]
        on(bring_in(Wanted("replace", "p2", "Sharing is compulsory.", "Sharing is free."))),
        on(bring_in(Wanted("replace", "p2", "voluntary", "free"), "am-2")),
        on(restate("A5", Wanted("replace", "p2", "Sharing", "All sharing"), secretariat)),
        on(propose(Wanted("replace", "", "binding", "legally binding"), head("JP"), amends="A3")),
        on(propose(split, head("NO"), also=(add,))),
        on(WithdrawAmendment(head("CZ"), None, standing, "A3")),  # type: ignore[arg-type]
        on(EditClause(chair, None, standing, "t", "networks", "Networks", "House style.")),  # type: ignore[arg-type]
        on(EditClause(chair, None, standing, "p2a", "charge", "charges", "House style.")),  # type: ignore[arg-type]
        on(DropEdit(chair, None, standing, "E2")),  # type: ignore[arg-type]
        on(rule("A1")),
        on(rule("A4", outcome="rejected")),
        on(make()),
        on(restate("A2", Wanted("replace", "p1", "may share", "shall share"), head("NO"), base_version=1)),
        on(ReleaseVersion(chair, None, standing, 0)),  # type: ignore[arg-type]
        reject_what_is_open,
        silencing(30 * MINUTE),
        ringing(10 * MINUTE),
        prolonging(60 * MINUTE),
        on(WithdrawText(chair, None, standing, "A slip.")),  # type: ignore[arg-type]
        silencing(MINUTE),
        on(BreakSilence(head("NO"), None, standing, "Not this.")),  # type: ignore[arg-type]
        silencing(timedelta(seconds=3)),
        on(MakeStatement(head("CZ"), None, standing, "reservation", "Noted.")),  # type: ignore[arg-type]
        ringing(timedelta(seconds=3)),
        calling(timedelta(seconds=6)),
        on(RaiseObjection(head("NO"), None, standing, "Not this.")),  # type: ignore[arg-type]
        on(RaiseObjection(head("JP"), None, standing, "Not this.")),  # type: ignore[arg-type]
        on(StateOnCall(head("CZ"), None, standing, "reservation", "Noted.")),  # type: ignore[arg-type]
        on(RetractObjection(head("NO"), None, standing, "o1")),  # type: ignore[arg-type]
        on(EndCall(chair, None, standing, "Another text.", ("o2",))),  # type: ignore[arg-type]
        calling(timedelta(seconds=3)),
        on(RaiseObjection(head("JP"), None, standing, "Not this.")),  # type: ignore[arg-type]
        on(AnswerObjection(chair, None, standing, "o1", "Heard.")),  # type: ignore[arg-type]
        on(DeclareConsensus(chair, None, standing)),  # type: ignore[arg-type]
        on(MarkClauses(chair, None, standing, 2, "parked", ("t",))),  # type: ignore[arg-type]
        on(MarkClauses(chair, None, standing, 2, "agreed-ad-ref")),  # type: ignore[arg-type]
        on(ClosePackage(chair, None, standing, 2)),  # type: ignore[arg-type]
    ):
        assert step(record) is None
    assert {fact.type for fact in record.facts} == set(CATALOGUE.types)
    rows = same_live_and_rebuilt(record, [1, 3])
    assert all(rows[name] for name in rows if name.startswith("drafts_")), "every table has rows"
