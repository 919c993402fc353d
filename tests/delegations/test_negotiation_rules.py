"""The rule book of a negotiation: opening, deadlines, roster, credentials, groups, offices, invitations and tokens."""

from typing import Any

import msgspec
import pytest

from delegations.people import EARLIER, HOUR, LATER, NOON, chair, head, observer, public, secretariat
from parley.delegations import rules_access, rules_roster
from parley.delegations.facts import (
    CloseAnnounced,
    CredentialsDecided,
    DeadlineAnnounced,
    DelegationAdmitted,
    GroupFormed,
    GroupJoined,
    GroupLeft,
    InvitationAccepted,
    InvitationIssued,
    NegotiationAnnounced,
    NegotiationClosed,
    NegotiationOpened,
    OfficeAssumed,
    OfficeLeft,
    PersonEnrolled,
    PersonStruckOff,
    PhaseScheduled,
    TokenIssued,
    TokenRevoked,
)
from parley.delegations.rules_access import AcceptInvitation, FoundHouse, IssueToken, RevokeToken
from parley.delegations.rules_negotiation import NEGOTIATIONS, CloseNegotiation, OpenNegotiation, SchedulePhase
from parley.delegations.rules_roster import (
    AdmitDelegation,
    AssumeOffice,
    DecideCredentials,
    EnrolPerson,
    FormGroup,
    ImportRoster,
    JoinGroup,
    LeaveGroup,
    LeaveOffice,
    StrikeOff,
)
from parley.kernel.decider import Invalid, NotEntitled, Refused, Unknown
from parley.protocol.access import SECRETARIAT
from parley.protocol.standing import Actor
from spec import Spec

opened = NegotiationOpened("prague", "Security of 5G networks", "Europe/Prague", ("policy",), "none", "participants", (("many", "1/3"), ("all", "all")))
nothing = Spec(NEGOTIATIONS)
house = nothing.given(PersonEnrolled("secretariat", "Secretariat", SECRETARIAT))
prague = nothing.given(opened)
roster = prague.given(
    DelegationAdmitted("CZ", "Czechia"),
    DelegationAdmitted("JP", "Japan"),
    GroupFormed("EU", "European Union", ("CZ",)),
    PersonEnrolled("jp-head", "Head of JP", "head", "JP"),
    PersonEnrolled("chair", "The Chair", "member", "CZ"),
    OfficeAssumed("chair", "chair"),
)
closed = roster.given(NegotiationClosed("prague"))


def opening(**other: Any) -> OpenNegotiation:
    return OpenNegotiation(secretariat, NOON, msgspec.structs.replace(opened, **other))


def enrol(person: str = "jp-two", role: str = "member", delegation: str | None = "JP", by: Actor = secretariat) -> EnrolPerson:
    return EnrolPerson(by, NOON, person, "A Person", role, delegation, "code", LATER)


# -- opening and closing ------------------------------------------------------------------------------------------------------------------------------------


def test_the_secretariat_opens_a_negotiation_and_everybody_hears_of_it() -> None:
    announced = NegotiationAnnounced("prague", "Security of 5G networks", "Europe/Prague", ("policy",))
    nothing.when(opening()).then(opened, announced)


def test_what_is_announced_to_everybody_says_nothing_of_attribution_or_marking() -> None:
    assert set(NegotiationAnnounced.__struct_fields__) == {"negotiation", "title", "zone", "themes"}


@pytest.mark.parametrize("by", [chair, head("JP"), observer, public])
def test_nobody_else_opens_a_negotiation(by: Actor) -> None:
    nothing.when(OpenNegotiation(by, NOON, opened)).refused("not-entitled", NotEntitled)


def test_a_negotiation_is_opened_once() -> None:
    prague.when(opening()).refused("already-open")


