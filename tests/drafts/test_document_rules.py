"""The rule book of a document: tabling, the window for amendments, editorial changes, versions and their release."""

from typing import Any

import pytest

from delegations.people import EARLIER, HOUR, LATER, NOON, chair, head, member, observer, public, rapporteur, secretariat
from drafts.drafting import (
    CLAUSES,
    DOCUMENT,
    ZERO,
    add,
    closed,
    draft,
    drop,
    harden,
    make,
    nothing,
    propose,
    rule,
    soften,
    standing,
    tabled,
    taking,
    told,
    unknown,
)
from parley.drafts.document import Edition, Window
from parley.drafts.entitled import Overtaken
from parley.drafts.facts import AmendmentWindowClosed, AmendmentWindowOpened, ClauseEdited, DocumentTabled, EditDropped, VersionReleased
from parley.drafts.quoting import Wanted
from parley.drafts.rules_chair import CloseWindow, DropEdit, EditClause, NoteWindowOver, OpenWindow, TableDocument, WaiveLateness
from parley.drafts.rules_versions import ReleaseVersion
from parley.kernel.decider import Invalid, NotEntitled, Unknown
from parley.protocol.standing import Actor
from parley.text import Clause


def table(**more: Any) -> TableDocument:
    return TableDocument(**({"by": chair, "at": NOON, "standing": standing, "document": DOCUMENT, "title": tabled.title, "clauses": CLAUSES} | more))


def edit(**more: Any) -> EditClause:
    said = {"by": chair, "at": LATER, "standing": standing, "clause": "p1", "old": "threats", "new": "threats and risks", "reason": "House style."}
    return EditClause(**(said | more))


# -- tabling -------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "office"), [(chair, "chair"), (rapporteur, "rapporteur"), (secretariat, "secretariat")])
def test_the_bench_tables_a_text_as_version_zero(by: Actor, office: str) -> None:
    nothing.when(table(by=by)).then(DocumentTabled(DOCUMENT, tabled.title, "participants", CLAUSES, ZERO.root, office=office))
    assert draft.state.editions == (Edition(ZERO, "Zero draft", "participants"),)


@pytest.mark.parametrize("by", [head("JP"), member("JP"), observer, public])
def test_nobody_else_tables_a_document(by: Actor) -> None:
    nothing.when(table(by=by)).refused("not-entitled", NotEntitled)


def test_nothing_is_tabled_in_a_negotiation_that_is_closed_or_unknown() -> None:
    nothing.when(table(standing=closed)).refused("negotiation-closed")
    nothing.when(table(standing=unknown)).refused("unknown", Unknown)


def test_a_document_is_tabled_once() -> None:
    draft.when(table()).refused("already-tabled")


@pytest.mark.parametrize(
    ("clauses", "rule"),
    [
        ((), "no-clauses"),
        ((Clause("a", "One."), Clause("a", "Two.")), "name-taken"),
        ((Clause("a", "One.", parent="b"),), "misplaced"),
        ((Clause("a", "  "),), "empty-clause"),
        ((Clause("new-A1", "One."),), "reserved-id"),
        ((Clause("?", "One."),), "reserved-id"),
    ],
)
def test_a_text_that_cannot_be_cited_is_not_tabled(clauses: tuple[Clause, ...], rule: str) -> None:
    nothing.when(table(clauses=clauses)).refused(rule)


def test_a_text_that_is_too_long_can_never_be_tabled() -> None:
    nothing.when(table(clauses=(Clause("a", "x" * 100_001),))).refused("too-long", Invalid)


def test_a_document_is_marked_as_the_negotiation_is_unless_it_says_more() -> None:
    nothing.when(table(marking="restricted", audience=("SK", "CZ"))).then(
        DocumentTabled(DOCUMENT, tabled.title, "restricted", CLAUSES, ZERO.root, audience=("CZ", "SK"))
    )
    nothing.when(table(marking="secret")).refused("unknown-marking", Invalid)
    nothing.when(table(audience=("CZ",))).refused("audience-not-expected", Invalid)
    nothing.when(table(marking="restricted", audience=("XX",))).refused("unknown-delegation")


