"""The view of the delegations service: kept live or built anew, it is the same."""

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.delegations.facts import CATALOGUE, NegotiationOpened
from parley.delegations.principle import STANCES, hash_of
from parley.delegations.rules_access import AcceptInvitation, FoundHouse, IssueToken, RevokeToken
from parley.delegations.rules_negotiation import NEGOTIATIONS, CloseNegotiation, OpenNegotiation, SchedulePhase
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
from parley.delegations.view import view
from parley.protocol.access import CHAIR, HEAD, OBSERVER, SECRETARIAT
from parley.protocol.standing import ACCEPTED, HOUSE, Actor
from recording import Recording, kept_live, rebuilt

LANES = ("prague", "vienna")
DAY = timedelta(days=1)
TEXTS = ("Networks are secure.", "Networks are open.", "Žluťoučký kůň.")

secretariat = Actor(person="secretariat", roles=(SECRETARIAT,))
Step = Callable[[Recording], str | None]


def on_negotiation(lane: str, command: Callable[..., Any], by: Actor, **fields: Any) -> Step:
    return lambda record: record.submit(NEGOTIATIONS, lane, lane, lambda at: command(by=by, at=at, **fields))


def on_principle(lane: str, name: str, command: Callable[..., Any], by: Actor, **fields: Any) -> Step:
    def step(record: Recording) -> str | None:
        standing = record.state(NEGOTIATIONS, lane).standing
        return record.submit(PRINCIPLES, f"{lane}/{name}", lane, lambda at: command(by=by, at=at, standing=standing, principle=f"{lane}/{name}", **fields))

    return step


def opening(lane: str) -> Step:
    opened = NegotiationOpened(lane, lane.title(), "Europe/Prague", ("policy", "security"), "none", "participants", ())
    return lambda record: record.submit(NEGOTIATIONS, lane, lane, lambda at: OpenNegotiation(secretariat, at, opened))


def roster_of(lane: str) -> Step:
    def command(at: datetime) -> ImportRoster:
        steps = [
            *(AdmitDelegation(secretariat, at, code, code.title()) for code in ("CZ", "JP", "NO")),
            FormGroup(secretariat, at, "EU", "European Union", ("CZ",)),
            EnrolPerson(secretariat, at, "cz-head", "Head", "head", "CZ", f"{lane}-code", at + DAY),
        ]
        return ImportRoster(secretariat, at, tuple(enumerate(steps)))

    return lambda record: record.submit(NEGOTIATIONS, lane, lane, command)


lanes = st.sampled_from(LANES)
names = st.sampled_from(("a", "b"))
texts = st.sampled_from(TEXTS)
codes = st.sampled_from(("CZ", "JP", "NO", "SE"))
groups = st.sampled_from(("EU", "G7"))
persons = st.sampled_from(("cz-head", "jp-head", "watcher"))
heads = codes.map(lambda code: Actor(person=f"{code.lower()}-head", roles=(HEAD,), delegation=code, credentials=ACCEPTED))
actors = st.one_of(heads, st.just(secretariat), st.just(Actor(person="chair", roles=(CHAIR,))), st.just(Actor(person="watcher", roles=(OBSERVER,))))
clerks = st.one_of(st.just(secretariat), st.just(secretariat), actors)
hashes = texts.map(hash_of)
whens = st.sampled_from((timedelta(seconds=3), DAY))


def enrolling(lane: str, by: Actor, person: str, role: str, delegation: str | None, code: str) -> Step:
    def command(at: datetime) -> EnrolPerson:
        return EnrolPerson(by, at, person, "A Person", role, delegation, code, at + DAY)

    return lambda record: record.submit(NEGOTIATIONS, lane, lane, command)


def scheduling(lane: str, by: Actor, phase: str, after: timedelta) -> Step:
    return lambda record: record.submit(NEGOTIATIONS, lane, lane, lambda at: SchedulePhase(by, at, phase, at + after))


def accepting(lane: str, code: str, token: str) -> Step:
    return lambda record: record.submit(NEGOTIATIONS, lane, lane, lambda at: AcceptInvitation(at, code, token, at + DAY))


def issuing(lane: str, by: Actor, token: str) -> Step:
    return lambda record: record.submit(NEGOTIATIONS, lane, lane, lambda at: IssueToken(by, at, token, ("*",), at + DAY))


def founding(record: Recording) -> str | None:
    return record.submit(NEGOTIATIONS, HOUSE, HOUSE, lambda at: FoundHouse(at, "secretariat", "house-code", at + DAY))


