"""`parley keys`, and where the keys come from."""

import json
from pathlib import Path

import pytest

from parley.commands.keys import show
from parley.commands.serve import serve
from parley.kernel.settings import Settings
from parley.kernel.signing import published_in
from parley.wiring import part, process


def test_the_keys_are_printed_for_verify_and_a_new_one_comes_in_front(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(data=tmp_path)
    assert show(settings, rotate=False, as_json=True) == 0
    before = published_in(capsys.readouterr().out.encode())
    assert show(settings, rotate=True, as_json=True) == 0
    after = published_in(capsys.readouterr().out.encode())
    assert (len(before.keys), [one.name for one in after.keys][1:]) == (1, [before.keys[0].name])
    assert [one.ends is None for one in after.keys] == [True, False]
    assert show(settings, rotate=False, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["signs", after.keys[0].name], ["signed", before.keys[0].name]]


def test_a_file_that_holds_no_keys_is_said_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "signing-keys.json").write_text("{}")
    for rotate in (False, True):
        assert show(Settings(data=tmp_path), rotate=rotate, as_json=True) == 1
        assert "does not hold signing keys" in json.loads(capsys.readouterr().out)["error"]
    assert (tmp_path / "signing-keys.json").read_text() == "{}", "what cannot be read may still be mended: it is not overwritten"


def test_a_start_makes_the_keys_or_says_that_they_cannot_be_read(tmp_path: Path) -> None:
    started = process(Settings(data=tmp_path, database=f"sqlite:///{tmp_path / 'parley.db'}"))
    started.log.close()
    started.database.close()
    assert (tmp_path / "signing-keys.json").exists()
    (tmp_path / "signing-keys.json").write_text("{}")
    with pytest.raises(SystemExit, match="does not hold signing keys"):
        process(Settings(data=tmp_path, database=f"sqlite:///{tmp_path / 'parley.db'}"))


def test_keys_that_are_named_and_not_there_are_not_made(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="No such file"):
        process(Settings(data=tmp_path, signing_keys_file=tmp_path / "none.json"))
    assert list(tmp_path.iterdir()) == []


def test_where_services_run_apart_the_one_that_issues_does_not_make_keys_of_its_own(tmp_path: Path) -> None:
    apart = {"data": tmp_path, "kafka": "127.0.0.1:1", "database": "postgresql+psycopg://nobody@127.0.0.1:1/none"}
    with pytest.raises(SystemExit, match="Set PARLEY_SIGNING_KEYS_FILE"):
        serve(Settings(**apart), part("summaries"), "test", ("summaries",))
    with pytest.raises(SystemExit, match="No such file"):
        serve(Settings(**apart, signing_keys_file=tmp_path / "none.json"), part("summaries"), "test", ("summaries",))
    assert list(tmp_path.iterdir()) == []
