"""The rule book of what is more than one operation on one clause: splits, mergers, packages, and amendments to amendments."""

from typing import Any

from delegations.people import LATER, chair, head
from drafts.drafting import CLAUSES, ZERO, add, drop, harden, make, merge, propose, restate, rule, soften, split, standing, taking, told
from parley.drafts.document import Document
from parley.drafts.facts import AmendmentProposed, Part, SubAmendmentMet, VersionMade
from parley.drafts.quoting import Wanted, likeness
from parley.drafts.rules_proposing import LoosenMarking, WithdrawAmendment
from parley.drafts.subamending import reread
from parley.kernel.decider import Invalid, Unknown
from parley.text import Clause, Edit, InsertClause, MergeClauses, SplitClause, version
from spec import Spec

JP, NO, CZ = head("JP"), head("NO"), head("CZ")
more = Wanted("insert", "p2", new="Costs are shared fairly between all parties.", number="3")
fairer = Wanted("replace", "", "fairly", "equally")
softer = Wanted("replace", "p1", "may share", "could share")


def one(spec: Spec, command: Any) -> AmendmentProposed:
    (fact,) = spec.when(command).decided()
    assert isinstance(fact, AmendmentProposed)
    return fact


def text(spec: Spec, command: Any = None) -> dict[str, str]:
    document: Document = spec.when(command or make()).after()
    return {clause.id: clause.text for clause in document.text}


# -- splits and mergers --------------------------------------------------------------------------------------------------------------------------------


def test_a_split_quotes_the_words_with_which_the_second_part_begins() -> None:
    fact = one(taking, propose(split))
    assert fact.operations == (SplitClause("p1", 32, 33, "new-A1", CLAUSES[1].text, "1a"),)
    accepted = told(taking, propose(split), rule("A1"))
    assert text(accepted)["p1"] == "Parties should share information"
    assert text(accepted)["new-A1"] == "on threats."
    made = accepted.when(make()).after().text
    assert [(clause.id, clause.number) for clause in made][1:3] == [("p1", "1"), ("new-A1", "1a")]
    taking.when(propose(Wanted("split", "p1", "s"))).refused("ambiguous-quote")
    taking.when(propose(Wanted("split", "p1", "of threats"))).refused("misquote")
    taking.when(propose(Wanted("split", "p1", "Parties"))).refused("empty-clause")


def test_a_merger_quotes_the_whole_clause_and_names_the_next_one() -> None:
    plain = taking.given()  # p2 has a point under it; only clauses without any are joined
    plain.when(propose(merge)).refused("has-children")
    flat = told(taking, propose(drop_point()), rule("A1"), make())
    joined = one(flat, propose(Wanted(merge.operation, "p1", merge.old, "; and", second="p2"), base_version=1))
    assert joined.operations == (MergeClauses("p1", "p2", "; and "),)
    accepted = told(flat, propose(merge, base_version=1), rule("A2"))
    assert text(accepted, make(1)) == {"t": "Security of networks", "p1": "Parties should share information on threats. while Sharing is voluntary."}
    assert one(flat, propose(Wanted("merge", "p1", merge.old, second="p2"), base_version=1)).operations == (MergeClauses("p1", "p2", " "),)
    flat.when(propose(Wanted("merge", "p1", "Parties", second="p2"), base_version=1)).refused("misquote")
    flat.when(propose(Wanted("merge", "p1", merge.old, second="t"), base_version=1)).refused("misplaced")
    flat.when(propose(Wanted("merge", "p1", merge.old, second="p9"), base_version=1)).refused("no-such-clause")


def drop_point() -> Wanted:
    return Wanted("delete", "p2a", "It is free of charge.")


def test_the_words_of_a_merged_clause_have_to_stand_as_the_author_read_them() -> None:
    flat = told(taking, propose(drop_point()), rule("A1"), make(), propose(Wanted("replace", "p2", "voluntary", "free"), base_version=1), rule("A2"), make(1))
    refusal = flat.when(propose(Wanted("merge", "p1", merge.old, second="p2"), base_version=1)).refused("stale-base")
    assert [change["clause"] for change in refusal.details["changes"]] == ["p2"]


