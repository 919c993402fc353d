"""A summary under silence: what the rules of a summary add to those of silence itself."""

from datetime import timedelta
from typing import Any

import pytest

from delegations.people import head, member
from house import KEYS
from parley.kernel.decider import Invalid, NotEntitled, Unknown
from parley.protocol.silence import ADOPTED
from parley.protocol.standing import Delegation, Standing
from parley.summaries.beginning import MarkSummary, RetitleSummary
from parley.summaries.composing import ComposeSummary, groups_of
from parley.summaries.disposing import DisposeInputs
from parley.summaries.drafting import EditSentence
from parley.summaries.facts import SummaryIssued
from parley.summaries.facts_silence import SilenceBroken, SilenceStarted
from parley.summaries.frozen import adopted_words, frozen_text, hash_of_words
from parley.summaries.issuing import IssueSummary
from parley.summaries.rendering import hash_of
from parley.summaries.under_silence import BreakSilence, ExtendSilence, LetTimePass, MakeStatement, RecordOutage, StartSilence, WithdrawText
from summaries.drafting_room import (
    CHAIR,
    FORUM,
    HEAD,
    NETWORKS,
    NOW,
    RAPPORTEUR,
    SECRETARIAT,
    SUPPLIERS,
    Desk,
    disposed,
    everything,
    inputs,
    principle,
    reflected,
    source,
    started,
    written,
)  # fmt: skip

KNOWN = inputs(principle("p1"))
T = NOW + timedelta(minutes=1)
MS = timedelta(milliseconds=1)
STANDING = Standing(known_at=1, open=True, delegations={code: Delegation(code, "accepted") for code in ("CZ", "SK", "JP")}, groups={"EU": ("CZ", "SK")})


def desk(**more: Any) -> Desk:
    return Desk(started(**more), written("s1", f"One delegation put forward: {SUPPLIERS}", source("p1")), disposed(reflected("p1")))


def start(by: Any = CHAIR, known: Any = KNOWN, until: Any = T) -> StartSilence:
    return StartSilence(by, NOW, until, "Europe/Prague", known, FORUM)


def objection(by: Any = HEAD, at: Any = NOW, group: str | None = None) -> BreakSilence:
    return BreakSilence(by, at, STANDING, "We did not say this.", group)


def statement(by: Any = HEAD, at: Any = NOW, kind: str = "reservation") -> MakeStatement:
    return MakeStatement(by, at, STANDING, kind, "We read this as voluntary.")


def edit(text: str = f"One delegation said: {SUPPLIERS}", at: Any = NOW) -> EditSentence:
    return EditSentence(CHAIR, at, "s1", text, KNOWN.by_reference)


def test_what_lies_under_silence_are_the_words_as_they_would_be_issued_under_their_hash() -> None:
    opened = everything(desk().when(start()), SilenceStarted)[0].said
    assert opened.text == frozen_text(desk().summary)
    assert opened.text_hash == hash_of(opened.text)
    issued = everything(desk().issue(KNOWN), SummaryIssued)[0]
    words = opened.text.split("\n")
    assert [line for line in issued.text.split("\n") if line in words] == [line for line in words if line != "participants"]


def test_a_text_that_could_not_be_issued_cannot_be_put_under_silence() -> None:
    more = inputs(principle("p1"), principle("p2", NETWORKS, "JP", seq=2))
    assert desk().refused(start(known=more)).rule == "gate-shut"


@pytest.mark.parametrize("by", [RAPPORTEUR, SECRETARIAT])
def test_only_the_chair_begins_extends_and_takes_back(by: Any) -> None:
    for command in (start(by), ExtendSilence(by, NOW, T + MS, "More time."), WithdrawText(by, NOW, "A slip.")):
        assert isinstance(desk().refused(command), NotEntitled)


def test_only_the_secretariat_records_an_outage() -> None:
    outage = (NOW, NOW, T, "The line was cut.")
    assert isinstance(desk().refused(RecordOutage(CHAIR, *outage)), NotEntitled)
    silent = desk().when(start())
    assert silent.refused(RecordOutage(SECRETARIAT, *outage)).rule == "outage-elsewhere"
    away = (NOW + MS, NOW, NOW + MS, "The line was cut.")
    given = silent.when(RecordOutage(SECRETARIAT, *away)).last[-1].said
    assert given.expires_at == T + MS
    assert silent.refused(RecordOutage(SECRETARIAT, *away)).rule == "outage-known"
    later = (NOW + 3 * MS, NOW + 2 * MS, NOW + 3 * MS, "Again.")
    assert silent.when(RecordOutage(SECRETARIAT, *later)).last[-1].said.expires_at == T + 2 * MS


def test_who_may_not_see_the_text_learns_nothing_of_it() -> None:
    closed = desk(marking="restricted", audience=("JP",)).when(start())
    for command in (objection(), statement(), start(HEAD), ExtendSilence(HEAD, NOW, T + MS, "More time.")):
        assert isinstance(closed.refused(command), Unknown)
        assert isinstance(Desk().refused(command), Unknown)
    assert closed.when(objection(head("JP"))).kinds() == ["SilenceBroken"]


