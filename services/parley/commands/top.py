"""`parley top`: how a cluster stands, service by service, and what comes in, minute by minute, again and again."""

import json
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from parley.kernel.clock import system_clock
from parley.kernel.measures import FACT, Counts, Seen, minute_of
from parley.kernel.peers import shared_word
from parley.kernel.settings import Settings
from parley.summaries.measures import SUBMISSION, contested

COLUMNS = ("service", "ready", "recorded", "relay", "behind", "partitions", "parked")
MINUTES = 5


def top(settings: Settings, seconds: float, *, as_json: bool) -> int:
    """Show it every `seconds`, until interrupted; as JSON once. 1 if PARLEY_PEERS names nobody."""
    if not settings.peers:
        print("Set PARLEY_PEERS to where the services are.")
        return 1
    if as_json:
        services, counted = [dict(zip(COLUMNS, row, strict=True)) for row in rows(settings)], measures(settings)
        print(json.dumps({"services": services, "measures": counted and msgspec.to_builtins(counted.seen), "whole": counted and whole(counted, settings)}))
        return 0
    with Live(shown(settings), console=Console(), refresh_per_second=4) as live:
        try:
            while True:
                time.sleep(seconds)
                live.update(shown(settings))
        except KeyboardInterrupt:
            return 0


def rows(settings: Settings) -> list[tuple[Any, ...]]:
    """One line per instance."""
    return [_row(service, address) for service, address in _instances(settings)]


def measures(settings: Settings) -> Counts | None:
    """What the instances have counted in the last hour, all together; None without the services' secret (PARLEY_SECRET_FILE), which only the operator has."""
    if settings.secret_file is None:
        return None
    authorised = {"Authorization": f"Bearer {shared_word(settings.secret().get_secret_value().encode())}"}
    told = [_counted(address, authorised) for _, address in _instances(settings)]
    return Counts(sorted(one for counts in told for one in counts.partitions), [one for counts in told for one in counts.seen])


def whole(counted: Counts, settings: Settings) -> bool:
    """Whether each partition is with one instance that has its counts."""
    return counted.partitions == list(range(settings.kafka_partitions))


def shown(settings: Settings) -> Group:
    """Everything, one under the other."""
    counted = measures(settings)
    if counted is None:
        return Group(table(settings), "What comes in is shown to who has the services' secret: set PARLEY_SECRET_FILE.")
    shown = Group(table(settings), submissions(counted.seen, system_clock()), contests(counted.seen))
    if not whole(counted, settings):
        shown.renderables.append(
            f"These counts are not whole: instances have those of {len(counted.partitions)} partitions, and there are {settings.kafka_partitions} "
            "(PARLEY_KAFKA_PARTITIONS). While partitions move to another instance, wait; they mend by themselves."
        )
    return shown


def table(settings: Settings) -> Table:
    """All instances, one under the other."""
    shown = Table(*COLUMNS, title="Parley")
    for row in rows(settings):
        shown.add_row(*("" if cell is None else str(cell) for cell in row), style="" if row[1] is True and not row[6] else "bold red")
    return shown


def submissions(counted: Sequence[Seen], now: datetime) -> Table:
    """Submissions by negotiation and theme, and how far behind the record they were counted: in each of the last minutes, and in the hour."""
    minutes = [minute_of(now - timedelta(minutes=ago)) for ago in range(MINUTES)]
    shown = Table("negotiation", "theme", *(minute[11:16] for minute in minutes), "hour", "lag (s)", title="Submissions by minute (UTC)")
    lag = {lane: max(one.late for one in counted if one.what == FACT and one.lane == lane) for lane in {one.lane for one in counted if one.what == FACT}}
    for one in counted:
        if one.what == SUBMISSION:
            often = (str(one.minutes.get(minute, "")) for minute in minutes)
            shown.add_row(one.lane, one.of or "(none)", *often, str(sum(one.minutes.values())), f"{lag.get(one.lane, 0):.1f}")
    return shown


def contests(counted: Sequence[Seen]) -> Table:
    """The clauses that several delegations wanted to change within the hour, the most contested first."""
    shown = Table("negotiation", "clause", "delegations", "amendments", title="Contested clauses")
    for one in sorted(contested(counted), key=lambda one: -one.by)[:10]:
        shown.add_row(one.lane, one.of, str(one.by), str(sum(one.minutes.values())))
    return shown


def _instances(settings: Settings) -> list[tuple[str, str]]:
    return [(service, address.strip()) for service, addresses in settings.peers.items() for address in addresses.split(",")]


def _row(service: str, address: str) -> tuple[Any, ...]:
    try:
        said = httpx.get(f"{address}/health/ready", timeout=2).json()
    except (httpx.HTTPError, ValueError) as fault:
        return (service, type(fault).__name__, None, None, None, None, None)
    carrier = said["carrier"]
    relay = "active" if carrier["relay"]["active"] else "waiting"
    return (service, said["ready"], carrier["recorded"], relay, carrier["relay"]["lag"], carrier["partitions"], carrier["parked"])


def _counted(address: str, authorised: dict[str, str]) -> Counts:
    """What one instance has counted; nothing from a service that measures nothing, or that is away, which the table above shows."""
    try:
        answered = httpx.get(f"{address}/internal/measures", headers=authorised, timeout=2)
        return msgspec.json.decode(answered.content, type=Counts) if answered.status_code == httpx.codes.OK else Counts([], [])
    except (httpx.HTTPError, msgspec.DecodeError):
        return Counts([], [])
