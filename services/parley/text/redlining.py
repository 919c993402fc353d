"""Redlining: two versions as one text, with what went, what came and what moved; it gives both back exactly."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from parley.text.aligning import Pair, aligned, spine
from parley.text.clauses import Clause, Version
from parley.text.consolidating import Change, Consolidation
from parley.text.differences import readable
from parley.text.rearranging import By


class Piece(msgspec.Struct, frozen=True, gc=False):
    """Words that stayed, went or came; `by` names the amendments, where they are known."""

    kind: Literal["same", "deleted", "inserted"]
    text: str
    by: tuple[str, ...] = ()


class Row(msgspec.Struct, frozen=True):
    """One clause in a redline. A moved clause has two rows: `moved-away` where it stood, `moved-here`, with its changed words, where it stands."""

    change: Literal["kept", "changed", "inserted", "deleted", "moved-away", "moved-here"]
    old: Clause | None
    new: Clause | None
    pieces: tuple[Piece, ...]
    by: By = ()

    @property
    def clause(self) -> Clause:
        """The clause as it now stands, or stood last."""
        clause = self.new or self.old
        assert clause is not None, "a row is about a clause"  # noqa: S101 - for the type checker; `_rows` makes no other
        return clause


class Redline(msgspec.Struct, frozen=True):
    """The rows of a redline in reading order."""

    rows: tuple[Row, ...]

    def before(self) -> Version:
        """The old version, byte for byte, from the pieces."""
        rows = [(row.old, row) for row in self.rows if row.change != "moved-here"]
        return Version(tuple(msgspec.structs.replace(old, text=text(row.pieces, "inserted")) for old, row in rows if old))

    def after(self) -> Version:
        """The new version, byte for byte, from the pieces."""
        rows = [(row.new, row) for row in self.rows if row.change != "moved-away"]
        return Version(tuple(msgspec.structs.replace(new, text=text(row.pieces, "deleted")) for new, row in rows if new))


def text(pieces: tuple[Piece, ...], without: Literal["deleted", "inserted"]) -> str:
    """The old words (`without` the inserted ones) or the new words of some pieces."""
    return "".join(piece.text for piece in pieces if piece.kind != without)


def redline(old: Version, new: Version) -> Redline:
    """What became of `old` in `new`: compared by words, for texts of which no more is known."""
    return Redline(tuple(_rows(old, new, {}, {})))


def redline_of(made: Consolidation) -> Redline:
    """What the accepted amendments did, from the operations themselves, each piece with the amendments it came from."""
    s = made.structure
    known = {clause: changes for clause, changes in made.changes.items() if clause not in made.cuts and clause in made.version}
    for second in s.merged:  # the joined clause holds more than its own changes
        known.pop(s.into[second][0], None)
    by = s.deleted | s.merged | s.moved | s.inserted | {part: s.split[clause] for clause in s.split for part in s.into[clause][1:]}
    return Redline(tuple(_rows(made.base, made.version, known, by)))


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """The words of two texts as one sequence."""
    return composed(old, tuple(Change(a, b, new[c:d], ()) for a, b, c, d in readable(old, new)))


def composed(old: str, changes: tuple[Change, ...]) -> tuple[Piece, ...]:
    """The words of `old` with known changes made."""
    found = []
    at = 0
    for change in changes:
        if at < change.start:
            found.append(Piece("same", old[at : change.start]))
        if change.start < change.end:
            found.append(Piece("deleted", old[change.start : change.end], change.by))
        if change.new:
            found.append(Piece("inserted", change.new, change.by))
        at = change.end
    if at < len(old):
        found.append(Piece("same", old[at:]))
    return tuple(found)


def _rows(old: Version, new: Version, known: Mapping[str, tuple[Change, ...]], by: Mapping[str, By]) -> Iterator[Row]:
    pairs = aligned(old, new)
    source = {j: i for i, j in pairs}
    goes_on = {i for i, _ in pairs}
    i = j = 0
    end: Pair = (len(old.clauses), len(new.clauses))
    for k, m in [*spine(pairs), end]:
        for at in range(i, k):
            clause = old.clauses[at]
            change: Literal["moved-away", "deleted"] = "moved-away" if at in goes_on else "deleted"
            yield Row(change, clause, None, (Piece("deleted", clause.text),) if clause.text else (), by.get(clause.id, ()))
        for at in range(j, m):
            clause = new.clauses[at]
            if at in source:
                yield _paired(old.clauses[source[at]], clause, known, by, moved=True)
            else:
                yield Row("inserted", None, clause, (Piece("inserted", clause.text),) if clause.text else (), by.get(clause.id, ()))
        if (k, m) != end:
            yield _paired(old.clauses[k], new.clauses[m], known, by, moved=False)
        i, j = k + 1, m + 1


def _paired(old: Clause, new: Clause, known: Mapping[str, tuple[Change, ...]], by: Mapping[str, By], *, moved: bool) -> Row:
    if old.text == new.text:
        return Row("moved-here" if moved else "kept", old, new, (Piece("same", old.text),) if old.text else (), by.get(old.id, ()) if moved else ())
    found = composed(old.text, known[old.id]) if old.id in known else pieces(old.text, new.text)
    return Row("moved-here" if moved else "changed", old, new, found, by.get(old.id, ()) if moved else ())
