"""Numbered: a version with its canonical line numbers, which are the same wherever the text is shown."""

from html import escape
from itertools import groupby
from typing import Any

import msgspec

from parley.text import Version, shown
from parley.text.lines import Line, canonical_lines


def lines_of(text: Version) -> list[dict[str, Any]]:
    """Each line: its number, and which characters of which clause stand on it."""
    return [msgspec.structs.asdict(line) for line in canonical_lines(text)]


def as_html(text: Version) -> str:
    """The clauses, each line in an element that has its number and can be linked to as `#L12`; without the tags it is the text, word for word."""
    by_clause = {clause: list(lines) for clause, lines in groupby(canonical_lines(text), key=lambda line: line.clause)}
    return "\n".join(_clause(text, clause, lines) for clause, lines in by_clause.items())


def _clause(text: Version, name: str, lines: list[Line]) -> str:
    clause = text.clause(name)
    number = f'<span class="clause-number">{escape(shown(clause.number))}</span> ' if clause.number else ""
    ends = [*(line.start for line in lines[1:]), len(clause.text)]
    words = "".join(_line(line, clause.text[line.start : end]) for line, end in zip(lines, ends, strict=True))
    return f'<p class="clause kept" data-clause="{escape(name)}" dir="auto">{number}{words}</p>'


def _line(line: Line, words: str) -> str:
    said = escape(shown(words)).replace("\n", "<br>\n")
    return f'<span class="line" id="L{line.number}" data-line="{line.number}">{said}</span>'
