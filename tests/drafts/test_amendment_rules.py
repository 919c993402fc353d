"""The rule book of an amendment: proposing, quoting, restating, sponsoring, withdrawing, importing, and the chair's rulings."""

import pytest

from delegations.people import EARLIER, LATER, chair, head, member, observer, public, rapporteur, secretariat
from drafts.drafting import (
    DOCUMENT,
    ZERO,
    add,
    bring_in,
    closed,
    draft,
    drop,
    harden,
    make,
    move,
    nothing,
    propose,
    restate,
    rule,
    soften,
    standing,
    taking,
    told,
)
from parley.drafts.document import LEFT_OUT
from parley.drafts.entitled import Overtaken
from parley.drafts.facts import AmendmentMarkingLoosened, AmendmentProposed, AmendmentSponsored, AmendmentWithdrawn, SponsorshipEnded
from parley.drafts.quoting import UNKNOWN, Wanted
from parley.drafts.rules_proposing import EndSponsorship, LoosenMarking, SponsorAmendment, WithdrawAmendment
from parley.kernel.decider import Invalid, NotEntitled, Unknown
from parley.protocol.standing import Actor
from parley.text import Clause, DeleteClause, Edit, InsertClause, MoveClause

proposed = told(taking, propose())


def sponsor(by: Actor, seen: int = 99) -> SponsorAmendment:
    return SponsorAmendment(by, LATER, standing, "A1", seen)


def withdraw(by: Actor, amendment: str = "A1") -> WithdrawAmendment:
    return WithdrawAmendment(by, LATER, standing, amendment)


# -- proposing -----------------------------------------------------------------------------------------------------------------------------------------


def test_an_amendment_is_bound_to_a_version_a_clause_and_the_words_it_quotes() -> None:
    taking.when(propose(reason="Clarity.", theme="security")).then(
        AmendmentProposed(
            document=DOCUMENT, amendment="A1", base_version=0, base_hash=ZERO.root, clause="p1", operation="replace", old="should share", new="may share",
            reason="Clarity.", delegation="JP", theme="security", on_behalf_of=None, represented=(), marking="participants", state="live",
            operations=(Edit("p1", 8, 14, "should", "may"),),
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "done"),
    [
        (add, InsertClause("p2", Clause("new-A1", "Nothing here is binding.", "3"))),
        (Wanted("insert", "", new="We, the parties,", kind="preamble"), InsertClause("", Clause("new-A1", "We, the parties,", kind="preamble"))),
        (Wanted("insert", "p2", new="At once.", parent="p2", kind="point"), InsertClause("p2", Clause("new-A1", "At once.", kind="point", parent="p2"))),
        (drop, DeleteClause("p2", "Sharing is voluntary.")),
        (move, MoveClause("p1", "p2")),
    ],
)
def test_an_amendment_may_insert_delete_or_move_a_clause(wanted: Wanted, done: object) -> None:
    assert taking.when(propose(wanted)).decided()[0].operations == (done,)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("replace", "p1", "must share", "may share"),
        Wanted("delete", "p2", "Sharing is compulsory."),
        Wanted("move", "p1", "Parties share.", after="p2"),
    ],
)
def test_a_misquote_is_refused_with_a_redline_of_the_difference(wanted: Wanted) -> None:
    redline = taking.when(propose(wanted)).refused("misquote").details["redline"]
    stands = ZERO.clause(wanted.clause).text
    assert "".join(piece["text"] for piece in redline if piece["kind"] != "inserted") == stands
    assert "".join(piece["text"] for piece in redline if piece["kind"] != "deleted") == wanted.old


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        (Wanted("replace", "p1", "", "may"), "misquote"),
        (Wanted("replace", "p1", "ar", "or"), "ambiguous-quote"),
        (Wanted("replace", "p1", "should share", "should share"), "no-change"),
        (Wanted("replace", "p9", "a", "b"), "no-such-clause"),
        (Wanted("replace", "p2", "Sharing is voluntary.", ""), "empty-clause"),
        (Wanted("move", "p2", "Sharing is voluntary.", after="p2a"), "misplaced"),
        (Wanted("insert", "p9", new="x"), "no-such-clause"),
    ],
)
def test_what_does_not_fit_the_text_is_refused(wanted: Wanted, rule: str) -> None:
    taking.when(propose(wanted)).refused(rule)


