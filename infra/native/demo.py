"""The demo on a cluster: the same scenario as `parley demo`, played through the gateway's address."""

import asyncio
from pathlib import Path

import httpx

from infra.native.cluster import Cluster
from parley.commands import demo
from parley.commands.demo.acts import Meeting
from parley.commands.demo.board import Board
from parley.commands.demo.scenario import load


def play(cluster: Cluster, speed: float, out: Path) -> list[str]:
    """Play it, write what it gives into a folder, and say what does not hold of what is promised."""
    return asyncio.run(_play(cluster, speed, out)).broken


async def _play(cluster: Cluster, speed: float, out: Path) -> Meeting:
    scenario, code = load(), cluster.invite()
    async with httpx.AsyncClient(base_url=cluster.address, timeout=30) as http:
        with Board(str(scenario.negotiation["title"])) as board:
            meeting = Meeting(http, scenario, board, speed)
            await meeting.run(code)
            await demo._write(meeting, out)  # noqa: SLF001  (what the demo in one process writes, is what this one writes)
    return meeting
