"""How far a text travels, who reads it, and what may stand in it."""

import unicodedata
from datetime import UTC
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.protocol.access import CHAIR, HEAD, MEMBER, OBSERVER, PUBLIC, RAPPORTEUR, SECRETARIAT
from parley.protocol.marking import MARKINGS, looser, strictest
from parley.protocol.moments import moment
from parley.protocol.plain_text import plain_line, plain_text
from parley.protocol.standing import Actor
from parley.protocol.visibility import LATE, LIVE, WITHDRAWN, may_read


def test_a_derived_text_takes_the_strictest_marking_of_its_sources() -> None:
    for sources in permutations(MARKINGS):
        assert strictest(sources) == "restricted"
    assert strictest(["public", "participants"]) == "participants"
    assert strictest([]) == "public"


def test_of_two_markings_one_lets_a_text_travel_further() -> None:
    for one in MARKINGS:
        assert [looser(one, other) for other in MARKINGS].count(True) == len(MARKINGS) - MARKINGS.index(one) - 1


def test_an_unknown_marking_is_no_marking() -> None:
    with pytest.raises(ValueError):
        strictest(["public", "secret"])


actors = st.builds(
    Actor,
    person=st.just("p"),
    roles=st.tuples(st.sampled_from([SECRETARIAT, CHAIR, RAPPORTEUR, HEAD, MEMBER, OBSERVER, PUBLIC])),
    delegation=st.sampled_from([None, "CZ", "JP", "NO"]),
    credentials=st.sampled_from([None, "accepted", "suspended"]),
    scopes=st.sampled_from([("*",), (), ("principle.read",), ("roster.read",)]),
)


@given(actors, st.sampled_from(["", "JP"]), st.sampled_from(MARKINGS), st.sampled_from([(), ("CZ",)]), st.sampled_from([LIVE, LATE, WITHDRAWN]))
def test_who_reads_a_text_reads_it_also_when_it_is_looser_marked_or_let_in(
    actor: Actor, author: str, marking: str, audience: tuple[str, ...], state: str
) -> None:
    def reads(marking: str, state: str) -> bool:
        return may_read(actor, "principle.read", authors=(author,), marking=marking, audience=audience, state=state)

    if reads(marking, state):
        assert actor.may("principle.read")
        assert all(reads(other, state) for other in MARKINGS[: MARKINGS.index(marking)])
        assert actor.roles in ((CHAIR,), (SECRETARIAT,)) or reads(marking, LIVE)
    if state == WITHDRAWN and actor.delegation != author and {CHAIR, SECRETARIAT}.isdisjoint(actor.roles):
        assert not reads(marking, state)


def test_who_belongs_to_no_delegation_is_nobodys_co_author_and_in_nobodys_audience() -> None:
    nobody = Actor(person="p", roles=(MEMBER,), credentials="accepted")
    assert not may_read(nobody, "principle.read", authors=("",), marking="restricted", audience=("",), state=LIVE)


@given(st.text())
def test_what_passes_as_plain_text_passes_unchanged_and_can_be_stored(text: str) -> None:
    try:
        passed = plain_text(text)
    except ValueError:
        return
    assert passed == text
    assert text.encode().decode() == text
    assert "\0" not in text
    assert all(character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Cn") for character in text)


@pytest.mark.parametrize("text", ["One.\nTwo.", "Col\tumn", "Žluťoučký kůň", "条約", "العربية", "e\u0301", "👍🏽", "non\u00a0breaking"])
def test_the_languages_of_the_world_are_plain_text(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0", "a\0b", "bell\a", "line\rfeed", "\ud800", "escape\x1b[31m", "next\x85line", "\U000e0fff"])
def test_what_cannot_be_shown_or_stored_is_no_plain_text(text: str) -> None:
    with pytest.raises(ValueError, match="text"):
        plain_text(text)


def test_a_title_is_one_line() -> None:
    assert plain_line("Security of 5G networks") == "Security of 5G networks"
    for text in ("Two\nlines", "A\ttab", ""):
        with pytest.raises(ValueError, match="text"):
            plain_line(text)


def test_the_place_of_a_bad_character_is_named_and_the_text_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="character 7") as error:
        plain_text("secret\0")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("said", ["2019-05-03T18:00:00.1239+02:00", "2019-05-03T16:00:00.123Z", "2019-05-03T11:00:00.123-05:00"])
def test_a_time_is_recorded_in_utc_to_the_millisecond(said: str) -> None:
    at = moment(said)
    assert (at.isoformat(), at.tzinfo) == ("2019-05-03T16:00:00.123000+00:00", UTC)


@pytest.mark.parametrize(
    "said", ["2019-05-03T18:00:00", "2019-05-03", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "1556899200", "", "soon", 1, None]
)
def test_a_time_that_would_have_to_be_guessed_is_none(said: object) -> None:
    with pytest.raises(ValueError, match="offset from UTC"):
        moment(said)