def negotiation(command: Callable[..., Any], by: st.SearchStrategy[Actor] = clerks, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.builds(on_negotiation, lanes, st.just(command), by, **fields)


def principle(command: Callable[..., Any], by: st.SearchStrategy[Actor] = heads, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.builds(on_principle, lanes, names, st.just(command), by, **fields)


tokens = st.sampled_from(("t1", "t2"))
steps = st.one_of(
    principle(SubmitPrinciple, text=texts, reason=texts, theme=st.just("policy"), on_behalf_of=st.sampled_from((None, None, "EU")),
              marking=st.sampled_from((None, "restricted")), tags=st.sampled_from(((), ("5g",)))),
    principle(RevisePrinciple, text=texts, reason=texts),
    principle(WithdrawPrinciple),
    principle(WaiveLateness, actors, reason=texts),
    principle(LoosenPrincipleMarking, marking=st.sampled_from(("participants", "public"))),
    principle(JoinSponsors, text_hash=hashes),
    principle(LeaveSponsors),
    principle(TakePosition, stance=st.sampled_from(STANCES), text=texts, text_hash=hashes, on_behalf_of=st.sampled_from((None, "EU"))),
    negotiation(AdmitDelegation, delegation=codes, name=texts),
    negotiation(DecideCredentials, delegation=codes, credentials=st.sampled_from(("accepted", "suspended")), reason=texts),
    negotiation(FormGroup, group=groups, name=texts, members=st.lists(codes, max_size=3).map(tuple)),
    negotiation(JoinGroup, group=groups, delegation=codes),
    negotiation(LeaveGroup, group=groups, delegation=codes),
    negotiation(StrikeOff, person=persons),
    negotiation(AssumeOffice, office=st.sampled_from(("chair", "rapporteur")), person=persons),
    negotiation(LeaveOffice, office=st.sampled_from(("chair", "rapporteur"))),
    negotiation(RevokeToken, token_hash=tokens),
    negotiation(CloseNegotiation, negotiation=lanes),
    st.builds(enrolling, lanes, clerks, persons, st.sampled_from(("head", "member", "observer")), st.sampled_from((None, "CZ", "JP")), st.sampled_from("cd")),
    st.builds(scheduling, lanes, clerks, st.sampled_from(("principles", "positions")), whens),
    st.builds(accepting, lanes, st.sampled_from("cd"), tokens),
    st.builds(issuing, lanes, heads, tokens),
    st.just(founding),
)  # fmt: skip


def same_live_and_rebuilt(record: Recording, chunks: list[int]) -> dict[str, list[tuple[Any, ...]]]:
    with tempfile.TemporaryDirectory() as folder:
        live = kept_live(Path(folder), view, record.facts, chunks)
        assert live == rebuilt(Path(folder), view, record.facts)
        return live


@pytest.mark.deep
@settings(max_examples=60)
@given(st.lists(steps, min_size=5, max_size=40), st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_a_view_that_was_kept_live_equals_one_that_was_built_anew(commands: list[Step], chunks: list[int]) -> None:
    record = Recording()
    for step in (opening("prague"), roster_of("prague"), opening("vienna"), *commands):
        step(record)
    same_live_and_rebuilt(record, chunks)


def test_a_story_in_which_everything_happens_is_the_same_live_and_built_anew() -> None:
    """So that the property above cannot hold by saying nothing: every fact of the service is in this story."""
    cz, jp, no = (Actor(person=f"{code.lower()}-head", roles=(HEAD,), delegation=code, credentials=ACCEPTED) for code in ("CZ", "JP", "NO"))
    chair = Actor(person="chair", roles=(CHAIR,))
    text, other = TEXTS[:2]
    record = Recording()
    for step in (
        founding,
        opening("prague"),
        roster_of("prague"),
        on_negotiation("prague", DecideCredentials, secretariat, delegation="CZ", credentials="accepted", reason=""),
        on_negotiation("prague", JoinGroup, secretariat, group="EU", delegation="NO"),
        on_negotiation("prague", LeaveGroup, secretariat, group="EU", delegation="NO"),
        on_negotiation("prague", JoinGroup, secretariat, group="EU", delegation="NO"),
        enrolling("prague", secretariat, "jp-head", "head", "JP", "jp-code"),
        on_negotiation("prague", AssumeOffice, secretariat, office="chair", person="jp-head"),
        on_negotiation("prague", AssumeOffice, secretariat, office="chair", person="cz-head"),
        on_negotiation("prague", LeaveOffice, secretariat, office="chair"),
        accepting("prague", "jp-code", "t1"),
        issuing("prague", jp, "t2"),
        on_negotiation("prague", RevokeToken, jp, token_hash="t2"),
        on_principle("prague", "a", SubmitPrinciple, cz, text=text, reason="", theme="policy", on_behalf_of="EU"),
        on_principle("prague", "a", JoinSponsors, jp, text_hash=hash_of(text)),
        on_principle("prague", "a", JoinSponsors, no, text_hash=hash_of(text)),
        on_principle("prague", "a", LeaveSponsors, jp),
        on_principle("prague", "a", JoinSponsors, jp, text_hash=hash_of(text)),
        on_principle("prague", "a", TakePosition, jp, stance="hold", text="Capital.", text_hash=hash_of(text)),
        on_principle("prague", "a", TakePosition, jp, stance="support", text="", text_hash=hash_of(text)),
        on_principle("prague", "a", RevisePrinciple, cz, text=other, reason="Shorter."),
        scheduling("prague", secretariat, "principles", timedelta(seconds=1)),
        on_principle("prague", "b", SubmitPrinciple, jp, text=text, reason="", theme="security"),
        on_principle("prague", "b", WaiveLateness, chair, reason="The train was late."),
        on_principle("prague", "b", LoosenPrincipleMarking, jp, marking="public"),
        on_principle("prague", "a", WithdrawPrinciple, cz),
        on_negotiation("prague", StrikeOff, secretariat, person="jp-head"),
        on_negotiation("prague", CloseNegotiation, secretariat, negotiation="prague"),
    ):
        assert step(record) is None
    assert {fact.type for fact in record.facts} == set(CATALOGUE.types)
    rows = same_live_and_rebuilt(record, [1, 3])
    assert all(rows.values()), "every table has rows"
    principle = next(row for row in rows["delegations_principle"] if row[0] == "prague/a")
    assert principle[-1] == 9, "the ETag is the stream's version"
    # Sponsors stand in the order in which they joined, also after one left and came back.
    assert sorted((number, delegation) for _, delegation, _, number in rows["delegations_sponsor"]) == [(2, "NO"), (3, "JP")]