def test_a_split_or_a_merger_has_no_wording_of_the_chairs() -> None:
    told(taking, propose(split)).when(rule("A1", outcome="accepted-modified", wording="Parties agree.")).refused("wording-not-expected", Invalid)


def test_an_open_amendment_follows_its_words_through_a_split() -> None:
    spec = told(taking, propose(Wanted("replace", "p1", "threats", "risks")), propose(split, NO), rule("A2"))
    (made,) = spec.when(make()).decided()
    assert isinstance(made, VersionMade)
    assert [(fate.amendment, fate.fate, fate.clause) for fate in made.fates] == [("A1", "moved", "new-A2")]


# -- packages ------------------------------------------------------------------------------------------------------------------------------------------


def test_a_package_is_recorded_as_it_was_sent_and_stands_or_falls_as_one() -> None:
    fact = one(taking, propose(soften, also=(add, Wanted("replace", "t", "networks", "5G networks"))))
    assert fact.also == (Part("p2", "insert", "", "Nothing here is binding."), Part("t", "replace", "networks", "5G networks"))
    assert [type(operation) for operation in fact.operations] == [Edit, InsertClause, Edit]
    spec = told(taking, propose(soften, also=(add,)), rule("A1"))
    assert text(spec) == {
        "t": "Security of networks", "p1": "Parties may share information on threats.", "p2": "Sharing is voluntary.", "p2a": "It is free of charge.",
        "new-A1-2": "Nothing here is binding.",
    }  # fmt: skip
    rejected = told(taking, propose(soften, also=(add,)), propose(harden, NO), rule("A2"))
    (made,) = rejected.when(make()).decided()
    assert isinstance(made, VersionMade)
    assert [fate.fate for fate in made.fates] == ["needs-author"]


def test_a_package_may_speak_of_the_clauses_that_it_makes() -> None:
    fact = one(
        taking, propose(add, also=(Wanted("insert", "new-1", new="Nor is it secret.", number="4"), Wanted("insert", "new-2", new="It ends.", parent="new-2")))
    )
    assert [(operation.after, operation.clause.id, operation.clause.parent) for operation in fact.operations if isinstance(operation, InsertClause)] == [
        ("p2", "new-A1", ""), ("new-A1", "new-A1-2", ""), ("new-A1-2", "new-A1-3", "new-A1-2"),
    ]  # fmt: skip
    taking.when(propose(add, also=(Wanted("insert", "new-3", new="x"),))).refused("no-such-clause")
    taking.when(propose(Wanted("insert", "new-1", new="x"))).refused("no-such-clause")


def test_a_package_with_one_part_that_does_not_fit_is_refused_whole() -> None:
    taking.when(propose(soften, also=(Wanted("replace", "p2", "compulsory", "free"),))).refused("misquote")
    taking.when(propose(soften, also=(harden,))).refused("contradiction")
    told(taking, propose(soften), rule("A1"), make()).when(propose(add, also=(Wanted("replace", "p1", "threats", "risks"),))).refused("stale-base")


def test_packages_are_identical_whatever_their_sequence_and_the_names_of_what_they_make() -> None:
    first = one(taking, propose(soften, also=(add,)))
    other = one(told(taking, propose(drop)), propose(add, NO, also=(soften,)))
    assert likeness(first.operations) == likeness(other.operations)
    told(taking, propose(soften, also=(add,))).when(propose(add, NO, also=(soften,))).refused("identical")
    assert likeness(first.operations) != likeness(one(taking, propose(soften)).operations)