def test_what_could_never_fit_is_refused_as_such() -> None:
    taking.when(propose(Wanted("burn", "p1"))).refused("unknown-operation", Invalid)
    taking.when(propose(Wanted("insert", "p1", new="x", kind="poem"))).refused("unknown-kind", Invalid)
    taking.when(propose(Wanted("insert", "p1", new="x" * 100_001))).refused("too-long", Invalid)
    taking.when(propose(theme="sports")).refused("unknown-theme", Invalid)


@pytest.mark.parametrize("by", [member("JP"), head("PL"), head("JP", credentials="rejected"), chair, rapporteur, secretariat])
def test_only_heads_of_accredited_delegations_propose(by: Actor) -> None:
    taking.when(propose(by=by)).refused("not-entitled", NotEntitled)


@pytest.mark.parametrize("by", [observer, public])
def test_for_observers_and_the_public_there_is_no_draft(by: Actor) -> None:
    taking.when(propose(by=by)).refused("unknown", Unknown)


def test_nothing_is_proposed_in_a_closed_negotiation_or_to_no_document() -> None:
    taking.when(propose(standing=closed)).refused("negotiation-closed")
    nothing.when(propose()).refused("unknown", Unknown)


def test_a_member_speaks_for_its_group_as_it_is_composed_at_that_moment() -> None:
    spoken = taking.when(propose(by=head("CZ"), on_behalf_of="EU")).decided()[0]
    assert (spoken.on_behalf_of, spoken.represented) == ("EU", ("CZ", "SK"))  # Poland is suspended
    taking.when(propose(on_behalf_of="EU")).refused("not-a-member")


def test_an_amendment_is_marked_as_its_document_or_stricter() -> None:
    restricted = taking.when(propose(marking="restricted", audience=("NO",))).decided()[0]
    assert (restricted.marking, restricted.audience) == ("restricted", ("NO",))
    taking.when(propose(marking="public")).refused("marking-too-loose")


# -- the same again, and an older text -----------------------------------------------------------------------------------------------------------------


def test_the_same_amendment_of_another_delegation_is_offered_as_co_sponsorship() -> None:
    whole = Wanted("replace", "p1", "Parties should share information on threats.", "Parties may share information on threats.")
    assert proposed.when(propose(by=head("NO"))).refused("identical").details == {"amendment": "A1"}
    assert proposed.when(propose(whole, head("NO"))).refused("identical").details == {"amendment": "A1"}
    assert proposed.when(propose()).refused("already-proposed").details == {"amendment": "A1"}
    assert told(proposed, rule("A1")).when(propose(by=head("NO"))).refused("already-accepted").details == {"amendment": "A1"}


def test_the_same_again_is_taken_where_the_first_is_hidden_withdrawn_or_left_out() -> None:
    hidden = told(taking, propose(marking="restricted"))
    assert hidden.when(propose(by=head("NO"))).decided()[0].amendment == "A2"
    assert told(proposed, withdraw(head("JP"))).when(propose(by=head("NO"))).decided()[0].amendment == "A2"
    assert told(proposed, rule("A1", outcome="rejected")).when(propose(by=head("NO"))).decided()[0].amendment == "A2"


def test_an_amendment_to_an_older_version_is_carried_forward_where_its_clause_is_untouched() -> None:
    rev1 = told(proposed, rule("A1"), make())
    carried = rev1.when(propose(add, head("NO"), base_version=0)).decided()[0]
    assert (carried.base_version, carried.rebased_from) == (1, 0)
    assert carried.base_hash == rev1.state.text.root


