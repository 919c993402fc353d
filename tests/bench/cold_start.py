"""From the command line to the first accepted command, memory, and how start, latency and rate grow with the record. `FACTS=1000000` goes on to a million."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from filled import fill
from pictures import draw
from serving import Serving, fdatasync, parley
from submitters import submit
from text_corpus import exponent

ROUNDS = 5
FACTS = int(os.environ.get("FACTS", "100000"))
SIZES = [size for size in (1, 1_000, 10_000, 100_000, 1_000_000) if size <= FACTS]
AT_MOST_MB = 150


@dataclass
class Row:
    """What was measured on a record of some length; seconds and MB."""

    facts: int
    start: float
    resident: float
    loaded: float
    sync: float
    p50: float
    rate: float


def imports() -> float:
    """Seconds that Python takes to load FastAPI and SQLModel, and to do nothing with them."""
    began = perf_counter()
    subprocess.run([sys.executable, "-c", "import fastapi, sqlmodel"], check=True)
    return perf_counter() - began


def started(folder: Path) -> tuple[float, float]:
    """From the command line to the first accepted command on an empty folder (it is the operator's invitation), and the memory then."""
    with parley(folder, 1) as ours:
        return ours.seconds, ours.rss()


def measured(folder: Path, size: int) -> Row:
    """A start on what is there, and what commands take on it."""
    began = perf_counter()
    with parley(folder) as ours:
        assert submit(ours.address, _principles(ours, 1), 1).statuses == {201: 1}
        start, resident = perf_counter() - began, ours.rss()
        sync, p50, rate = zip(*(_commands(ours, folder) for _ in range(3)), strict=True)
        return Row(size, start, resident, ours.rss(), median(sync), median(p50), median(rate))


def _commands(ours: Serving, folder: Path) -> tuple[float, float, float]:
    alone, together = submit(ours.address, _principles(ours, 100), 1), submit(ours.address, _principles(ours, 1_000), 64)
    assert (alone.statuses, together.statuses) == ({201: 100}, {201: 1_000})
    return fdatasync(folder), alone.at(0.5), together.rate


def _principles(ours: Serving, count: int) -> list[bytes]:
    if not ours.sent:
        ours.sent = int(perf_counter() * 1_000)  # keys that no start before has used
    return ours.principles(count)


def main() -> None:
    """Measure, print and draw."""
    with tempfile.TemporaryDirectory() as name:
        rounds = [(imports(), *started(Path(name) / f"empty-{turn}")) for turn in range(ROUNDS)]
        loading, start, resident = (median(column) for column in zip(*rounds, strict=True))
        print("| | seconds | resident |\n|---|---|---|")
        print(f"| Python loads FastAPI and SQLModel | {loading:.2f} | |")
        print(f"| `parley up` on an empty folder, to the first accepted command | {start:.2f} | {resident:.0f} MB |")
        print(f"\nRatio {median(row[1] / row[0] for row in rounds):.2f} (at most 2.5).\n")
        folder, filled, rows = Path(name) / "growing", 0, list[Row]()
        for size in SIZES:
            with parley(folder):
                pass
            fill(folder, range(filled, size))
            filled = size
            with parley(folder):  # brings the views up
                pass
            rows.append(measured(folder, size))
    print("| facts | start to accepted | resident | after 3,300 commands | fdatasync | p50, 1 submitter | commands/s, 64 submitters |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        memory = f"{row.resident:.0f} MB | {row.loaded:.0f} MB"
        print(f"| {row.facts:,} | {row.start:.2f} s | {memory} | {row.sync * 1e3:.2f} ms | {row.p50 * 1e3:.2f} ms | {row.rate:,.0f} |")
    assert max(row.loaded for row in rows) <= AT_MOST_MB, "resident memory"
    sizes = [row.facts for row in rows]
    for label, values in (("start", [row.start for row in rows]), ("p50", [row.p50 for row in rows]), ("rate", [row.rate for row in rows])):
        print(f"- growth exponent of the {label} in facts: {exponent(sizes, values):.3f}")
    draw("facts-latency", "Submit to durable and visible, 1 submitter", "facts on the record", "milliseconds", {"p50": [(r.facts, r.p50 * 1e3) for r in rows]})
    draw("facts-start", "Start to the first accepted command", "facts on the record", "seconds", {"Parley": [(r.facts, r.start) for r in rows]})


if __name__ == "__main__":
    main()
