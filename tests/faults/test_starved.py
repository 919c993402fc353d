"""Without room, without syncs, without descriptors, among readers who do not read: nothing is acknowledged that is not kept, and it heals by itself."""

import asyncio
import resource
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from faults.kept import Seen
from faults.scenario import AT
from faults.servers import Server, needs, struck
from faults.stage import THREADS, Stage, patience, wrong_in

pytestmark = [pytest.mark.deep, pytest.mark.xdist_group("killed")]

RECORD = THREADS.index("record")


class Submitter:
    """One who submits principles and remembers every answer."""

    def __init__(self, stage: Stage, server: Server, who: str = "jp-head") -> None:
        self._http = httpx.AsyncClient(base_url=server.address, timeout=15, headers={"Authorization": f"Bearer {stage.tokens[who]}"})
        self.history: list[Seen] = []
        self._bodies: dict[str, dict[str, Any]] = {}

    async def submit(self, marker: str, words: str = "") -> httpx.Response:
        body = self._bodies.setdefault(marker, {"text": f"It is kept <{marker}>. {words}", "theme": "policy"})
        seen = next((one for one in self.history if one.key == marker), None)
        if seen is None:
            self.history.append(seen := Seen(marker, marker=f"<{marker}>"))
        answered = await self._http.post(f"{AT}/principles", json=body, headers={"Idempotency-Key": marker})
        seen.answers.append((answered.status_code, answered.json()))
        return answered

    async def tell(self, path: str, body: Any) -> httpx.Response:
        return await self._http.post(path, json=body)

    async def ask(self) -> httpx.Response:
        return await self._http.get(f"{AT}/principles?limit=5")

    async def close(self) -> None:
        await self._http.aclose()

    async def until_accepted(self, marker: str, seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while (await self.submit(marker)).status_code != 201:  # noqa: ASYNC110  (nobody tells when there is room again)
                await asyncio.sleep(0.1)


async def whole_after(stage: Stage, tmp_path: Path, server: Server, *everybody: Submitter) -> None:
    """Every command is accepted, with one receipt, and a start from what is on disk finds it all."""
    for one in everybody:
        for seen in list(one.history):
            await one.until_accepted(seen.key)
        await one.close()
    server.end()
    shutil.copytree(server.folder, copied := tmp_path / "looked-at")  # where there is room to build the views anew
    clients = stage.clients(server)
    clients.history = [seen for one in everybody for seen in one.history]
    wrong = wrong_in(copied, clients)
    await clients.close()
    assert not wrong, wrong


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    needs(root=True)
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], check=True)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=False)


async def test_a_full_disk_answers_507_and_heals_when_there_is_room(stage: Stage, disk: Path, tmp_path: Path) -> None:
    server = stage.nursery.start(stage.folder(disk / "record"))
    (disk / "ballast").write_bytes(bytes(2_000_000))
    one = Submitter(stage, server)
    for n in range(3_000):
        answered = await one.submit(f"full-{n}", "word " * 1_500)
        if answered.status_code != 201:
            break
    assert (answered.status_code, answered.json()["code"]) == (507, "store-full")
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert (await one.ask()).status_code == 200
    (disk / "ballast").unlink()
    await one.until_accepted(f"full-{n}")
    await whole_after(stage, tmp_path, server, one)


async def test_writes_that_find_no_room_answer_507_and_heal(stage: Stage, tmp_path: Path) -> None:
    needs(tool="strace")
    server = stage.nursery.start(stage.folder(tmp_path / "run"))
    one = Submitter(stage, server)
    with struck(server.threads()[RECORD], "pwrite64:error=ENOSPC"):
        for n in range(5):
            answered = await one.submit(f"room-{n}")
            assert (answered.status_code, answered.json()["code"]) == (507, "store-full")
    await whole_after(stage, tmp_path, server, one)


