"""`parley diff`: what changed between two files, as a person, a script and a screen without colours read it."""

import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from commands.running import PARLEY, parley

pytestmark = pytest.mark.real

OLD = "Parties should share information.\n\n2. Sharing is voluntary.\n"
NEW = "Parties may share information.\n\n3. Sharing is voluntary.\n\nIt is free.\n"


def files(folder: Path, old: str, new: str, suffix: str = ".txt") -> list[str]:
    for name, text in (("old", old), ("new", new)):
        (folder / f"{name}{suffix}").write_text(text, encoding="utf-8")
    return [f"old{suffix}", f"new{suffix}"]


def test_what_changed_is_shown_inline_with_signs_where_there_is_no_terminal(tmp_path: Path) -> None:
    found = parley("diff", *files(tmp_path, OLD, NEW), data=tmp_path)
    assert (found.returncode, found.stderr) == (1, "")
    said = ["Parties [-should-]{+may+} share information.", "(was 2) 3 Sharing is voluntary.", "(new clause) {+It is free.+}"]
    assert found.stdout.splitlines() == said
    assert "\x1b" not in found.stdout


def test_equal_texts_answer_zero_whatever_their_layout(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("Be brief.\n\nBe\nkind.\n")
    (tmp_path / "new.md").write_text("Be *brief*.\n\nBe kind.\n")
    found = parley("diff", "old.txt", "new.md", data=tmp_path)
    assert (found.returncode, found.stdout) == (0, "The two texts are the same.\n")


def test_the_two_texts_are_shown_beside_each_other(tmp_path: Path) -> None:
    found = parley("diff", "--side", *files(tmp_path, OLD, NEW), data=tmp_path, COLUMNS="100")
    assert found.returncode == 1
    (row,) = [line for line in found.stdout.splitlines() if "share information" in line]
    left, right = row.strip("│").split("│")
    assert (left.strip(), right.strip()) == ("Parties [-should-] share information.", "Parties {+may+} share information.")


def test_scripts_read_json_and_the_exit_code(tmp_path: Path) -> None:
    found = parley("diff", "--json", *files(tmp_path, OLD, NEW), data=tmp_path)
    said = json.loads(found.stdout)
    assert (found.returncode, said["equal"], [row["change"] for row in said["rows"]]) == (1, False, ["changed", "kept", "inserted"])


def test_versions_and_issued_summaries_are_read_as_parley_gives_them(tmp_path: Path) -> None:
    clauses: list[dict[str, Any]] = [{"id": "p1", "text": "Be brief.", "number": "1", "kind": "operative", "parent": ""}]
    swapped = [{"id": "p2", "text": "Be kind, all of you."}, *clauses]
    names = files(tmp_path, json.dumps({"version": 0, "clauses": [*clauses, swapped[0]]}), json.dumps({"version": 1, "clauses": swapped}), ".json")
    assert "(moved" in parley("diff", *names, data=tmp_path).stdout
    summary: dict[str, Any] = {"title": "Summary", "themes": [{"title": "Policy", "sentences": [{"number": 1, "text": "Many Parties agreed."}]}]}
    old = json.dumps(summary)
    summary["themes"][0]["sentences"][0]["text"] = "Some Parties agreed."
    found = parley("diff", *files(tmp_path, old, json.dumps(summary), ".json"), data=tmp_path)
    assert found.stdout == "1 [-Many-]{+Some+} Parties agreed.\n"


def test_a_wrong_call_answers_two_and_says_what_to_do(tmp_path: Path) -> None:
    old, new = files(tmp_path, OLD, NEW)
    (tmp_path / "bad.txt").write_bytes(b"Caf\xe9")
    (tmp_path / "other.json").write_text('{"colour": "red"}')
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "hostile.json").write_text(json.dumps({"clauses": [{"id": "a", "text": "x", "number": "\x1b[2J"}]}))
    for file, said in (("bad.txt", "not UTF-8"), ("other.json", "neither"), ("empty.txt", "no words"), ("hostile.json", "U+001B")):
        found = parley("diff", file, new, data=tmp_path)
        assert (found.returncode, found.stdout) == (2, ""), file
        assert said in found.stderr
        assert found.stderr.startswith(file)
    assert json.loads(parley("diff", "--json", old, "bad.txt", data=tmp_path).stdout)["error"]
    assert parley("diff", old, data=tmp_path).returncode == 2
    assert parley("diff", old, "nowhere.txt", data=tmp_path).returncode == 2


def test_a_terminal_has_colours_unless_it_asks_for_none(tmp_path: Path) -> None:
    names = files(tmp_path, OLD, NEW)
    for side in ((), ("--side",)):
        assert "\x1b[" in on_a_terminal(tmp_path, *side, *names)
        assert "\x1b[" not in on_a_terminal(tmp_path, *side, *names, NO_COLOR="1")


def on_a_terminal(folder: Path, *said: str, **environment: str) -> str:
    """What `parley diff` writes where its output is a terminal."""
    terminal, output = os.openpty()
    settings = os.environ | {"TERM": "xterm", "PARLEY_DATA": str(folder), **environment}
    settings = {name: value for name, value in settings.items() if name in environment or name not in {"NO_COLOR", "FORCE_COLOR"}}
    with subprocess.Popen([*PARLEY, "diff", *said], stdout=output, stderr=subprocess.DEVNULL, env=settings, cwd=folder) as process:
        os.close(output)
        found = b""
        with suppress(OSError):  # the terminal's end is an error on Linux
            while piece := os.read(terminal, 65_536):
                found += piece
        assert process.wait() == 1
    os.close(terminal)
    return found.decode()
