"""Material: how the rows of another source become the clauses of a document and the amendments to it; pure, and told by a mapping what its columns mean."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import regex

from parley.drafts.quoting import DELETE, INSERT, UNKNOWN, Wanted
from parley.text import START, Clause

_LABEL = regex.compile(r"\(?(\d{1,3}(?:\s?[a-z]{1,2})?|[a-z]{1,2}(?:\s[a-z])?)[.)]\s+(?=\S)")


class Unreadable(ValueError):  # noqa: N818  (an answer to whoever brings the material, not a fault of the program)
    """A row that cannot be taken in: which one, and what is wrong with it."""

    def __init__(self, row: int, why: str) -> None:
        super().__init__(f"row {row}: {why}")
        self.row = row
        self.why = why


class TextColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The columns of the text: what a clause is called, says, is numbered, is, and stands under. An empty name: there is no such column."""

    id: str = "id"
    text: str = "text"
    number: str = "number"
    kind: str = "kind"
    parent: str = "parent"


class AmendmentColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The columns of the amendments. `source` is the name that an amendment has there: the same name is the same amendment."""

    source: str = "source"
    authors: str = "authors"
    location: str = "location"
    clause: str = "clause"
    operation: str = "operation"
    old: str = "old"
    new: str = "new"
    reason: str = ""
    theme: str = ""


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the rows of a source mean.

    `kinds` and `operations` translate the source's words; those not listed are taken as they are. `behind` is what a clause's name ends with where an
    insertion is to stand behind it; without one, the name alone says so.
    """

    text: TextColumns = TextColumns()
    amendments: AmendmentColumns = AmendmentColumns()
    kinds: dict[str, str] = {}
    operations: dict[str, str] = {}
    behind: str = ""


class Entry(msgspec.Struct, frozen=True):
    """One amendment as its source has it, ready to be imported."""

    source: str
    location: str
    authors: tuple[str, ...]
    wanted: Wanted
    reason: str = ""
    theme: str | None = None


def columns(toml: str) -> Columns:
    """The mapping that a TOML text says; ValueError with the place where it does not."""
    return msgspec.convert(tomllib.loads(toml), Columns)


def rows(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The rows of a file with one JSON object on each line; blank lines are none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise Unreadable(number, "it is not a JSON object on one line") from error


def clauses(found: Iterable[Mapping[str, Any]], mapping: Columns) -> Iterator[Clause]:
    """The clauses of a text, in the order of its rows."""
    named = mapping.text
    for number, row in enumerate(found, start=1):
        clause = {
            "id": _word(row, named.id, number),
            "text": _word(row, named.text, number),
            "number": _optional(row, named.number),
            "kind": mapping.kinds.get(_optional(row, named.kind), _optional(row, named.kind)) or "operative",
            "parent": _optional(row, named.parent) or START,
        }
        try:
            yield msgspec.convert(clause, Clause)
        except msgspec.ValidationError as error:
            raise Unreadable(number, f"its kind “{clause['kind']}” is none of ours; translate it under [kinds]") from error


def entries(found: Iterable[Mapping[str, Any]], mapping: Columns, text: Iterable[Clause]) -> Iterator[Entry]:
    """The amendments to a text, in the order of their rows; the clause's own number is taken off the words that begin with it."""
    numbers = {clause.id: clause.number for clause in text}
    named = mapping.amendments
    for at, row in enumerate(found, start=1):
        said = _optional(row, named.operation)
        operation = mapping.operations.get(said, said)
        clause = _place(row.get(named.clause), operation, mapping.behind)
        old, new = _optional(row, named.old), _optional(row, named.new)
        number = numbers.get(clause, "")
        if operation == INSERT:
            number, new = labelled(new)
            wanted = Wanted(operation, clause, "", new, number=number)
        else:
            wanted = Wanted(operation, clause, unlabelled(old, number), "" if operation == DELETE else unlabelled(new, number))
        yield Entry(
            source=_word(row, named.source, at), location=_optional(row, named.location), authors=_authors(row.get(named.authors), at), wanted=wanted,
            reason=_optional(row, named.reason), theme=_optional(row, named.theme) or None,
        )  # fmt: skip


def _place(said: Any, operation: str, behind: str) -> str:
    """The one clause that a row names, or UNKNOWN: what names none, or several, has to be placed by a person."""
    names = list(dict.fromkeys(said if isinstance(said, list) else [said]))
    if len(names) != 1 or not isinstance(names[0], str) or not names[0]:
        return UNKNOWN
    if behind and operation == INSERT:
        return names[0].removesuffix(behind) if names[0].endswith(behind) else UNKNOWN
    return names[0]


def _authors(said: Any, row: int) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in (said if isinstance(said, list) else [said]) if isinstance(name, str) and name.strip()))
    if not names:
        raise Unreadable(row, "it names no author")
    return names


def labelled(text: str) -> tuple[str, str]:
    """The number with which a new clause begins, as in `(6 a)` or `2b.`, and its words without it."""
    label = _LABEL.match(text.lstrip())
    if label is None:
        return "", text.strip()
    return label[1].replace(" ", ""), text.lstrip()[label.end() :].strip()


def unlabelled(text: str, number: str) -> str:
    """The words without the clause's own number before them; another number stays, because it is a change."""
    found, rest = labelled(text)
    return rest if number and found == number else text.strip()


def _word(row: Mapping[str, Any], name: str, number: int) -> str:
    said = row.get(name)
    if not isinstance(said, str) or not said.strip():
        raise Unreadable(number, f"it has no “{name}”")
    return said


def _optional(row: Mapping[str, Any], name: str) -> str:
    said = row.get(name) if name else None
    return "" if said is None else str(said)
