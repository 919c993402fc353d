"""Live as long as the process answers; ready only while every view comes to where the record ends."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from delegations.meeting import secretariat_of
from parley import main
from parley.kernel.database import Database
from parley.kernel.health import follows
from parley.kernel.opening import RecordRefused
from parley.kernel.process import Process
from parley.kernel.sql_log import SqlLog

SERVICES = {"delegations", "drafts", "summaries", "observers"}


async def ready(client: httpx.AsyncClient) -> tuple[int, Any]:
    answered = await client.get("/health/ready")
    return answered.status_code, answered.json()


async def test_a_process_is_ready_once_its_views_are_where_the_record_is(tmp_path: Path) -> None:
    process = Process(Database(f"sqlite:///{tmp_path / 'parley.db'}"), main.parts())
    async with process, httpx.AsyncClient(transport=httpx.ASGITransport(main.app(process)), base_url="http://test") as client:
        await secretariat_of(process, client)
        end = process.log.position()
        assert await ready(client) == (200, {"ready": True, **dict.fromkeys(SERVICES, f"at position {end}")})


async def test_a_process_whose_view_lags_or_stands_still_lives_and_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(Database(f"sqlite:///{tmp_path / 'parley.db'}"), main.parts())
    async with process, httpx.AsyncClient(transport=httpx.ASGITransport(main.app(process)), base_url="http://test") as client:
        await secretariat_of(process, client)
        drafts = next(one for one in process.projections if one.view.name == "drafts")
        end = process.log.position()
        monkeypatch.setattr(process.log, "position", lambda: end + 3)
        status, said = await ready(client)
        assert (status, said["ready"], said["drafts"]) == (503, False, f"at position {end}, 3 facts behind the record")
        monkeypatch.undo()
        drafts.stopped = "drafts stopped before drafts:prague:7"
        status, said = await ready(client)
        assert (status, said["drafts"], said["delegations"]) == (503, "drafts stopped before drafts:prague:7", f"at position {end}")
        assert (await client.get("/health/live")).json() == {"alive": True}


async def test_a_process_whose_record_does_not_answer_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(Database(f"sqlite:///{tmp_path / 'parley.db'}"), main.parts())

    def away(_: SqlLog) -> int:
        raise ConnectionResetError

    async with process, httpx.AsyncClient(transport=httpx.ASGITransport(main.app(process)), base_url="http://test") as client:
        monkeypatch.setattr(SqlLog, "position", away)
        status, said = await ready(client)
        assert (status, said["ready"], {said[name] for name in SERVICES}) == (503, False, {"ConnectionResetError"})
        assert (await client.get("/health/live")).status_code == 200


def test_a_process_whose_record_is_refused_never_answers(tmp_path: Path) -> None:
    (tmp_path / "parley.db").write_bytes(b"not a database at all" * 400)
    with pytest.raises(RecordRefused):
        main.app(Process(Database(f"sqlite:///{tmp_path / 'parley.db'}"), main.parts()))


def test_what_was_just_recorded_is_waited_for(tmp_path: Path) -> None:
    class Following:
        """A view that comes one fact nearer whenever it is looked at."""

        stopped = None
        at = 0

        @property
        def position(self) -> int:
            self.at += 1
            return self.at

    class Ended:
        def position(self) -> int:
            return 5

    well, seen = follows(Following(), Ended(), patience=5)  # type: ignore[arg-type]
    assert well
    assert "behind" not in seen
