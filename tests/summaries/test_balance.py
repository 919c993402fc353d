"""The balance report: whose inputs a text takes up."""

from hypothesis import given
from hypothesis import strategies as st

from parley.summaries.balance import Share, balance_of
from parley.summaries.facts import Disposition
from summaries.drafting_room import Desk, disposed, inputs, principle, reflected, started

GROUPS = {"EU": ("CZ", "SK"), "G2": ("SK",)}
ROSTER = ("CZ", "SK", "JP", "NO")


def test_shares_are_counted_by_group_and_by_delegation_and_who_is_passed_over_is_named() -> None:
    known = inputs(principle("p1", "One.", "CZ"), principle("p2", "Two.", "SK"), principle("p3", "Three.", "JP"), principle("p4", "Four.", "JP"))
    merged, parked = Disposition("principle/p2", "merged", into="principle/p1"), Disposition("principle/p3", "parked", reason="later")
    found = balance_of(Desk(started(), disposed(reflected("p1"), merged, parked)).summary, known, GROUPS, ROSTER)
    assert found.groups == (Share("", 2, 2, 0), Share("EU", 2, 2, 2), Share("G2", 1, 1, 1))
    assert [(one.of, one.inputs, one.taken_up) for one in found.delegations] == [("CZ", 1, 1), ("JP", 2, 0), ("SK", 1, 1)]
    assert found.passed_over == ("JP",)


def test_what_is_withdrawn_or_late_weighs_nothing() -> None:
    known = inputs(principle("p1", "One.", "CZ", state="withdrawn"), principle("p2", "Two.", "CZ", state="late"))
    assert balance_of(Desk(started()).summary, known, GROUPS, ROSTER).delegations == ()


@given(st.lists(st.tuples(st.sampled_from(ROSTER), st.sampled_from(["reflected", "partly", "parked", None])), max_size=20))
def test_the_shares_of_all_delegations_make_up_the_whole(put_in: list[tuple[str, str | None]]) -> None:
    known = inputs(*(principle(f"p{place}", f"Text {place}.", who, seq=place) for place, (who, _) in enumerate(put_in)))
    answers = [Disposition(f"principle/p{place}", said, reason="x") for place, (_, said) in enumerate(put_in) if said]
    found = balance_of(Desk(started(), disposed(*answers)).summary, known, GROUPS, ROSTER)
    assert sum(one.inputs for one in found.delegations) == len(put_in)
    assert sum(one.taken_up for one in found.delegations) == sum(said in ("reflected", "partly") for _, said in put_in)
    assert set(found.passed_over) == {who for who, _ in put_in} - {who for who, said in put_in if said in ("reflected", "partly")}