def test_a_restricted_document_is_not_there_for_those_it_does_not_list() -> None:
    restricted = nothing.given(DocumentTabled(DOCUMENT, "T", "restricted", CLAUSES, ZERO.root, audience=("CZ",)), AmendmentWindowOpened(DOCUMENT, 0, NOON))
    restricted.when(propose(by=head("JP"))).refused("unknown", Unknown)
    assert restricted.when(propose(by=head("CZ"))).decided()[0].marking == "restricted"


# -- the window ----------------------------------------------------------------------------------------------------------------------------------------


def test_the_chair_opens_a_window_for_amendments_and_may_move_its_end() -> None:
    draft.when(OpenWindow(chair, EARLIER, standing, NOON)).then(AmendmentWindowOpened(DOCUMENT, 0, NOON))
    taking.when(OpenWindow(chair, LATER, standing, LATER + HOUR)).then(AmendmentWindowOpened(DOCUMENT, 0, LATER + HOUR))
    assert taking.state.window == Window(NOON)


def test_a_window_does_not_end_in_the_past_and_is_the_chairs() -> None:
    draft.when(OpenWindow(chair, NOON, standing, NOON)).refused("deadline-in-the-past")
    draft.when(OpenWindow(secretariat, EARLIER, standing, NOON)).refused("not-entitled", NotEntitled)
    nothing.when(OpenWindow(chair, EARLIER, standing, NOON)).refused("unknown", Unknown)


def test_the_chair_closes_a_window_before_its_time() -> None:
    taking.when(CloseWindow(chair, EARLIER, standing)).then(AmendmentWindowClosed(DOCUMENT, NOON, early=True))
    draft.when(CloseWindow(chair, EARLIER, standing)).refused("window-not-open")
    taking.when(CloseWindow(secretariat, EARLIER, standing)).refused("not-entitled", NotEntitled)
    taking.when(CloseWindow(chair, LATER, standing)).refused("window-not-open")


def test_the_timer_closes_a_window_by_the_records_time_and_once() -> None:
    taking.when(NoteWindowOver(EARLIER)).refused("window-not-over")
    taking.when(NoteWindowOver(NOON)).then(AmendmentWindowClosed(DOCUMENT, NOON, early=False))
    taking.given(AmendmentWindowClosed(DOCUMENT, NOON, early=True)).when(NoteWindowOver(LATER)).then()
    draft.when(NoteWindowOver(LATER)).then()


def test_nothing_is_proposed_before_the_window_is_opened() -> None:
    draft.when(propose()).refused("window-not-open")


def test_an_amendment_at_the_very_end_of_the_window_is_late_and_one_before_is_not() -> None:
    assert taking.when(propose(at=NOON)).decided()[0].state == "late"
    assert taking.when(propose(at=EARLIER)).decided()[0].state == "live"
    assert taking.given(AmendmentWindowClosed(DOCUMENT, NOON, early=True)).when(propose(at=EARLIER)).decided()[0].state == "late"


def test_a_late_amendment_waits_until_the_chair_waives_that_with_a_reason() -> None:
    late = told(taking, propose(at=LATER))
    late.when(rule("A1")).refused("late")
    (waived,) = late.when(WaiveLateness(chair, LATER, standing, "A1", "The flight was late.")).decided()
    assert waived.reason == "The flight was late."
    assert late.given(waived).state.amendments["A1"].state == "live"
    late.given(waived).when(WaiveLateness(chair, LATER, standing, "A1", "Again.")).refused("not-late")
    late.when(WaiveLateness(head("JP"), LATER, standing, "A1", "Please.")).refused("not-entitled", NotEntitled)
    late.when(WaiveLateness(head("NO"), LATER, standing, "A1", "Please.")).refused("unknown", Unknown)


# -- editorial changes ---------------------------------------------------------------------------------------------------------------------------------


def test_an_editorial_change_has_its_own_number_and_waits_for_the_next_version() -> None:
    (edited,) = draft.when(edit()).decided()
    assert isinstance(edited, ClauseEdited)
    assert (edited.edit, edited.clause, edited.reason) == ("E1", "p1", "House style.")
    (made,) = draft.given(edited).when(make()).decided()
    assert (made.applied, made.edits) == ((), ("E1",))
    assert made.clauses[1].text == "Parties should share information on threats and risks."


