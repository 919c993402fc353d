"""The rule book of a principle: submitting, revising, withdrawing, sponsoring, and taking a position."""

from dataclasses import replace
from typing import Any

import pytest

from delegations.people import EARLIER, LATER, NOON, chair, head, member, observer, public, rapporteur, secretariat
from parley.delegations.facts import (
    LatenessWaived,
    PositionTaken,
    PrincipleMarkingLoosened,
    PrincipleRevised,
    PrincipleSubmitted,
    PrincipleWithdrawn,
    SponsorJoined,
    SponsorLeft,
)
from parley.delegations.principle import STANCES, Principle, hash_of
from parley.delegations.rules_importing import ImportPosition, ImportPrinciple
from parley.delegations.rules_principle import (
    PRINCIPLES,
    JoinSponsors,
    LeaveSponsors,
    LoosenPrincipleMarking,
    RevisePrinciple,
    SubmitPrinciple,
    TakePosition,
    WaiveLateness,
    WithdrawPrinciple,
)
from parley.kernel.decider import Invalid, NotEntitled, Unknown
from parley.protocol.standing import Actor, Delegation, Standing
from spec import Spec

TEXT, OTHER = "Networks are built to be secure.", "Networks are built to be secure and open."
HASH, OTHER_HASH = hash_of(TEXT), hash_of(OTHER)

standing = Standing(
    known_at=9, open=True, title="Prague", themes=("policy", "security"), groups={"EU": ("CZ", "SK", "PL"), "V4": ()},
    delegations={"JP": Delegation("Japan"), "NO": Delegation("Norway"), "CZ": Delegation("Czechia", "accepted"), "SK": Delegation("Slovakia"),
                 "PL": Delegation("Poland", "suspended")},
)  # fmt: skip
elapsed = Standing(
    known_at=9, open=True, title="Prague", themes=standing.themes, delegations=standing.delegations, phases={"principles": NOON, "positions": NOON}
)
closed = Standing(known_at=9, title="Prague", themes=standing.themes, delegations=standing.delegations)
unknown = Standing()

submitted = PrincipleSubmitted("p", "JP", TEXT, HASH, "", "policy", (), "participants")
nothing = Spec(PRINCIPLES)
live = nothing.given(submitted)
late = nothing.given(PrincipleSubmitted("p", "JP", TEXT, HASH, "", "policy", (), "participants", late=True))
withdrawn = live.given(PrincipleWithdrawn("p", "JP"))
restricted = nothing.given(PrincipleSubmitted("p", "JP", TEXT, HASH, "", "policy", (), "restricted", audience=("CZ",)))
sponsored = live.given(SponsorJoined("p", "CZ", HASH))

submit = SubmitPrinciple(head("JP"), NOON, standing, "p", TEXT, "", "policy")
revise = RevisePrinciple(head("JP"), NOON, standing, "p", OTHER, "Clearer.")
withdraw = WithdrawPrinciple(head("JP"), NOON, standing, "p")
waive = WaiveLateness(chair, NOON, standing, "p", "The train was late.")
loosen = LoosenPrincipleMarking(head("JP"), NOON, standing, "p", "participants")
join = JoinSponsors(head("CZ"), NOON, standing, "p", HASH)
leave = LeaveSponsors(head("CZ"), NOON, standing, "p")
take = TakePosition(head("CZ"), NOON, standing, "p", "support", "", HASH)


# -- submitting ---------------------------------------------------------------------------------------------------------------------------------------------


def test_a_head_of_delegation_submits_a_principle_under_the_negotiations_marking() -> None:
    nothing.when(submit).then(submitted)


@pytest.mark.parametrize("by", [member("JP"), chair, rapporteur, secretariat, observer, public])
def test_nobody_else_submits_a_principle(by: Actor) -> None:
    nothing.when(replace(submit, by=by)).refused("not-entitled", NotEntitled)