def test_a_closed_negotiation_is_not_opened_again() -> None:
    closed.when(opening()).refused("already-open")


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"zone": "Prague"}, "unknown-zone"),
        ({"attribution": "secret"}, "unknown-attribution"),
        ({"marking": "secret"}, "unknown-marking"),
        ({"quantifiers": (("many", "lots"),)}, "unknown-quantifier"),
        ({"quantifiers": (("many", "0"),)}, "unknown-quantifier"),
        ({"quantifiers": (("many", "3/2"),)}, "unknown-quantifier"),
        ({"quantifiers": (("many", "1/x"),)}, "unknown-quantifier"),
        ({"quantifiers": (("many", "-1"),)}, "unknown-quantifier"),
        ({"quantifiers": (("many", "1/"),)}, "unknown-quantifier"),
        ({"quantifiers": (("many", "²"),)}, "unknown-quantifier"),
    ],
)
def test_a_negotiation_is_not_opened_under_rules_that_nobody_can_read(other: dict[str, Any], code: str) -> None:
    nothing.when(opening(**other)).refused(code, Invalid)


def test_a_quantifier_takes_a_number_a_share_or_all() -> None:
    nothing.when(opening(quantifiers=(("a few", "2"), ("many", "1/3"), ("half", "2/4"), ("every", "3/3"), ("all", "all")))).decided()


def test_closing_is_recorded_and_announced() -> None:
    prague.when(CloseNegotiation(secretariat, NOON, "prague")).then(NegotiationClosed("prague"), CloseAnnounced("prague"))


def test_a_delegation_closes_nothing() -> None:
    roster.when(CloseNegotiation(head("JP"), NOON, "prague")).refused("not-entitled", NotEntitled)


@pytest.mark.parametrize(
    "command",
    [
        CloseNegotiation(secretariat, NOON, "prague"),
        SchedulePhase(secretariat, NOON, "principles", LATER),
        AdmitDelegation(secretariat, NOON, "NO", "Norway"),
        DecideCredentials(secretariat, NOON, "JP", "accepted", ""),
        FormGroup(secretariat, NOON, "G7", "G7", ()),
        JoinGroup(secretariat, NOON, "EU", "JP"),
        LeaveGroup(secretariat, NOON, "EU", "CZ"),
        enrol(),
        StrikeOff(secretariat, NOON, "jp-head"),
        AssumeOffice(secretariat, NOON, "chair", "jp-head"),
        LeaveOffice(secretariat, NOON, "chair"),
        ImportRoster(secretariat, NOON, ()),
    ],
)
def test_a_closed_negotiation_is_only_read(command: Any) -> None:
    closed.when(command).refused("negotiation-closed")


@pytest.mark.parametrize(
    "command",
    [CloseNegotiation(secretariat, NOON, "x"), enrol(), StrikeOff(secretariat, NOON, "x"), ImportRoster(secretariat, NOON, ())],
)
def test_what_was_never_opened_is_not_there(command: Any) -> None:
    nothing.when(command).refused("unknown", Unknown)


# -- deadlines ----------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [chair, secretariat])
def test_chair_and_secretariat_set_a_deadline_and_everybody_hears_of_it(by: Actor) -> None:
    prague.when(SchedulePhase(by, NOON, "principles", LATER)).then(PhaseScheduled("principles", LATER), DeadlineAnnounced("principles", LATER))


def test_a_deadline_is_moved_by_setting_it_again() -> None:
    spec = prague.given(PhaseScheduled("principles", LATER))
    assert spec.when(SchedulePhase(chair, NOON, "principles", LATER + HOUR)).after().standing.phases == {"principles": LATER + HOUR}


def test_a_delegation_sets_no_deadline() -> None:
    prague.when(SchedulePhase(head("JP"), NOON, "principles", LATER)).refused("not-entitled", NotEntitled)


@pytest.mark.parametrize("closes_at", [EARLIER, NOON])
def test_a_deadline_lies_in_the_future(closes_at: Any) -> None:
    prague.when(SchedulePhase(chair, NOON, "principles", closes_at)).refused("deadline-in-the-past")


def test_there_are_no_other_phases() -> None:
    prague.when(SchedulePhase(chair, NOON, "lunch", LATER)).refused("unknown-phase", Invalid)


# -- delegations and credentials ----------------------------------------------------------------------------------------------------------------------------


def test_a_delegation_is_admitted_provisionally() -> None:
    admitted = prague.when(AdmitDelegation(secretariat, NOON, "NO", "Norway"))
    admitted.then(DelegationAdmitted("NO", "Norway"))
    assert admitted.after().standing.delegations["NO"].credentials == "provisional"