def test_an_editorial_change_quotes_what_stands_and_is_the_chairs() -> None:
    refusal = draft.when(edit(old="dangers")).refused("misquote")
    assert {"kind": "inserted", "text": "dangers"} in refusal.details["redline"]
    draft.when(edit(by=rapporteur)).refused("not-entitled", NotEntitled)


def test_an_editorial_change_can_be_taken_back_before_a_version_takes_it_in() -> None:
    edited = told(draft, edit())
    edited.when(DropEdit(chair, LATER, standing, "E1")).then(EditDropped(DOCUMENT, "E1"))
    edited.when(DropEdit(rapporteur, LATER, standing, "E1")).refused("not-entitled", NotEntitled)
    dropped = told(edited, DropEdit(chair, LATER, standing, "E1"))
    dropped.when(make()).refused("nothing-accepted")
    dropped.when(DropEdit(chair, LATER, standing, "E1")).refused("unknown", Unknown)
    assert told(dropped, edit()).state.edits["E2"].id == "E2"


# -- versions ------------------------------------------------------------------------------------------------------------------------------------------


def test_a_version_takes_in_what_the_chair_accepted_and_nothing_else() -> None:
    spec = told(taking, propose(soften), propose(add, head("NO")), rule("A1"))
    (made,) = spec.when(make()).decided()
    assert (made.version, made.label, made.supersedes, made.supersedes_hash) == (1, "Rev.1", 0, ZERO.root)
    assert made.applied == ("A1",)
    assert [clause.text for clause in made.clauses][1] == "Parties may share information on threats."
    assert len(made.clauses) == len(CLAUSES)
    after = spec.given(made).state
    assert (after.current, after.text.root) == (1, made.version_hash)
    assert after.editions[0].text == ZERO
    assert after.amendments["A1"].state == "applied"


def test_every_open_amendment_comes_out_of_a_version_with_its_fate_and_none_vanishes() -> None:
    about_p2a = Wanted("replace", "p2a", "free of charge", "free")
    early = Wanted("replace", "p1", "on threats", "on threats and incidents")
    spec = told(
        taking,
        propose(soften),                      # A1: accepted
        propose(harden, head("NO")),          # A2: the same words otherwise
        propose(early, head("NO")),           # A3: further on in the same clause
        propose(drop, head("CZ")),            # A4: accepted
        propose(about_p2a, head("SK")),       # A5: under what A4 deletes
        propose(Wanted("replace", "t", "Security", "Safety"), head("SK")),  # A6: elsewhere
        rule("A1", "A4"),
    )  # fmt: skip
    (made,) = spec.when(make()).decided()
    assert {fate.amendment: (fate.fate, fate.state) for fate in made.fates} == {
        "A2": ("needs-author", "needs-author"),
        "A3": ("moved", "live"),
        "A5": ("fallen", "fallen"),
        "A6": ("carried", "live"),
    }
    after = spec.given(made).state
    assert set(after.amendments) == {"A1", "A2", "A3", "A4", "A5", "A6"}
    (second,) = told(spec.given(made), rule("A3")).when(make(1)).decided()
    assert second.clauses[1].text == "Parties may share information on threats and incidents."


def test_what_was_accepted_in_other_words_may_satisfy_another_amendment() -> None:
    spec = told(
        taking, propose(soften), propose(harden, head("NO")), rule("A1", outcome="accepted-modified", wording="Parties shall share information on threats.")
    )
    (made,) = spec.when(make()).decided()
    assert [(fate.amendment, fate.fate, fate.state) for fate in made.fates] == [("A2", "satisfied", "satisfied")]
    assert spec.given(made).state.amendments["A2"].settled


def test_an_amendment_that_was_left_out_is_settled_by_the_version() -> None:
    spec = told(taking, propose(soften), propose(add, head("NO")), rule("A1"), rule("A2", outcome="rejected"))
    (made,) = spec.when(make()).decided()
    assert made.fates == ()
    spec.given(made).when(rule("A2")).refused("settled")
    spec.when(rule("A2")).decided()  # until then, the chair may rule anew


def test_a_parked_amendment_is_parked_in_the_next_version_too() -> None:
    spec = told(taking, propose(soften), propose(add, head("NO")), rule("A1"), rule("A2", outcome="parked"), make())
    assert spec.state.amendments["A2"].state == "parked"
    assert told(spec, rule("A2"), make(1)).state.text.clauses[-1].text == "Nothing here is binding."