def test_an_amendment_to_an_older_version_of_a_changed_clause_is_refused_with_what_changed() -> None:
    rev1 = told(proposed, rule("A1"), make())
    details = rev1.when(propose(harden, head("NO"), base_version=0)).refused("stale-base").details
    assert (details["base_version"], details["current_version"]) == (0, 1)
    (change,) = details["changes"]
    assert (change["clause"], change["stands"]) == ("p1", True)
    assert {"kind": "inserted", "text": "may"} in change["redline"]


def test_an_amendment_that_rests_on_a_clause_that_is_gone_is_refused_with_what_changed() -> None:
    rev1 = told(taking, propose(drop), rule("A1"), make())
    for wanted in (add, Wanted("delete", "p2a", "It is free of charge."), move):
        details = rev1.when(propose(wanted, head("NO"), base_version=0)).refused("stale-base").details
        assert [change["stands"] for change in details["changes"]] == [False]


def test_a_clause_with_something_new_under_it_is_not_deleted_or_moved_unread() -> None:
    inserted = Wanted("insert", "p2a", new="It is quick.", number="b")
    rev1 = told(taking, propose(inserted), rule("A1"), make())
    rev1.when(propose(drop, head("NO"), base_version=0)).refused("stale-base")
    rev1.when(propose(drop, head("NO"), base_version=1)).decided()


def test_there_is_no_version_that_was_not_made() -> None:
    taking.when(propose(base_version=1)).refused("unknown-version")


# -- restating -----------------------------------------------------------------------------------------------------------------------------------------


def test_an_author_restates_an_amendment_and_it_keeps_its_number() -> None:
    after = proposed.when(restate(reason="As discussed.")).after()
    assert after.amendments["A1"].new == "shall share"
    assert after.amendments["A1"].state == "live"
    assert len(after.amendments) == 1


def test_what_a_version_sent_back_to_its_author_is_live_again_once_restated() -> None:
    rev1 = told(proposed, propose(harden, head("NO")), rule("A1"), make())
    assert rev1.state.amendments["A2"].state == "needs-author"
    rev1.when(rule("A2")).refused("needs-restating")
    again = told(rev1, restate("A2", Wanted("replace", "p1", "may share", "shall share"), head("NO"), base_version=1))
    assert again.state.amendments["A2"].state == "live"
    assert told(again, rule("A2"), make(1)).state.text.clause("p1").text == "Parties shall share information on threats."


def test_co_sponsors_signed_the_old_words_and_are_not_under_the_new_ones() -> None:
    assert told(proposed, sponsor(head("NO")), restate()).state.amendments["A1"].sponsors == ()


def test_a_late_amendment_stays_late_and_a_parked_one_parked_when_it_is_restated() -> None:
    assert told(taking, propose(at=LATER), restate()).state.amendments["A1"].state == "late"
    assert told(proposed, rule("A1", outcome="parked"), restate()).state.amendments["A1"].state == "parked"


def test_only_the_author_restates_and_only_what_it_has_read_and_what_is_open() -> None:
    proposed.when(restate(by=head("NO"))).refused("not-the-author", NotEntitled)
    proposed.when(restate(by=secretariat)).refused("not-entitled", NotEntitled)
    assert proposed.when(restate(seen=2)).refused("stale", Overtaken).details == {"current": '"3"'}
    proposed.when(restate(wanted=soften)).refused("no-change")
    proposed.when(restate("A2")).refused("unknown", Unknown)
    told(proposed, rule("A1")).when(restate()).refused("ruled")
    told(proposed, rule("A1"), make()).when(restate(base_version=1)).refused("settled")
    told(proposed, propose(harden, head("NO"))).when(restate()).refused("identical")


# -- sponsoring and withdrawing ------------------------------------------------------------------------------------------------------------------------


def test_a_delegation_adds_its_own_name_and_takes_it_away() -> None:
    proposed.when(sponsor(head("NO"))).then(AmendmentSponsored(DOCUMENT, "A1", "NO"))
    signed = told(proposed, sponsor(head("NO")))
    assert signed.state.amendments["A1"].sponsors == ("NO",)
    signed.when(EndSponsorship(head("NO"), LATER, standing, "A1")).then(SponsorshipEnded(DOCUMENT, "A1", "NO"))
    assert told(signed, EndSponsorship(head("NO"), LATER, standing, "A1")).state.amendments["A1"].sponsors == ()