def test_no_wording_stands_for_a_package_and_restating_one_is_one_action() -> None:
    spec = told(taking, propose(soften, also=(add,)))
    spec.when(rule("A1", outcome="accepted-modified", wording="Parties agree.")).refused("wording-not-expected", Invalid)
    spec.when(restate("A1", soften, also=(add,))).refused("no-change")
    alone = spec.given(*spec.when(restate("A1", soften)).decided())
    assert alone.state.amendments["A1"].package is False
    alone.when(rule("A1", outcome="accepted-modified", wording="Parties agree.")).decided()


# -- sub-amendments ------------------------------------------------------------------------------------------------------------------------------------


def test_a_sub_amendment_quotes_the_clause_as_the_amendment_would_have_it() -> None:
    spec = told(taking, propose(soften))
    fact = one(spec, propose(softer, NO, amends="A1"))
    assert (fact.amends, fact.clause, fact.operations) == ("A1", "p1", (Edit("0", 0, 3, "may", "could"),))
    assert fact.base_hash == version((Clause("0", "may"),)).root
    inserted = told(taking, propose(more))
    assert one(inserted, propose(fairer, NO, amends="A1")).operations == (Edit("0", 17, 23, "fairly", "equally"),)
    spec.when(propose(Wanted("replace", "p1", "should", "could"), NO, amends="A1")).refused("misquote")
    spec.when(propose(Wanted("replace", "p1", "threats", "risks"), NO, amends="A1")).refused("outside-the-amendment")
    spec.when(propose(Wanted("delete", "p1", "may"), NO, amends="A1")).refused("sub-amendment-replaces", Invalid)
    spec.when(propose(softer, NO, amends="A1", also=(add,))).refused("package-not-expected", Invalid)
    spec.when(propose(softer, NO, amends="A7")).refused("unknown", Unknown)
    told(taking, propose(drop)).when(propose(Wanted("replace", "", "x", "y"), NO, amends="A1")).refused("no-words")


def test_of_a_package_it_names_the_clause_where_the_words_stand_in_several() -> None:
    spec = told(taking, propose(add, also=(Wanted("insert", "new-1", new="Nothing here is secret."),)))
    spec.when(propose(Wanted("replace", "", "Nothing", "None of this"), NO, amends="A1")).refused("ambiguous-quote")
    assert one(spec, propose(Wanted("replace", "new-A1-2", "Nothing", "None of this"), NO, amends="A1")).operations == (
        Edit("1", 0, 7, "Nothing", "None of this"),
    )


def test_there_is_no_third_level() -> None:
    spec = told(taking, propose(soften), propose(softer, NO, amends="A1"))
    spec.when(propose(Wanted("replace", "p1", "could", "might"), CZ, amends="A2")).refused("too-deep")


def test_the_amendment_is_settled_as_its_accepted_sub_amendments_leave_it() -> None:
    spec = told(taking, propose(more), propose(fairer, NO, amends="A1"), propose(Wanted("replace", "", "all parties", "all"), CZ, amends="A1"))
    accepted = told(spec, rule("A2"), rule("A1"))
    (made,) = accepted.when(make()).decided()
    assert isinstance(made, VersionMade)
    assert made.applied == ("A1", "A2")
    assert [(fate.amendment, fate.fate, fate.state) for fate in made.fates] == [("A3", "fallen", "fallen")]
    assert made.clauses[-1].text == "Costs are shared equally between all parties."
    assert told(spec, rule("A2"), rule("A3"), rule("A1")).when(make()).after().text.clauses[-1].text == "Costs are shared equally between all."


def test_an_accepted_sub_amendment_waits_for_what_it_is_about() -> None:
    spec = told(taking, propose(more), propose(fairer, NO, amends="A1"), propose(soften, CZ), rule("A2"))
    spec.when(make()).refused("nothing-accepted")
    waiting = told(spec, rule("A3"), make())
    assert [(name, waiting.state.amendments[name].state) for name in ("A1", "A2", "A3")] == [("A1", "live"), ("A2", "accepted"), ("A3", "applied")]
    assert told(waiting, rule("A1")).when(make(1)).after().text.clauses[-1].text == "Costs are shared equally between all parties."
    left_out = told(waiting, rule("A1", outcome="rejected"), propose(drop, JP, base_version=1), rule("A4"))
    assert left_out.when(make(1)).after().amendments["A2"].state == "fallen"