def test_a_delegation_is_admitted_once() -> None:
    roster.when(AdmitDelegation(secretariat, NOON, "JP", "Japan")).refused("already-admitted")


@pytest.mark.parametrize("by", [chair, head("JP"), observer])
def test_the_secretariat_alone_keeps_the_roster(by: Actor) -> None:
    roster.when(AdmitDelegation(by, NOON, "NO", "Norway")).refused("not-entitled", NotEntitled)


@pytest.mark.parametrize("credentials", ["accepted", "rejected", "suspended", "withdrawn", "provisional"])
def test_credentials_are_decided_with_a_reason(credentials: str) -> None:
    decided = roster.when(DecideCredentials(chair, NOON, "JP", credentials, "The Bureau's report."))
    decided.then(CredentialsDecided("JP", credentials, "The Bureau's report."))
    assert decided.after().standing.accredited("JP") == (credentials in ("accepted", "provisional"))


def test_credentials_have_no_other_state() -> None:
    roster.when(DecideCredentials(chair, NOON, "JP", "lost", "")).refused("unknown-credentials", Invalid)


def test_a_delegation_does_not_decide_on_credentials() -> None:
    roster.when(DecideCredentials(head("JP"), NOON, "JP", "accepted", "")).refused("not-entitled", NotEntitled)


def test_credentials_of_a_delegation_that_is_not_there_are_not_decided() -> None:
    roster.when(DecideCredentials(chair, NOON, "NO", "accepted", "")).refused("unknown-delegation")


# -- groups -------------------------------------------------------------------------------------------------------------------------------------------------


def test_a_group_is_formed_of_delegations_on_the_roster_each_named_once() -> None:
    roster.when(FormGroup(secretariat, NOON, "G2", "The Two", ("JP", "CZ", "JP"))).then(GroupFormed("G2", "The Two", ("CZ", "JP")))


def test_a_group_is_formed_once() -> None:
    roster.when(FormGroup(secretariat, NOON, "EU", "European Union", ())).refused("group-exists")


def test_a_group_has_no_members_from_outside_the_roster() -> None:
    roster.when(FormGroup(secretariat, NOON, "G2", "The Two", ("JP", "NO"))).refused("unknown-delegation")


def test_a_delegation_joins_and_leaves_a_group() -> None:
    roster.when(JoinGroup(secretariat, NOON, "EU", "JP")).then(GroupJoined("EU", "JP"))
    roster.when(LeaveGroup(secretariat, NOON, "EU", "CZ")).then(GroupLeft("EU", "CZ"))
    assert roster.given(GroupJoined("EU", "JP"), GroupLeft("EU", "CZ")).state.standing.members_of("EU") == ("JP",)


@pytest.mark.parametrize(("group", "delegation", "code"), [("G7", "JP", "unknown-group"), ("EU", "CZ", "already-member"), ("EU", "NO", "unknown-delegation")])
def test_nobody_joins_what_is_not_there_or_what_it_is_in(group: str, delegation: str, code: str) -> None:
    roster.when(JoinGroup(secretariat, NOON, group, delegation)).refused(code)


@pytest.mark.parametrize(("group", "delegation"), [("EU", "JP"), ("G7", "CZ")])
def test_nobody_leaves_a_group_that_it_is_not_in(group: str, delegation: str) -> None:
    roster.when(LeaveGroup(secretariat, NOON, group, delegation)).refused("not-a-member")


# -- people and offices -------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "delegation"), [("head", "JP"), ("member", "CZ"), ("observer", None), ("secretariat", None)])
def test_a_person_is_enrolled_and_invited(role: str, delegation: str | None) -> None:
    enrolled = PersonEnrolled("new", "A Person", role, delegation)
    roster.when(enrol("new", role, delegation)).then(enrolled, InvitationIssued("code", "new", LATER))