def test_nobody_signs_twice_unread_for_others_or_what_cannot_be_signed() -> None:
    proposed.when(sponsor(head("JP"))).refused("own-amendment")
    told(proposed, sponsor(head("NO"))).when(sponsor(head("NO"))).refused("already-sponsor")
    proposed.when(sponsor(head("NO"), seen=2)).refused("stale", Overtaken)
    proposed.when(sponsor(member("NO"))).refused("not-entitled", NotEntitled)
    told(proposed, rule("A1", outcome="rejected")).when(sponsor(head("NO"))).refused("ruled")
    told(taking, propose(at=LATER)).when(sponsor(head("NO"))).refused("unknown", Unknown)
    proposed.when(EndSponsorship(head("NO"), LATER, standing, "A1")).refused("not-a-sponsor")
    told(proposed, sponsor(head("NO")), rule("A1")).when(EndSponsorship(head("NO"), LATER, standing, "A1")).refused("ruled")
    signed_late = told(taking, propose(at=LATER)).given(AmendmentSponsored(DOCUMENT, "A1", "CZ"))
    signed_late.when(sponsor(head("CZ"))).refused("late")


def test_what_others_did_to_other_amendments_does_not_make_a_reading_stale() -> None:
    told(proposed, propose(add, head("NO"))).when(sponsor(head("CZ"), seen=3)).decided()


def test_an_author_withdraws_for_good_and_any_delegation_may_table_it_again() -> None:
    proposed.when(withdraw(head("JP"))).then(AmendmentWithdrawn(DOCUMENT, "A1", "JP"))
    gone = told(proposed, withdraw(head("JP")))
    gone.when(withdraw(head("JP"))).refused("withdrawn")
    gone.when(restate()).refused("withdrawn")
    gone.when(rule("A1")).refused("withdrawn")
    assert gone.when(propose(by=head("NO"), retables="A1")).decided()[0].retables == "A1"
    proposed.when(propose(add, head("NO"), retables="A1")).refused("not-withdrawn")
    proposed.when(propose(add, head("NO"), retables="A9")).refused("not-withdrawn")


def test_only_the_author_withdraws_and_not_once_the_chair_has_ruled() -> None:
    proposed.when(withdraw(head("NO"))).refused("not-the-author", NotEntitled)
    told(proposed, rule("A1")).when(withdraw(head("JP"))).refused("ruled")


def test_a_withdrawn_amendment_is_not_there_for_other_delegations() -> None:
    told(proposed, withdraw(head("JP"))).when(sponsor(head("NO"))).refused("unknown", Unknown)


def test_an_author_lets_a_restricted_amendment_travel_further_and_never_less_far() -> None:
    restricted = told(taking, propose(marking="restricted"))
    restricted.when(sponsor(head("NO"))).refused("unknown", Unknown)
    restricted.when(LoosenMarking(head("JP"), LATER, standing, "A1", "participants")).then(AmendmentMarkingLoosened(DOCUMENT, "A1", "participants"))
    loose = told(restricted, LoosenMarking(head("JP"), LATER, standing, "A1", "participants"))
    loose.when(sponsor(head("NO"))).decided()
    loose.when(LoosenMarking(head("JP"), LATER, standing, "A1", "restricted")).refused("not-looser")
    loose.when(LoosenMarking(head("JP"), LATER, standing, "A1", "public")).refused("marking-too-loose")
    loose.when(LoosenMarking(head("JP"), LATER, standing, "A1", "secret")).refused("unknown-marking", Invalid)
    told(restricted, withdraw(head("JP"))).when(LoosenMarking(head("JP"), LATER, standing, "A1", "participants")).refused("withdrawn")
    loose.when(LoosenMarking(head("NO"), LATER, standing, "A1", "public")).refused("not-the-author", NotEntitled)


