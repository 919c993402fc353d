"""The access table, role by role and action by action; `docs/access.md` shows it as a grid."""

from itertools import combinations
from pathlib import Path

import pytest

from parley.protocol.access import BENCH, CHAIR, HEAD, MAY, MEMBER, OBSERVER, PARTICIPANTS, PUBLIC, RAPPORTEUR, ROLES, SECRETARIAT, may
from parley.protocol.standing import ACCEPTED, PROVISIONAL, REJECTED, SUSPENDED, WITHDRAWN, Actor
from schemas_written import access_page

ACTIONS = sorted(MAY)
DOCS = Path(__file__).resolve().parents[2] / "docs"


def allowed(*roles: str) -> set[str]:
    return {action for action in ACTIONS if may(roles, action)}


def test_the_grid_that_people_read_is_the_table_that_is_in_force() -> None:
    assert (DOCS / "access.md").read_text(encoding="utf-8") == access_page()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ["", "*", "summary", "summary.forge", "SUMMARY.ISSUE", "summary.issue "])
def test_what_is_not_in_the_table_is_denied_to_everybody(role: str, action: str) -> None:
    assert not may((role,), action)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_public_and_observers_do_nothing_and_read_nothing_but_the_public_record(action: str) -> None:
    assert not may((PUBLIC, OBSERVER), action)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_that_is_not_one_of_ours_has_no_right(action: str) -> None:
    assert not may(("operator",), action)
    assert not may((), action)
    assert MAY[action] <= set(ROLES)


@pytest.mark.parametrize("action", ACTIONS)
def test_two_roles_together_may_what_one_of_them_may_and_no_more(action: str) -> None:
    for one, other in combinations(ROLES, 2):
        assert may((one, other), action) == (may((one,), action) or may((other,), action))


def test_every_participant_reads_principles_documents_issued_summaries_and_the_roster() -> None:
    for role in PARTICIPANTS:
        assert {"principle.read", "document.read", "summary.read-issued", "roster.read"} <= allowed(role)


def test_the_working_summary_is_read_by_the_bench_alone() -> None:
    assert {role for role in ROLES if may((role,), "summary.read-working")} == BENCH


def test_a_member_of_a_delegation_binds_it_to_nothing() -> None:
    assert {action for action in allowed(MEMBER) if ".read" not in action} == set()


def test_who_takes_a_position_does_not_conduct_the_meeting() -> None:
    taking = {"principle.submit", "principle.withdraw", "principle.sponsor", "position.take", "amendment.propose", "amendment.withdraw", "silence.break"}
    assert taking <= allowed(HEAD)
    assert not taking & allowed(*BENCH)


def test_only_the_chair_rules_issues_corrects_and_starts_silence() -> None:
    chairs = {"principle.waive", "amendment.rule", "version.make", "document.release", "summary.issue", "summary.correct", "silence.start"}
    assert chairs <= allowed(CHAIR)
    assert not chairs & allowed(*(role for role in ROLES if role != CHAIR))


def test_the_rapporteur_drafts_and_never_acts_alone_where_the_chair_decides() -> None:
    drafting = {"document.table", "summary.draft", "summary.countersign"}
    assert {action for action in allowed(RAPPORTEUR) if ".read" not in action} <= drafting


def test_the_secretariat_alone_opens_negotiations_and_keeps_the_roster() -> None:
    for action in ("negotiation.open", "roster.keep", "material.import"):
        assert MAY[action] == {SECRETARIAT}


@pytest.mark.parametrize("credentials", [PROVISIONAL, ACCEPTED, REJECTED, SUSPENDED, WITHDRAWN, None])
@pytest.mark.parametrize("role", [HEAD, MEMBER])
def test_a_delegation_without_valid_credentials_reads_and_does_nothing_else(role: str, credentials: str | None) -> None:
    actor = Actor(person="p", roles=(role,), delegation="CZ", credentials=credentials)
    expected = allowed(role) if credentials in (PROVISIONAL, ACCEPTED) else {action for action in allowed(role) if action.split(".")[1].startswith("read")}
    assert {action for action in ACTIONS if actor.may(action)} == expected


@pytest.mark.parametrize("action", ACTIONS)
def test_a_token_does_what_its_scopes_say_as_far_as_its_person_may(action: str) -> None:
    for role in ROLES:
        scoped = Actor(person="p", roles=(role,), delegation="CZ", credentials=ACCEPTED, scopes=(action,))
        assert {one for one in ACTIONS if scoped.may(one)} == ({action} & allowed(role))
        assert not Actor(person="p", roles=(role,), credentials=ACCEPTED, scopes=()).may(action)
