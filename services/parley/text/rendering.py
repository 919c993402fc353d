"""Rendering: a redline for the page, for Markdown, for the terminal and as data. Hidden characters are shown in all of them."""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

import regex

from parley.text.redlining import Piece, Redline, Row
from parley.text.tokens import shown

_SAID = {
    "inserted": "New clause",
    "deleted": "Deleted clause",
    "moved-away": "Moved from here",
    "moved-here": "Moved to here",
}
_MARKDOWN = regex.compile(r"([\\`*_{}\[\]<>#|~&])")
_LIST_ITEM = regex.compile(r"^(\s*)(?:(\d+)(?=[.)]\s)|(?=[-+]\s))")
_COLOURS = {"same": ("", ""), "deleted": ("\x1b[31;9m", "\x1b[0m"), "inserted": ("\x1b[32;4m", "\x1b[0m")}
_SIGNS = {"same": ("", ""), "deleted": ("[-", "-]"), "inserted": ("{+", "+}")}


def as_data(redline: Redline) -> list[dict[str, Any]]:
    """The redline for JSON: per row the change, the clause before and after, and the pieces."""
    return [
        {
            "change": row.change,
            "clause": row.clause.id,
            "kind": row.clause.kind,
            "number": {"before": row.old.number if row.old else None, "after": row.new.number if row.new else None},
            "by": list(row.by),
            "pieces": [{"kind": piece.kind, "text": piece.text, "by": list(piece.by)} for piece in row.pieces],
        }
        for row in redline.rows
    ]


def as_html(redline: Redline, *, attributed: bool = False) -> str:
    """The redline in one column. Who changed what is left out unless asked for: that is the reader's tier to decide."""
    return "\n".join(_row(row, attributed=attributed) for row in redline.rows)


def _row(row: Row, *, attributed: bool) -> str:
    said = f'<span class="clause-change">{_SAID[row.change]}</span> ' if row.change in _SAID else ""
    number = f'<span class="clause-number">{escape(shown(row.clause.number))}</span> ' if row.clause.number else ""
    words = "".join(pieces_as_html(row.pieces, attributed=attributed))
    return f'<p class="clause {row.change}" data-clause="{escape(row.clause.id)}" dir="auto">{said}{number}{words}</p>'


def pieces_as_html(pieces: tuple[Piece, ...], *, attributed: bool = False) -> Iterator[str]:
    """Each piece as HTML: not by colour alone, and with words that a screen reader speaks."""
    for piece in pieces:
        words = escape(shown(piece.text)).replace("\n", "<br>")
        if piece.kind == "same":
            yield words
            continue
        tag, start, end = ("ins", "insertion", "end of insertion") if piece.kind == "inserted" else ("del", "deletion", "end of deletion")
        by = f' data-by="{escape(" ".join(piece.by))}"' if attributed and piece.by else ""
        yield f'<{tag}{by}><span class="visually-hidden"> [{start}: </span>{words}<span class="visually-hidden"> {end}] </span></{tag}>'


def side_by_side(redline: Redline, *, before: str = "Before", after: str = "After") -> str:
    """The redline as a table of two columns, the same rows beside each other."""
    rows = "\n".join(_two_cells(row) for row in redline.rows)
    head = f'<tr><th scope="col">{escape(before)}</th><th scope="col">{escape(after)}</th></tr>'
    return f'<table class="redline">\n<thead>{head}</thead>\n<tbody>\n{rows}\n</tbody>\n</table>'


def _two_cells(row: Row) -> str:
    left = "" if row.change == "moved-here" or not row.old else _cell(row.old.number, row.pieces, "inserted")
    right = "" if row.change == "moved-away" or not row.new else _cell(row.new.number, row.pieces, "deleted")
    return f'<tr class="{row.change}" data-clause="{escape(row.clause.id)}"><td dir="auto">{left}</td><td dir="auto">{right}</td></tr>'


def _cell(number: str, pieces: tuple[Piece, ...], without: str) -> str:
    words = "".join(pieces_as_html(tuple(piece for piece in pieces if piece.kind != without)))
    return f'<span class="clause-number">{escape(shown(number))}</span> {words}' if number else words


def as_markdown(redline: Redline) -> str:
    """The redline in Markdown, where `<ins>` and `<del>` are understood as in HTML."""
    marks = {"same": ("", ""), "deleted": ("<del>", "</del>"), "inserted": ("<ins>", "</ins>")}
    return "\n\n".join(_line(row, marks, _markdown) for row in redline.rows)


def as_terminal(redline: Redline, *, colour: bool = True) -> str:
    """The redline for a terminal; without colour as [-deleted-] and {+inserted+}."""
    return "\n".join(_line(row, _COLOURS if colour else _SIGNS, str) for row in redline.rows)


def _line(row: Row, marks: Mapping[str, tuple[str, str]], written: Callable[[str], str]) -> str:
    said = f"({_SAID[row.change].lower()}) " if row.change in _SAID else ""
    number = f"{written(shown(row.clause.number))} " if row.clause.number else ""
    words = (f"{marks[piece.kind][0]}{written(shown(piece.text))}{marks[piece.kind][1]}" for piece in row.pieces)
    return f"{said}{number}{''.join(words)}"


def _markdown(text: str) -> str:
    return _LIST_ITEM.sub(lambda item: f"{item[1]}{item[2] or ''}\\", _MARKDOWN.sub(r"\\\1", text)).replace("\n", "<br>")
