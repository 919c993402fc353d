"""Measuring: how far a text is from being settled. These are measures of wording, not of agreement: nobody's silence is counted."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
import regex

from parley.text.bracketing import Bracketed
from parley.text.operations import Amendment, DeleteClause, Edit
from parley.text.tokens import tokens

State = Literal["open", "bracketed", "agreed-ad-ref", "parked"]

_BRACES = regex.compile(r"\{[^{}]*\}")


class Measures(msgspec.Struct, frozen=True):
    """Counts that add up: of a clause, a theme, a version."""

    clauses: int = 0
    words: int = 0
    open_brackets: int = 0
    alternatives: int = 0
    placeholders: int = 0
    contested_words: int = 0
    agreed: int = 0
    parked: int = 0

    def __add__(self, other: "Measures") -> "Measures":
        return Measures(*(one + another for one, another in zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)))


def states(text: Bracketed, agreed: Mapping[str, str], parked: Iterable[str] = ()) -> dict[str, State]:
    """The state of each clause. `agreed` names, per clause agreed ad referendum, the wording (its hash) that was agreed.

    Agreement is provisional until the package closes, and it lapses when a word changes: another wording is open again.
    """
    put_aside = set(parked)
    inside = bracketed_clauses(text)
    found: dict[str, State] = {}
    for clause in text.version.clauses:
        if clause.id in put_aside:
            found[clause.id] = "parked"
        elif clause.id in inside:
            found[clause.id] = "bracketed"
        else:
            found[clause.id] = "agreed-ad-ref" if agreed.get(clause.id) == clause.wording else "open"
    return found


def measured(text: Bracketed, open_amendments: Iterable[Amendment], agreed: Mapping[str, str], parked: Iterable[str] = ()) -> dict[str, Measures]:
    """The measures of each clause. Contested are the words inside an open bracket and those that an open amendment would change or delete."""
    where = states(text, agreed, parked)
    contested = _contested(text, open_amendments)
    counts = {clause.id: [0, 0, 0] for clause in text.version.clauses}
    for bracket in text.open_brackets():
        at = counts[text.version.clauses[bracket.span.start.clause].id]
        at[0] += 1
        at[1] += bool(bracket.choices)
        at[2] += text.is_placeholder(bracket)
    found = {}
    for clause in text.version.clauses:
        brackets, alternatives, placeholders = counts[clause.id]
        words, fought = _words(clause.text, contested.get(clause.id, []))
        placeholders += len(_BRACES.findall(clause.text))
        state = where[clause.id]
        found[clause.id] = Measures(1, words, brackets, alternatives, placeholders, fought, int(state == "agreed-ad-ref"), int(state == "parked"))
    return found


def by_theme(measures: Mapping[str, Measures], themes: Mapping[str, str]) -> dict[str, Measures]:
    """The measures of each theme; under "" those of clauses that have none, and all of them together make the version's."""
    found: dict[str, Measures] = {}
    for clause, one in measures.items():
        theme = themes.get(clause, "")
        found[theme] = found.get(theme, Measures()) + one
    return found


def bracketed_clauses(text: Bracketed) -> set[str]:
    """The clauses that an open bracket touches."""
    clauses = text.version.clauses
    return {clauses[at].id for bracket in text.open_brackets() for at in range(bracket.span.start.clause, bracket.span.end.clause + 1)}


def _contested(text: Bracketed, open_amendments: Iterable[Amendment]) -> dict[str, list[tuple[int, int]]]:
    version = text.version
    found: dict[str, list[tuple[int, int]]] = {}
    for bracket in text.open_brackets():
        start, end = bracket.span.start, bracket.span.end
        for at in range(start.clause, end.clause + 1):
            clause = version.clauses[at]
            span = (start.at if at == start.clause else 0, end.at if at == end.clause else len(clause.text))
            found.setdefault(clause.id, []).append(span)
    for amendment in open_amendments:
        for operation in amendment.operations:
            if isinstance(operation, Edit):
                found.setdefault(operation.clause, []).append((operation.start, operation.end))
            elif isinstance(operation, DeleteClause):
                for gone in version.subtree(operation.clause):
                    found.setdefault(gone, []).append((0, len(version.clause(gone).text)))
    return found


def _words(text: str, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """How many words a text has, and how many of them lie, even in part, in one of the spans."""
    ordered = sorted(spans)
    count = inside = at = reached = place = 0
    for token in tokens(text):
        end = at + len(token)
        while place < len(ordered) and ordered[place][0] < end:
            reached = max(reached, ordered[place][1])
            place += 1
        if token[0].isalnum():
            count += 1
            inside += reached > at
        at = end
    return count, inside