def test_two_amendments_to_the_same_words_are_not_both_applied_and_the_chair_is_told_which() -> None:
    spec = told(taking, propose(soften), propose(harden, head("NO")), rule("A1", "A2"))
    assert spec.when(make()).refused("conflict").details == {"between": ["A1", "A2"]}


def test_several_may_insert_behind_one_clause_and_the_chair_gives_their_order() -> None:
    other = Wanted("insert", "p2", new="Nothing here is secret.")
    spec = told(taking, propose(add), propose(other, head("NO")), rule("A1", "A2"))
    spec.when(make()).refused("conflict")
    (made,) = spec.when(make(order=("A2", "A1"))).decided()
    assert [clause.id for clause in made.clauses][-2:] == ["new-A2", "new-A1"]


def test_nothing_is_made_out_of_nothing() -> None:
    taking.when(make()).refused("nothing-accepted")
    told(taking, propose()).when(make()).refused("nothing-accepted")


def test_two_chairs_at_once_never_make_the_same_version() -> None:
    first = told(taking, propose(), rule("A1"), make())
    again = told(first, propose(add, head("NO"), base_version=1), rule("A2"))
    again.when(make(0)).refused("stale", Overtaken)
    assert again.when(make(1)).decided()[0].label == "Rev.2"


def test_a_version_is_the_chairs() -> None:
    spec = told(taking, propose(), rule("A1"))
    spec.when(make(by=rapporteur)).refused("not-entitled", NotEntitled)
    spec.when(make(standing=closed)).refused("negotiation-closed")
    nothing.when(make()).refused("unknown", Unknown)


def test_a_version_says_what_its_clauses_were_called_before() -> None:
    spec = told(taking, propose(add), propose(drop, head("NO")), rule("A1", "A2"))
    (made,) = spec.when(make()).decided()
    assert [(entry.old, entry.new, entry.change) for entry in made.concordance] == [
        ("p2", (), "deleted"),
        ("p2a", (), "deleted"),
        ("", ("new-A1",), "inserted"),
    ]


# -- release -------------------------------------------------------------------------------------------------------------------------------------------

for_all = nothing.given(DocumentTabled(DOCUMENT, "T", "public", CLAUSES, ZERO.root), AmendmentWindowOpened(DOCUMENT, 0, NOON))


def test_the_chair_gives_a_public_version_to_everybody_as_a_whole_and_once() -> None:
    released = VersionReleased(DOCUMENT, "T", 0, "Zero draft", CLAUSES, ZERO.root, None)
    for_all.when(ReleaseVersion(chair, LATER, standing, 0)).then(released)
    for_all.given(released).when(ReleaseVersion(chair, LATER, standing, 0)).refused("already-released")
    for_all.when(ReleaseVersion(chair, LATER, standing, 1)).refused("unknown-version")
    for_all.when(ReleaseVersion(secretariat, LATER, standing, 0)).refused("not-entitled", NotEntitled)


def test_a_later_version_says_which_one_it_follows() -> None:
    open_text = told(for_all, propose(), rule("A1"), make(), propose(drop, base_version=1), rule("A2"), make(1))
    (fact,) = open_text.when(ReleaseVersion(chair, LATER, standing, 2)).decided()
    assert isinstance(fact, VersionReleased)
    assert (fact.version, fact.supersedes) == (2, 1)


def test_a_version_that_is_not_marked_public_is_not_released() -> None:
    draft.when(ReleaseVersion(chair, LATER, standing, 0)).refused("marking-forbids")


def test_a_version_takes_the_strictest_marking_of_what_went_into_it() -> None:
    spec = told(for_all, propose(soften, marking="participants"), rule("A1"), make())
    assert spec.state.editions[1].marking == "participants"
    spec.when(ReleaseVersion(chair, LATER, standing, 1)).refused("marking-forbids")
    spec.when(ReleaseVersion(chair, LATER, standing, 0)).decided()


def test_a_restricted_amendment_does_not_go_into_a_text_that_more_may_read() -> None:
    told(taking, propose(soften, marking="restricted"), rule("A1")).when(make()).refused("marking-forbids")
