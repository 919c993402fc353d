"""`parley demo`: a whole negotiation, played through HTTP against a real server, and what it gives."""

import asyncio
import csv
import json
import tempfile
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from parley.client import Client
from parley.commands.demo.acts import Meeting
from parley.commands.demo.board import Board
from parley.commands.demo.scenario import Scenario, head_of, load
from parley.commands.up import listen, server_of
from parley.commands.verify import verify_all
from parley.delegations.http_access import invite_secretariat
from parley.kernel import telemetry
from parley.kernel.process import Process
from parley.kernel.settings import Settings
from parley.kernel.signing import published_in

FORMS = ("md", "html", "json", "pdf", "akn")
RECEIPT, KEYS = "receipt-{}.json", "keys.json"
FATE_COLUMNS = ("input", "delegation", "theme", "disposition", "into", "reason_code", "reason", "sentences")


def play(speed: float, out: Path, build: Callable[[Settings], Process], compose: Callable[[Process], FastAPI], *, as_json: bool) -> int:
    """Play it on a record of its own and write what it gives into a folder; 1 if anything of what is promised does not hold."""
    scenario = load()
    telemetry.set_up("demo", "", "warning")
    with tempfile.TemporaryDirectory(prefix="parley-demo-") as data:
        settings = Settings(data=Path(data), database="", port=0)
        meeting = asyncio.run(_on_a_server(settings, scenario, speed, out, build, compose))
        keys = published_in((out / KEYS).read_bytes())
        findings = verify_all([out / "summary.json"], settings, keys) + verify_all([], settings)
        receipts = verify_all([out / "summary.json", *sorted(out.glob(RECEIPT.format("*")))], settings, keys)[1:]
    broken = meeting.broken + [f"{one['what']}: {one['why']}" for one in findings + receipts if not one["holds"]]
    _report(meeting, findings, receipts, broken, out, as_json=as_json)
    return 1 if broken else 0


async def _on_a_server(
    settings: Settings, scenario: Scenario, speed: float, out: Path, build: Callable[[Settings], Process], compose: Callable[[Process], FastAPI]
) -> Meeting:
    bound, process, started = listen("127.0.0.1", 0), build(settings), asyncio.Event()

    async def say_so() -> None:
        started.set()

    server = server_of(process, compose(process), say_so)
    serving = asyncio.create_task(server.serve([bound]))
    await started.wait()
    host, port = bound.getsockname()[:2]
    try:
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}", timeout=30) as http:
            with Board(str(scenario.negotiation["title"])) as board:
                meeting = Meeting(http, scenario, board, speed)
                await meeting.run(await invite_secretariat(process.services["delegations"]))
                await _write(meeting, out)
    finally:
        server.should_exit = True
        await serving
    return meeting


async def _write(meeting: Meeting, out: Path) -> None:
    """The issued text in every form, as observers get it; what became of each submission, as the chair sees it; all that observers received.

    And each delegation's receipt as its head gets it, with the keys that prove it.
    """
    texts = {form: await _public(meeting, form) for form in FORMS}
    issued = json.loads(texts["json"])
    meeting.hold(issued.get("content_hash") == meeting.issued.get("content_hash"), "observers received another text than the one that was issued")
    fates = await _fates(meeting.people["chair"], f"/summaries/{meeting.summary}/versions/1/submissions")
    meeting.hold(len(fates) >= len(meeting.principles), "a submission has no answer")
    meeting.hold(len({one["input"] for one in fates}) == len(fates), "a submission has two answers")
    receipts = await _receipts(meeting, {one["delegation"] for one in fates})
    receipts[KEYS] = (await meeting.http.get("/api/v1/keys")).content
    await asyncio.to_thread(_save, out, texts, receipts, fates, meeting.received)


async def _receipts(meeting: Meeting, delegations: set[str]) -> dict[str, bytes]:
    """Each delegation's receipt by the name of its file, fetched by its head: of itself, and of no other."""
    path, found = f"/summaries/{meeting.summary}/versions/1/receipts", dict[str, bytes]()
    for delegation in sorted(delegations):
        head = meeting.people[head_of(delegation)]
        listed = [one["delegation"] for one in (await head.ask(path))["receipts"]]
        meeting.hold(listed == [delegation], f"{delegation} sees other receipts than its own")
        found[RECEIPT.format(delegation)] = (await head.fetch(f"{path}/{delegation}")).content
    return found


async def _public(meeting: Meeting, form: str) -> bytes:
    answered = await meeting.http.get(f"/api/v1/public/negotiations/{meeting.name}/summaries/{meeting.summary}/1.{form}")
    meeting.hold(answered.status_code == HTTPStatus.OK, f"observers cannot read the summary as {form}")
    return answered.content


def _save(out: Path, texts: dict[str, bytes], receipts: dict[str, bytes], fates: list[dict[str, Any]], received: list[dict[str, Any]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, receipt in receipts.items():
        (out / name).write_bytes(receipt)
    for form, text in texts.items():
        (out / f"summary.{form}").write_bytes(text)
    (out / "public-record.json").write_text(json.dumps(received, indent=1, ensure_ascii=False) + "\n")
    with (out / "submissions.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, FATE_COLUMNS, extrasaction="ignore")
        table.writeheader()
        table.writerows({**one, "sentences": " ".join(str(place) for place in one.get("sentences") or ())} for one in fates)


async def _fates(chair: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = (await chair.ask(path, after=found[-1]["input"] if found else "", limit=500))["submissions"]
        if not page:
            return found
        found += page


def _report(meeting: Meeting, findings: list[dict[str, Any]], receipts: list[dict[str, Any]], broken: list[str], out: Path, *, as_json: bool) -> None:
    counts = meeting.board.counts
    if as_json:
        said = {"holds": not broken, "broken": broken, "events": dict(counts), "symbol": meeting.issued.get("symbol"), "out": str(out)}
        print(json.dumps(said | {"verified": findings + receipts}))
        return
    print(f"{counts['principle']} submissions and withdrawals, {counts['position']} positions, {counts['amendment']} amendments and co-sponsorships.")
    print(f"{meeting.issued.get('symbol')} was issued, released to observers after its embargo, and corrected once.")
    for one in findings:
        print(f"{'holds' if one['holds'] else 'DOES NOT HOLD'}  {one['what']}: {one['why']}")
    holding = [Path(one["what"]).stem.partition("-")[2] for one in receipts if one["holds"]]
    whole = "holds" if len(holding) == len(receipts) else "DOES NOT HOLD"
    print(f"{whole}  {len(holding)} of {len(receipts)} receipts, each fetched by its own delegation and held against the summary: {', '.join(holding)}")
    print(f"In {out}/: {', '.join(sorted(file.name for file in out.iterdir()))}")
    for what in broken:
        print(f"DOES NOT HOLD  {what}")