@pytest.mark.parametrize("credentials", ["rejected", "suspended", "withdrawn"])
def test_a_delegation_without_valid_credentials_submits_nothing(credentials: str) -> None:
    nothing.when(replace(submit, by=head("JP", credentials))).refused("not-entitled", NotEntitled)


def test_credentials_count_as_they_are_at_that_moment_not_as_they_were_when_the_caller_was_identified() -> None:
    nothing.when(replace(submit, by=head("PL"))).refused("not-entitled", NotEntitled)


def test_nothing_is_submitted_where_there_is_no_negotiation() -> None:
    nothing.when(replace(submit, standing=unknown)).refused("unknown", Unknown)


def test_nothing_is_submitted_to_a_closed_negotiation() -> None:
    nothing.when(replace(submit, standing=closed)).refused("negotiation-closed")


def test_a_principle_is_submitted_once_under_its_name() -> None:
    live.when(submit).refused("already-submitted")


def test_a_principle_is_on_one_of_the_negotiations_themes() -> None:
    assert nothing.when(replace(submit, theme="weather")).refused("unknown-theme", Invalid).details == {"themes": ["policy", "security"]}


def test_a_principle_has_a_marking_that_exists() -> None:
    nothing.when(replace(submit, marking="secret")).refused("unknown-marking", Invalid)


def test_a_restricted_principle_names_its_readers_each_once() -> None:
    (fact,) = nothing.when(replace(submit, marking="restricted", audience=("SK", "CZ", "SK"))).decided()
    assert (fact.marking, fact.audience) == ("restricted", ("CZ", "SK"))


def test_only_a_restricted_principle_has_a_list_of_readers() -> None:
    nothing.when(replace(submit, marking="public", audience=("CZ",))).refused("audience-not-expected", Invalid)


def test_a_reader_is_a_delegation_of_the_roster() -> None:
    nothing.when(replace(submit, marking="restricted", audience=("ZZ",))).refused("unknown-delegation")


@pytest.mark.parametrize(("at", "is_late"), [(EARLIER, False), (NOON, True), (LATER, True)])
def test_what_comes_at_the_deadline_or_after_it_is_late_and_is_kept(at: Any, is_late: bool) -> None:
    (fact,) = nothing.when(replace(submit, at=at, standing=elapsed)).decided()
    assert fact.late is is_late


def test_a_group_speaks_through_a_member_for_all_who_are_accredited_in_it_then() -> None:
    (fact,) = nothing.when(replace(submit, by=head("CZ"), on_behalf_of="EU")).decided()
    assert (fact.delegation, fact.on_behalf_of, fact.represented) == ("CZ", "EU", ("CZ", "SK"))


@pytest.mark.parametrize("group", ["EU", "V4", "G7"])
def test_nobody_speaks_for_a_group_that_it_is_not_in(group: str) -> None:
    nothing.when(replace(submit, on_behalf_of=group)).refused("not-a-member")


def test_any_delegation_tables_a_withdrawn_principle_again_with_a_link() -> None:
    again = replace(submit, by=head("NO"), principle="q", retables="p", retabled=withdrawn.state)
    (fact,) = nothing.when(again).decided()
    assert (fact.delegation, fact.retables) == ("NO", "p")


@pytest.mark.parametrize("retabled", [None, Principle(), live.state, late.state])
def test_only_a_withdrawn_principle_is_tabled_again(retabled: Principle | None) -> None:
    nothing.when(replace(submit, retables="p", retabled=retabled)).refused("not-withdrawn")


# -- who may know of it -------------------------------------------------------------------------------------------------------------------------------------

