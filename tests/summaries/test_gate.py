"""The gate, finding by finding: what it finds, what it leaves alone, and what may stand with a reason."""

import pytest

from parley.summaries.facts import Disposition, FindingOverridden
from parley.summaries.forum import Forum
from parley.summaries.gate import Report, report
from parley.summaries.inputs import Inputs
from summaries.drafting_room import (
    CHAIR,
    FORUM,
    NETWORKS,
    NOW,
    SUPPLIERS,
    Desk,
    against,
    disposed,
    inputs,
    principle,
    reflected,
    source,
    started,
    summary_of,
    written,
)  # fmt: skip

ONE = f"One delegation put forward: {SUPPLIERS}"
SOUND = (started(), written("s1", ONE, source("p1")), disposed(reflected("p1")))
KNOWN = inputs(principle("p1"))


def gate(*facts: object, known: Inputs = KNOWN, forum: Forum = FORUM) -> Report:
    return report(summary_of(*facts), known, forum)  # type: ignore[arg-type]  # facts of this service


def codes(*facts: object, known: Inputs = KNOWN, forum: Forum = FORUM) -> list[str]:
    return [one.code for one in gate(*facts, known=known, forum=forum).open]


def test_a_sound_summary_passes() -> None:
    assert codes(*SOUND) == []


def test_every_finding_says_where_it_is_and_how_to_mend_it() -> None:
    found = gate(started(), written("s1", "Japan agreed on [X]."), known=inputs(principle("p1"))).open
    assert {one.place for one in found} == {"s1", "principle/p1"}
    assert all(one.says.endswith(".") and one.mend.endswith(".") for one in found)
    assert len({one.finding for one in found}) == len(found)


def test_an_empty_summary_is_not_issued() -> None:
    assert codes(started(), known=inputs()) == ["empty"]


def test_every_live_input_has_an_answer() -> None:
    assert codes(*SOUND, known=inputs(principle("p1"), principle("p2", NETWORKS, "CZ", seq=2))) == ["undisposed"]


@pytest.mark.parametrize("state", ["late", "withdrawn", "ruled"])
def test_only_a_live_input_waits_for_an_answer(state: str) -> None:
    assert codes(*SOUND, known=inputs(principle("p1"), principle("p2", NETWORKS, "CZ", seq=2, state=state))) == []


def test_what_is_said_to_be_reflected_is_named_by_a_sentence() -> None:
    known = inputs(principle("p1"), principle("p2", NETWORKS, "AA", seq=2))
    assert codes(*SOUND, disposed(reflected("p2")), known=known) == ["reflected-nowhere"]


def test_what_is_named_by_a_sentence_is_said_to_be_reflected() -> None:
    parked = disposed(Disposition("principle/p1", "parked", reason="later"))
    assert codes(*SOUND, parked) == ["answered-otherwise"]
    assert codes(*SOUND, disposed(Disposition("principle/p1", "partly"))) == []


def test_a_chain_of_merged_inputs_ends_in_one_that_is_taken_up() -> None:
    known = inputs(*(principle(name, SUPPLIERS, "AA", seq=place) for place, name in enumerate(("p1", "p2", "p3"))))

    def into(name: str, other: str) -> Disposition:
        return Disposition(f"principle/{name}", "merged", into=f"principle/{other}")

    assert codes(*SOUND, disposed(into("p2", "p1"), into("p3", "p2")), known=known) == []
    assert codes(*SOUND, disposed(into("p2", "p3"), into("p3", "p2")), known=known) == ["merged-into-nothing"] * 2
    parked = Disposition("principle/p3", "parked", reason="later")
    assert codes(*SOUND, disposed(into("p2", "p3"), parked), known=known) == ["merged-into-nothing"]


def test_nothing_is_merged_into_a_withdrawn_input() -> None:
    known = inputs(principle("p1", state="withdrawn"), principle("p2", SUPPLIERS, "BB", seq=2))
    merged = Disposition("principle/p2", "merged", into="principle/p1")
    assert "merged-into-nothing" in codes(*SOUND, disposed(merged), known=known)


def test_a_sentence_has_a_source_or_is_the_chairs_own() -> None:
    assert codes(*SOUND, written("s2", "The meeting was long.")) == ["unsourced"]
    assert codes(*SOUND, written("s2", "The meeting was long.", own_wording=True)) == []


