"""`parley diff`: what changed between two texts, in words a person can read; the files need not be Parley's own."""

import json
import os
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from parley import text as engine
from parley.commands import sources
from parley.drafts import manuscript

EQUAL, DIFFERENT, WRONG = 0, 1, 2
_STYLES = {"same": "", "deleted": "red strike", "inserted": "green underline"}
_SIGNS = {"same": ("", ""), "deleted": ("[-", "-]"), "inserted": ("{+", "+}")}


def compare(before: Path, after: Path, *, side: bool, as_json: bool) -> int:
    """Print the redline of two files; 0 if the texts are equal, 1 if they differ, 2 if one of them cannot be read."""
    try:
        old, new = _read(before), _read(after)
    except ValueError as error:
        print(json.dumps({"error": str(error)}) if as_json else str(error), file=sys.stdout if as_json else sys.stderr)
        return WRONG
    redline = engine.redline(old, _renamed(new) if _nameless(before) or _nameless(after) else new)
    changed = engine.Redline(tuple(row for row in redline.rows if _differs(row)))
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    if as_json:
        print(json.dumps({"equal": not changed.rows, "rows": engine.as_data(changed)}, ensure_ascii=False))
    elif not changed.rows:
        print("The two texts are the same.")
    elif side:
        _side_by_side(changed, before, after, colour=colour)
    else:
        for row in changed.rows:
            print(f"{_renumbered(row)}{engine.as_terminal(engine.Redline((row,)), colour=colour)}")
    return DIFFERENT if changed.rows else EQUAL


def _differs(row: engine.Row) -> bool:
    numbers = {clause.number for clause in (row.old, row.new) if clause}
    return row.change != "kept" or len(numbers) > 1


def _renumbered(row: engine.Row) -> str:
    if row.old is None or row.new is None or row.old.number == row.new.number:
        return ""
    return f"(was {engine.shown(row.old.number) or 'without a number'}) "


def _read(file: Path) -> engine.Version:
    """The text of a file.

    Raises:
        ValueError: it cannot be read; the sentence names the file and says what to do.
    """
    try:
        read = sources.WRITTEN.get(file.suffix.lower(), manuscript.from_plain)
        return _issued(sources.words_of(file)) if file.suffix.lower() == ".json" else read(sources.words_of(file))
    except (ValueError, msgspec.MsgspecError) as error:
        said = str(error)
        raise ValueError(said if said.startswith(str(file)) else f"{file}: {said}") from error


class _Sentence(msgspec.Struct):
    number: int
    text: str


class _Theme(msgspec.Struct):
    title: str
    sentences: list[_Sentence]


class _Issued(msgspec.Struct):
    """What Parley gives as JSON: the version of a document has clauses, an issued summary has themes."""

    title: str = ""
    clauses: list[engine.Clause] = []
    themes: list[_Theme] = []


def _issued(text: str) -> engine.Version:
    found = msgspec.json.decode(text, type=_Issued)
    for clause in found.clauses:
        engine.normalised(clause.number)  # it is printed too, and a control character could tell the terminal anything
    if found.clauses:
        return engine.version(found.clauses)
    if not found.themes:
        raise ValueError("It is neither a version of a document nor an issued summary. Give one of these, or a text as .txt or .md.")
    clauses = [engine.Clause("title", found.title, kind="title")]
    for at, theme in enumerate(found.themes, start=1):
        clauses.append(engine.Clause(f"t{at}", theme.title, kind="heading"))
        clauses += [engine.Clause(f"s{one.number}", one.text, str(one.number)) for one in theme.sentences]
    return engine.version(clauses)


def _nameless(file: Path) -> bool:
    """Whether the names of its clauses are only places in the file, and say nothing of which clause is which."""
    return file.suffix.lower() != ".json" or '"clauses"' not in sources.words_of(file)


def _renamed(text: engine.Version) -> engine.Version:
    """The text with names of its own, so that its clauses are found by their words."""
    named = (msgspec.structs.replace(one, id=f"new-{one.id}", parent=one.parent and f"new-{one.parent}") for one in text.clauses)
    return engine.Version(tuple(named))


def _side_by_side(redline: engine.Redline, before: Path, after: Path, *, colour: bool) -> None:
    table = Table(Column(Text(str(before)), ratio=1), Column(Text(str(after)), ratio=1), expand=True, show_lines=True)
    for row in redline.rows:
        left = Text() if row.old is None or row.change == "moved-here" else _cell(row.old.number, row.pieces, "inserted", colour=colour)
        right = Text() if row.new is None or row.change == "moved-away" else _cell(row.new.number, row.pieces, "deleted", colour=colour)
        table.add_row(left, right)
    Console(color_system="auto" if colour else None, highlight=False).print(table)


def _cell(number: str, pieces: tuple[engine.Piece, ...], without: str, *, colour: bool) -> Text:
    cell = Text(f"{engine.shown(number)} " if number else "")
    for piece in pieces:
        if piece.kind != without:
            opening, closing = ("", "") if colour else _SIGNS[piece.kind]
            cell.append(f"{opening}{engine.shown(piece.text)}{closing}", style=_STYLES[piece.kind] if colour else "")
    return cell
