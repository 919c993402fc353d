"""Hash chains: how a fact is tied to the one before it in its lane, and whether each is what was recorded there."""

import hashlib
from dataclasses import dataclass, field

import msgspec

from parley.kernel.clock import to_milliseconds
from parley.kernel.log import Recorded

START_HASH = b"\0" * 32
_canonical = msgspec.json.Encoder(order="deterministic")


def chain(before: bytes, fact: Recorded) -> bytes:
    """The hash of a fact: SHA-256 over the hash before it in its lane, and everything that the fact says but its position."""
    said = (fact.id, fact.stream, fact.version, fact.public_seq, fact.type, to_milliseconds(fact.at), hashlib.sha256(fact.body).hexdigest(), fact.by.decode())
    return hashlib.sha256(before + _canonical.encode(said)).digest()


@dataclass
class Chains:
    """One chain for each lane of each service; `heads` says where they begin, which is at nothing unless somebody vouches for more."""

    heads: dict[tuple[str, str], tuple[int, bytes]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    facts: int = 0

    def follow(self, fact: Recorded) -> None:
        """Hold one fact against the chain of its lane; the first that does not fit is named, what comes after it in the lane proves nothing."""
        seq, before = self.heads.get((fact.service, fact.lane), (0, START_HASH))
        self.facts += 1
        if fact.seq != seq + 1:
            self.broken.append(f"{fact.service}:{fact.lane}: {seq + 1} is missing")
        elif not _fits(before, fact):
            self.broken.append(f"{fact.id} is not what was recorded: its hash does not fit")
        self.heads[fact.service, fact.lane] = (fact.seq, fact.hash)


def _fits(before: bytes, fact: Recorded) -> bool:
    try:
        return chain(before, fact) == fact.hash
    except ValueError:  # not even text any more
        return False
