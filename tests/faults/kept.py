"""What must be true after any fault: pure functions over what clients saw and what the record holds. Each returns what is wrong, in sentences."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from parley.kernel.chains import START_HASH, chain
from parley.kernel.log import Recorded


@dataclass
class Seen:
    """One command as its client saw it: the key it was sent under, every answer that came back, and its marker in the record if it submitted a text."""

    key: str
    answers: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    marker: str | None = None

    @property
    def receipts(self) -> list[Mapping[str, Any]]:
        return [body["receipt"] for status, body in self.answers if status < 300]


def not_answered(history: Iterable[Seen]) -> list[str]:
    """Commands that never got a 2xx; a scenario in which one is left has proved nothing."""
    return [f"{one.key} was never accepted: {one.answers[-1:]}" for one in history if not one.receipts]


def differing_receipts(history: Iterable[Seen]) -> list[str]:
    """Commands that were answered 2xx more than once, and not the same each time."""
    return [f"{one.key} has receipts that differ: {one.receipts}" for one in history if any(receipt != one.receipts[0] for receipt in one.receipts)]


def lost(history: Iterable[Seen], record: Sequence[Recorded]) -> list[str]:
    """Receipts that name a fact which the record does not hold, under that hash."""
    held = {fact.id: fact for fact in record}
    broken = []
    for one in history:
        for receipt in one.receipts:
            broken += [f"{one.key} has a receipt for {name}, which is not recorded" for name in receipt["facts"] if name not in held]
            last = held.get(receipt["facts"][-1]) if receipt["facts"] else None
            if last is not None and last.hash.hex() != receipt["hash"]:
                broken.append(f"{one.key} has a receipt for another {last.id} than is recorded")
    return broken


def doubled(history: Iterable[Seen], record: Sequence[Recorded]) -> list[str]:
    """Submissions of which the record does not hold exactly one, whatever was answered."""
    submitted = [fact.body for fact in record if fact.type.endswith(("PrincipleSubmitted.v1", "AmendmentProposed.v1"))]
    counted = Counter(found.decode() for body in submitted for found in set(re.findall(rb"<[a-z0-9-]+>", body)))
    return [f"{one.key} is recorded {counted[one.marker]} times" for one in history if one.marker and one.receipts and counted[one.marker] != 1]


def unchained(record: Sequence[Recorded]) -> list[str]:
    """Facts whose position, number in their lane, version in their stream, or hash does not follow from what stands before them."""
    broken, heads, versions = [], dict[tuple[str, str], tuple[int, bytes]](), Counter[str]()
    for position, fact in enumerate(record, start=1):
        seq, before = heads.get((fact.service, fact.lane), (0, START_HASH))
        versions[fact.stream] += 1
        if (fact.position, fact.seq, fact.version) != (position, seq + 1, versions[fact.stream]):
            broken.append(f"{fact.id} stands at {fact.position}, version {fact.version}")
        if fact.hash != chain(before, msgspec.structs.replace(fact, hash=b"")):
            broken.append(f"{fact.id} has a hash that does not follow")
        heads[fact.service, fact.lane] = (fact.seq, fact.hash)
    return broken


def twice_rung(record: Sequence[Recorded]) -> list[str]:
    """Releases by a timer that happened more than once."""
    released = Counter(fact.body for fact in record if fact.type.endswith("VersionReleased.v1"))
    return [f"a release is recorded {times} times" for times in released.values() if times != 1]


def everything_wrong(history: Sequence[Seen], record: Sequence[Recorded]) -> list[str]:
    """All of the above."""
    return [
        *not_answered(history), *differing_receipts(history), *lost(history, record), *doubled(history, record), *unchained(record), *twice_rung(record),
    ]  # fmt: skip
