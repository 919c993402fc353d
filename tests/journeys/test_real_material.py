"""Real material through the command line: the GDPR and its amendments, the Prague statement, the Polis statements."""

import json
from pathlib import Path

import pytest

from commands.running import parley

pytestmark = pytest.mark.real

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
MAPPINGS = Path(__file__).resolve().parents[2] / "docs" / "guides"

if not DATA.is_dir():
    pytest.skip("the real texts and amendments of ../shared/data are not on this machine", allow_module_level=True)


def test_the_gdpr_and_its_amendments_come_in_once_and_rebuild_to_the_same_bytes(tmp_path: Path) -> None:
    gdpr = DATA / "gdpr"
    words = ("import", str(gdpr / "base_units.jsonl"), str(gdpr / "amendments.jsonl"), "--negotiation", "gdpr", "--mapping", str(MAPPINGS / "gdpr.toml"))
    first = parley(*words, "--json", data=tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    said, expected = json.loads(first.stdout), json.loads((gdpr / "expected_counts.json").read_text())
    assert said["clauses"] == expected["base_units"]
    assert said["rows of amendments"] == expected["entries"]
    assert said["amendments"] == expected["unique_amendments"]
    assert said["amendments by state"] == {"live": 1360, "misquoted": 32, "unplaced": 114}, "docs/guides/gdpr-import.md says why, entry by entry"
    assert (said["contested places"], said["identical groups"]) == (307, 146), "the same page: 376 by mentions, 123 groups within 146"
    again = json.loads(parley(*words, "--json", data=tmp_path).stdout)
    assert again == said, "what is brought in twice has one effect"
    rebuilt = [parley("rebuild", "--json", data=tmp_path, PYTHONHASHSEED=seed, TZ=zone).stdout for seed, zone in (("0", "UTC"), ("7", "Pacific/Chatham"))]
    assert rebuilt[0] == rebuilt[1]
    assert parley("verify", data=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("file", "mapping", "count"),
    [("prague/statement_2019.jsonl", "prague.toml", 12), ("polis/comments.csv", "polis.toml", 197)],
)
def test_statements_come_in_as_principles(tmp_path: Path, file: str, mapping: str, count: int) -> None:
    brought = parley("import", str(DATA / file), "--negotiation", "n", "--mapping", str(MAPPINGS / mapping), "--json", data=tmp_path)
    assert brought.returncode == 0, brought.stdout + brought.stderr
    said = json.loads(brought.stdout)
    assert (said["principles"], said["refused"]) == (count, [])
