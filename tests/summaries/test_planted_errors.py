"""A sound summary, and what happens to it when one error is planted: each is found, at its place, and nothing else is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from parley.summaries.facts import Disposition, Source
from parley.summaries.forum import Forum
from parley.summaries.gate import report
from parley.summaries.inputs import Input, Voice
from summaries.drafting_room import FORUM, NETWORKS, SUPPLIERS, against, disposed, hash_of, inputs, principle, source, started, summary_of, written

AUDITS = "Audits are done by laboratories that belong to nobody who sells equipment."
COSTS = "The cost of security does not drive small operators out of the market."
OLD = "Records of incidents are shared among operators."
TEN = [f"A{number}" for number in range(10)]


@dataclass
class Room:
    """A summary that is sound in every way: sourced, counted, answered, unattributed and undecided."""

    put_in: dict[str, Input] = field(default_factory=dict)
    sentences: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, Disposition] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    forum: Forum = FORUM

    def place(self, name: str, text: str, *sources: Source, **more: Any) -> None:
        self.sentences[name] = {"text": text, "sources": sources} | more

    def put(self, one: Input) -> None:
        self.put_in[one.reference] = one

    def answer(self, name: str, disposition: str, **more: Any) -> None:
        self.answers[f"principle/{name}"] = Disposition(f"principle/{name}", disposition, **more)

    def say(self, name: str, text: str) -> None:
        self.sentences[name]["text"] = text

    def found(self) -> list[tuple[str, str]]:
        facts: list[msgspec.Struct] = [started(**self.fields)]
        before = None
        for name, one in self.sentences.items():
            sources, text = one["sources"], one["text"]
            facts.append(written(name, text, *sources, after=before, **{key: value for key, value in one.items() if key not in ("sources", "text")}))
            before = name
        facts.append(disposed(*self.answers.values()))
        return [(one.code, one.place) for one in report(summary_of(*facts), inputs(*self.put_in.values()), self.forum).open]


def sound() -> Room:
    room = Room()
    room.put(principle("p1", SUPPLIERS, *TEN, against("ZA"), against("ZB"), seq=1))
    room.put(principle("p2", NETWORKS, "B1", seq=2))
    room.put(principle("p3", AUDITS, "B1", "B2", "B3", seq=3))
    room.put(principle("p4", AUDITS, "B4", seq=4))
    room.put(principle("p5", COSTS, "B5", seq=5))
    room.put(principle("p6", OLD, "B6", seq=6, state="withdrawn"))
    room.place("s1", f"Many delegations put forward: {SUPPLIERS}", source("p1"))
    room.place("s2", f"A few delegations opposed the following: {SUPPLIERS}", source("p1", stance="oppose"))
    room.place("s3", f"One delegation put forward: {NETWORKS}", source("p2", NETWORKS))
    room.place("s4", f"Some delegations put forward: {AUDITS}", source("p3", AUDITS), source("p4", AUDITS))
    room.place("s5", "The meeting lasted two days.", own_wording=True)
    room.answer("p1", "reflected")
    room.answer("p2", "partly")
    room.answer("p3", "reflected")
    room.answer("p4", "merged", into="principle/p3")
    room.answer("p5", "not_reflected", reason_code="out-of-scope", reason="It is dealt with elsewhere.")
    return room


Planted = tuple[str, Any, list[tuple[str, str]]]


def quantities() -> Iterator[Planted]:
    for name, words, place in (
        ("more than there were", f"Most delegations put forward: {SUPPLIERS}", "s1"), ("fewer than there were", f"Some delegations put forward: {SUPPLIERS}", "s1"),
        ("everybody", f"All delegations that spoke put forward: {SUPPLIERS}", "s1"), ("several for one", f"A few delegations put forward: {NETWORKS}", "s3"),
        ("one for several", f"One delegation put forward: {AUDITS}", "s4"), ("a word without a table", f"Several delegations put forward: {AUDITS}", "s4"),
        ("a number of", f"A number of delegations put forward: {AUDITS}", "s4"), ("a majority", f"A majority of delegations put forward: {SUPPLIERS}", "s1"),
        ("nearly all", f"Nearly all delegations put forward: {SUPPLIERS}", "s1"), ("broad support", f"With broad support: {SUPPLIERS}", "s1"),
        ("everyone", f"Everyone put forward: {SUPPLIERS}", "s1"), ("opposition made small", f"One delegation opposed the following: {SUPPLIERS}", "s2"),
        ("opposition made large", f"Many delegations opposed the following: {SUPPLIERS}", "s2"), ("capitals", f"MOST DELEGATIONS put forward: {SUPPLIERS}", "s1"),
        ("a line between", f"Most\u00a0delegations put forward: {SUPPLIERS}", "s1"), ("another body", f"Most participants put forward: {SUPPLIERS}", "s1"),
        ("many other states", f"Many other member states put forward: {NETWORKS}", "s3"), ("no delegation", f"No delegation opposed the following: {SUPPLIERS}", "s2"),
    ):  # fmt: skip
        yield f"quantity: {name}", lambda room, words=words, place=place: room.say(place, words), [("quantifier", place)]
    yield (
        "quantity: a stale supporter",
        lambda room: room.put(principle("p3", AUDITS, "B1", "B2", Voice("B3", "support", hash_of(OLD)), seq=3)),
        [("quantifier", "s4")],
    )
    yield "quantity: a supporter who changed sides", lambda room: room.put(principle("p2", NETWORKS, against("B1", NETWORKS), seq=2)), [("quantifier", "s3")]
    yield "quantity: a group counted besides its members", lambda room: room.put(principle("p4", AUDITS, "B1", seq=4)), [("quantifier", "s4")]
    yield "quantity: declared but not said", lambda room: room.sentences["s5"].update(quantifier="one delegation"), [("quantifier-absent", "s5")]


def sources() -> Iterator[Planted]:
    yield "source: none", lambda room: room.place("s6", "Suppliers were spoken of."), [("unsourced", "s6")]
    yield "source: mark of the chair taken away", lambda room: room.sentences["s5"].update(own_wording=False), [("unsourced", "s5")]
    yield "source: unknown", lambda room: room.place("s6", OLD, source("p9", OLD)), [("unknown-source", "s6"), ("not-in-sources", "s6")]
    yield "source: withdrawn", lambda room: room.place("s6", f"One delegation put forward: {OLD}", source("p6", OLD)), [("cites-withdrawn", "s6")]

    def late(room: Room) -> None:
        room.put(principle("p7", OLD, "B7", seq=7, state="late"))
        room.place("s6", f"One delegation put forward: {OLD}", source("p7", OLD))

    yield "source: late and not let in", late, [("cites-late", "s6")]
    yield "source: revised since", lambda room: room.put(principle("p2", f"{NETWORKS} Soon.", "B1", seq=2)), [("source-changed", "s3")]
    for name, text in (
        ("words of nobody", f"One delegation demanded: {NETWORKS}"), ("a softened word", f"One delegation put forward: {NETWORKS.replace('built', 'composed')}"),
        ("a word put in", f"One delegation put forward: {NETWORKS.replace('one supplier', 'one trustworthy supplier')}"),
    ):  # fmt: skip
        yield f"source: {name}", lambda room, text=text: room.say("s3", text), [("not-in-sources", "s3")]


def answers() -> Iterator[Planted]:
    for name in ("p2", "p3", "p5"):
        found = [("undisposed", f"principle/{name}")] + ([("merged-into-nothing", "principle/p4")] if name == "p3" else [])
        yield f"answer: {name} was dropped", lambda room, name=name: room.answers.pop(f"principle/{name}"), found
    yield "answer: a new input", lambda room: room.put(principle("p7", OLD, "B7", seq=7)), [("undisposed", "principle/p7")]

    def waived(room: Room) -> None:
        room.put(principle("p7", OLD, "B7", seq=7, state="live"))

    yield "answer: a late one that was let in", waived, [("undisposed", "principle/p7")]
    yield "answer: reflected nowhere", lambda room: room.answer("p5", "reflected"), [("reflected-nowhere", "principle/p5")]
    yield "answer: partly reflected nowhere", lambda room: room.answer("p5", "partly"), [("reflected-nowhere", "principle/p5")]
    yield "answer: its sentence was taken out", lambda room: room.sentences.pop("s3"), [("reflected-nowhere", "principle/p2")]
    yield "answer: parked but cited", lambda room: room.answer("p2", "parked", reason="x"), [("answered-otherwise", "principle/p2")]
    yield (
        "answer: refused but cited",
        lambda room: room.answer("p2", "not_reflected", reason_code="other", reason="x"),
        [("answered-otherwise", "principle/p2")],
    )
    yield "answer: merged into one that is refused", lambda room: room.answer("p4", "merged", into="principle/p5"), [("merged-into-nothing", "principle/p4")]
    yield "answer: merged into one that was withdrawn", lambda room: room.answer("p4", "merged", into="principle/p6"), [("merged-into-nothing", "principle/p4")]
    yield "answer: merged into nothing known", lambda room: room.answer("p4", "merged", into="principle/p9"), [("merged-into-nothing", "principle/p4")]

    def circle(room: Room) -> None:
        room.answer("p4", "merged", into="principle/p5")
        room.answer("p5", "merged", into="principle/p4")

    yield "answer: merged in a circle", circle, [("merged-into-nothing", "principle/p4"), ("merged-into-nothing", "principle/p5")]


def claims() -> Iterator[Planted]:
    for words in (
        "The meeting agreed on this.", "There was CONSENSUS.", "It was decided to go on.", "Suppliers shall be assessed.", "This was adopted unanimously.",
        "All this was endorsed.", "They committed themselves.", "The agreement is sound.", "It was resolved.", "A binding text follows.",
        "This was accepted by all.", "It was approved without objection.", "Nobody pledged.", "The meeting undertook to go on.", "So a decision was taken.",
    ):  # fmt: skip
        once = len({word for word in ("adopted", "unanimously", "approved", "without objection") if word in words}) or 1
        yield f"claim: {words}", lambda room, words=words: room.say("s5", words), [("claims-decision", "s5")] * once
    yield "claim: in a title", lambda room: room.fields.update(title="The agreed summary"), [("claims-decision", "summary")]
    yield "claim: the forum's own word", lambda room: (room.fields.update(claims=("settled",)), room.say("s5", "It was settled.")), [("claims-decision", "s5")]


def names() -> Iterator[Planted]:
    for words in (
        "Japan spoke first.", "JP spoke first.", "The Japanese paper was long.", "The head of CZ spoke.", "As Czechia's paper says.", "Jana Nováková spoke.",
        "Ms Nováková spoke.", "The European Union spoke.", "EU members spoke.", "Tokyo was not amused.", "The paper (IT) was long.", "italy spoke.",
        "NOVÁKOVÁ spoke.",
    ):  # fmt: skip
        yield f"name: {words}", lambda room, words=words: room.say("s5", words), [("names-party", "s5")]
    yield "name: in a title", lambda room: room.fields.update(title="What Japan said"), [("names-party", "summary")]
    yield (
        "name: a nickname of the forum",
        lambda room: (room.fields.update(nicknames=("the hosts",)), room.say("s5", "The Hosts spoke.")),
        [("names-party", "s5")],
    )
    yield (
        "name: a delegation where only groups are named",
        lambda room: (room.fields.update(attribution="group"), room.say("s5", "Japan spoke.")),
        [("names-party", "s5")],
    )
    yield (
        "name: a group where counts alone are given",
        lambda room: (room.fields.update(attribution="counted"), room.say("s5", "The EU spoke.")),
        [("names-party", "s5")],
    )


def markings() -> Iterator[Planted]:
    everywhere = [("marking-loosened", name) for name in ("s1", "s2", "s3", "s4")]
    yield "marking: public from participants", lambda room: room.fields.update(marking="public"), everywhere
    restricted = principle("p2", NETWORKS, "B1", seq=2, marking="restricted", audience=("B2",))
    yield "marking: one restricted source", lambda room: room.put(restricted), [("marking-loosened", "s3")]

    def widened(room: Room) -> None:
        room.put(restricted)
        room.fields.update(marking="restricted", audience=("B1", "B2", "B3"))

    yield "marking: a list that is too long", widened, [("audience-widened", "s3")]


def gaps() -> Iterator[Planted]:
    for words in ("The meeting lasted [two] days.", "The meeting lasted TBD days.", "The meeting lasted {n} days.", "The meeting lasted ___ days.",
                  "The meeting lasted XX days.", "To be completed.", "The meeting lasted [ days.", "The meeting lasted ] days.", "The meeting lasted ???? days."):  # fmt: skip
        yield f"gap: {words}", lambda room, words=words: room.say("s5", words), [("placeholder", "s5")]
    yield "gap: nothing written", lambda room: (room.sentences.clear(), room.answers.clear(), room.put_in.clear()), [("empty", "summary")]


PLANTED: list[Planted] = [*quantities(), *sources(), *answers(), *claims(), *names(), *markings(), *gaps()]


def test_the_sound_summary_is_sound() -> None:
    assert sound().found() == []


def test_at_least_sixty_errors_are_planted_each_under_its_own_name() -> None:
    assert len({name for name, _, _ in PLANTED}) == len(PLANTED) >= 60


@pytest.mark.parametrize(("plant", "found"), [(plant, found) for _, plant, found in PLANTED], ids=[name for name, _, _ in PLANTED])
def test_a_planted_error_is_found_at_its_place_and_nothing_else_is(plant: Any, found: list[tuple[str, str]]) -> None:
    room = sound()
    plant(room)
    assert room.found() == found


def test_no_check_can_be_taken_away_unnoticed() -> None:
    """For each kind of finding, at least one planted summary would be issued if that check alone were missing."""
    alone = {found[0][0] for _, _, found in PLANTED if len({code for code, _ in found}) == 1}
    every = {code for _, _, found in PLANTED for code, _ in found}
    assert every - alone == {"unknown-source"}  # an unknown source gives no words either, so this one is always found twice