@pytest.mark.parametrize(
    ("role", "delegation", "code"),
    [
        ("king", None, "unknown-role"),
        ("head", None, "delegation-missing"),
        ("member", "", "delegation-missing"),
        ("head", "NO", "unknown-delegation"),
        ("observer", "JP", "delegation-not-expected"),
        ("secretariat", "JP", "delegation-not-expected"),
    ],
)
def test_a_person_has_a_role_and_the_delegation_that_goes_with_it(role: str, delegation: str | None, code: str) -> None:
    roster.when(enrol("new", role, delegation)).refused(code, Refused if code == "unknown-delegation" else Invalid)


def test_the_secretariat_alone_invites() -> None:
    roster.when(enrol(by=chair)).refused("not-entitled", NotEntitled)


def test_who_is_on_the_roster_already_gets_a_new_invitation_and_the_old_one_is_void() -> None:
    spec = roster.given(InvitationIssued("lost", "jp-head", LATER))
    again = EnrolPerson(secretariat, NOON, "jp-head", "Head of JP", "head", "JP", "found", LATER)
    spec.when(again).then(InvitationIssued("found", "jp-head", LATER))
    spec.given(InvitationIssued("found", "jp-head", LATER)).when(AcceptInvitation(NOON, "lost", "token", LATER)).refused("invitation-void")


def test_an_invitation_of_one_person_leaves_those_of_others_alone() -> None:
    spec = roster.given(InvitationIssued("one", "jp-head", LATER), InvitationIssued("two", "chair", LATER))
    spec.when(AcceptInvitation(NOON, "one", "token", LATER)).decided()


def test_who_changes_sides_is_enrolled_anew() -> None:
    changed = roster.when(enrol("jp-head", "head", "CZ"))
    changed.then(PersonEnrolled("jp-head", "A Person", "head", "CZ"), InvitationIssued("code", "jp-head", LATER))


def test_who_is_struck_off_leaves_office_and_loses_every_token() -> None:
    spec = roster.given(TokenIssued("t2", "chair", "api", ("*",), LATER), TokenIssued("t1", "chair", "session", ("*",), LATER))
    spec = spec.given(TokenIssued("t0", "jp-head", "session", ("*",), LATER), OfficeAssumed("rapporteur", "chair"))
    spec.when(StrikeOff(secretariat, NOON, "chair")).then(
        OfficeLeft("chair", "chair"), OfficeLeft("rapporteur", "chair"), TokenRevoked("t1"), TokenRevoked("t2"), PersonStruckOff("chair")
    )


def test_who_is_struck_off_cannot_come_in_with_an_invitation_that_was_not_used() -> None:
    spec = roster.given(InvitationIssued("unused", "jp-head", LATER), PersonStruckOff("jp-head"))
    spec.when(AcceptInvitation(NOON, "unused", "token", LATER)).refused("invitation-void")


def test_nobody_is_struck_off_who_is_not_there() -> None:
    roster.when(StrikeOff(secretariat, NOON, "nobody")).refused("unknown-person")


@pytest.mark.parametrize("command", [StrikeOff(chair, NOON, "jp-head"), AssumeOffice(chair, NOON, "chair", "jp-head"), LeaveOffice(chair, NOON, "chair")])
def test_a_chair_does_not_appoint_a_successor(command: Any) -> None:
    roster.when(command).refused("not-entitled", NotEntitled)


def test_an_office_passes_to_the_successor_with_one_fact() -> None:
    passed = roster.when(AssumeOffice(secretariat, NOON, "chair", "jp-head"))
    passed.then(OfficeAssumed("chair", "jp-head"))
    assert passed.after().standing.offices == {"chair": "jp-head"}


@pytest.mark.parametrize(
    ("office", "person", "code"), [("king", "jp-head", "unknown-office"), ("rapporteur", "nobody", "unknown-person"), ("chair", "chair", "holds-the-office")]
)
def test_an_office_is_one_that_exists_and_its_holder_one_of_the_roster(office: str, person: str, code: str) -> None:
    roster.when(AssumeOffice(secretariat, NOON, office, person)).refused(code, Invalid if code == "unknown-office" else Refused)


def test_a_term_ends_without_a_successor() -> None:
    roster.when(LeaveOffice(secretariat, NOON, "chair")).then(OfficeLeft("chair", "chair"))


