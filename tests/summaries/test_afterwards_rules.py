"""The rule book of what comes after the issue: statements beside a version, and files that are issued anew."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from house import KEYS
from parley.kernel.decider import Invalid, NotEntitled, Unknown
from parley.protocol.standing import Delegation, Standing
from parley.summaries.correcting import IssueCorrection
from parley.summaries.facts_afterwards import (
    ReissueReleased,
    StatementBackReleased,
    StatementRecorded,
    StatementReleased,
    StatementTakenBack,
    SummaryReissued,
)
from parley.summaries.reissuing import ReissueVersion
from parley.summaries.stating import MOST, RecordStatement, TakeStatementBack
from summaries.drafting_room import CHAIR, FORUM, HEAD, NOW, SUPPLIERS, Desk, disposed, inputs, principle, reflected, source, started, written

KNOWN = inputs(principle("p1", marking="public"))
STANDING = Standing(known_at=1, open=True, delegations={code: Delegation(code, "accepted") for code in ("CZ", "SK", "JP")}, groups={"EU": ("CZ", "SK")})


def desk(**more: Any) -> Desk:
    return Desk(started(**more), written("s1", f"One delegation put forward: {SUPPLIERS}", source("p1")), disposed(reflected("p1")))


def issued(**more: Any) -> Desk:
    return desk(**more).issue(KNOWN)


def state(by: Any = HEAD, **more: Any) -> RecordStatement:
    return RecordStatement(**({"by": by, "at": NOW, "standing": STANDING, "version": 1, "kind": "reservation", "says": "Not us."} | more))


def back(by: Any = HEAD, statement: int = 1, **more: Any) -> TakeStatementBack:
    return TakeStatementBack(**({"by": by, "at": NOW, "standing": STANDING, "version": 1, "statement": statement} | more))


def anew(by: Any = CHAIR, **more: Any) -> ReissueVersion:
    return ReissueVersion(**({"by": by, "at": NOW + timedelta(days=1), "version": 1, "reason": "A broken file.", "sign": KEYS.sign} | more))


def test_a_statement_is_counted_and_told_to_everybody_where_everybody_reads_the_version() -> None:
    hidden = issued().when(state(places=(1, 1)))
    assert hidden.last == [StatementRecorded("1", 1, 1, "reservation", "CZ", "Not us.", NOW, (1,))]
    second = hidden.when(state(kind="explanation"))
    assert [fact.statement for fact in second.last] == [2]
    public = issued(marking="public").when(state(on_behalf_of="EU"))
    assert [type(fact) for fact in public.last] == [StatementRecorded, StatementReleased]
    assert public.last[1].represented == ("CZ", "SK")
    assert public.last[1].symbol == public.summary.issued[0].symbol


@pytest.mark.parametrize(
    ("command", "rule", "kind"),
    [
        (state(kind="veto"), "unknown-statement", Invalid),
        (state(places=(2,)), "no-such-place", None),
        (state(version=2), "unknown", Unknown),
        (state(by=CHAIR), "not-entitled", NotEntitled),
        (state(standing=replace(STANDING, delegations={"CZ": Delegation("Czechia", "suspended")})), "not-entitled", NotEntitled),
        (state(on_behalf_of="V4"), "not-a-member", None),
        (back(), "unknown", Unknown),
    ],
)
def test_a_statement_that_cannot_stand_is_refused(command: Any, rule: str, kind: type | None) -> None:
    refusal = issued().refused(command)
    assert refusal.rule == rule
    assert kind is None or type(refusal) is kind


def test_nobody_speaks_beside_a_version_that_they_may_not_read() -> None:
    embargoed = desk().issue(KNOWN, after=timedelta(hours=1))
    assert type(embargoed.refused(state())) is Unknown
    restricted = issued(marking="restricted", audience=("JP",))
    assert type(restricted.refused(state())) is Unknown
    assert issued(marking="restricted", audience=("CZ",)).when(state()).last


def test_a_delegation_has_room_for_so_many_statements_and_no_more() -> None:
    full = issued()
    for _ in range(MOST):
        full.when(state())
    assert full.refused(state()).rule == "too-many-statements"


def test_a_statement_is_taken_back_once_by_its_own_delegation() -> None:
    made = issued(marking="public").when(state())
    other = replace(HEAD, person="sk-head", delegation="SK")
    assert type(made.refused(back(other))) is NotEntitled
    gone = made.when(back(reason="Confirmed."))
    assert [type(fact) for fact in gone.last] == [StatementTakenBack, StatementBackReleased]
    assert gone.refused(back()).rule == "taken-back"
    assert [type(fact) for fact in issued().when(state()).when(back()).last] == [StatementTakenBack]


def test_a_version_is_issued_anew_with_its_corrections_and_names_what_it_stands_for() -> None:
    first = issued(marking="public")
    before = first.summary.issued[0]
    corrected = first.when(IssueCorrection(CHAIR, NOW, 1, (("1", "country", "land"),), "A slip.", FORUM))
    again = corrected.when(anew())
    reissued, told = again.last
    assert (type(reissued), type(told)) == (SummaryReissued, ReissueReleased)
    assert (reissued.symbol, reissued.reissue, reissued.replaces_hash) == (f"{before.symbol}*", 1, before.content_hash)
    assert "land" in reissued.text
    assert "country" not in reissued.text
    assert again.when(anew()).last[0].replaces_hash == reissued.content_hash
    assert [type(fact) for fact in issued().when(anew()).last] == [SummaryReissued]


def test_what_is_not_released_is_not_issued_anew_and_nothing_without_a_reason() -> None:
    assert desk().issue(KNOWN, after=timedelta(hours=1)).refused(anew()).rule == "embargo-holds"
    assert issued().refused(anew(reason=" ")).rule == "reason-missing"
    assert type(issued().refused(anew(version=3))) is Unknown
    assert type(issued().refused(anew(by=HEAD))) is Unknown
