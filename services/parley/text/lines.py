"""Lines: canonical line numbers, computed once for an issued version and the same on the page, on paper and in a quotation."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec

from parley.text.clauses import Version
from parley.text.tokens import Unfit, is_unspaced, tokens

WIDTH = 80
"""Columns of a canonical line: a wide sign takes two, a mark on another sign none."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line: its number in the document, and the characters of the clause that stand on it."""

    number: int
    clause: str
    start: int
    end: int


def canonical_lines(version: Version, width: int = WIDTH) -> tuple[Line, ...]:
    """The lines of the whole document, numbered through. A clause begins a new line; one without words has a line too."""
    if width < 2:
        raise Unfit("too-narrow", "A line has at least 2 columns. Choose a wider line.")
    spans = ((clause.id, start, end) for clause in version.clauses for start, end in _lines(clause.text, width))
    return tuple(Line(number, clause, start, end) for number, (clause, start, end) in enumerate(spans, 1))


def line_of(lines: Sequence[Line], version: Version, clause: str, at: int) -> int:
    """The number of the line on which a character of a clause stands."""
    place = bisect_right(lines, (version.place[version.clause(clause).id], at), key=lambda line: (version.place[line.clause], line.start))
    return lines[place - 1].number


def passage(lines: Sequence[Line], version: Version, first: int, last: int) -> str:
    """The words on lines `first` to `last`, as they are broken there."""
    if not 1 <= first <= last <= len(lines):
        raise Unfit("no-such-line", f"This version has lines 1 to {len(lines)}. Name lines in that range.")
    return "\n".join(version.clause(line.clause).text[line.start : line.end] for line in lines[first - 1 : last])


def _lines(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Filled greedily; the space at a break belongs to no line."""
    start = end = at = column = 0
    for unit in _units(text):
        size = _columns(unit)
        if unit.isspace():
            if "\n" in unit:
                yield start, end
                start = end = at + len(unit)
                column = 0
            else:
                column += size
            at += len(unit)
            continue
        if column + size > width and end > start:
            yield start, end
            start, column = at, 0
        for character in unit if size > width else (unit,):  # a word longer than a line is broken where the line ends
            if column + _columns(character) > width and at > start:
                yield start, at
                start, column = at, 0
            column += _columns(character)
            at += len(character)
        end = at
    yield start, end


def _units(text: str) -> Iterator[str]:
    """What a line is never broken in: a word with its punctuation; a sign of an unspaced script with the punctuation behind it."""
    unit = ""
    for token in tokens(text):
        if token.isspace():
            yield from filter(None, (unit, token))
            unit = ""
        elif unit and (is_unspaced(token) or is_unspaced(unit)) and (token[0].isalnum() or _opens(token)) and not _opens(unit[-1]):
            yield unit
            unit = token
        else:
            unit += token
    if unit:
        yield unit


def _opens(token: str) -> bool:
    return unicodedata.category(token[0]) in {"Ps", "Pi"}


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.category(one) in {"Mn", "Me", "Cf"} else 1 + (unicodedata.east_asian_width(one) in {"W", "F"}) for one in text)