def test_two_sub_amendments_to_the_same_words_clash_like_any_others() -> None:
    spec = told(taking, propose(more), propose(fairer, NO, amends="A1"), propose(Wanted("replace", "", "fairly", "alike"), CZ, amends="A1"))
    refusal = told(spec, rule("A2"), rule("A3"), rule("A1")).when(make()).refused("conflict")
    assert set(refusal.details["between"]) == {"A2", "A3"}


def test_it_is_identical_only_with_one_about_the_same_amendment() -> None:
    spec = told(taking, propose(soften), propose(softer, NO, amends="A1"))
    refusal = spec.when(propose(softer, CZ, amends="A1")).refused("identical")
    assert refusal.details["amendment"] == "A2"
    both = told(spec, propose(more), propose(fairer, NO, amends="A3"))
    assert likeness(both.state.amendments["A2"].operations, "A1") != likeness(both.state.amendments["A2"].operations, "A3")


def test_the_chairs_own_words_for_an_amendment_stand_in_place_of_sub_amendments_to_it() -> None:
    spec = told(taking, propose(soften), propose(softer, NO, amends="A1"))
    accepted = told(spec, rule("A2"))
    refusal = accepted.when(rule("A1", outcome="accepted-modified", wording="Parties can share.")).refused("sub-amendment-accepted")
    assert refusal.details["amendments"] == ["A2"]
    reworded = told(spec, rule("A1", outcome="accepted-modified", wording="Parties can share."))
    reworded.when(rule("A2")).refused("amendment-decided")
    reworded.when(rule("A2", outcome="rejected")).decided()
    assert reworded.when(make()).after().amendments["A2"].state == "fallen"
    spec.when(rule("A2", outcome="accepted-modified", wording="x")).refused("wording-not-expected", Invalid)
    told(spec, rule("A1", outcome="rejected")).when(rule("A2")).refused("amendment-decided")


def test_it_falls_when_its_amendment_is_withdrawn_and_needs_its_author_when_that_is_restated() -> None:
    spec = told(taking, propose(soften), propose(softer, NO, amends="A1"), propose(Wanted("replace", "", "may", "might"), CZ, amends="A1"))
    gone = spec.given(*spec.when(WithdrawAmendment(CZ, LATER, standing, "A3")).decided())
    facts = gone.when(WithdrawAmendment(JP, LATER, standing, "A1")).decided()
    assert facts[1:] == [SubAmendmentMet("prague/zero", "A2", "fallen", "A1, which it is about, has been withdrawn.")]
    fallen = gone.given(*facts)
    assert fallen.state.amendments["A2"].settled
    fallen.when(WithdrawAmendment(NO, LATER, standing, "A2")).refused("settled")
    restated = spec.given(*spec.when(restate("A1", Wanted("replace", "p1", "should", "can"))).decided())
    assert {name: restated.state.amendments[name].state for name in ("A1", "A2", "A3")} == {"A1": "live", "A2": "needs-author", "A3": "needs-author"}
    again = restated.given(*restated.when(restate("A2", Wanted("replace", "p1", "can share", "could share"), NO)).decided())
    assert again.state.amendments["A2"].operations == (Edit("0", 0, 3, "can", "could"),)
    assert again.state.amendments["A2"].state == "live"


def test_it_goes_on_with_its_amendment_when_a_version_is_made() -> None:
    spec = told(taking, propose(more), propose(fairer, NO, amends="A1"), propose(soften, CZ), rule("A3"))
    (made,) = spec.when(make()).decided()
    assert isinstance(made, VersionMade)
    assert [(fate.amendment, fate.fate, fate.clause) for fate in made.fates] == [("A1", "carried", "p2"), ("A2", "carried", "p2")]
    met = told(taking, propose(soften), propose(softer, NO, amends="A1"), propose(harden, CZ), rule("A3"))
    (other,) = met.when(make()).decided()
    assert isinstance(other, VersionMade)
    assert [(fate.amendment, fate.fate, fate.state) for fate in other.fates] == [("A1", "needs-author", "needs-author"), ("A2", "needs-author", "needs-author")]
    waiting = met.given(other)
    waiting.when(restate("A2", softer, NO, base_version=1)).refused("needs-restating")
    assert ZERO.root == waiting.state.editions[0].text.root


