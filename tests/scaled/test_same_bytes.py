"""The same negotiation gives the same bytes in one process and in many: with the same clock and the same keys, down to every hash and signature."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from infra.native.cluster import Cluster
from infra.native.kafka import free_ports
from infra.native.started import Started

from faults.findings import Findings
from parley.client import Client
from parley.commands import demo, import_material, sources
from parley.commands.demo.acts import Meeting
from parley.commands.demo.board import Board
from parley.commands.demo.scenario import load
from parley.kernel.database import Database
from parley.kernel.sql_reader import SqlReader
from parley.main import parts
from scaled.given import GivenClock

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
GDPR = ROOT / "../shared/data/gdpr"
BEGIN = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
PROGRAM = Path(__file__).with_name("given.py")
RECORDED = ("delegations", "drafts", "summaries")
AGAIN = ("key-in-flight", "not-there-yet", "store-failed")


class Played:
    """One side: plays through an address, gives keys and times in the order in which commands come, and keeps what was answered."""

    def __init__(self, address: str, clock: GivenClock) -> None:
        self.address = address
        self.clock = clock
        self.answers: list[tuple[str, str, int, bytes]] = []
        self._keys: dict[str, str] = {}
        self._public: dict[tuple[str, str], int] = {}

    async def before(self, request: httpx.Request) -> None:
        """A command comes a tenth of a second after the one before it, under the next key; sent again, it is the same command."""
        if request.method == "GET":
            return
        key = request.headers["Idempotency-Key"]
        if key not in self._keys:
            self._keys[key] = f"given-{len(self._keys)}"
            self.clock.tick()
        request.headers["Idempotency-Key"] = self._keys[key]

    async def after(self, response: httpx.Response) -> None:
        """Keep the answer; and what became public is let through to the observers before anything else becomes public."""
        if response.request.method == "GET":
            return
        body = await response.aread()
        if response.status_code >= 400 and response.json()["code"] in AGAIN:
            return
        path = response.request.url.path
        self.answers.append((response.request.method, path, response.status_code, body))
        lane = path.split("/")[4] if path.count("/") > 3 else response.json().get("negotiation", "")
        cut = dict(part.split("=") for part in response.headers.get("Parley-Cut", "").split(", ") if ".public=" in part)
        fresh = {name: int(seq) for name, seq in cut.items() if int(seq) > self._public.get((lane, name), 0)}
        if fresh:
            self._public |= {(lane, name): seq for name, seq in fresh.items()}
            await self.shown(lane, ", ".join(f"{name}={seq}" for name, seq in fresh.items()))

    async def shown(self, lane: str, cut: str) -> None:
        async with httpx.AsyncClient(base_url=self.address, timeout=30) as http:
            for _ in range(30):
                if (await http.get(f"/api/v1/public/negotiations/{lane}", headers={"Parley-Cut": cut})).status_code != 503:
                    return
        raise AssertionError(f"{cut} was not shown in {lane}")

    async def play(self, code: str, out: Path) -> None:
        """The demo, and then the real material where it is."""
        scenario, hooks = load(), {"request": [self.before], "response": [self.after]}
        async with httpx.AsyncClient(base_url=self.address, timeout=60, event_hooks=hooks) as http:
            with Board(str(scenario.negotiation["title"])) as board:
                meeting = _ByGivenClock(http, scenario, board, 1_000, self.clock)
                await meeting.run(code)
                await demo._write(meeting, out)
            assert meeting.broken == []
            if GDPR.is_dir():
                report = await bring_in(Client(http, "gdpr", meeting.people["secretariat"].token))
                (out / "gdpr.json").write_text(json.dumps(report, indent=1))


class _ByGivenClock(Meeting):
    async def until(self, moment: datetime) -> None:
        assert isinstance(self.clock, GivenClock)
        self.clock.set(moment)


async def bring_in(secretariat: Client) -> dict[str, Any]:
    """The GDPR with amendments, as `parley import` brings it in, over HTTP; what it reports, and what stands there then."""
    mapping = sources.mapping_of(ROOT / "docs/guides/gdpr.toml", [])
    text, entries = (import_material._sorted_out(GDPR / name, mapping) for name in ("base_units.jsonl", "amendments.jsonl"))
    report: dict[str, Any] = {"refused": []}
    await import_material._opened(secretariat, ["General"])
    await import_material._document(secretariat, text, entries.rows, mapping, report)
    path = f"/documents/{report['document']}"
    return report | {"text": await secretariat.ask(f"{path}/versions/0"), "amendments": await secretariat.ask(f"{path}/amendments", limit=500)}


@pytest.fixture(scope="module")
def many() -> Iterator[Cluster]:
    """One of each service, by a given clock."""
    with tempfile.TemporaryDirectory(prefix="parley-given-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder))
        cluster.program = (str(PROGRAM),)
        clock = GivenClock(Path(folder) / "clock")
        clock.set(BEGIN)
        cluster.more = {"GIVEN_CLOCK": str(clock.file), "PYTHONPATH": str(ROOT / "tests")}
        try:
            cluster.up()
            yield cluster
        finally:
            cluster.down()


async def test_the_demo_and_the_gdpr_give_the_same_texts_hashes_receipts_and_public_record(many: Cluster, tmp_path: Path) -> None:
    scaled = Played(many.address, GivenClock(many.folder / "clock"))
    await scaled.play(many.invite(), tmp_path / "many")

    (port,) = free_ports(1)
    clock = GivenClock(tmp_path / "clock")
    clock.set(BEGIN)
    secrets = many.environment("summaries", 0)
    settings = {name: secrets[name] for name in ("PARLEY_SECRET_FILE", "PARLEY_SIGNING_KEYS_FILE")}
    settings |= {"PARLEY_DATA": str(tmp_path / "data"), "PARLEY_PORT": str(port), "GIVEN_CLOCK": str(clock.file), "PYTHONPATH": str(ROOT / "tests")}
    invited = subprocess.run([sys.executable, str(PROGRAM), "invite", "--json"], env={**os.environ, **settings}, capture_output=True, check=True)  # noqa: ASYNC221
    started = Started(tmp_path / "one-process")
    started.start("parley", [sys.executable, str(PROGRAM), "up"], settings)
    try:
        started.wait_for_line("parley", "Parley is at")
        embedded = Played(f"http://127.0.0.1:{port}", clock)
        await embedded.play(json.loads(invited.stdout)["code"], tmp_path / "one")
    finally:
        started.stop("parley")

    assert len(embedded.answers) > 200
    for one, other in zip(embedded.answers, scaled.answers, strict=True):
        assert one == other
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "many").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "many" / name).read_bytes(), name
    database, findings = Database(f"sqlite:///{tmp_path / 'data' / 'parley.db'}"), Findings(many, parts())
    recorded = SqlReader(database).read(0, 100_000)
    database.close()
    for service in RECORDED:
        facts = [(fact.id, fact.hash, fact.at, fact.by, fact.body, fact.public_seq) for fact in recorded if fact.service == service]
        assert facts == [(fact.id, fact.hash, fact.at, fact.by, fact.body, fact.public_seq) for fact in findings.record(service)], service
        assert len(facts) > 5
    findings.assert_nothing_parked()