def test_a_vacant_office_is_not_left() -> None:
    roster.when(LeaveOffice(secretariat, NOON, "rapporteur")).refused("office-vacant")


# -- signing in ---------------------------------------------------------------------------------------------------------------------------------------------

invited = roster.given(InvitationIssued("code", "jp-head", LATER))


def test_an_invitation_signs_in_once() -> None:
    signing_in = invited.when(AcceptInvitation(NOON, "code", "token", LATER))
    signing_in.then(InvitationAccepted("code"), TokenIssued("token", "jp-head", "session", ("*",), LATER))
    invited.given(*signing_in.decided()).when(AcceptInvitation(NOON, "code", "other", LATER)).refused("invitation-void")


@pytest.mark.parametrize(("code", "at"), [("other", NOON), ("code", LATER), ("code", LATER + HOUR)])
def test_an_unknown_or_expired_invitation_is_void(code: str, at: Any) -> None:
    invited.when(AcceptInvitation(at, code, "token", LATER + HOUR)).refused("invitation-void")


def test_who_was_invited_before_the_close_still_signs_in_to_read() -> None:
    invited.given(NegotiationClosed("prague")).when(AcceptInvitation(NOON, "code", "token", LATER)).decided()


# -- tokens -------------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scopes", [("*",), ("principle.read",), ("principle.read", "position.take")])
def test_a_person_makes_a_token_with_rights_of_its_own(scopes: tuple[str, ...]) -> None:
    roster.when(IssueToken(head("JP"), NOON, "t", scopes, LATER)).then(TokenIssued("t", "jp-head", "api", scopes, LATER))


@pytest.mark.parametrize("expires_at", [NOON, EARLIER])
def test_a_token_is_not_made_to_have_expired(expires_at: Any) -> None:
    roster.when(IssueToken(head("JP"), NOON, "t", ("*",), expires_at)).refused("deadline-in-the-past")


def test_a_token_holds_no_right_that_its_maker_has_not() -> None:
    roster.when(IssueToken(head("JP"), NOON, "t", ("roster.keep",), LATER)).refused("not-entitled", NotEntitled)


def test_a_token_with_few_scopes_makes_none_with_more() -> None:
    few = head("JP", scopes=("principle.read",))
    roster.when(IssueToken(few, NOON, "t", ("*",), LATER)).refused("not-entitled", NotEntitled)
    roster.when(IssueToken(few, NOON, "t", ("position.take",), LATER)).refused("not-entitled", NotEntitled)


def test_a_token_expires_in_the_future() -> None:
    roster.when(IssueToken(head("JP"), NOON, "t", ("*",), NOON)).refused("deadline-in-the-past")


def test_a_token_is_made_where_its_person_is_on_the_roster() -> None:
    roster.when(IssueToken(head("NO"), NOON, "t", ("*",), LATER)).refused("not-on-roster")
    nothing.when(IssueToken(secretariat, NOON, "t", ("*",), LATER)).refused("not-on-roster")


def test_a_person_of_the_house_gets_no_token_of_a_namesake_in_a_negotiation() -> None:
    namesake = Actor(person="jp-head", roles=(SECRETARIAT,))
    roster.when(IssueToken(namesake, NOON, "t", ("*",), LATER)).refused("not-on-roster")
    house.when(IssueToken(secretariat, NOON, "t", ("*",), LATER)).decided()


def test_a_person_ends_its_own_token_and_the_secretariat_anybodys() -> None:
    spec = roster.given(TokenIssued("t", "jp-head", "api", ("*",), LATER))
    for by in (head("JP"), secretariat):
        spec.when(RevokeToken(by, NOON, "t")).then(TokenRevoked("t"))


def test_a_token_of_somebody_else_is_not_there() -> None:
    spec = roster.given(TokenIssued("t", "jp-head", "api", ("*",), LATER))
    spec.when(RevokeToken(head("CZ"), NOON, "t")).refused("unknown", Unknown)
    spec.when(RevokeToken(secretariat, NOON, "other")).refused("unknown", Unknown)
    spec.given(TokenRevoked("t")).when(RevokeToken(head("JP"), NOON, "t")).refused("unknown", Unknown)


