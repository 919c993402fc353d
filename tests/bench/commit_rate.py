"""Durable commands a second with 64 submitters, and from 1 to 1,000, against FastAPI + SQLModel and the `eventsourcing` library. `make bench` runs it."""

import dataclasses
import os
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import library
from pictures import draw
from recorded import hold_against_the_record
from serving import WORDS, Serving, fdatasync, parley, reference
from submitters import Answers, submit
from text_corpus import exponent

ROUNDS = 5
SUBMITTERS = (1, 4, 16, 64, 256, 1_000)
PEOPLE = 1_000


def measured(serving: Serving, count: int, submitters: int) -> tuple[Answers, list[float]]:
    """The answers, and microseconds of processor time for each command by thread."""
    before = serving.cpu()
    answers = submit(serving.address, serving.principles(count), submitters)
    assert answers.statuses == {201: count}, answers.statuses
    spent = [now - then for now, then in zip(serving.cpu(), [*before, *[0.0] * 100], strict=False)]
    return answers, [seconds / count * 1e6 for seconds in spent]


def saved_one_by_one(negotiation: library.Negotiation, count: int) -> float:
    """Events a second that the library saves, one in a save, as a writer on its own."""
    began = perf_counter()
    for number in range(count):
        negotiation.save(library.Principle("prague", f"{number}. {WORDS}", "policy", "D1"))
    return count / (perf_counter() - began)


def main() -> None:
    """Measure, print and draw."""
    with tempfile.TemporaryDirectory() as name:
        folder, bodies = Path(name), list[bytes]()
        negotiation = library.Negotiation(env=library.settings(folder))
        with parley(folder / "parley", PEOPLE) as ours, reference(folder / "reference", PEOPLE) as peer:
            turns = dataclasses.replace(peer, path=peer.path.replace("negotiations", "one-at-a-time"), tokens=peer.tokens[::-1])
            bare = dataclasses.replace(peer, path=peer.path.replace("negotiations", "nothing"))
            measured(ours, 640, 64), measured(peer, 128, 64)
            rows, threads = [], []
            for _ in range(ROUNDS):
                sync = fdatasync(folder)
                mine, spent = measured(ours, 2_500, 64)
                theirs, theirs_spent = measured(peer, 800, 64)
                in_turn, turn_spent = measured(turns, 500, 64)
                nothing, bare_spent = measured(bare, 2_500, 64)
                library_rate = saved_one_by_one(negotiation, 300)
                bodies += mine.bodies
                threads.append((spent[0], spent[1], sum(spent[2:]), sum(theirs_spent), sum(turn_spent), sum(bare_spent)))
                rows.append((mine, theirs, in_turn, nothing, library_rate, sync))
            growth = [(submitters, *_growing(ours, peer, submitters)) for submitters in SUBMITTERS]
            rss = ours.rss()
        facts = hold_against_the_record(folder / "parley", bodies)
        negotiation.close()
    loop, record, follower, theirs_cpu, turn_cpu, bare_cpu = (median(column) for column in zip(*threads, strict=True))
    print(f"Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; fdatasync p50 {median(row[5] for row in rows) * 1e3:.2f} ms.\n")
    print("| 64 submitters | commands/s | p50 | p99 | processor time a command | ours is |\n|---|---|---|---|---|---|")
    names = ("Parley", "FastAPI + SQLModel, a session each (threads)", "the same in the event loop, one after the other", "FastAPI that does nothing")
    for place, (label, cpu) in enumerate(zip(names, (loop + record + follower, theirs_cpu, turn_cpu, bare_cpu), strict=True)):
        rates = [row[place].rate for row in rows]
        p50, p99 = (median(row[place].at(share) for row in rows) * 1e3 for share in (0.5, 0.99))
        ratio = median(row[0].rate / row[place].rate for row in rows)
        print(f"| {label} | {median(rates):,.0f} | {p50:.1f} ms | {p99:.1f} ms | {cpu:,.0f} us | {ratio:.2f} x |")
    library_rates = median(row[4] for row in rows)
    print(f"| `eventsourcing`, one writer, no HTTP | {library_rates:,.0f} | | | | {median(row[0].rate / row[4] for row in rows):.2f} x |")
    print(f"\nOur processor time by thread: HTTP {loop:.0f} us, record {record:.0f} us, views and others {follower:.0f} us. Resident: {rss:.0f} MB.")
    print(f"Every accepted command is on the record ({facts:,} facts); views built anew are equal.\n")
    print("| submitters | commands/s | p50 | p99 | reference: commands/s | p50 | p99 |\n|---|---|---|---|---|---|---|")
    for submitters, mine, theirs in growth:
        said = " | ".join(f"{one.rate:,.0f} | {one.at(0.5) * 1e3:.1f} ms | {one.at(0.99) * 1e3:.0f} ms" for one in (mine, theirs))
        print(f"| {submitters:,} | {said} |")
    sizes = [submitters for submitters, _, _ in growth]
    print(f"\nGrowth exponents of p50 in submitters: {exponent(sizes, [m.at(0.5) for _, m, _ in growth]):.2f}; of the rate:", end=" ")
    print(f"{exponent(sizes, [m.rate for _, m, _ in growth]):.2f}; reference {exponent(sizes, [t.rate for _, _, t in growth]):.2f}")
    lines = {"Parley": [(n, m.rate) for n, m, _ in growth], "FastAPI + SQLModel": [(n, t.rate) for n, _, t in growth]}
    draw("submitters-rate", "Durable commands a second", "submitters", "commands a second", lines)
    lines = {"Parley": [(n, m.at(0.5) * 1e3) for n, m, _ in growth], "FastAPI + SQLModel": [(n, t.at(0.5) * 1e3) for n, _, t in growth]}
    draw("submitters-latency", "Submit to durable (Parley: and visible), p50", "submitters", "milliseconds", lines)


def _growing(ours: Serving, peer: Serving, submitters: int) -> tuple[Answers, Answers]:
    count = max(150, min(3_000, submitters * 20))
    return measured(ours, count, submitters)[0], measured(peer, max(150, min(1_000, count)), submitters)[0]


if __name__ == "__main__":
    main()