everybody = {
    "author": head("JP"), "colleague": member("JP"), "reader": head("CZ"), "other": head("NO"), "chair": chair, "rapporteur": rapporteur,
    "secretariat": secretariat, "observer": observer, "public": public,
}  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "readers"),
    [
        (nothing, set()),
        (live, {"author", "colleague", "reader", "other", "chair", "rapporteur", "secretariat"}),
        (late, {"author", "colleague", "chair", "rapporteur", "secretariat"}),
        (withdrawn, {"author", "colleague", "chair", "secretariat"}),
        (restricted, {"author", "colleague", "reader", "chair", "rapporteur", "secretariat"}),
        (sponsored.given(PrincipleWithdrawn("p", "JP")), {"author", "colleague", "reader", "chair", "secretariat"}),
    ],
    ids=["not submitted", "live", "late", "withdrawn", "restricted", "withdrawn with a sponsor"],
)
def test_a_principle_is_read_by_those_whom_its_state_and_marking_allow(spec: Spec, readers: set[str]) -> None:
    assert {name for name, actor in everybody.items() if spec.state.visible_to(actor)} == readers


@pytest.mark.parametrize("command", [revise, withdraw, waive, join, leave, take])
@pytest.mark.parametrize("spec", [nothing, restricted, late])
def test_what_a_caller_may_not_see_is_not_there_whatever_it_asks_for(spec: Spec, command: Any) -> None:
    spec.when(replace(command, by=head("NO"))).refused("unknown", Unknown)


@pytest.mark.parametrize("command", [revise, withdraw, waive, join, leave, take])
def test_a_principle_of_a_closed_negotiation_is_only_read(command: Any) -> None:
    live.when(replace(command, standing=closed)).refused("negotiation-closed")


@pytest.mark.parametrize("command", [revise, withdraw, join, leave, take])
@pytest.mark.parametrize("by", [member("JP"), member("CZ"), chair, secretariat])
def test_only_a_head_of_delegation_acts_on_a_principle(command: Any, by: Actor) -> None:
    live.when(replace(command, by=by)).refused("not-entitled", NotEntitled)


# -- revising and withdrawing -------------------------------------------------------------------------------------------------------------------------------


def test_a_new_text_is_a_new_version() -> None:
    live.when(revise).then(PrincipleRevised("p", 2, OTHER, OTHER_HASH, "Clearer."))
    again = live.given(PrincipleRevised("p", 2, OTHER, OTHER_HASH, ""))
    again.when(replace(revise, text=TEXT)).then(PrincipleRevised("p", 3, TEXT, HASH, "Clearer."))


def test_the_same_text_is_no_new_version() -> None:
    live.when(replace(revise, text=TEXT)).refused("same-text")


def test_only_the_author_revises_and_withdraws() -> None:
    live.when(replace(revise, by=head("NO"))).refused("not-the-author", NotEntitled)
    sponsored.when(replace(withdraw, by=head("CZ"))).refused("not-the-author", NotEntitled)


def test_nothing_is_revised_after_the_deadline() -> None:
    live.when(replace(revise, standing=elapsed)).refused("deadline-passed")
    live.when(replace(revise, standing=elapsed, at=EARLIER)).decided()


def test_an_author_withdraws_even_after_the_deadline() -> None:
    live.when(replace(withdraw, standing=elapsed)).then(PrincipleWithdrawn("p", "JP"))


def test_a_late_principle_can_be_withdrawn() -> None:
    late.when(withdraw).then(PrincipleWithdrawn("p", "JP"))


def test_withdrawal_is_final() -> None:
    withdrawn.when(revise).refused("withdrawn")
    withdrawn.when(withdraw).refused("withdrawn")
    sponsored.given(PrincipleWithdrawn("p", "JP")).when(take).refused("withdrawn")
    sponsored.given(PrincipleWithdrawn("p", "JP")).when(join).refused("withdrawn")


# -- how far it travels -------------------------------------------------------------------------------------------------------------------------------------


def test_its_author_lets_a_restricted_principle_travel_further() -> None:
    restricted.when(loosen).then(PrincipleMarkingLoosened("p", "participants"))
    assert restricted.given(PrincipleMarkingLoosened("p", "participants")).state.visible_to(head("NO"))


