"""`parley verify`: proves that what was issued, exported or recorded is what it says it is."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from parley.kernel.chains import Chains
from parley.kernel.clock import from_milliseconds
from parley.kernel.database import Database
from parley.kernel.log import Recorded
from parley.kernel.settings import Settings
from parley.kernel.sql_reader import SqlReader
from parley.summaries.rendering import proof_of

CHUNK = 1_000


def verify(files: list[Path], settings: Settings, *, as_json: bool) -> int:
    """Verify files, or the record where none is named; 1 if anything does not hold."""
    findings = verify_all(files, settings)
    if as_json:
        print(json.dumps({"holds": all(one["holds"] for one in findings), "findings": findings}))
    else:
        for one in findings:
            print(f"{'holds' if one['holds'] else 'DOES NOT HOLD'}  {one['what']}: {one['why']}")
    return 0 if all(one["holds"] for one in findings) else 1


def verify_all(files: list[Path], settings: Settings) -> list[dict[str, Any]]:
    """What was looked at, whether it holds, and why: the files, or the record where none is named."""
    return [_verified(file) for file in files] if files else [_record(settings)]


def _verified(file: Path) -> dict[str, Any]:
    proofs: dict[str, Callable[[Path], dict[str, Any]]] = {".jsonl": _export, ".json": _issued}
    prove = proofs.get(file.suffix)
    if prove is None:
        return _finding(str(file), "Give an issued summary as .json, or an export as .jsonl.", holds=False)
    try:
        return prove(file)
    except (ValueError, KeyError, TypeError, msgspec.MsgspecError) as error:
        return _finding(str(file), f"It has not the form of what Parley writes ({type(error).__name__}).", holds=False)


def _record(settings: Settings) -> dict[str, Any]:
    database = Database(settings.database_url)
    reader, chains, after = SqlReader(database), Chains(), 0
    while facts := reader.read(after, CHUNK):
        for fact in facts:
            if fact.position != after + 1:
                chains.broken.append(f"position {after + 1} is missing")
            chains.follow(fact)
            after = fact.position
    database.close()
    return _chained(settings.database_url, chains)


def _export(file: Path) -> dict[str, Any]:
    chains = Chains()
    with file.open("rb") as lines:
        for fact in _facts(lines):
            chains.follow(fact)
    return _chained(str(file), chains)


class _Line(msgspec.Struct):
    """A line of an export; see `export.line_of`."""

    service: str
    stream: str
    version: int
    lane: str
    seq: int
    public_seq: int | None
    type: str
    at_ms: int
    by: msgspec.Raw
    body: msgspec.Raw
    hash: str


def _facts(lines: Iterable[bytes]) -> Iterable[Recorded]:
    decode = msgspec.json.Decoder(_Line).decode
    for line in lines:
        one = decode(line)
        yield Recorded(
            0, one.service, one.stream, one.version, one.lane, one.seq, one.public_seq, one.type, bytes(one.body), bytes(one.by), from_milliseconds(one.at_ms),
            bytes.fromhex(one.hash),
        )  # fmt: skip


def _issued(file: Path) -> dict[str, Any]:
    holds, why = proof_of(json.loads(file.read_text()))
    return _finding(str(file), why, holds=holds)


def _chained(what: str, chains: Chains) -> dict[str, Any]:
    if chains.broken:
        return _finding(what, "; ".join(chains.broken[:5]), holds=False)
    heads = ", ".join(f"{service}:{lane} {seq} {digest.hex()[:16]}" for (service, lane), (seq, digest) in sorted(chains.heads.items()))
    return _finding(what, f"{chains.facts} facts, each chained to the one before it; heads: {heads or 'none'}", holds=True)


def _finding(what: str, why: str, *, holds: bool) -> dict[str, Any]:
    return {"what": what, "holds": holds, "why": why}