# -- rulings -------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["accepted", "parked", *LEFT_OUT])
def test_the_chair_rules_with_a_code_and_a_reason(outcome: str) -> None:
    (ruled,) = proposed.when(rule("A1", outcome=outcome)).decided()
    assert (ruled.outcome, ruled.reason_code, ruled.reason, ruled.wording) == (outcome, "merits", "It was discussed.", None)
    assert proposed.given(ruled).state.amendments["A1"].state == outcome


def test_the_chair_accepts_in_other_words() -> None:
    wording = "Parties are invited to share information on threats."
    spec = told(proposed, rule("A1", outcome="accepted-modified", wording=wording), make())
    assert spec.state.text.clause("p1").text == wording
    inserted = told(taking, propose(add), rule("A1", outcome="accepted-modified", wording="This binds nobody."), make())
    assert inserted.state.text.clause("new-A1") == Clause("new-A1", "This binds nobody.", "3")
    proposed.when(rule("A1", outcome="accepted-modified")).refused("wording-not-expected", Invalid)
    proposed.when(rule("A1", wording=wording)).refused("wording-not-expected", Invalid)
    told(taking, propose(move)).when(rule("A1", outcome="accepted-modified", wording=wording)).refused("wording-not-expected", Invalid)


def test_the_chair_rules_on_many_at_once_and_on_none_if_one_cannot_get_the_ruling() -> None:
    many = told(proposed, propose(add, head("NO")), propose(drop, head("CZ")))
    assert [ruled.amendment for ruled in many.when(rule("A3", "A1", "A3", outcome="rejected")).decided()] == ["A3", "A1"]
    told(many, withdraw(head("NO"), "A2")).when(rule("A1", "A2", "A3")).refused("withdrawn")
    many.when(rule("A1", "A9")).refused("unknown", Unknown)
    many.when(rule()).refused("amendment-missing")


def test_one_ruling_settles_all_that_ask_for_exactly_the_same_unless_the_chair_wants_otherwise() -> None:
    twins = told(draft, bring_in(soften), bring_in(soften, "am-2", authors=("Cy",)))
    assert [ruled.amendment for ruled in twins.when(rule("A1")).decided()] == ["A1", "A2"]
    assert [ruled.amendment for ruled in twins.when(rule("A1", identical=False)).decided()] == ["A1"]
    assert told(twins, rule("A1"), make()).state.text.clause("p1").text == "Parties may share information on threats."


def test_a_late_twin_is_not_let_in_by_a_ruling_on_the_other() -> None:
    twins = told(taking, propose(at=LATER), propose(by=head("NO")))
    assert [ruled.amendment for ruled in twins.when(rule("A2")).decided()] == ["A2"]
    assert [ruled.amendment for ruled in twins.when(rule("A2", outcome="no-action")).decided()] == ["A2", "A1"]


def test_a_ruling_is_the_chairs_says_why_and_is_on_what_the_chair_has_read() -> None:
    proposed.when(rule("A1", by=rapporteur)).refused("not-entitled", NotEntitled)
    proposed.when(rule("A1", outcome="maybe")).refused("unknown-outcome", Invalid)
    proposed.when(rule("A1", outcome="rejected", reason="")).refused("reason-missing")
    told(proposed, restate()).when(rule("A1", seen=3)).refused("stale", Overtaken)


def test_no_action_on_a_late_amendment_is_a_ruling_of_its_own() -> None:
    late = told(taking, propose(at=LATER))
    assert late.when(rule("A1", outcome="no-action")).after().amendments["A1"].state == "no-action"
    late.when(rule("A1", outcome="parked")).refused("late")


# -- importing -----------------------------------------------------------------------------------------------------------------------------------------