# -- a whole roster at once ---------------------------------------------------------------------------------------------------------------------------------


def bring_in(*steps: Any, by: Actor = secretariat) -> ImportRoster:
    return ImportRoster(by, NOON, tuple(enumerate(steps, start=2)))


def test_a_roster_is_brought_in_row_by_row_each_after_those_before_it() -> None:
    prague.when(
        bring_in(AdmitDelegation(secretariat, NOON, "NO", "Norway"), enrol("no-head", "head", "NO"), AssumeOffice(secretariat, NOON, "chair", "no-head"))
    ).then(
        DelegationAdmitted("NO", "Norway"),
        PersonEnrolled("no-head", "A Person", "head", "NO"),
        InvitationIssued("code", "no-head", LATER),
        OfficeAssumed("chair", "no-head"),
    )


def test_a_roster_that_is_brought_in_again_changes_nothing() -> None:
    roster.when(
        bring_in(
            AdmitDelegation(secretariat, NOON, "JP", "Japan"),
            FormGroup(secretariat, NOON, "EU", "European Union", ()),
            JoinGroup(secretariat, NOON, "EU", "CZ"),
            enrol("jp-head", "head", "JP"),
            AssumeOffice(secretariat, NOON, "chair", "chair"),
        )
    ).then()


def test_a_person_who_changed_sides_in_the_roster_is_enrolled_anew() -> None:
    assert len(roster.when(bring_in(enrol("jp-head", "head", "CZ"))).decided()) == 2


def test_one_bad_row_keeps_the_whole_roster_out_and_every_bad_row_is_named() -> None:
    good, bad = AdmitDelegation(secretariat, NOON, "NO", "Norway"), enrol("x", "head", "ZZ")
    refusal = prague.when(bring_in(bad, good, bad)).refused("roster-rows", Invalid)
    assert [(error["row"], error["code"]) for error in refusal.details["errors"]] == [(2, "unknown-delegation"), (4, "unknown-delegation")]


def test_the_secretariat_alone_brings_in_a_roster() -> None:
    roster.when(bring_in(by=chair)).refused("not-entitled", NotEntitled)


# -- the house ----------------------------------------------------------------------------------------------------------------------------------------------


def test_the_house_is_founded_with_an_invitation_to_its_secretariat() -> None:
    nothing.when(FoundHouse(NOON, "secretariat", "code", LATER)).then(
        PersonEnrolled("secretariat", "Secretariat", SECRETARIAT), InvitationIssued("code", "secretariat", LATER)
    )


def test_the_operator_invites_again_when_the_secretariat_is_locked_out() -> None:
    house.when(FoundHouse(NOON, "deputy", "code", LATER)).decided()


def test_the_house_takes_in_and_strikes_off_people_of_the_secretariat() -> None:
    house.when(enrol("deputy", SECRETARIAT, None)).decided()
    house.when(StrikeOff(secretariat, NOON, "secretariat")).then(PersonStruckOff("secretariat"))


def test_the_house_takes_in_nobody_else_because_all_its_people_are_secretariat_everywhere() -> None:
    house.when(enrol("watcher", "observer", None)).refused("secretariat-only")


@pytest.mark.parametrize(
    "command",
    [
        CloseNegotiation(secretariat, NOON, "house"),
        SchedulePhase(secretariat, NOON, "principles", LATER),
        AdmitDelegation(secretariat, NOON, "NO", "Norway"),
        AssumeOffice(secretariat, NOON, "chair", "secretariat"),
        ImportRoster(secretariat, NOON, ()),
    ],
)
def test_the_house_is_no_negotiation(command: Any) -> None:
    house.when(command).refused("unknown", Unknown)


def test_the_house_is_not_opened_as_a_negotiation() -> None:
    house.when(opening(negotiation="house")).refused("already-open")


def test_a_command_that_the_book_does_not_know_is_a_fault_and_no_refusal() -> None:
    for decide in (NEGOTIATIONS.decide, rules_access.decide, rules_roster.decide):
        with pytest.raises(AssertionError):
            decide(nothing.state, object())  # type: ignore[arg-type]
