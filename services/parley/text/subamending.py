"""Sub-amending: amendments to the words an amendment proposes, settled before it and falling with it."""

from collections.abc import Iterable, Sequence

import msgspec

from parley.text.clauses import Clause, Version
from parley.text.consolidating import Consolidation, consolidate
from parley.text.operations import Amendment, Edit, InsertClause, Operation
from parley.text.tokens import Unfit


class Settled(msgspec.Struct, frozen=True):
    """An amendment as its sub-amendments have left it, and what was made of its words: `made.changes` is by the place of the operation."""

    amendment: Amendment
    made: Consolidation

    def words(self, place: int) -> str | None:
        """What the operation at that place now puts in."""
        return _words(self.amendment.operations[place])


def proposed(amendment: Amendment) -> Version:
    """The words an amendment proposes, as a version that can itself be amended: a clause for each operation with words, called by its place."""
    if amendment.parent:
        raise Unfit("too-deep", "A sub-amendment cannot be amended. Propose another sub-amendment to the same amendment.")
    words = ((str(at), _words(operation)) for at, operation in enumerate(amendment.operations))
    return Version(tuple(Clause(name, text) for name, text in words if text is not None))


def settled(amendment: Amendment, accepted: Iterable[Amendment], *, order: Sequence[str] = ()) -> Settled:
    """The amendment with the accepted sub-amendments in it; Clash if they collide."""
    made = consolidate(proposed(amendment), accepted, order=order)
    if any(not isinstance(operation, Edit) for sub in made.accepted for operation in sub.operations):
        raise Unfit("too-deep", "A sub-amendment changes words of the amendment. Propose a new clause as an amendment of its own.")
    operations = tuple(_with_words(operation, made.version, str(at)) for at, operation in enumerate(amendment.operations))
    return Settled(msgspec.structs.replace(amendment, operations=operations), made)


def _words(operation: Operation) -> str | None:
    match operation:
        case Edit():
            return operation.new
        case InsertClause():
            return operation.clause.text
        case _:
            return None


def _with_words(operation: Operation, words: Version, name: str) -> Operation:
    match operation:
        case Edit():
            return msgspec.structs.replace(operation, new=words.clause(name).text)
        case InsertClause():
            return msgspec.structs.replace(operation, clause=msgspec.structs.replace(operation.clause, text=words.clause(name).text))
        case _:
            return operation