@pytest.mark.parametrize("marking", ["participants", "restricted"])
def test_a_marking_is_never_made_stricter_because_others_have_read_it(marking: str) -> None:
    live.when(replace(loosen, marking=marking)).refused("not-looser")


def test_only_the_author_loosens_a_marking_and_only_to_one_that_there_is() -> None:
    restricted.when(replace(loosen, by=head("CZ"))).refused("not-the-author", NotEntitled)
    restricted.when(replace(loosen, marking="secret")).refused("unknown-marking", Invalid)
    restricted.given(PrincipleWithdrawn("p", "JP")).when(loosen).refused("withdrawn")


# -- the chair's waiver -------------------------------------------------------------------------------------------------------------------------------------


def test_the_chair_lets_a_late_principle_in_with_a_reason() -> None:
    late.when(waive).then(LatenessWaived("p", "The train was late."))
    assert late.given(LatenessWaived("p", "The train was late.")).state.visible_to(head("NO"))


@pytest.mark.parametrize("by", [rapporteur, secretariat, head("JP")])
def test_nobody_else_lets_a_late_principle_in(by: Actor) -> None:
    late.when(replace(waive, by=by)).refused("not-entitled", NotEntitled)


@pytest.mark.parametrize("spec", [live, withdrawn, late.given(LatenessWaived("p", ""))])
def test_only_a_late_principle_is_let_in(spec: Spec) -> None:
    spec.when(waive).refused("not-late")


# -- sponsors -----------------------------------------------------------------------------------------------------------------------------------------------


def test_a_delegation_adds_its_own_name_and_takes_it_away() -> None:
    live.when(join).then(SponsorJoined("p", "CZ", HASH))
    sponsored.when(leave).then(SponsorLeft("p", "CZ"))
    assert sponsored.given(SponsorJoined("p", "NO", HASH), SponsorLeft("p", "CZ")).state.sponsors == ("NO",)


def test_a_sponsor_is_named_once() -> None:
    sponsored.when(join).refused("already-sponsor")


def test_an_author_is_no_sponsor_of_its_own_principle() -> None:
    live.when(replace(join, by=head("JP"))).refused("own-principle")


def test_a_name_is_put_only_to_the_text_that_was_read() -> None:
    refusal = live.given(PrincipleRevised("p", 2, OTHER, OTHER_HASH, "")).when(join).refused("text-changed")
    assert refusal.details == {"current": OTHER_HASH}


def test_a_late_principle_has_no_sponsors_before_the_chair_lets_it_in() -> None:
    seen = late.given(SponsorJoined("p", "SK", HASH))  # only who knows of it could ask
    seen.when(replace(join, by=head("SK"))).refused("late")


def test_who_is_no_sponsor_takes_no_name_away() -> None:
    live.when(leave).refused("not-a-sponsor")


# -- positions ----------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stance", STANCES)
def test_a_delegation_supports_opposes_reserves_or_holds_with_a_text(stance: str) -> None:
    live.when(replace(take, stance=stance, text="Consulting capital.")).then(PositionTaken("p", "CZ", stance, "Consulting capital.", HASH))


def test_there_is_no_other_position() -> None:
    live.when(replace(take, stance="abstain")).refused("unknown-stance", Invalid)


def test_an_author_takes_no_position_on_its_own_principle() -> None:
    live.when(replace(take, by=head("JP"))).refused("own-principle")


def test_a_position_is_taken_on_the_text_that_was_read() -> None:
    live.when(replace(take, text_hash=OTHER_HASH)).refused("text-changed")


def test_a_position_is_taken_before_its_deadline() -> None:
    live.when(replace(take, standing=elapsed)).refused("deadline-passed")
    live.when(replace(take, standing=elapsed, at=EARLIER)).decided()


def test_no_position_is_taken_on_what_waits_for_the_chair() -> None:
    late.given(SponsorJoined("p", "CZ", HASH)).when(take).refused("late")