@pytest.mark.parametrize("by", [CHAIR, RAPPORTEUR, SECRETARIAT, member("CZ"), head("CZ", "suspended"), head("CZ", "rejected")])
def test_only_the_head_of_an_accredited_delegation_breaks_a_silence_or_states_something(by: Any) -> None:
    quiet = desk().when(start())
    assert isinstance(quiet.refused(objection(by)), NotEntitled)
    assert isinstance(quiet.refused(statement(by)), NotEntitled)


def test_while_the_text_lies_under_silence_no_word_of_it_changes() -> None:
    quiet = desk().when(start())
    more = inputs(principle("p1"), principle("p2", NETWORKS, "JP", seq=2))
    compose = ComposeSummary(CHAIR, NOW, more, FORUM, groups_of(quiet.summary, more))
    for command in (edit(), RetitleSummary(CHAIR, NOW, "Another title"), MarkSummary(CHAIR, NOW, "restricted", ("CZ",), "Closer."), compose):
        assert quiet.refused(command).rule == "text-frozen"
    answered = DisposeInputs(CHAIR, NOW, (reflected("p1"),), KNOWN.by_reference)
    assert quiet.when(answered).kinds() in ([], ["InputsDisposed"]), "the chair may go on answering"
    assert quiet.refused(IssueSummary(CHAIR, NOW, KNOWN, FORUM, KEYS.sign)).rule == "under-silence"


def test_a_broken_silence_gives_the_text_back_to_the_chair() -> None:
    broken = desk().when(start()).when(objection())
    said = everything(broken, SilenceBroken)[0].said
    assert (said.how, said.delegation, said.says) == ("objection", "CZ", "We did not say this.")
    assert broken.when(edit()).kinds() == ["SentenceEdited"]
    assert broken.when(start(until=T)).kinds() == ["SilenceStarted"], "a new procedure, and a new time"


def test_whoever_speaks_for_a_group_names_those_in_it_then() -> None:
    broken = desk().when(start()).when(objection(group="EU"))
    assert everything(broken, SilenceBroken)[0].said.represented == ("CZ", "SK")
    assert desk().when(start()).refused(objection(head("JP"), group="EU")).rule == "not-a-member"


def test_a_text_that_nobody_broke_is_issued_as_by_silence() -> None:
    quiet = desk().when(start())
    assert quiet.refused(LetTimePass(T - MS)).rule == "silence-not-over"
    adopted = quiet.when(LetTimePass(T))
    assert adopted.kinds() == ["SilenceAdopted"]
    assert adopted.when(LetTimePass(T + MS)).last == []
    issued = everything(adopted.when(IssueSummary(CHAIR, T + MS, KNOWN, FORUM, KEYS.sign)), SummaryIssued)[0]
    assert (issued.authority, issued.silence) == ("by silence", 1)
    assert "by silence · 2019-05-03T10:01:00Z · participants" in issued.text


def test_a_text_that_was_changed_since_is_the_chairs_own_until_it_says_the_same_again() -> None:
    adopted = desk().when(start()).when(LetTimePass(T))
    before = hash_of_words(adopted.summary)
    changed = adopted.when(edit(at=T))
    assert adopted_words(changed.summary) is None
    issued = everything(changed.when(IssueSummary(CHAIR, T + MS, KNOWN, FORUM, KEYS.sign)), SummaryIssued)[0]
    assert (issued.authority, issued.silence) == ("the chair's own", None)
    back = changed.when(edit(f"One delegation put forward: {SUPPLIERS}", T))
    assert hash_of_words(back.summary) == before
    assert adopted_words(back.summary)


def test_the_chair_takes_a_text_back_and_issues_it_on_the_chairs_own_authority() -> None:
    back = desk().when(start()).when(WithdrawText(CHAIR, NOW, "We issue it as the chair's own."))
    issued = everything(back.issue(KNOWN), SummaryIssued)[0]
    assert (issued.authority, issued.silence) == ("the chair's own", None)


def test_a_late_objection_is_refused_and_can_stand_as_a_reservation() -> None:
    adopted = desk().when(start()).when(LetTimePass(T))
    refused = adopted.refused(objection(at=T + MS))
    assert (refused.rule, refused.status) == ("silence-over", 409)
    assert refused.details["received_at"] == "2019-05-03T12:01:00.001+02:00[Europe/Prague]"
    assert adopted.when(statement(at=T + 2 * MS)).kinds() == ["StatementMade"]
    assert [one.kind for one in adopted.summary.silences[0].statements] == ["reservation"]
    assert adopted.summary.silences[0].state == ADOPTED
    assert isinstance(adopted.refused(statement(kind="veto")), Invalid)


def test_nobody_speaks_of_a_silence_that_never_began() -> None:
    assert isinstance(desk().refused(objection()), Unknown)
    assert isinstance(desk().refused(statement()), Unknown)
    assert desk().refused(WithdrawText(CHAIR, NOW, "A slip.")).rule == "no-silence"


def test_the_chair_gives_more_time_before_the_end_and_says_why() -> None:
    extended = desk().when(start()).when(ExtendSilence(CHAIR, NOW, T + MS, "A holiday.")).last[-1].said
    assert (extended.expires_at, extended.reason) == (T + MS, "A holiday.")
    assert desk().when(start()).refused(ExtendSilence(CHAIR, T, T + MS, "Too late.")).rule == "silence-over"
