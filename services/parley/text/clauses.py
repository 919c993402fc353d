"""Clauses and versions: a document as an ordered list of clauses, immutable and hashed."""

import hashlib
from collections.abc import Container, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Literal

import msgspec

from parley.text.tokens import TEXT_LIMIT, Unfit, normalised

Kind = Literal["title", "heading", "preamble", "operative", "point", "introduction", "annex"]

VERSION_LIMIT = 100_000
"""Clauses that one version may hold."""

START = ""
"""As `after`: before the first clause. As `parent`: the top of the document."""


class Clause(msgspec.Struct, frozen=True, gc=False):
    """One clause: plain text under a permanent id. The number is what is printed; it may change and need not be unique."""

    id: str
    text: str
    number: str = ""
    kind: Kind = "operative"
    parent: str = START

    @property
    def digest(self) -> str:
        """The hash of everything the clause is: number, kind and place in the tree too."""
        return _leaf(self).hex()

    @property
    def wording(self) -> str:
        """The hash of the words alone: what a sign-off is bound to, so that renumbering does not void it."""
        return hashlib.sha256(b"\x02" + self.text.encode()).hexdigest()


_encoder = msgspec.json.Encoder()


@lru_cache(maxsize=8192)  # a new version shares nearly all its clauses with the one before
def _leaf(clause: Clause) -> bytes:
    return hashlib.sha256(b"\x00" + _encoder.encode((clause.id, clause.number, clause.kind, clause.parent, clause.text))).digest()


def merkle_root(leaves: list[bytes]) -> bytes:
    """The root over `leaves` as RFC 6962 builds it, an odd node rising alone."""
    level = leaves or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        paired = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = paired + level[-1:] if len(level) % 2 else paired
    return level[0]


class Version(msgspec.Struct, frozen=True, dict=True):
    """A document at one moment: its clauses in order, each parent before its children. Built by `version`."""

    clauses: tuple[Clause, ...]

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each clause stands, by its id."""
        return {clause.id: at for at, clause in enumerate(self.clauses)}

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """The clauses directly under each clause that has any, in order; under START those at the top."""
        under: dict[str, list[str]] = {}
        for clause in self.clauses:
            under.setdefault(clause.parent, []).append(clause.id)
        return {parent: tuple(ids) for parent, ids in under.items()}

    @cached_property
    def root(self) -> str:
        """The hash of the version: the Merkle root over its clauses. An amendment names it as its base."""
        return merkle_root([_leaf(clause) for clause in self.clauses]).hex()

    def __iter__(self) -> Iterator[Clause]:
        return iter(self.clauses)

    def __contains__(self, clause: str) -> bool:
        return clause in self.place

    def clause(self, clause: str) -> Clause:
        """The clause with that id, or Unfit."""
        at = self.place.get(clause)
        if at is None:
            raise Unfit("no-such-clause", "This version has no clause of that name. Look its present name up in the concordance.")
        return self.clauses[at]

    def subtree(self, clause: str, without: Container[str] = ()) -> tuple[str, ...]:
        """The clause and everything under it, in order; not what is in `without`, nor anything under that."""
        found, waiting = [], [clause]
        while waiting:
            found.append(waiting.pop())
            waiting.extend(child for child in reversed(self.children.get(found[-1], ())) if child not in without)
        return tuple(found)

    def ancestors(self, clause: str) -> tuple[str, ...]:
        """What the clause stands under, nearest first."""
        found = []
        while (clause := self.clause(clause).parent) != START:
            found.append(clause)
        return tuple(found)


def version(clauses: Iterable[Clause]) -> Version:
    """A version of these clauses, its texts normalised; or Unfit, saying which clause and why."""
    made: list[Clause] = []
    path: list[str] = []
    seen: set[str] = set()
    size = 0
    for clause in clauses:
        if not clause.id or clause.id in seen:
            raise Unfit("name-taken", f"Two clauses are called “{clause.id}”, or one has no name. Give each clause its own id.")
        if clause.parent:
            while path and path[-1] != clause.parent:
                path.pop()
            if not path:
                raise Unfit("misplaced", f"“{clause.id}” does not stand directly under “{clause.parent}”. Put it behind that clause or its other children.")
        else:
            path.clear()
        path.append(clause.id)
        seen.add(clause.id)
        text = normalised(clause.text)
        size += len(text)
        made.append(clause if text == clause.text else msgspec.structs.replace(clause, text=text))
        if len(made) > VERSION_LIMIT or size > TEXT_LIMIT:
            raise Unfit("too-long", f"A document holds at most {VERSION_LIMIT:,} clauses and {TEXT_LIMIT:,} characters. Divide it into several documents.")
    return Version(tuple(made))
