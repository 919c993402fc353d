"""What facts count for, and how minutes become what the secretariat watches."""

from datetime import UTC, datetime

import msgspec
import pytest

from parley.kernel.log import Recorded
from parley.kernel.measures import FACT, Counted, Minute, Seen, Tally, merged, minute_before
from parley.summaries.measures import AMENDED, MEASURING, SUBMISSION, contested, measure

PRINCIPLE = {"principle": "p1", "delegation": "CZ", "text": "Not for measures.", "theme": "policy"}
AMENDMENT = {"document": "prague/zero", "clause": "p1", "operation": "replace", "delegation": "JP", "theme": None, "state": "live", "new": "Nor this."}


def fact(service: str, word: str, body: dict[str, object]) -> Recorded:
    at = datetime(2026, 5, 2, 9, 30, tzinfo=UTC)
    return Recorded(0, service, "x", 1, "prague", 1, None, f"parley.{service}.{word}.v1", msgspec.json.encode(body), b"{}", at, b"")


def test_a_principle_counts_for_its_theme() -> None:
    assert measure(fact("delegations", "PrincipleSubmitted", PRINCIPLE)) == [Counted(SUBMISSION, "policy", "CZ")]


def test_an_amendment_counts_for_the_clause_that_it_would_change() -> None:
    assert measure(fact("drafts", "AmendmentProposed", AMENDMENT)) == [Counted(SUBMISSION, "", "JP"), Counted(AMENDED, "zero/p1", "JP")]


@pytest.mark.parametrize("other", [{"operation": "insert"}, {"state": "unplaced", "clause": "words that somebody wrote"}])
def test_what_changes_no_clause_that_is_there_contests_none(other: dict[str, str]) -> None:
    assert [one.what for one in measure(fact("drafts", "AmendmentProposed", AMENDMENT | other))] == [SUBMISSION]


def test_other_facts_count_for_nothing_of_their_own() -> None:
    assert measure(fact("delegations", "PrincipleWithdrawn", {"principle": "p1"})) == []


def test_a_fact_that_comes_again_counts_once() -> None:
    once = Tally().with_fact(7, "CZ", 0.5)
    assert once.with_fact(7, "CZ", 90.0) is once
    assert once.with_fact(8, "JP", 0.25) == Tally(8, 2, ("CZ", "JP"), 0.5)


def minute(what: str, of: str, start: float, *by: str, times: int = 1, late: float = 0.0) -> Minute:
    return Minute("prague", what, of, start, Tally(9, times, by, late))


def test_minutes_of_one_thing_are_put_together() -> None:
    minutes = [minute(SUBMISSION, "policy", 60, "CZ", times=2, late=3.0), minute(SUBMISSION, "policy", 0, "CZ", "JP", late=9.0)]
    assert merged(minutes) == [Seen("prague", SUBMISSION, "policy", {"1970-01-01T00:00Z": 1, "1970-01-01T00:01Z": 2}, 2, 3.0)]


def test_a_clause_is_contested_when_two_delegations_would_change_it_not_when_one_does_twice() -> None:
    seen = merged([minute(AMENDED, "zero/p1", 0, "CZ"), minute(AMENDED, "zero/p1", 60, "JP"), minute(AMENDED, "zero/p2", 0, "CZ", times=2)])
    assert [one.of for one in contested(seen)] == ["zero/p1"]


def test_the_metrics_hold_names_and_numbers_of_the_last_whole_minute() -> None:
    seen = merged([
        minute(SUBMISSION, "policy", 60, "CZ", times=4), minute(AMENDED, "zero/p1", 60, "CZ", "JP"), minute(FACT, "drafts", 60, late=2.5),
        minute(FACT, "delegations", 0, late=7.0),
    ])  # fmt: skip
    last = minute_before(datetime(1970, 1, 1, 0, 2, 30, tzinfo=UTC))
    assert {gauge.name: list(gauge.read(seen, last)) for gauge in MEASURING.gauges} == {
        "parley.live.submissions": [(4, {"parley.lane": "prague", "parley.theme": "policy"})],
        "parley.live.contested": [(1, {"parley.lane": "prague"})],
        "parley.live.lag": [(2.5, {"parley.service": "drafts"})],
    }
