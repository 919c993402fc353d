"""`parley top`: how a cluster stands, service by service, again and again."""

import json
import time
from typing import Any

import httpx
from rich.console import Console
from rich.live import Live
from rich.table import Table

from parley.kernel.settings import Settings

COLUMNS = ("service", "ready", "recorded", "relay", "behind", "partitions", "parked")


def top(settings: Settings, seconds: float, *, as_json: bool) -> int:
    """Show it every `seconds`, until interrupted; as JSON once. 1 if PARLEY_PEERS names nobody."""
    if not settings.peers:
        print("Set PARLEY_PEERS to where the services are.")
        return 1
    if as_json:
        print(json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows(settings)]))
        return 0
    with Live(table(settings), console=Console(), refresh_per_second=4) as live:
        try:
            while True:
                time.sleep(seconds)
                live.update(table(settings))
        except KeyboardInterrupt:
            return 0


def rows(settings: Settings) -> list[tuple[Any, ...]]:
    """One line per instance."""
    return [_row(service, address.strip()) for service, addresses in settings.peers.items() for address in addresses.split(",")]


def _row(service: str, address: str) -> tuple[Any, ...]:
    try:
        said = httpx.get(f"{address}/health/ready", timeout=2).json()
    except (httpx.HTTPError, ValueError) as fault:
        return (service, type(fault).__name__, None, None, None, None, None)
    carrier = said["carrier"]
    relay = "active" if carrier["relay"]["active"] else "waiting"
    return (service, said["ready"], carrier["recorded"], relay, carrier["relay"]["lag"], carrier["partitions"], carrier["parked"])


def table(settings: Settings) -> Table:
    """All instances, one under the other."""
    shown = Table(*COLUMNS, title="Parley")
    for row in rows(settings):
        shown.add_row(*("" if cell is None else str(cell) for cell in row), style="" if row[1] is True and not row[6] else "bold red")
    return shown