def test_a_source_still_stands_when_the_summary_is_issued() -> None:
    assert "cites-withdrawn" in codes(*SOUND, known=inputs(principle("p1", state="withdrawn")))
    assert "cites-late" in codes(*SOUND, known=inputs(principle("p1", state="late")))
    assert "unknown-source" in codes(*SOUND, known=inputs())


def test_a_source_with_a_new_text_is_read_again() -> None:
    revised = principle("p1", SUPPLIERS + " Always.")
    assert "source-changed" in codes(*SOUND, known=inputs(revised))


@pytest.mark.parametrize(
    ("said", "supporters", "right"),
    [
        ("One delegation", 1, True), ("A few delegations", 1, False), ("A few delegations", 3, True), ("Some delegations", 3, False),
        ("Many delegations", 10, True), ("Most delegations", 10, False), ("Several delegations", 4, False), ("All delegations that spoke", 3, False),
    ],
)  # fmt: skip
def test_the_quantity_is_the_forums_word_for_the_count(said: str, supporters: int, right: bool) -> None:
    names = [f"A{number}" for number in range(supporters)]
    known = inputs(principle("p1", SUPPLIERS, *names), principle("p2", NETWORKS, "ZZ", seq=2, state="live"))
    facts = (
        started(),
        written("s1", f"{said} put forward: {SUPPLIERS}", source("p1")),
        disposed(reflected("p1"), Disposition("principle/p2", "parked", reason="x")),
    )
    assert codes(*facts, known=known) == ([] if right else ["quantifier"])


def test_a_sentence_of_opposition_counts_those_who_oppose() -> None:
    known = inputs(principle("p1", SUPPLIERS, "CZ", against("JP"), against("NO")))
    opposed = f"A few delegations opposed the following: {SUPPLIERS}"
    assert codes(*SOUND, written("s2", opposed, source("p1", stance="oppose")), known=known) == []
    assert codes(*SOUND, written("s2", opposed, source("p1")), known=known) == ["quantifier"]


def test_a_quantity_within_quoted_words_is_the_sources_own() -> None:
    text = "Some states screen their suppliers."
    known = inputs(principle("p1", text))
    facts = (started(), disposed(reflected("p1")))
    assert codes(*facts, written("s1", f"One delegation put forward: {text}", source("p1", text)), known=known) == []
    assert codes(*facts, written("s1", text, source("p1", text)), known=known) == ["quantifier"]


def test_the_quantifier_that_is_declared_stands_in_the_sentence() -> None:
    facts = (started(), written("s1", f"Put forward: {SUPPLIERS}", source("p1"), quantifier="one delegation"), disposed(reflected("p1")))
    assert codes(*facts) == ["quantifier-absent"]


@pytest.mark.parametrize("word", ["agreed", "Consensus", "decided", "shall", "unanimously", "adopted", "committed", "endorsed"])
def test_no_word_claims_a_decision_that_was_not_taken(word: str) -> None:
    assert codes(*SOUND, written("s2", f"It was {word} today.", own_wording=True)) == ["claims-decision"]


@pytest.mark.parametrize("harmless", ["Some disagreed here.", "The agreeable room was full.", "A marshall came."])
def test_a_word_within_another_word_claims_nothing(harmless: str) -> None:
    assert codes(*SOUND, written("s2", harmless, own_wording=True)) == []


def test_the_forum_adds_its_own_words_and_other_languages_have_theirs() -> None:
    own = written("s2", "The meeting settled it.", own_wording=True)
    assert codes(started(claims=("settled",)), *SOUND[1:], own) == ["claims-decision"]
    french = written("s2", "Les participants ont convenu de tout.", own_wording=True)
    assert "claims-decision" in codes(started(language="fr"), french, known=inputs())


def test_a_title_claims_no_decision_and_names_nobody() -> None:
    assert codes(started(title="What was agreed with Japan"), *SOUND[1:]) == ["claims-decision", "names-party"]


@pytest.mark.parametrize(
    "name", ["Japan", "JP", "japan", "Japanese", "CZ", "the Czechs", "Czechia's", "Jana Nováková", "Nováková", "EU", "the European Union", "Rome", "Tokyo"]
)
def test_a_text_that_is_not_attributed_names_nobody_on_the_roster(name: str) -> None:
    assert codes(*SOUND, written("s2", f"The paper of {name} was long.", own_wording=True)) == ["names-party"]


@pytest.mark.parametrize("harmless", ["It was a good paper.", "The jan of it.", "The union of all words."])
def test_a_small_word_is_not_a_code(harmless: str) -> None:
    assert codes(*SOUND, written("s2", harmless, own_wording=True)) == []


