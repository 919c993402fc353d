"""Receipts: every input of a delegation once, with where its words went, and no words of anybody in them."""

import hashlib
import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from house import KEYS
from parley.kernel.signing import what_fails
from parley.summaries.facts import Disposition, SummaryIssued
from parley.summaries.facts_receipts import ReceiptSigned
from parley.summaries.inputs import Inputs
from parley.summaries.receipts import receipts, receipts_of
from summaries.drafting_room import NETWORKS, SUPPLIERS, Desk, disposed, everything, inputs, principle, reflected, source, started, written

WORDS = ["networks", "suppliers", "law", "country", "states", "risk", "open", "rules", "trust", "equipment", "failure", "order", "service"]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(lambda words: " ".join(words).capitalize() + ".")
put_ins = st.lists(
    st.tuples(texts | st.just(SUPPLIERS), st.sampled_from(["AA", "BB", "CC", "DD"]), st.sampled_from(["live", "late", "withdrawn"])), min_size=1, max_size=9
)


def room(rows: list[tuple[str, str, str]]) -> Inputs:
    return inputs(*(principle(f"p{n}", text, by, seq=n, state=state) for n, (text, by, state) in enumerate(rows, start=1)), principle("p0", NETWORKS, "ZZ"))


def by_delegation(desk: Desk) -> dict[str, Any]:
    return {one.delegation: json.loads(one.document) for one in everything(desk, ReceiptSigned)}


def issued_of(desk: Desk) -> SummaryIssued:
    (issued,) = everything(desk, SummaryIssued)
    return issued


@given(put_ins)
def test_every_input_stands_once_in_the_receipt_of_its_delegation(rows: list[tuple[str, str, str]]) -> None:
    known = room(rows)
    said = by_delegation(Desk(started()).compose(known).issue(known))
    listed = [(delegation, one["input"]) for delegation, receipt in said.items() for one in receipt["inputs"]]
    assert sorted(listed) == sorted((one.delegation, one.reference) for one in known.by_reference.values())


@given(put_ins)
def test_spans_are_the_same_words_in_the_input_and_in_the_issued_sentence(rows: list[tuple[str, str, str]]) -> None:
    known = room(rows)
    desk = Desk(started()).compose(known).issue(known)
    sentences = {one.number: one.text for theme in issued_of(desk).themes for one in theme.sentences}
    for receipt in by_delegation(desk).values():
        for one in receipt["inputs"]:
            text = known.by_reference[one["input"]].text
            for place in one["went_to"]:
                (start, end), (begin, until) = place["input_span"], place["sentence_span"]
                assert 0 <= start < end <= len(text)
                said = sentences[place["number"]][begin:until]
                assert said == text[start:end] or said == sentences[place["number"]] or said.casefold() in text.casefold()


@given(put_ins)
def test_the_same_facts_give_the_same_bytes(rows: list[tuple[str, str, str]]) -> None:
    known = room(rows)
    desk = Desk(started()).compose(known).issue(known)
    recorded = msgspec.json.decode(msgspec.json.encode(issued_of(desk)), type=SummaryIssued)
    again = msgspec.json.decode(msgspec.json.encode(known), type=Inputs)
    assert receipts(recorded, "prague", again, KEYS.sign) == everything(desk, ReceiptSigned)


@given(put_ins)
def test_a_receipt_holds_no_words_of_any_input_and_names_no_input_of_others_but_what_it_was_merged_into(rows: list[tuple[str, str, str]]) -> None:
    known = room(rows)
    for delegation, receipt in by_delegation(Desk(started()).compose(known).issue(known)).items():
        merged_into = {one.get("into") for one in receipt["inputs"]}
        said = json.dumps(receipt)
        for one in known.by_reference.values():
            assert one.text not in said
            assert one.delegation == delegation or one.reference in merged_into or f'"{one.reference}"' not in said
            assert one.delegation == delegation or f'"{one.delegation}"' not in said


def test_any_flipped_byte_of_a_receipt_or_of_the_issued_document_is_found() -> None:
    known = inputs(principle("p1"), principle("p2", NETWORKS, "JP", seq=2))
    desk = Desk(started()).compose(known).issue(known)
    for document in (issued_of(desk).document, everything(desk, ReceiptSigned)[0].document):
        whole = document.encode()
        assert what_fails(whole, KEYS) is None
        for place in range(len(whole)):
            assert what_fails(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :]) is not None, place


