"""`parley verify` of what is signed: it finds any change, and names what fails."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from house import KEYS
from parley.commands.verify import verify, verify_all
from parley.kernel.settings import Settings
from parley.kernel.signing import Key, Keys, published_in
from parley.summaries.facts import SummaryIssued
from parley.summaries.facts_receipts import ReceiptSigned
from summaries.drafting_room import NETWORKS, Desk, everything, inputs, principle, started

STRANGER = Keys((Key(seed="7a" * 32, begins=KEYS.keys[0].begins),))


@pytest.fixture
def issued(tmp_path: Path) -> Path:
    """A folder with an issued summary, the receipts for it, and the published keys."""
    known = inputs(principle("p1"), principle("p2", NETWORKS, "JP", seq=2))
    desk = Desk(started(attribution="named")).compose(known).issue(known)
    (tmp_path / "summary.json").write_text(everything(desk, SummaryIssued)[0].document)
    for one in everything(desk, ReceiptSigned):
        (tmp_path / f"{one.delegation}.json").write_text(one.document)
    (tmp_path / "keys.json").write_bytes(msgspec.json.encode(KEYS.published()))
    return tmp_path


def found(folder: Path, *names: str, keys: Keys | None = None) -> list[tuple[bool, str]]:
    return [(one["holds"], one["why"]) for one in verify_all([folder / name for name in names], Settings(data=folder), keys)]


def changed(file: Path, **members: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | members, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def test_what_was_issued_and_its_receipts_hold_with_the_published_keys(issued: Path) -> None:
    keys = published_in((issued / "keys.json").read_bytes())
    said = found(issued, "summary.json", "AA.json", "JP.json", keys=keys)
    assert [holds for holds, _ in said] == [True, True, True]
    assert said[2][1] == "the receipt of JP for PRAGUE/CS/1, 1 inputs, held against PRAGUE/CS/1; signed, by a key that was given"
    assert verify([issued / "summary.json", issued / "JP.json"], issued / "keys.json", Settings(data=issued), as_json=True) == 0


@pytest.mark.parametrize("member", ["summary", "version", "language", "header", "title", "marking", "content_hash", "more"])
def test_no_member_of_an_issued_document_can_be_changed(issued: Path, member: str) -> None:
    changed(issued / "summary.json", **{member: "fr"})
    assert found(issued, "summary.json") == [(False, f"The signature of key {KEYS.keys[0].name[:16]}… does not fit: something in it is not as it was signed.")]


def test_who_is_said_to_have_said_it_cannot_be_changed(issued: Path) -> None:
    file = issued / "summary.json"
    assert '"who":"AA"' in file.read_text()
    file.write_text(file.read_text().replace('"who":"AA"', '"who":"BB"'))
    assert not found(issued, "summary.json")[0][0]


def test_a_receipt_with_another_outcome_does_not_hold(issued: Path) -> None:
    file = issued / "JP.json"
    file.write_text(file.read_text().replace('"reflected"', '"withdrawn"'))
    assert "does not fit" in found(issued, "JP.json")[0][1]


def test_a_receipt_is_held_against_the_summary_that_it_came_with(issued: Path) -> None:
    other = inputs(principle("p1"), principle("p2", NETWORKS, "JP", seq=2), principle("p3", "Trust is open.", "NO", seq=3))
    (issued / "other.json").write_text(everything(Desk(started()).compose(other).issue(other), SummaryIssued)[0].document)
    (one, receipt) = found(issued, "other.json", "JP.json")
    assert one[0]
    assert (receipt[0], "It speaks of PRAGUE/CS/1 with the hash" in receipt[1]) == (False, True)


def test_without_the_keys_a_strangers_signature_is_not_told_from_ours_and_it_is_said_so(issued: Path) -> None:
    said = json.loads((issued / "JP.json").read_text())
    del said["signature"]
    (issued / "JP.json").write_bytes(STRANGER.sign(said))
    (holds, why) = found(issued, "JP.json")[0]
    assert (holds, "whose key that is, --key says" in why) == (True, True)
    assert "none of the keys that were given" in found(issued, "JP.json", keys=KEYS)[0][1]


@pytest.mark.parametrize("held", [b"", b"{}", b"\xff\xfe", b"[1]", b'{"form":"parley.receipt.v1"}'])
def test_what_is_neither_a_summary_nor_a_receipt_does_not_hold(issued: Path, held: bytes) -> None:
    (issued / "odd.json").write_bytes(held)
    assert not found(issued, "odd.json")[0][0]
    (issued / "odd.json").write_bytes(KEYS.sign({"form": "parley.receipt.v1"}))
    assert "has not the form" in found(issued, "odd.json")[0][1]


def test_keys_that_cannot_be_read_are_a_wrong_call(issued: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (issued / "keys.json").write_text("{}")
    assert verify([issued / "JP.json"], issued / "keys.json", Settings(data=issued), as_json=False) == 2
    assert "Fetch them again from /api/v1/keys" in capsys.readouterr().err