def test_nicknames_of_the_forum_are_names_too() -> None:
    own = written("s2", "The landlocked friends spoke.", own_wording=True)
    assert codes(started(nicknames=("landlocked friends",)), *SOUND[1:], own) == ["names-party"]


def test_an_attributed_text_may_name_and_one_by_group_may_name_groups() -> None:
    own = written("s2", "The European Union and Japan spoke.", own_wording=True)
    assert codes(started(attribution="named"), *SOUND[1:], own) == []
    assert [one.finding for one in gate(started(attribution="group"), *SOUND[1:], own).open] == ["names-party/s2/japan"]


def test_the_meetings_own_title_names_nobody() -> None:
    host = Forum("prague-5g", "Prague 5G Security Conference", quantifiers=FORUM.quantifiers, accredited=30, names=FORUM.names)
    assert codes(started(title="Prague 5G Security Conference: chair's summary"), *SOUND[1:], forum=host) == []


@pytest.mark.parametrize("gap", ["[X]", "[", "{to come}", "TBD", "___", "to be confirmed", "????"])
def test_nothing_is_issued_with_a_gap_in_it(gap: str) -> None:
    assert "placeholder" in codes(*SOUND, written("s2", f"Suppliers are {gap} assessed.", own_wording=True))


def test_the_summary_is_marked_as_strictly_as_its_strictest_source() -> None:
    known = inputs(principle("p1", marking="participants"))
    assert codes(started(marking="public"), *SOUND[1:], known=known) == ["marking-loosened"]
    assert codes(started(marking="participants"), *SOUND[1:], known=known) == []


def test_a_restricted_summary_is_read_only_by_those_who_may_read_its_sources() -> None:
    known = inputs(principle("p1", SUPPLIERS, "CZ", marking="restricted", audience=("JP",)))
    assert codes(started(marking="restricted", audience=("CZ", "JP")), *SOUND[1:], known=known) == []
    assert codes(started(marking="restricted", audience=("JP", "NO")), *SOUND[1:], known=known) == ["audience-widened"]


def test_a_sentence_uses_its_sources_words_or_says_that_they_are_the_chairs() -> None:
    told = gate(started(), written("s1", f"One delegation demanded loudly: {SUPPLIERS}", source("p1")), disposed(reflected("p1"))).open
    assert [(one.code, one.says) for one in told] == [("not-in-sources", "These words stand in none of the sources: demanded, loudly.")]


def test_a_finding_that_may_stand_stands_with_its_reason_until_the_words_change() -> None:
    claiming = written("s2", "It was agreed before.", own_wording=True)
    found = gate(*SOUND, claiming).open[0]
    stands = FindingOverridden("1", found.finding, found.place, "It quotes last year's statement.")
    assert (codes(*SOUND, claiming, stands), len(gate(*SOUND, claiming, stands).let_stand)) == ([], 1)
    desk = Desk(*SOUND, claiming, stands)
    from parley.summaries.drafting import EditSentence

    desk.when(EditSentence(CHAIR, NOW, "s2", "It was agreed yesterday.", {}, own_wording=True))
    assert codes(*desk.facts) == ["claims-decision"]


def test_a_finding_that_must_be_mended_does_not_stand_whatever_was_recorded() -> None:
    stands = FindingOverridden("1", "undisposed/principle/p1", "principle/p1", "no time")
    assert codes(started(), written("s1", "The chair spoke.", own_wording=True), stands) == ["undisposed"]


def test_the_difference_to_the_last_version_says_whom_it_touches() -> None:
    known = inputs(principle("p1", SUPPLIERS, "CZ"), principle("p2", NETWORKS, "JP", seq=2))
    desk = Desk(started(), written("s1", ONE, source("p1")), written("s2", "A word.", own_wording=True), disposed(reflected("p1"), reflected("p2")))
    desk.write(f"One delegation put forward: {NETWORKS}", "p2", known=known).issue(known)
    from parley.summaries.drafting import EditSentence, RemoveSentence

    desk.when(EditSentence(CHAIR, NOW, "s2", "Another word.", {}, own_wording=True)).when(RemoveSentence(CHAIR, NOW, "s3"))
    desk.write("New.", own_wording=True)
    changes = report(desk.summary, known, FORUM).changes
    assert [(one.kind, one.sentence, one.touches) for one in changes] == [("added", "s4", ()), ("changed", "s2", ()), ("removed", "s3", ("JP",))]
