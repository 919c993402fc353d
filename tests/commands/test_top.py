"""`parley top` shows what comes in to who has the services' secret, and says what is missing to who has not."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from parley.commands import top
from parley.kernel.measures import Counts, Seen, minute_of
from parley.kernel.settings import Settings

AT = datetime(2026, 5, 2, 9, 30, 45, tzinfo=UTC)
NOW = minute_of(AT)


def printed(shown: object) -> str:
    console = Console(width=200, file=StringIO())
    console.print(shown)
    return console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO above


def test_submissions_stand_by_theme_and_minute_with_how_far_behind_they_were_counted() -> None:
    seen = [
        Seen("prague", "fact", "drafts", {NOW: 9}, 0, 1.25),
        Seen("prague", "submission", "policy", {"2026-01-01T00:00Z": 3, NOW: 4}, 2, 0.5),
        Seen("prague", "submission", "", {NOW: 1}, 1, 0.5),
    ]
    said = printed(top.submissions(seen, AT))
    (policy,) = [line for line in said.splitlines() if "policy" in line]
    cells = [cell.strip() for cell in policy.strip("│").split("│")]
    assert cells[:2] == ["prague", "policy"]
    assert cells[-2:] == ["7", "1.2"]
    assert cells[2:7] == ["4", "", "", "", ""]
    assert "(none)" in said


def test_a_clause_is_shown_as_contested_with_how_many_want_to_change_it() -> None:
    seen = [Seen("prague", "amended", "zero/p1", {NOW: 3}, 2, 0.0), Seen("prague", "amended", "zero/p2", {NOW: 3}, 1, 0.0)]
    said = printed(top.contests(seen))
    assert "zero/p1" in said
    assert "zero/p2" not in said


def test_without_the_services_secret_nothing_is_asked_and_none_is_made(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", peers={"summaries": "http://127.0.0.1:9"})
    assert top.measures(settings) is None
    assert "PARLEY_SECRET_FILE" in printed(top.shown(settings))
    assert not (tmp_path / "data").exists()


def test_an_instance_that_is_away_is_shown_and_counts_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret").write_text("word")
    settings = Settings(data=tmp_path, secret_file=tmp_path / "secret", peers={"summaries": "http://127.0.0.1:9"})
    assert top.top(settings, 1.0, as_json=True) == 0
    assert '"ready": "ConnectError"' in (said := capsys.readouterr().out)
    assert '"measures": [], "whole": false' in said
    assert "These counts are not whole" in printed(top.shown(settings))


@pytest.mark.parametrize(("partitions", "whole"), [([0, 1, 2], True), ([0, 2], False), ([0, 1, 1, 2], False)])
def test_counts_are_whole_when_each_partition_is_with_one_instance(partitions: list[int], whole: bool) -> None:
    assert top.whole(Counts(partitions, []), Settings(kafka_partitions=3)) is whole