def test_the_secretariat_imports_an_amendment_in_the_names_of_its_authors() -> None:
    (imported,) = draft.when(bring_in(soften)).decided()
    assert (imported.delegation, imported.sponsors) == ("Ada", ("Bo",))
    assert (imported.source, imported.location, imported.state) == ("am-1", "Paragraph 1", "live")
    draft.when(bring_in(soften, by=chair)).refused("not-entitled", NotEntitled)
    draft.when(bring_in(soften, authors=())).refused("author-missing")
    draft.when(bring_in(Wanted("burn", "p1"))).refused("unknown-operation", Invalid)
    draft.when(bring_in(Wanted("burn", UNKNOWN))).refused("unknown-operation", Invalid)
    nothing.when(bring_in(soften)).refused("unknown", Unknown)


def test_a_source_that_was_imported_before_has_no_second_effect() -> None:
    told(draft, bring_in(soften)).when(bring_in(harden)).then()


@pytest.mark.parametrize(
    ("old", "quote", "state"),
    [
        ("Parties should share information on threats.", "exact", "live"),
        ("Parties should share infor- mation on threats.", "differs", "misquoted"),
        ("“Parties” should  share information on threats .", "typography", "live"),
        ("should share", "contained", "live"),
        ("should, share", "contained", "misquoted"),
        ("Parties should share information on threats. At once.", "contained", "misquoted"),
        ("Parties must share information on threats.", "differs", "misquoted"),
        ("[...]", "differs", "misquoted"),
    ],
)
def test_an_imported_misquote_is_kept_and_flagged_and_never_applied(old: str, quote: str, state: str) -> None:
    (imported,) = draft.when(bring_in(Wanted("replace", "p1", old, "Parties may share."))).decided()
    assert (imported.quote, imported.state, imported.old) == (quote, state, old)
    assert bool(imported.operations) == (state == "live")
    if state == "misquoted":
        draft.given(imported).when(rule("A1")).refused("needs-restating")
        draft.given(imported).when(rule("A1", outcome="inadmissible")).decided()


def test_an_imported_amendment_without_a_known_clause_waits_to_be_placed() -> None:
    for wanted in (Wanted("replace", UNKNOWN, "a", "b"), Wanted("insert", UNKNOWN, new="b"), Wanted("delete", "p77", "a")):
        (imported,) = draft.when(bring_in(wanted)).decided()
        assert (imported.state, imported.operations) == ("unplaced", ())
        draft.given(imported).when(rule("A1")).refused("needs-restating")


def test_an_imported_replacement_that_changes_nothing_has_nothing_to_accept() -> None:
    (imported,) = draft.when(bring_in(Wanted("replace", "p2", "Sharing is voluntary.", "Sharing is voluntary."))).decided()
    assert (imported.state, imported.operations) == ("unplaced", ())


def test_an_import_that_cannot_be_read_at_all_is_refused() -> None:
    draft.when(bring_in(Wanted("insert", "p1", new="x", kind="poem"))).refused("unknown-kind", Invalid)
    draft.when(bring_in(Wanted("replace", "p2", "Sharing is voluntary.", ""))).refused("empty-clause")
    draft.when(bring_in(soften, theme="sports")).refused("unknown-theme", Invalid)


def test_the_secretariat_restates_what_was_imported_and_its_authors_stay_under_it() -> None:
    flagged = told(draft, bring_in(Wanted("replace", "p1", "must share", "may share")))
    after = told(flagged, restate("A1", soften, secretariat)).state.amendments["A1"]
    assert (after.state, after.delegation, after.sponsors) == ("live", "Ada", ("Bo",))


def test_a_version_keeps_what_waits_to_be_restated_waiting() -> None:
    spec = told(draft, bring_in(soften), bring_in(Wanted("delete", UNKNOWN, "x"), "am-2"), rule("A1"))
    (made,) = spec.when(make()).decided()
    assert [(fate.amendment, fate.fate, fate.state) for fate in made.fates] == [("A2", "needs-author", "unplaced")]
    assert spec.given(made).state.amendments["A2"].state == "unplaced"


def test_an_imported_amendment_needs_no_window() -> None:
    draft.when(bring_in(soften, at=EARLIER)).decided()
