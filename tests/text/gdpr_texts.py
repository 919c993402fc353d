"""The real material: the Commission's proposal for the General Data Protection Regulation and the amendments of four committees to it."""

import json
from pathlib import Path

import pytest
import regex

from parley.text import Amendment, Clause, DeleteClause, InsertClause, Misquote, Operation, Version, reworded, version

FOLDER = Path(__file__).resolve().parents[2] / "../shared/data/gdpr"
KINDS = {"recital": "preamble", "chapter": "heading", "section": "heading", "article": "heading", "paragraph": "operative", "subparagraph": "operative"}
_NUMBER = regex.compile(r"^\(?([0-9]+|[a-z]{1,4}|[ivx]+)(?: ?[a-z])?[.)]\)?\s+")


def rows(name: str) -> list[dict]:
    if not FOLDER.is_dir():
        pytest.skip("the shared folder with the GDPR material is not beside this repository")
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def base_text() -> Version:
    return version(
        Clause(row["id"], row["text_en"], row["literal"] or "", KINDS.get(row["type"], row["type"]), row["parent"] or "") for row in rows("base_units.jsonl")
    )


def distinct_amendments() -> list[dict]:
    return [row for row in rows("amendments.jsonl") if row["duplicate_of_seq"] is None]


def plain(text: str) -> tuple[str, list[str]]:
    """What makes a quote exact: its letters and its numbers, whatever the printer did to marks, spaces and words broken at a line's end."""
    return "".join(character for character in text.casefold() if character.isalpha()), regex.findall(r"[0-9]+", text)


def bare(text: str) -> str:
    return _NUMBER.sub("", text, count=1)


def tabled(base: Version, row: dict) -> Amendment | None:
    """The row as an amendment, None where its place is not in the text; Misquote or Unfit where it does not fit."""
    units = list(dict.fromkeys(row["unit_ids"]))
    operations = _operations(base, row, units[0]) if len(units) == 1 else None
    return Amendment(row["amendment_id"], base.root, operations, tuple(row["authors"])) if operations else None


def _operations(base: Version, row: dict, unit: str) -> tuple[Operation, ...] | None:
    if row["kind"] == "insert":
        after = unit.removesuffix("+")
        if after not in base or after == unit:  # one row names a clause and not a gap, and says that it is deleted
            return None
        return (InsertClause(after, Clause(row["amendment_id"], version([Clause("n", bare(row["new"]))]).clauses[0].text, parent=base.clause(after).parent)),)
    if unit not in base:
        return None
    text = base.clause(unit).text
    quoted = next((quote for quote in (row["old"], bare(row["old"])) if plain(quote) == plain(text)), None)
    if quoted is None:
        raise Misquote(unit, row["old"], text)
    if row["kind"] == "delete":
        return (DeleteClause(unit, text),)
    return reworded(base, unit, bare(row["new"]) if quoted != row["old"] else row["new"])