def test_it_travels_no_further_than_the_words_that_it_is_about() -> None:
    spec = told(taking, propose(soften, marking="restricted", audience=("NO",)))
    spec.when(propose(softer, NO, amends="A1", marking="participants")).refused("marking-too-loose")
    spec.when(propose(softer, NO, amends="A1", audience=("CZ",))).refused("audience-too-wide")
    spec.when(propose(softer, CZ, amends="A1")).refused("unknown", Unknown)
    fact = one(spec, propose(softer, NO, amends="A1"))
    assert (fact.marking, fact.audience) == ("restricted", ("JP", "NO"))
    spec.given(fact).when(LoosenMarking(NO, LATER, standing, "A2", "participants")).refused("marking-too-loose")
    assert one(told(taking, propose(soften)), propose(softer, NO, amends="A1", marking="restricted")).audience == ()


def test_the_chair_accepts_one_with_the_secretariat_looking_on() -> None:
    spec = told(taking, propose(soften), propose(softer, NO, amends="A1"))
    decided = spec.when(rule("A1", "A2", by=chair)).decided()
    assert [fact.amendment for fact in decided] == ["A1", "A2"]
    assert text(spec.given(*decided))["p1"] == "Parties could share information on threats."


def test_what_is_new_gets_the_next_free_number_behind_its_neighbour_where_its_author_names_none() -> None:
    free = Wanted("insert", "p1", new="It is urgent.", number=None)
    (made,) = one(taking, propose(free)).operations
    assert isinstance(made, InsertClause)
    assert made.clause.number == "1 bis"
    both = one(taking, propose(free, also=(Wanted("insert", "new-1", new="It is lawful.", number=None),))).operations
    assert [operation.clause.number for operation in both if isinstance(operation, InsertClause)] == ["1 bis", "1 ter"]
    first = one(taking, propose(Wanted("insert", "", new="We agree:", number=None))).operations
    assert [operation.clause.number for operation in first if isinstance(operation, InsertClause)] == [""]


def test_a_version_is_numbered_anew_also_where_nothing_else_changes() -> None:
    spec = told(taking, propose(Wanted("insert", "p1", new="It is urgent.", number="1 bis")), rule("A1"), make())
    made = spec.when(make(1, renumber=True)).decided()[0]
    assert isinstance(made, VersionMade)
    assert [clause.number for clause in made.clauses] == ["", "1", "2", "3", "(a)"]
    assert [entry.change for entry in made.concordance] == ["renumbered", "renumbered", "renumbered"]
    spec.given(made).when(make(2, renumber=True)).refused("nothing-accepted")


def test_a_sub_amendment_is_told_at_its_place_in_the_clause_that_would_be() -> None:
    spec = told(taking, propose(Wanted("replace", "p1", "should share information", "may well share knowledge"), also=(more,)), propose(
        Wanted("replace", "p1", "knowledge", "data"), NO, amends="A1"), propose(fairer, CZ, amends="A1"))  # fmt: skip
    amendments = spec.state.amendments
    ((reading, changes),) = reread(ZERO, amendments["A1"].operations, amendments["A2"].operations)
    assert [(reading.clause, reading.text[change.start : change.end], change.new) for change in changes] == [("p1", "knowledge", "data")]
    ((reading, changes),) = reread(ZERO, amendments["A1"].operations, amendments["A3"].operations)
    assert [(reading.clause, reading.text[change.start : change.end], change.new) for change in changes] == [("new-A1-2", "fairly", "equally")]