def test_a_receipt_names_the_whole_document_by_its_hash_and_the_words_by_theirs() -> None:
    desk = Desk(started(), written("s1", f"One delegation put forward: {SUPPLIERS}", source("p1")), disposed(reflected("p1"))).issue(inputs(principle("p1")))
    issued, receipt = issued_of(desk), by_delegation(desk)["AA"]
    assert receipt["issued_hash"] == hashlib.sha256(issued.document.encode()).hexdigest()
    assert (receipt["content_hash"], receipt["symbol"], receipt["version"]) == (issued.content_hash, "PRAGUE/CS/1", 1)
    assert (receipt["negotiation"], receipt["delegation"], receipt["form"]) == ("prague", "AA", "parley.receipt.v1")
    assert receipt["signature"]["key"] == KEYS.keys[0].name


def test_where_words_went_is_told_by_sentence_lines_and_spans() -> None:
    text = f"One delegation put forward: {SUPPLIERS}"
    facts = written("s1", "Opening words of the chair. " * 4 + "Thanks.", own_wording=True), written("s2", text, source("p1", start=0, end=22), after="s1")
    receipt = by_delegation(Desk(started(), *facts, disposed(reflected("p1"))).issue(inputs(principle("p1"))))["AA"]
    (place,) = receipt["inputs"][0]["went_to"]
    assert (place["sentence"], place["number"], place["lines"]) == ("s2", 2, [3, 4])
    assert (place["input_span"], SUPPLIERS[0:22], text[slice(*place["sentence_span"])]) == ([0, 22], "Suppliers are assessed", "Suppliers are assessed")


def test_a_sentence_in_other_words_has_its_whole_as_its_span() -> None:
    text = "One delegation put forward: the suppliers' law."
    receipt = by_delegation(Desk(started(), written("s1", text, source("p1")), disposed(reflected("p1"))).issue(inputs(principle("p1"))))["AA"]
    (place,) = receipt["inputs"][0]["went_to"]
    assert (place["input_span"], place["sentence_span"]) == ([0, len(SUPPLIERS)], [0, len(text)])


def test_what_was_merged_is_found_where_its_leader_went() -> None:
    answers = disposed(reflected("p1"), Disposition("principle/p2", "merged", into="principle/p1"), Disposition("principle/p3", "merged", into="principle/p2"))
    known = inputs(principle("p1"), principle("p2", NETWORKS, "JP", seq=2), principle("p3", NETWORKS, "CZ", seq=3))
    said = by_delegation(Desk(started(), written("s1", f"One delegation put forward: {SUPPLIERS}", source("p1")), answers).issue(known))
    assert [(one["into"], one["went_to"]) for one in said["CZ"]["inputs"]] == [("principle/p2", [{"lines": [1, 2], "number": 1, "sentence": "s1"}])]


def test_what_was_not_taken_up_is_told_with_its_reason_and_goes_nowhere() -> None:
    answer = Disposition("principle/p2", "not_reflected", reason_code="no-support", reason="Nobody else spoke of it.")
    known = inputs(principle("p1"), principle("p2", NETWORKS, "JP", seq=2), principle("p3", NETWORKS, "NO", seq=3, state="withdrawn"))
    facts = written("s1", f"One delegation put forward: {SUPPLIERS}", source("p1")), disposed(reflected("p1"), answer)
    said = by_delegation(Desk(started(), *facts).issue(known))
    (mine,) = said["JP"]["inputs"]
    assert (mine["disposition"], mine["reason_code"], mine["reason"], mine["went_to"]) == ("not_reflected", "no-support", "Nobody else spoke of it.", [])
    assert [one["disposition"] for one in said["NO"]["inputs"]] == ["withdrawn"]


def test_a_delegation_without_input_gets_no_receipt() -> None:
    known = inputs(principle("p1", SUPPLIERS, "AA", "BB"))
    assert list(receipts_of(issued_of(Desk(started()).compose(known).issue(known)), "prague", known)) == ["AA"]
