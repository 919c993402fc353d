"""`parley export`: every fact of a negotiation, with the hashes that prove that nothing was left out or changed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from parley.commands.progress import steps
from parley.kernel import migrations
from parley.kernel.clock import to_milliseconds
from parley.kernel.database import Database
from parley.kernel.log import Recorded
from parley.kernel.settings import Settings
from parley.kernel.sql_reader import SqlReader

CHUNK = 1_000


def export(negotiation: str, out: Path, settings: Settings, *, as_json: bool) -> int:
    """Write the facts in the order of the record; 1 if there is no such negotiation."""
    database = Database(settings.database_url)
    try:
        migrations.upgrade(database)
    except migrations.NewerRelease as newer:
        print(json.dumps({"error": "newer release"}) if as_json else newer)
        return 1
    reader = SqlReader(database)
    written, services = 0, set[str]()
    with out.open("wb") as file:
        for fact in steps("exporting", _of(reader, negotiation), reader.position()):
            if fact is not None:
                file.write(msgspec.json.encode(line_of(fact), order="deterministic") + b"\n")
                written += 1
                services.add(fact.service)
    database.close()
    if not written:
        out.unlink()
        print(json.dumps({"error": "unknown negotiation"}) if as_json else f"There is no negotiation {negotiation} in {settings.database_url}.")
        return 1
    said = {"file": str(out), "facts": written, "services": sorted(services)}
    print(json.dumps(said) if as_json else f"{written} facts of {', '.join(sorted(services))} are in {out}. Prove them with: parley verify {out}")
    return 0


def line_of(fact: Recorded) -> dict[str, Any]:
    """A fact as one line of an export: everything that its hash covers, and the hash."""
    return {
        "id": fact.id, "service": fact.service, "stream": fact.stream, "version": fact.version, "lane": fact.lane, "seq": fact.seq,
        "public_seq": fact.public_seq, "type": fact.type, "at_ms": to_milliseconds(fact.at), "by": msgspec.Raw(fact.by), "body": msgspec.Raw(fact.body),
        "hash": fact.hash.hex(),
    }  # fmt: skip


def _of(reader: SqlReader, negotiation: str) -> Iterator[Recorded | None]:
    """Each fact of the record in turn: itself if it is of the negotiation, else None, so that progress is seen."""
    after = 0
    while facts := reader.read(after, CHUNK):
        for fact in facts:
            yield fact if fact.lane == negotiation else None
        after = facts[-1].position
