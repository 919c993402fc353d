"""The demo: a whole negotiation through HTTP, and what it leaves behind."""

import csv
import json
from pathlib import Path

import pytest

from commands.running import parley

pytestmark = pytest.mark.real


def test_the_demo_plays_through_and_proves_what_it_gives(tmp_path: Path) -> None:
    played = parley("demo", "--speed", "60", "--json", data=tmp_path)
    assert played.returncode == 0, played.stdout + played.stderr
    said = json.loads(played.stdout)
    assert (said["holds"], said["symbol"], said["broken"]) == (True, "PRAGUE-5G/CS/1", [])
    assert said["events"]["refused"] >= 2, "the gate and the quote check refused what they should"
    out = tmp_path / "demo"
    issued = json.loads((out / "summary.json").read_text())
    assert [theme["title"] for theme in issued["themes"]] == ["Policy", "Technology", "Economy", "Security"]
    for form in ("md", "html"):
        text = (out / f"summary.{form}").read_text()
        assert all(sentence["text"].split(":")[0] in text for theme in issued["themes"] for sentence in theme["sentences"])
    with (out / "submissions.csv").open() as file:
        fates = list(csv.DictReader(file))
    principles = [fate for fate in fates if fate["input"].startswith("principle/")]
    assert len(principles) == 15
    assert sum(fate["disposition"] == "withdrawn" for fate in principles) == 1
    assert sum(fate["disposition"] == "merged" for fate in principles) == 1, "two identical principles became one"
    receipts = {file.stem: json.loads(file.read_text()) for file in out.glob("receipt-*.json")}
    assert set(receipts) == {f"receipt-{fate['delegation']}" for fate in fates}
    assert sorted(one["input"] for receipt in receipts.values() for one in receipt["inputs"]) == sorted(fate["input"] for fate in fates)
    beside = [str(out / f"{name}.json") for name in ("summary", *receipts)]
    assert parley("verify", *beside, "--key", str(out / "keys.json"), data=tmp_path).returncode == 0
    kinds = [entry["kind"] for entry in json.loads((out / "public-record.json").read_text())]
    assert kinds.index("summary-released") < kinds.index("statement-released") < kinds.index("correction-released") < kinds.index("reissue-released")
    assert parley("verify", str(out / "summary.json"), data=tmp_path).returncode == 0
    tampered = tmp_path / "tampered.json"
    tampered.write_text((out / "summary.json").read_text().replace("Most delegations", "All delegations"))
    assert parley("verify", str(tampered), data=tmp_path).returncode == 1
