"""Who is who: the fold of standing, and how a token becomes one who calls."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from parley.protocol.standing import GRANT_WORDS, HOUSE, STANDING_WORDS, Actor, Grant, Standing, grant_after, identify, standing_after

NOON = datetime(2019, 5, 3, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)

OPENED = {
    "negotiation": "prague", "title": "Prague", "zone": "Europe/Prague", "marking": "restricted", "attribution": "named", "themes": ["policy"],
    "quantifiers": [["many", "1/3"]],
}  # fmt: skip


def told(*facts: tuple[str, dict[str, Any]]) -> Standing:
    standing = Standing()
    for seq, (word, body) in enumerate(facts, start=1):
        standing = standing_after(standing, word, body, seq)
    return standing


meeting = told(
    ("NegotiationOpened", OPENED),
    ("DelegationAdmitted", {"delegation": "CZ", "name": "Czechia"}),
    ("DelegationAdmitted", {"delegation": "JP", "name": "Japan"}),
    ("CredentialsDecided", {"delegation": "JP", "credentials": "suspended", "reason": ""}),
    ("GroupFormed", {"group": "EU", "name": "European Union", "members": ["CZ"]}),
    ("PersonEnrolled", {"person": "cz", "name": "C", "role": "head", "delegation": "CZ"}),
    ("PersonEnrolled", {"person": "jp", "name": "J", "role": "member", "delegation": "JP"}),
    ("PersonEnrolled", {"person": "watcher", "name": "W", "role": "observer", "delegation": None}),
    ("OfficeAssumed", {"office": "chair", "person": "cz"}),
)


def grant(person: str, lane: str = "prague", **more: Any) -> Grant:
    return Grant(lane=lane, person=person, scopes=("*",), expires_at=LATER, **more)


def test_standing_is_known_up_to_the_last_fact_that_said_something_of_it() -> None:
    assert meeting.known_at == 9
    assert standing_after(meeting, "PrincipleSubmitted", {"text": "x"}, 10) is meeting


def test_a_negotiation_has_the_rules_under_which_it_was_opened_and_keeps_them_when_it_is_closed() -> None:
    said = (meeting.open, meeting.zone, meeting.marking, meeting.attribution, meeting.themes, meeting.quantifiers)
    assert said == (True, "Europe/Prague", "restricted", "named", ("policy",), (("many", "1/3"),))
    after = standing_after(meeting, "NegotiationClosed", {"negotiation": "prague"}, 10)
    assert (after.open, after.title, after.delegations) == (False, "Prague", meeting.delegations)


def test_a_deadline_is_a_time_in_utc() -> None:
    assert standing_after(meeting, "PhaseScheduled", {"phase": "principles", "closes_at": "2019-05-03T12:00:00Z"}).phases == {"principles": NOON}


def test_groups_change_and_their_members_stand_in_order() -> None:
    joined = standing_after(meeting, "GroupJoined", {"group": "EU", "delegation": "AT"})
    assert joined.members_of("EU") == ("AT", "CZ")
    assert standing_after(joined, "GroupLeft", {"group": "EU", "delegation": "CZ"}).members_of("EU") == ("AT",)
    assert meeting.members_of("G7") == ()


def test_a_fact_may_be_told_as_struct_or_as_json_with_the_same_result() -> None:
    body = {"phase": "principles", "closes_at": NOON}
    assert standing_after(meeting, "PhaseScheduled", body) == standing_after(meeting, "PhaseScheduled", msgspec.to_builtins(body))


def test_standing_survives_being_written_down() -> None:
    assert msgspec.json.decode(msgspec.json.encode(meeting), type=Standing) == meeting


def test_every_word_of_standing_changes_it_and_no_other_does() -> None:
    bodies: dict[str, dict[str, Any]] = {
        "NegotiationOpened": OPENED, "NegotiationClosed": {}, "PhaseScheduled": {"phase": "positions", "closes_at": NOON},
        "DelegationAdmitted": {"delegation": "NO", "name": "Norway"}, "CredentialsDecided": {"delegation": "CZ", "credentials": "accepted"},
        "GroupFormed": {"group": "G7", "members": ["JP"]}, "GroupJoined": {"group": "EU", "delegation": "JP"},
        "GroupLeft": {"group": "EU", "delegation": "CZ"}, "PersonEnrolled": {"person": "x", "role": "observer"}, "PersonStruckOff": {"person": "cz"},
        "OfficeAssumed": {"office": "chair", "person": "jp"}, "OfficeLeft": {"office": "chair", "person": "cz"},
    }  # fmt: skip
    assert set(bodies) == STANDING_WORDS
    for word, body in bodies.items():
        before = Standing() if word == "NegotiationOpened" else meeting
        assert standing_after(before, word, body, 10) != msgspec.structs.replace(before, known_at=10), word


def test_who_is_struck_off_is_gone_and_the_others_stay() -> None:
    assert set(standing_after(meeting, "PersonStruckOff", {"person": "jp"}).persons) == {"cz", "watcher"}


def test_an_office_that_is_left_leaves_the_others_to_those_who_hold_them() -> None:
    both = standing_after(meeting, "OfficeAssumed", {"office": "rapporteur", "person": "jp"})
    assert standing_after(both, "OfficeLeft", {"office": "chair", "person": "cz"}).offices == {"rapporteur": "jp"}
    assert standing_after(both, "OfficeLeft", {"office": "rapporteur", "person": "jp"}).offices == {"chair": "cz"}


def test_observers_and_the_public_take_no_part() -> None:
    assert identify(meeting, grant("jp"), "prague", NOON).takes_part
    assert not identify(meeting, grant("watcher"), "prague", NOON).takes_part


def test_who_holds_an_office_acts_in_it_and_not_for_a_delegation() -> None:
    chair = identify(meeting, grant("cz"), "prague", NOON)
    assert (chair.roles, chair.delegation, chair.on_bench) == (("chair",), None, True)
    head = identify(standing_after(meeting, "OfficeLeft", {"office": "chair", "person": "cz"}), grant("cz"), "prague", NOON)
    assert (head.roles, head.delegation, head.groups, head.on_bench) == (("head",), "CZ", ("EU",), False)


def test_who_calls_carries_role_delegation_credentials_and_how_far_that_is_known() -> None:
    assert identify(meeting, grant("jp"), "prague", NOON) == Actor("jp", ("member",), "JP", "suspended", (), ("*",), 9)
    assert identify(meeting, grant("watcher"), "prague", NOON).roles == ("observer",)


@pytest.mark.parametrize(
    "token",
    [
        None,
        Grant(),
        grant("cz", revoked=True),
        grant("nobody"),
        grant("cz", lane="vienna"),
        msgspec.structs.replace(grant("cz"), expires_at=NOON),
    ],
    ids=["none", "unknown", "revoked", "struck off", "of another negotiation", "expired"],
)
def test_without_a_token_that_holds_everybody_is_the_public(token: Grant | None) -> None:
    assert identify(meeting, token, "prague", NOON) == Actor(known_at=9)


def test_the_secretariats_own_people_are_secretariat_in_every_negotiation_and_nowhere_else() -> None:
    for lane in ("prague", "vienna", HOUSE):
        assert identify(meeting, grant("anybody", HOUSE), lane, NOON).roles == ("secretariat",)
    assert identify(meeting, grant("anybody", HOUSE, revoked=True), "prague", NOON).person == ""


def test_a_token_stands_for_its_person_until_it_is_revoked() -> None:
    body = {"token_hash": "t", "person": "cz", "kind": "api", "scopes": ["principle.read"], "expires_at": "2019-05-03T13:00:00Z"}
    issued = grant_after(Grant(), "TokenIssued", "prague", body)
    assert issued == Grant("prague", "cz", ("principle.read",), LATER)
    assert grant_after(issued, "TokenRevoked", "prague", {"token_hash": "t"}).revoked
    assert grant_after(issued, "PersonEnrolled", "prague", {}) is issued
    assert {"TokenIssued", "TokenRevoked"} == GRANT_WORDS


def test_a_delegation_takes_part_only_if_it_is_on_the_roster_with_valid_credentials() -> None:
    assert [meeting.accredited(one) for one in ("CZ", "JP", "NO", None)] == [True, False, False, False]
