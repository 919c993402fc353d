"""Sources: the files that are brought in, and the mapping that says what their columns mean."""

import csv
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from parley.drafts import manuscript, material
from parley.text import Version

WRITTEN: dict[str, Callable[[str], Version]] = {
    ".txt": manuscript.from_plain,
    ".text": manuscript.from_plain,
    ".md": manuscript.from_markdown,
    ".markdown": manuscript.from_markdown,
}
"""Files that hold a text as people write it, by how their names end; all others hold rows."""

TEXT, AMENDMENTS, PRINCIPLES = "text", "amendments", "principles"


class PrincipleColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The columns of principles. Where a row has no theme or delegation of its own, the word behind `always_` stands for all rows."""

    source: str = "source"
    text: str = "text"
    theme: str = "theme"
    delegation: str = "delegation"
    reason: str = ""
    always_theme: str = "General"
    always_delegation: str = "Source"


class Meaning(msgspec.Struct, frozen=True):
    """What all columns mean: those of drafts, and those of principles."""

    drafts: material.Columns = material.Columns()
    principles: PrincipleColumns = PrincipleColumns()


class Principle(msgspec.Struct, frozen=True):
    """A principle as its source has it, ready to be brought in."""

    source: str
    text: str
    theme: str
    delegation: str
    delegation_name: str
    reason: str = ""


def mapping_of(toml: Path | None, flags: list[str]) -> Meaning:
    """The mapping of a TOML file, with the flags over it: `text.text=text_en`, or `text=text_en` for a column of the text.

    Raises:
        ValueError: a flag or the file names a column that there is none of.
    """
    said: dict[str, Any] = tomllib.loads(toml.read_text()) if toml else {}
    for flag in flags:
        name, equals, value = flag.partition("=")
        if not equals:
            raise ValueError(f"A column is said as name=value, not as {flag!r}.")
        section, _, column = name.rpartition(".")
        said.setdefault(section or TEXT, {})[column] = value
    principles = said.pop(PRINCIPLES, {})
    return Meaning(msgspec.convert(said, material.Columns), msgspec.convert(principles, PrincipleColumns))


def rows_of(file: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL or CSV file."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines) if file.suffix == ".csv" else material.rows(lines))


def words_of(file: Path) -> str:
    """The words of a text file.

    Raises:
        ValueError: it is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: it is not UTF-8 at byte {error.start}. Save it as UTF-8 and bring it in again.") from error


def name_of(file: Path) -> str:
    """A document's name made from that of its file: `Zero Draft_v2.md` is zero-draft-v2."""
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower())[:40].strip("-") or "text"


def kind_of(rows: list[dict[str, Any]], mapping: Meaning) -> str:
    """What a file holds, by the columns that it has.

    Raises:
        ValueError: its columns are none of those that the mapping names.
    """
    columns = set(rows[0]) if rows else set()
    drafts, principles = mapping.drafts, mapping.principles
    needed = {
        AMENDMENTS: {drafts.amendments.source, drafts.amendments.new, drafts.amendments.operation},
        PRINCIPLES: {principles.source, principles.text},
        TEXT: {drafts.text.id, drafts.text.text},
    }
    fitting = [kind for kind, names in needed.items() if names <= columns]
    if not fitting:
        expected = "; ".join(f"{kind}: {', '.join(sorted(names))}" for kind, names in needed.items())
        raise ValueError(f"Its columns are {', '.join(sorted(columns)) or 'none'}. Say with --mapping or --column what they mean. Expected for {expected}.")
    return fitting[0]


def principles(rows: list[dict[str, Any]], named: PrincipleColumns, file: str) -> Iterator[Principle]:
    """The principles of a file, in the order of its rows; rows without words are none."""
    for number, row in enumerate(rows, start=1):
        text = _said(row, named.text)
        if not text:
            continue
        name = _said(row, named.delegation) or named.always_delegation
        source = f"{file}/{_said(row, named.source) or number}"
        yield Principle(source, text, _said(row, named.theme) or named.always_theme, code_of(name), name, _said(row, named.reason))


def code_of(name: str) -> str:
    """A delegation's code made from a name: `Participant 4413` is PARTICIPANT-4413, `4413` is D-4413."""
    code = re.sub(r"[^A-Z0-9]+", "-", name.upper()).strip("-")
    return (code if code[:1].isalpha() else f"D-{code}")[:16].strip("-")


def _said(row: Mapping[str, Any], name: str) -> str:
    said = row.get(name) if name else None
    return "" if said is None else re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", str(said)).strip()
