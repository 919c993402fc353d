"""The view of the summaries service: what it knows of inputs, and that it is the same however the facts reach it."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from house import KEYS
from parley.delegations import facts as delegations
from parley.drafts import facts as drafts
from parley.kernel.database import Database
from parley.kernel.decider import Refused
from parley.kernel.log import Recorded
from parley.kernel.projection import Projection
from parley.kernel.timers import due_by
from parley.kernel.view_tables import DUE, KNOWN, PROGRESS
from parley.protocol.standing import Delegation, Standing
from parley.summaries.accuracy import AnswerCorrection, AskCorrection, OpenAccuracyWindow
from parley.summaries.beginning import StartSummary
from parley.summaries.composing import ComposeSummary, SetApart, groups_of
from parley.summaries.correcting import IssueCorrection
from parley.summaries.disposing import DisposeInputs
from parley.summaries.drafting import AddTheme, EditSentence, MoveSentence, RemoveSentence, WriteSentence
from parley.summaries.facts import Disposition
from parley.summaries.inputs import Inputs
from parley.summaries.issuing import IssueSummary, ReleaseVersion
from parley.summaries.joining import MergeSentences, SplitSentence
from parley.summaries.reissuing import ReissueVersion
from parley.summaries.stating import RecordStatement, TakeStatementBack
from parley.summaries.summary import Summary
from parley.summaries.view import OWN, view
from parley.summaries.view_inputs import TABLES, inputs_of, names_of
from summaries.drafting_room import CHAIR, FORUM, HEAD, SUPPLIERS, hash_of
from summaries.tape import LANE, Tape

STANDING = Standing(known_at=1, open=True, delegations={code: Delegation(code, "accepted") for code in ("CZ", "SK", "JP", "NO")})
LATER = "Suppliers are assessed on the law of the land."
OPENED = delegations.NegotiationOpened(LANE, "Security", "UTC", ("policy", "technology"), "none", "participants", FORUM.quantifiers)


@pytest.fixture
def projection(tmp_path: Path) -> Projection:
    return Projection(Database(f"sqlite:///{tmp_path / 'view.db'}"), view())


def submitted(name: str = "p1", delegation: str = "CZ", text: str = SUPPLIERS, **more: Any) -> delegations.PrincipleSubmitted:
    fields = {"reason": "", "theme": "policy", "tags": (), "marking": "participants"} | more
    return delegations.PrincipleSubmitted(principle=f"{LANE}/{name}", delegation=delegation, text=text, text_hash=hash_of(text), **fields)


def position(delegation: str, stance: str, text: str = SUPPLIERS, **more: Any) -> delegations.PositionTaken:
    return delegations.PositionTaken(f"{LANE}/p1", delegation, stance, "", hash_of(text), **more)


def proposed(name: str = "A1", **more: Any) -> drafts.AmendmentProposed:
    fields = {
        "document": f"{LANE}/d1", "amendment": name, "base_version": 0, "base_hash": "0", "clause": "c1", "operation": "replace", "old": "may", "new": "must",
        "reason": "", "delegation": "JP", "theme": None, "on_behalf_of": None, "represented": (), "marking": "participants", "state": "live", "operations": (),
    }  # fmt: skip
    return drafts.AmendmentProposed(**(fields | more))


def known(projection: Projection, *facts: Any) -> Inputs:
    tape = Tape()
    for fact in facts:
        tape.told(fact)
    projection.apply(tape.facts)
    with projection.database.reading() as connection:
        return inputs_of(connection, LANE)


def test_a_principle_is_known_with_its_author_as_its_first_supporter(projection: Projection) -> None:
    one = known(projection, submitted()).by_reference["principle/p1"]
    assert (one.text, one.theme, one.state, one.those_who("support")) == (SUPPLIERS, "policy", "live", {"CZ"})


def test_those_in_whose_name_it_was_submitted_count_once(projection: Projection) -> None:
    submission = submitted(on_behalf_of="EU", represented=("CZ", "SK"))
    one = known(projection, submission, delegations.SponsorJoined(f"{LANE}/p1", "SK", hash_of(SUPPLIERS))).by_reference["principle/p1"]
    assert one.those_who("support") == {"CZ", "SK"}


def test_the_last_position_of_a_delegation_counts(projection: Projection) -> None:
    one = known(projection, submitted(), position("JP", "support"), position("JP", "oppose"), position("NO", "reserve")).by_reference["principle/p1"]
    assert (one.those_who("support"), one.those_who("oppose"), one.those_who("reserve")) == ({"CZ"}, {"JP"}, {"NO"})


def test_after_a_revision_only_the_author_stands_by_the_new_text(projection: Projection) -> None:
    revised = delegations.PrincipleRevised(f"{LANE}/p1", 2, LATER, hash_of(LATER), "")
    joined = delegations.SponsorJoined(f"{LANE}/p1", "SK", hash_of(SUPPLIERS))
    one = known(projection, submitted(), joined, position("JP", "support"), revised).by_reference["principle/p1"]
    assert (one.text, one.those_who("support")) == (LATER, {"CZ"})


def test_a_sponsor_that_leaves_does_not_count(projection: Projection) -> None:
    joined, left = delegations.SponsorJoined(f"{LANE}/p1", "SK", hash_of(SUPPLIERS)), delegations.SponsorLeft(f"{LANE}/p1", "SK")
    assert known(projection, submitted(), joined, left).by_reference["principle/p1"].those_who("support") == {"CZ"}


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((submitted(late=True),), "late"),
        ((submitted(late=True), delegations.LatenessWaived(f"{LANE}/p1", "it is good")), "live"),
        ((submitted(), delegations.PrincipleWithdrawn(f"{LANE}/p1", "CZ")), "withdrawn"),
    ],
)
def test_a_principle_is_live_late_or_withdrawn(projection: Projection, facts: tuple[Any, ...], state: str) -> None:
    assert known(projection, *facts).by_reference["principle/p1"].state == state


def test_a_principle_that_its_author_releases_carries_its_new_marking(projection: Projection) -> None:
    loosened = delegations.PrincipleMarkingLoosened(f"{LANE}/p1", "public")
    assert known(projection, submitted(), loosened).by_reference["principle/p1"].marking == "public"


@pytest.mark.parametrize(
    ("facts", "state", "supporters"),
    [
        ((proposed(),), "live", {"JP"}),
        ((proposed(state="late"),), "late", {"JP"}),
        ((proposed(state="late"), drafts.AmendmentLatenessWaived(f"{LANE}/d1", "A1", "why")), "live", {"JP"}),
        ((proposed(sponsors=("CZ",)), drafts.AmendmentSponsored(f"{LANE}/d1", "A1", "NO")), "live", {"JP", "CZ", "NO"}),
        ((proposed(sponsors=("CZ",)), drafts.SponsorshipEnded(f"{LANE}/d1", "A1", "CZ")), "live", {"JP"}),
        ((proposed(), drafts.AmendmentWithdrawn(f"{LANE}/d1", "A1", "JP")), "withdrawn", {"JP"}),
        ((proposed(), drafts.AmendmentRuled(f"{LANE}/d1", "A1", "accepted", "", "")), "ruled", {"JP"}),
    ],
)
def test_an_amendment_is_an_input_until_the_chair_has_ruled_on_it(projection: Projection, facts: tuple[Any, ...], state: str, supporters: set[str]) -> None:
    one = known(projection, *facts).by_reference["document/d1/amendment/A1"]
    assert (one.state, one.those_who("support"), one.text) == (state, supporters, "must")


def test_a_ruling_is_known_with_its_reason(projection: Projection) -> None:
    one = known(projection, proposed(), drafts.AmendmentRuled(f"{LANE}/d1", "A1", "rejected", "scope", "Too far.")).by_reference["document/d1/amendment/A1"]
    assert (one.ruling, one.ruling_reason) == ("rejected", "Too far.")


def test_a_restated_amendment_keeps_the_sponsors_that_it_names(projection: Projection) -> None:
    restated = drafts.AmendmentRestated(f"{LANE}/d1", "A1", 0, "0", "c1", "replace", "may", "should", "", "live", (), ("NO",))
    one = known(projection, proposed(sponsors=("CZ", "NO")), restated).by_reference["document/d1/amendment/A1"]
    assert (one.text, one.those_who("support")) == ("should", {"JP", "NO"})


def test_an_amendment_that_a_new_version_ends_wants_no_answer(projection: Projection) -> None:
    made = drafts.VersionMade(f"{LANE}/d1", 1, "Rev.1", (), "1", 0, "0", "participants", (), (), (drafts.Fate("A1", "fallen", "deleted", "fallen", "c1"),))
    assert known(projection, proposed(), made).by_reference["document/d1/amendment/A1"].state == "fallen"


def test_the_cut_says_up_to_where_the_siblings_are_known(projection: Projection) -> None:
    assert known(projection, submitted(), proposed(), position("JP", "hold")).cut == {"delegations": 2, "drafts": 1}


def test_names_stay_known_after_their_bearers_have_left(projection: Projection) -> None:
    enrolled = delegations.PersonEnrolled("jana", "Jana Nováková", "head", "CZ")
    known(
        projection, delegations.DelegationAdmitted("CZ", "Czechia"), enrolled, delegations.PersonStruckOff("jana"), delegations.GroupFormed("EU", "Union", ())
    )
    with projection.database.reading() as connection:
        assert {name for name, _ in names_of(connection, LANE)} == {"CZ", "Czechia", "Jana Nováková", "EU", "Union"}


# -- live equals rebuilt ----------------------------------------------------------------------------------------------------------------------------------

names = st.sampled_from(["p1", "p2", "p3"])
parties = st.sampled_from(["CZ", "SK", "JP", "NO"])
texts = st.sampled_from([SUPPLIERS, LATER])
said = st.one_of(
    st.builds(
        submitted, names, parties, texts, late=st.booleans(), on_behalf_of=st.sampled_from([None, "EU"]), represented=st.sampled_from([(), ("CZ", "SK")])
    ),
    st.builds(lambda name, text: delegations.PrincipleRevised(f"{LANE}/{name}", 2, text, hash_of(text), ""), names, texts),
    st.builds(lambda name, party: delegations.PrincipleWithdrawn(f"{LANE}/{name}", party), names, parties),
    st.builds(lambda name: delegations.LatenessWaived(f"{LANE}/{name}", "why"), names),
    st.builds(lambda name: delegations.PrincipleMarkingLoosened(f"{LANE}/{name}", "public"), names),
    st.builds(lambda name, party, text: delegations.SponsorJoined(f"{LANE}/{name}", party, hash_of(text)), names, parties, texts),
    st.builds(lambda name, party: delegations.SponsorLeft(f"{LANE}/{name}", party), names, parties),
    st.builds(position, parties, st.sampled_from(["support", "oppose", "hold"]), texts),
    st.builds(proposed, st.sampled_from(["A1", "A2"]), state=st.sampled_from(["live", "late"]), sponsors=st.sampled_from([(), ("CZ",)])),
    st.builds(lambda name: drafts.AmendmentRuled(f"{LANE}/d1", name, "accepted", "", ""), st.sampled_from(["A1", "A2"])),
    st.just(delegations.DelegationAdmitted("CZ", "Czechia")),
)
acts = st.sampled_from(
    [
        "start",
        "compose",
        "write",
        "edit",
        "move",
        "remove",
        "answer",
        "theme",
        "split",
        "merge",
        "apart",
        "window",
        "ask",
        "decline",
        "issue",
        "hold",
        "release",
        "correct",
        "state",
        "unsay",
        "reissue",
    ]
)
steps = st.lists(st.one_of(said, acts), min_size=4, max_size=25)


def once(fact: Any, seen: set[str]) -> bool:
    """Whether the siblings could have said this: nothing is submitted twice under one name, and nothing is said of what is not there."""
    name = str(getattr(fact, "principle", "") or getattr(fact, "amendment", ""))
    if not name:
        return True
    first = isinstance(fact, delegations.PrincipleSubmitted | drafts.AmendmentProposed)
    possible = first != (name in seen)
    seen.add(name)
    return possible


def act(tape: Tape, kind: str, inputs: Inputs) -> None:
    """One act of the chair on the first summary."""
    state: Summary = tape.states.get("1", Summary())
    cited = inputs.by_reference
    first = next(iter(state.sentences), "s1")
    theme = state.themes[-1].theme if state.themes else "t1"
    now, by = tape.now, CHAIR
    command: Any = {
        "start": lambda: StartSummary(by, now, "1", FORUM, "Chair's summary"),
        "compose": lambda: ComposeSummary(by, now, inputs, FORUM, groups_of(state, inputs)),
        "write": lambda: WriteSentence(by, now, theme, "The chair's own words.", cited, own_wording=True),
        "edit": lambda: EditSentence(by, now, first, "Other words.", cited, own_wording=True),
        "move": lambda: MoveSentence(by, now, first, theme),
        "remove": lambda: RemoveSentence(by, now, first),
        "answer": lambda: DisposeInputs(by, now, tuple(Disposition(one.reference, "parked", reason="later") for one in inputs.live()[:1]), cited),
        "theme": lambda: AddTheme(by, now, "economy"),
        "split": lambda: SplitSentence(by, now, first, 5, cited),
        "merge": lambda: MergeSentences(by, now, tuple(state.sentences)[:2], "Both at once."),
        "apart": lambda: SetApart(by, now, next(iter(cited), ""), True, cited),
        "window": lambda: OpenAccuracyWindow(by, now, now + timedelta(days=1)),
        "ask": lambda: AskCorrection(HEAD, now, first, state.sentences[first].text if first in state.sentences else "", "No.", "", cited),
        "decline": lambda: AnswerCorrection(by, now, "r1", "declined", "It stands."),
        "issue": lambda: IssueSummary(by, now, inputs, FORUM, KEYS.sign),
        "hold": lambda: IssueSummary(by, now, inputs, FORUM, KEYS.sign, now.replace(year=2020)),
        "release": lambda: ReleaseVersion(now.replace(year=2021), len(state.issued)),
        "state": lambda: RecordStatement(HEAD, now, STANDING, len(state.issued), "reservation", "Not us."),
        "unsay": lambda: TakeStatementBack(HEAD, now, STANDING, len(state.issued), 1),
        "reissue": lambda: ReissueVersion(by, now, len(state.issued), "A broken file.", KEYS.sign),
        "correct": lambda: IssueCorrection(by, now, len(state.issued), (("1", "the", "a"),), "A slip.", FORUM),
    }[kind]()
    with suppress(Refused):
        tape.asked("1", command)


def rows(projection: Projection) -> dict[str, list[Any]]:
    with projection.database.reading() as connection:
        tables = [*(table.__table__ for table in (*OWN, *TABLES)), DUE, KNOWN, PROGRESS]
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in tables}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Projection, Projection]:
    folder = tmp_path_factory.mktemp("views")
    return tuple(Projection(Database(f"sqlite:///{folder / name}.db"), view()) for name in ("live", "rebuilt"))  # type: ignore[misc]  # there are two


@pytest.mark.deep
@settings(max_examples=60)
@given(steps, st.integers(1, 5))
def test_a_view_kept_live_equals_a_view_rebuilt(two: tuple[Projection, Projection], taken: list[Any], chunk: int) -> None:
    live, rebuilt = two
    live.rebuild()
    rebuilt.rebuild()
    tape, seen = Tape(), set[str]()
    tape.told(OPENED)
    for step in taken:
        if isinstance(step, str):
            feed(live, tape.facts, chunk)
            with live.database.reading() as connection:
                inputs = inputs_of(connection, LANE)
            act(tape, step, inputs)
        elif once(step, seen):
            tape.told(step)
    feed(live, tape.facts, chunk)
    rebuilt.apply(tape.facts)
    assert rows(live) == rows(rebuilt)


def feed(projection: Projection, facts: list[Recorded], chunk: int) -> None:
    """In chunks, each with what was delivered before it once more."""
    for start in range(0, len(facts), chunk):
        projection.apply(facts[max(0, start - 2) : start + chunk])


def test_a_timer_stands_until_its_version_is_released(projection: Projection) -> None:
    tape = Tape()
    tape.told(OPENED)
    for kind in ("start", "write", "hold"):
        act(tape, kind, Inputs())
    projection.apply(tape.facts)
    assert [one.identity for one in due_by(projection.database, "summaries", tape.now.replace(year=2022))] == ["prague/1/1"]
    act(tape, "release", Inputs())
    projection.apply(tape.facts)
    assert due_by(projection.database, "summaries", tape.now.replace(year=2022)) == []


def test_what_comes_after_the_issue_is_the_same_live_and_built_anew(two: tuple[Projection, Projection]) -> None:
    """So that the property above cannot hold by saying nothing of it."""
    live, rebuilt = two
    live.rebuild()
    rebuilt.rebuild()
    tape = Tape()
    tape.told(OPENED)
    for kind in ("start", "write", "issue", "state", "state", "unsay", "reissue", "reissue"):
        act(tape, kind, Inputs())
        feed(live, tape.facts, 1)
    rebuilt.apply(tape.facts)
    found = rows(live)
    assert found == rows(rebuilt)
    assert {name: len(found[name]) for name in ("summaries_statement", "summaries_reissue")} == {
        "summaries_statement": 2, "summaries_reissue": 2,
    }  # fmt: skip


@pytest.mark.real
def test_the_view_says_the_same_on_postgresql(postgres: str, projection: Projection) -> None:
    database = Database(postgres, schema="summaries_view")
    database.create_schema()
    other = Projection(database, view())
    tape = Tape()
    for fact in (
        OPENED,
        submitted(on_behalf_of="EU", represented=("CZ", "SK")),
        proposed(),
        position("JP", "oppose"),
        delegations.DelegationAdmitted("CZ", "C"),
    ):
        tape.told(fact)
    projection.apply(tape.facts)
    with projection.database.reading() as connection:
        inputs = inputs_of(connection, LANE)
    for kind in ("start", "compose", "theme", "split", "answer", "window", "hold", "release", "state", "unsay", "reissue", "correct"):
        act(tape, kind, inputs)
    for one in (projection, other):
        feed(one, tape.facts, 3)
    assert rows(projection) == rows(other)
    with other.database.reading() as connection:
        assert inputs_of(connection, LANE).by_reference == inputs.by_reference
        assert names_of(connection, LANE) == [("C", "delegation"), ("CZ", "delegation-code")]
    database.close()