def test_the_same_position_is_not_taken_twice() -> None:
    live.given(PositionTaken("p", "CZ", "support", "", HASH)).when(take).refused("same-position")


@pytest.mark.parametrize("other", [{"stance": "reserve"}, {"text": "On one condition."}, {"on_behalf_of": "EU"}])
def test_a_delegation_changes_its_mind_its_words_or_for_whom_it_speaks(other: dict[str, Any]) -> None:
    live.given(PositionTaken("p", "CZ", "support", "", HASH)).when(replace(take, **other)).decided()


def test_a_position_is_taken_again_on_a_new_text() -> None:
    spec = live.given(PositionTaken("p", "CZ", "support", "", HASH), PrincipleRevised("p", 2, OTHER, OTHER_HASH, ""))
    spec.when(replace(take, text_hash=OTHER_HASH)).then(PositionTaken("p", "CZ", "support", "", OTHER_HASH))


def test_a_group_takes_a_position_through_a_member() -> None:
    live.when(replace(take, on_behalf_of="EU")).then(PositionTaken("p", "CZ", "support", "", HASH, "EU", ("CZ", "SK")))
    live.when(replace(take, by=head("NO"), on_behalf_of="EU")).refused("not-a-member")


# -- material that the secretariat brings in ----------------------------------------------------------------------------------------------------------------

bring = ImportPrinciple(secretariat, NOON, standing, "p", "JP", TEXT, "", "policy", "prague.jsonl:1")
say = ImportPosition(secretariat, NOON, standing, "p", "CZ", "support")


def test_the_secretariat_brings_in_a_principle_for_its_delegation_and_says_from_where() -> None:
    nothing.when(bring).then(PrincipleSubmitted("p", "JP", TEXT, HASH, "", "policy", (), "participants", source="prague.jsonl:1"))


def test_the_same_row_of_the_same_source_is_brought_in_once() -> None:
    live.when(bring).then()


@pytest.mark.parametrize("by", [chair, head("JP"), observer])
@pytest.mark.parametrize("command", [bring, say])
def test_nobody_else_brings_material_in(command: Any, by: Actor) -> None:
    live.when(replace(command, by=by)).refused("not-entitled", NotEntitled)


def test_material_is_of_a_delegation_on_the_roster_and_a_theme_of_the_negotiation() -> None:
    nothing.when(replace(bring, delegation="ZZ")).refused("unknown-delegation")
    nothing.when(replace(bring, theme="weather")).refused("unknown-theme", Invalid)
    live.when(replace(say, delegation="ZZ")).refused("unknown-delegation")


def test_the_secretariat_brings_in_a_position_on_the_text_as_it_is() -> None:
    live.when(say).then(PositionTaken("p", "CZ", "support", "", HASH))


def test_a_position_that_is_brought_in_again_or_by_the_author_changes_nothing() -> None:
    live.given(PositionTaken("p", "CZ", "support", "", HASH)).when(say).then()
    live.when(replace(say, delegation="JP")).then()


def test_a_position_is_brought_in_again_on_a_new_text() -> None:
    spec = live.given(PositionTaken("p", "CZ", "support", "", HASH), PrincipleRevised("p", 2, OTHER, OTHER_HASH, ""))
    spec.when(say).then(PositionTaken("p", "CZ", "support", "", OTHER_HASH))


def test_a_position_is_brought_in_only_on_what_is_there_and_live() -> None:
    nothing.when(say).refused("unknown", Unknown)
    late.when(say).refused("late")
    live.when(replace(say, stance="abstain")).refused("unknown-stance", Invalid)


# -- the book is complete -----------------------------------------------------------------------------------------------------------------------------------


def test_a_command_or_a_fact_that_the_book_does_not_know_is_a_fault_and_no_refusal() -> None:
    for unheard_of in (PRINCIPLES.decide, PRINCIPLES.evolve):
        with pytest.raises(AssertionError):
            unheard_of(Principle(), object())  # type: ignore[arg-type]
