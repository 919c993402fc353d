"""Said: what the facts of the sibling services say of inputs, as far as it is needed here."""

import hashlib

import msgspec

from parley.summaries.inputs import LIVE


class Said(msgspec.Struct):
    """The fields of the siblings' facts that are needed here; each fact has some of them."""

    principle: str = ""
    document: str = ""
    amendment: str = ""
    clause: str = ""
    operation: str = ""
    delegation: str = ""
    text: str = ""
    text_hash: str = ""
    theme: str | None = None
    marking: str = ""
    audience: tuple[str, ...] = ()
    on_behalf_of: str | None = None
    represented: tuple[str, ...] = ()
    late: bool = False
    stance: str = ""
    old: str = ""
    new: str = ""
    state: str = LIVE
    sponsors: tuple[str, ...] = ()
    fates: tuple["Fate", ...] = ()
    outcome: str = ""
    reason: str = ""
    also: tuple["Part", ...] = ()


class Part(msgspec.Struct):
    """What a package asks for besides its first operation."""

    clause: str
    operation: str
    old: str
    new: str


class Fate(msgspec.Struct):
    """The state in which an amendment goes on once a version is made."""

    amendment: str
    state: str


def hash_of(said: Said) -> str:
    """What a co-sponsor of an amendment signs: the place, the operation, and the words."""
    parts: tuple[Said | Part, ...] = (said, *said.also)
    return hashlib.sha256("\0".join(f"{one.clause}\0{one.operation}\0{one.old}\0{one.new}" for one in parts).encode()).hexdigest()


def words_of(said: Said) -> str:
    """The words that an amendment would put in, or those that it would take out; of a package, all of them."""
    parts: tuple[Said | Part, ...] = (said, *said.also)
    return "\n".join(words for one in parts if (words := one.new or one.old))
