"""Settling: how far a text is from being settled, read from its brackets and its open amendments. It measures wording, and says nothing of agreement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from parley import text as engine
from parley.text.bracket_notation import Problem, read
from parley.text.bracketing import Bracket, Bracketed
from parley.text.measuring import Measures, by_theme, measured, states

MEANING = "These count words, brackets and open amendments. They say how far the wording is settled, not who agrees: nobody's silence is counted."
_COUNTED = ("clauses", "words", "open_brackets", "alternatives", "placeholders", "contested_words")


@dataclass(frozen=True)
class Said:
    """What the chair has said of clauses: `agreed` ad referendum, with the hash of the words; `parked`; and whether the package is `closed`."""

    agreed: Mapping[str, str] = field(default_factory=dict)
    parked: Collection[str] = ()
    closed: bool = False


_NOTHING = Said()


@lru_cache(maxsize=8)  # a version never changes, and everybody measures the present one
def structure(text: engine.Version, owners: frozenset[str]) -> tuple[Bracketed, list[Problem]]:
    """The text without its brackets, the brackets as structure, and the signs that have no partner."""
    return read(text.clauses, owners)


def measures_of(text: engine.Version, waiting: Sequence[engine.Amendment], owners: Collection[str], said: Said = _NOTHING) -> dict[str, Any]:
    """The measures of a version and of each of its clauses on which anything is open, and the state of every clause; `waiting` are the open amendments.

    Agreement is provisional (ad referendum) until the package is closed.
    """
    plain, problems = structure(text, frozenset(owners))
    found = measured(plain, _without_marks(text, plain.version, waiting), said.agreed, said.parked)
    spoken_of = {operation.clause for one in waiting for operation in one.operations if isinstance(operation, engine.Edit | engine.DeleteClause)}
    spoken_of |= {operation.clause for one in waiting for operation in one.operations if isinstance(operation, engine.MoveClause)}
    spoken_of |= {problem.clause for problem in problems}
    uncontested = [clause for clause, one in found.items() if not one.open_brackets and not one.contested_words and clause not in spoken_of]
    everything = sum(found.values(), Measures())
    return {
        "meaning": MEANING,
        "total": _counts(everything)
        | {"uncontested_clauses": len(uncontested), "open_amendments": len(waiting), "unbalanced_brackets": len(problems)}
        | {"agreed_clauses": everything.agreed, "parked_clauses": everything.parked},
        "provisional": not said.closed,
        "states": states(plain, said.agreed, said.parked),
        "sections": _sections(text, found),
        "clauses": [{"clause": name, "number": text.clause(name).number} | _counts(found[name]) for name in found if name not in set(uncontested)],
    }


def _sections(text: engine.Version, measures: Mapping[str, Measures]) -> list[dict[str, Any]]:
    """The measures of each theme of the text, which are what stands under a heading of the highest level; none where it has no headings."""
    themes: dict[str, str] = {}
    theme = ""
    for clause in text:
        if clause.parent == engine.START and clause.kind in {"heading", "annex"}:
            theme = clause.id
        themes[clause.id] = theme
    found = by_theme(measures, themes)
    return [{"clause": name, "title": text.clause(name).text} | _counts(found[name]) for name in found if name]


def _counts(one: Measures) -> dict[str, int]:
    return {name: getattr(one, name) for name in _COUNTED}


def brackets_of(text: engine.Version, owners: Collection[str]) -> list[dict[str, Any]]:
    """The brackets of a text as they are written in it, read as structure; and each sign that has no partner."""
    plain, problems = structure(text, frozenset(owners))
    return [*(_told(plain, bracket) for bracket in plain.open_brackets()), *(unbalanced(problem) for problem in problems)]


def _told(plain: Bracketed, bracket: Bracket) -> dict[str, Any]:
    clauses = plain.version.clauses[bracket.span.start.clause : bracket.span.end.clause + 1]
    return {
        "clauses": [clause.id for clause in clauses], "text": plain.text(bracket.span), "owners": list(bracket.owners),
        "alternatives": [plain.text(choice) for choice in bracket.choices], "placeholder": plain.is_placeholder(bracket), "balanced": True,
    }  # fmt: skip


def unbalanced(problem: Problem) -> dict[str, Any]:
    """A sign without its partner, with its place in the words."""
    return {"clauses": [problem.clause], "at": problem.at, "what": problem.what, "balanced": False}


def _without_marks(text: engine.Version, plain: engine.Version, waiting: Iterable[engine.Amendment]) -> list[engine.Amendment]:
    """The amendments at the places of the text without its brackets: they quote the text with them."""
    return [msgspec.structs.replace(one, operations=tuple(_moved(text, plain, operation) for operation in one.operations)) for one in waiting]


def _moved(text: engine.Version, plain: engine.Version, operation: engine.Operation) -> engine.Operation:
    if not isinstance(operation, engine.Edit) or text.clause(operation.clause).text == plain.clause(operation.clause).text:
        return operation
    pieces = engine.pieces(text.clause(operation.clause).text, plain.clause(operation.clause).text)
    start, end = (_place(pieces, at) for at in (operation.start, operation.end))
    return msgspec.structs.replace(operation, start=start, end=end)


def _place(pieces: Sequence[engine.Piece], at: int) -> int:
    """Where a place in the old words of some pieces is in the new ones."""
    old = new = 0
    for piece in pieces:
        size = len(piece.text)
        if piece.kind != "inserted" and at <= old + size:
            return new + (at - old if piece.kind == "same" else 0)
        old, new = old + (size if piece.kind != "inserted" else 0), new + (size if piece.kind != "deleted" else 0)
    return new
