"""`parley verify`: proves that what was issued, exported or recorded is what it says it is."""

import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from parley.kernel.chains import Chains
from parley.kernel.clock import from_milliseconds
from parley.kernel.database import Database
from parley.kernel.log import Recorded
from parley.kernel.settings import Settings
from parley.kernel.signing import Keys, published_in, what_fails
from parley.kernel.sql_reader import SqlReader
from parley.summaries.receipts import FORM
from parley.summaries.rendering import proof_of

CHUNK = 1_000


def verify(files: list[Path], key: Path | None, settings: Settings, *, as_json: bool) -> int:
    """Verify files, or the record where none is named; 1 if anything does not hold, 2 if the key cannot be read."""
    try:
        keys = published_in(key.read_bytes()) if key else None
    except ValueError as error:
        print(json.dumps({"error": str(error)}) if as_json else f"{key}: {error}", file=sys.stdout if as_json else sys.stderr)
        return 2
    findings = verify_all(files, settings, keys)
    if as_json:
        print(json.dumps({"holds": all(one["holds"] for one in findings), "findings": findings}))
    else:
        for one in findings:
            print(f"{'holds' if one['holds'] else 'DOES NOT HOLD'}  {one['what']}: {one['why']}")
    return 0 if all(one["holds"] for one in findings) else 1


def verify_all(files: list[Path], settings: Settings, keys: Keys | None = None) -> list[dict[str, Any]]:
    """What was looked at, whether it holds, and why: the files, or the record where none is named.

    With keys, also whether what is signed was signed with one of them; a receipt that comes with summaries is held against the one that it speaks of.
    """
    if not files:
        return [_record(settings)]
    given = [_Given(file, file.read_bytes()) for file in files if file.suffix == ".json"]
    return [_verified(file, keys, given) for file in files]


def _verified(file: Path, keys: Keys | None, given: list["_Given"]) -> dict[str, Any]:
    try:
        if file.suffix == ".jsonl":
            return _export(file)
        if one := next((one for one in given if one.file is file), None):
            return _signed(one, keys, given)
    except (ValueError, KeyError, TypeError, msgspec.MsgspecError) as error:
        return _finding(str(file), f"It has not the form of what Parley writes ({type(error).__name__}).", holds=False)
    return _finding(str(file), "Give an issued summary or a receipt as .json, or an export as .jsonl.", holds=False)


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


@dataclass(frozen=True)
class _Given:
    """A JSON file as it was given: an issued summary or a receipt, or neither."""

    file: Path
    written: bytes

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.written).hexdigest()

    def said(self) -> dict[str, Any]:
        try:
            return msgspec.json.decode(self.written, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return {}

    @property
    def is_receipt(self) -> bool:
        return self.said().get("form") == FORM


class _Input(msgspec.Struct):
    input: str
    disposition: str


class _Receipt(msgspec.Struct):
    """What of a receipt is looked at here."""

    symbol: str
    delegation: str
    issued_hash: str
    inputs: tuple[_Input, ...]


def _signed(one: _Given, keys: Keys | None, given: list[_Given]) -> dict[str, Any]:
    """An issued summary or a receipt, by its signature first: what was changed is not asked what it says."""
    what = str(one.file)
    if fails := what_fails(one.written, keys):
        return _finding(what, fails[0].upper() + fails[1:] + ".", holds=False)
    whose = "by a key that was given" if keys else "whose key that is, --key says"
    if not one.is_receipt:
        holds, why = proof_of(one.said())
        return _finding(what, f"{why}; signed, {whose}" if holds else why, holds=holds)
    receipt = msgspec.convert(one.said(), _Receipt)
    summaries = [other for other in given if not other.is_receipt]
    if summaries and not any(other.hash == receipt.issued_hash for other in summaries):
        return _finding(what, f"It speaks of {receipt.symbol} with the hash {receipt.issued_hash[:16]}…, which none of the summaries has.", holds=False)
    beside = f", held against {receipt.symbol}" if summaries else ""
    return _finding(what, f"the receipt of {receipt.delegation} for {receipt.symbol}, {len(receipt.inputs)} inputs{beside}; signed, {whose}", holds=True)


def _chained(what: str, chains: Chains) -> dict[str, Any]:
    if chains.broken:
        return _finding(what, "; ".join(chains.broken[:5]), holds=False)
    heads = ", ".join(f"{service}:{lane} {seq} {digest.hex()[:16]}" for (service, lane), (seq, digest) in sorted(chains.heads.items()))
    return _finding(what, f"{chains.facts} facts, each chained to the one before it; heads: {heads or 'none'}", holds=True)


def _finding(what: str, why: str, *, holds: bool) -> dict[str, Any]:
    return {"what": what, "holds": holds, "why": why}