async def test_a_sync_that_fails_is_never_acknowledged_and_what_it_left_in_doubt_is_written_anew(stage: Stage, tmp_path: Path) -> None:
    needs(tool="strace")
    server = stage.nursery.start(stage.folder(tmp_path / "run"))
    one, journal = Submitter(stage, server), server.folder / "parley.db-wal"
    for n in range(5):
        assert (await one.submit(f"before-{n}", "word " * 1_000)).status_code == 201
    with struck(server.threads()[RECORD], "fdatasync,fsync:error=EIO"):
        for n in range(5):
            answered = await one.submit(f"sync-{n}")
            assert (answered.status_code, answered.json()["code"]) == (503, "store-failed")
        grown = journal.stat().st_size
    await one.until_accepted("sync-0")
    assert journal.stat().st_size < grown  # all that stood in the journal was brought into the file before anything new was taken
    await whole_after(stage, tmp_path, server, one)


async def test_who_holds_a_connection_is_served_while_no_descriptor_is_left_and_the_others_when_there_is_one(stage: Stage, tmp_path: Path) -> None:
    server = stage.nursery.start(stage.folder(tmp_path / "run"))
    one = Submitter(stage, server)
    assert (await one.submit("first")).status_code == 201
    assert (await one.ask()).status_code == 200
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (60, 60))
    host, port = server.address.removeprefix("http://").split(":")
    idle = [socket.create_connection((host, int(port))) for _ in range(80)]
    await asyncio.sleep(0.3)
    for n in range(5):
        assert (await one.submit(f"among-{n}")).status_code == 201
    for held in idle:
        held.close()
    other = Submitter(stage, server, "no-head")
    assert (await other.submit("afterwards")).status_code == 201
    await whole_after(stage, tmp_path, server, one, other)


async def test_who_asks_and_does_not_read_holds_nobody_up(stage: Stage, tmp_path: Path) -> None:
    server = stage.nursery.start(stage.folder(tmp_path / "run"))
    host, port = server.address.removeprefix("http://").split(":")
    public, asleep = "/api/v1/public/negotiations/prague", list[socket.socket]()
    for path, times in ((f"{public}/stream", 1), (f"{public}/record", 400)) * 25:
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        held.connect((host, int(port)))
        held.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() * times)
        asleep.append(held)
    chair, slowest = Submitter(stage, server, "chair"), 0.0
    read = asyncio.create_task(_until_read(server, f"{public}/stream", "prague/open-9"))
    for n in range(10):
        began, document = time.monotonic(), {"document": f"open-{n}", "title": "Open", "marking": "public", "clauses": [{"id": "p1", "text": "Openly."}]}
        for path, body in ((f"{AT}/documents", document), (f"{AT}/documents/open-{n}/versions/0/release", None)):
            assert (await chair.tell(path, body)).status_code == 201
        slowest = max(slowest, time.monotonic() - began)
    await asyncio.wait_for(read, 15)
    assert slowest < patience()
    assert server.end(signal.SIGTERM, 30) < patience()
    for held in asleep:
        held.close()
    await chair.close()


async def _until_read(server: Server, path: str, word: str) -> None:
    async with httpx.AsyncClient(base_url=server.address, timeout=20) as http, http.stream("GET", path) as stream:
        async for line in stream.aiter_lines():
            if word in line:
                return


async def test_a_request_to_end_under_load_is_followed_within_five_seconds_and_loses_nothing(stage: Stage, tmp_path: Path) -> None:
    server = stage.nursery.start(stage.folder(tmp_path / "run"))
    everybody = [Submitter(stage, server, who) for who in ("jp-head", "no-head", "cz-head", "sk-head") * 4]

    async def work(one: Submitter, number: int) -> None:
        for n in range(10_000):
            try:
                await one.submit(f"load-{number}-{n}")
            except httpx.TransportError:
                return

    working = [asyncio.create_task(work(one, n)) for n, one in enumerate(everybody)]
    await asyncio.sleep(1)
    took = await asyncio.to_thread(server.end, signal.SIGTERM, 30)
    await asyncio.gather(*working)
    assert took < patience()
    accepted = sum(bool(seen.receipts) for one in everybody for seen in one.history)
    assert accepted > 20
    again = stage.nursery.start(server.folder)
    for one in everybody:
        one._http.base_url = httpx.URL(again.address)
    await whole_after(stage, tmp_path, again, *everybody)
