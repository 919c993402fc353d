"""The rule book of clauses: agreed ad referendum, parked, open again, and the package that closes."""

from typing import Any

from delegations.people import EARLIER, LATER, chair, head, rapporteur
from drafts.drafting import CLAUSES, DOCUMENT, add, bring_in, drop, make, merge, move, nothing, propose, restate, rule, soften, standing, tabled, taking, told
from parley.drafts.entitled import Overtaken
from parley.drafts.facts import ClausesMarked, DocumentTabled, Marked, PackageClosed
from parley.drafts.quoting import Wanted
from parley.drafts.rules_chair import EditClause
from parley.drafts.rules_clauses import ClosePackage, MarkClauses
from parley.drafts.rules_versions import ReleaseVersion
from parley.kernel.decider import Invalid, NotEntitled
from parley.text import Clause, version

WORDING = {clause.id: clause.wording for clause in CLAUSES}
NO = head("NO")


def mark(*clauses: str, state: str = "agreed-ad-ref", **more: Any) -> MarkClauses:
    return MarkClauses(**({"by": chair, "at": LATER, "standing": standing, "version": 0, "state": state, "clauses": clauses} | more))


def close(at_version: int = 0, **more: Any) -> ClosePackage:
    return ClosePackage(**({"by": chair, "at": LATER, "standing": standing, "version": at_version} | more))


def test_the_chair_marks_clauses_for_the_words_that_they_now_have() -> None:
    taking.when(mark("p2", "p2a")).then(ClausesMarked(DOCUMENT, 0, "agreed-ad-ref", (Marked("p2", WORDING["p2"]), Marked("p2a", WORDING["p2a"])), ""))
    assert [one.clause for one in taking.when(mark(state="parked")).decided()[0].clauses] == ["t", "p1", "p2", "p2a"]
    taking.when(mark("p2", by=rapporteur)).refused("not-entitled", NotEntitled)
    taking.when(mark("p9")).refused("no-such-clause")
    taking.when(mark("p2", state="agreed")).refused("unknown-state", Invalid)
    taking.when(mark("p2", version=3)).refused("stale", Overtaken)
    told(taking, mark("p2")).when(mark("p2")).refused("no-change")
    taking.when(mark("p2", state="open")).refused("no-change")


def test_nothing_is_agreed_over_an_open_amendment_or_a_bracket() -> None:
    spec = told(taking, propose(soften), propose(add, NO))
    assert spec.when(mark("p1", "p2")).refused("amendments-open").details["amendments"] == ["A1"]
    spec.when(mark("p2")).decided()  # an insertion behind it leaves its words alone
    assert told(spec, rule("A1")).when(mark("p1")).refused("amendments-open").details["amendments"] == ["A1"]
    subs = told(taking, propose(add), propose(Wanted("replace", "", "binding", "secret"), NO, amends="A1"))
    subs.when(mark()).decided()  # a sub-amendment is about another amendment, not about the text
    unplaced = told(taking, bring_in(Wanted("replace", "p2", "Sharing is compulsory.", "Sharing is free.")))
    assert unplaced.when(mark("p1", "p2")).refused("amendments-open").details["amendments"] == ["A1"]
    told(spec, rule("A2"), rule("A1"), make()).when(mark("p1", version=1)).decided()
    bracketed = (Clause("p1", "Parties [shall] share.", number="1"), Clause("p2", "All agree.", number="2"))
    open_text = nothing.given(DocumentTabled(DOCUMENT, "Brackets", "participants", bracketed, version(bracketed).root))
    assert open_text.when(mark("p1", "p2")).refused("brackets-open").details["clauses"] == ["p1"]
    open_text.when(mark("p2")).decided()


def test_what_is_agreed_is_no_longer_open_until_the_chair_re_opens_it_for_a_reason() -> None:
    spec = told(taking, mark("p1", "p2"))
    assert spec.when(propose(soften)).refused("clause-agreed").details["clauses"] == ["p1"]
    spec.when(propose(Wanted("merge", "p1", merge.old, second="p2"))).refused("has-children")
    spec.when(propose(drop)).refused("clause-agreed")
    spec.when(propose(move)).refused("clause-agreed")
    spec.when(propose(add)).decided()
    waiting = told(taking, propose(add), mark("p1"))
    waiting.when(restate("A1", soften)).refused("clause-agreed")
    assert spec.when(mark("p1", state="open")).refused("reason-missing").details["clauses"] == ["p1"]
    reopened = told(spec, mark("p1", state="open", reason="A capital did not confirm."))
    reopened.when(propose(soften)).decided()
    parked = told(taking, mark("p1", state="parked"))
    parked.when(propose(soften)).decided()
    parked.when(mark("p1", state="open")).decided()


def test_agreement_lapses_where_a_word_changes() -> None:
    spec = told(taking, mark("p1", "p2"))
    edited = told(spec, EditClause(chair, EARLIER, standing, "p1", "threats", "risks", "House style."), make())
    assert (edited.state.agreed("p1"), edited.state.agreed("p2")) == (False, True)
    edited.when(propose(Wanted("replace", "p1", "risks", "threats"), base_version=1)).decided()
    assert [one.clause for one in edited.when(mark("p1", "p2", version=1)).decided()[0].clauses] == ["p1"]


def test_the_package_closes_when_everything_is_agreed_and_then_nothing_changes() -> None:
    assert told(taking, mark("p1", "p2")).when(close()).refused("not-agreed").details["clauses"] == ["t", "p2a"]
    agreed = told(taking, mark())
    agreed.when(close(2)).refused("stale", Overtaken)
    agreed.when(close()).then(PackageClosed(DOCUMENT, 0, tabled.version_hash))
    assert told(agreed, propose(add)).when(close()).refused("amendments-open").details["amendments"] == ["A1"]
    closed = told(agreed, close())
    for command in (propose(add), make(), mark("p1", state="open", reason="x"), close()):
        closed.when(command).refused("package-closed")
    closed.when(ReleaseVersion(chair, LATER, standing, 0)).refused("marking-forbids")  # to give it to everybody changes nothing in it
