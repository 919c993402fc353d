"""One submitter: from the request to 201, which is sent when the fact is on disk and readers see it; against the disk's own sync. `make bench` runs it."""

import tempfile
from pathlib import Path
from statistics import median

import httpx
from recorded import hold_against_the_record
from serving import Serving, fdatasync, parley, reference
from submitters import submit

ROUNDS, EACH = 7, 150


def seen_at_once(ours: Serving) -> None:
    """Whoever has the answer of a submission can read it, and so can the others."""
    with httpx.Client(base_url=ours.address) as client:
        for number in range(20):
            mine, other = ours.tokens[number], ours.tokens[-1 - number]
            told = client.post(ours.path, json={"text": f"Seen at once, {number}.", "theme": "policy"}, headers={"Authorization": f"Bearer {mine}"})
            asked = client.get(told.headers["Location"], headers={"Authorization": f"Bearer {other}"})
            assert asked.json()["text"] == f"Seen at once, {number}."


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder, bodies = Path(name), list[bytes]()
        with parley(folder / "parley") as ours, reference(folder / "reference") as peer:
            seen_at_once(ours)
            rows = []
            for _ in range(ROUNDS):
                sync = fdatasync(folder)
                mine, theirs = submit(ours.address, ours.principles(EACH), 1), submit(peer.address, peer.principles(EACH), 1)
                assert (mine.statuses, theirs.statuses) == ({201: EACH}, {201: EACH})
                bodies += mine.bodies
                rows.append((sync, mine.at(0.5), mine.at(0.99), theirs.at(0.5), theirs.at(0.99)))
        facts = hold_against_the_record(folder / "parley", bodies)
    sync, mine, mine99, theirs, theirs99 = (median(column) for column in zip(*rows, strict=True))
    ratio = median(row[1] / row[0] for row in rows)
    print("| | p50 | p99 |\n|---|---|---|")
    print(f"| fdatasync of 4 KB appended | {sync * 1e3:.2f} ms | |")
    print(f"| submit to durable and visible | {mine * 1e3:.2f} ms | {mine99 * 1e3:.1f} ms |")
    print(f"| FastAPI + SQLModel, a session each: submit to durable | {theirs * 1e3:.2f} ms | {theirs99 * 1e3:.1f} ms |")
    print(f"\np50 is {ratio:.1f} fdatasyncs (at most 6); {mine / theirs:.2f} of the reference's. All {facts:,} facts are on the record, views equal.")


if __name__ == "__main__":
    main()
