"""`parley import` of a text as people write it: what comes in, what it leaves open, and what is said of a text that cannot come in."""

import json
from pathlib import Path

import pytest

from commands.running import parley

pytestmark = pytest.mark.real

TEXT = """Security of networks

1. Parties [shall / should] share […] information.

2 bis. This is [voluntary.
"""


def test_a_bracketed_text_comes_in_as_a_draft_with_a_report_of_what_it_leaves_open(tmp_path: Path) -> None:
    file = tmp_path / "Zero Draft_v2.txt"
    file.write_text(TEXT, encoding="utf-8")
    words = ("import", file.name, "--negotiation", "vienna", "--json")
    brought = parley(*words, data=tmp_path)
    said = json.loads(brought.stdout)
    assert (brought.returncode, said["document"], said["clauses"], said["refused"]) == (0, "zero-draft-v2", 3, [])
    assert (said["open brackets"], said["alternatives"], said["placeholders"]) == (2, 1, 1)
    assert said["unbalanced brackets"] == [{"clause": "c3", "character": 9, "is": "unclosed"}]
    assert json.loads(parley(*words, data=tmp_path).stdout) == said, "what is brought in twice has one effect"
    (tmp_path / "Zero Draft_v2.md").write_text("# Another text\n\nIt is short.\n")
    other = parley("import", "Zero Draft_v2.md", "--negotiation", "vienna", data=tmp_path)
    assert other.returncode == 1
    assert "There is another text called zero-draft-v2" in other.stdout


def test_a_text_that_cannot_come_in_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_bytes(b"Caf\xe9")
    (tmp_path / "two.md").write_text("")
    (tmp_path / "long.txt").write_text("Word.\n\n" * 10_001)
    (tmp_path / "large.txt").write_text("Many words. " * 8_000 + ("\n\n" + "Many words. " * 8_000) * 11)
    for files, code, said in ((["one.txt"], 2, "not UTF-8"), (["two.md"], 2, "no words"), (["long.txt"], 1, "10,000"), (["large.txt"], 1, "1,000,000 bytes")):
        refused = parley("import", *files, "--negotiation", "vienna", data=tmp_path)
        assert (refused.returncode, said in refused.stdout.replace("10000", "10,000"), refused.stderr) == (code, True, ""), refused.stdout
        assert refused.stdout.count(files[0]) == 1, "each file is named once"
    (tmp_path / "a.txt").write_text("A text.")
    (tmp_path / "b.txt").write_text("A text.")
    two = parley("import", "a.txt", "b.txt", "--negotiation", "vienna", data=tmp_path)
    assert (two.returncode, "one text at a time" in two.stdout) == (2, True)
