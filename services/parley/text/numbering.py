"""Numbering: what is printed before a clause. It is never its name: inserted clauses are bis and ter until a revision numbers anew."""

from collections import Counter
from collections.abc import Collection, Iterator

import msgspec

from parley.text.clauses import Clause, Version

_LATIN = ("bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "nonies", "decies", "undecies", "duodecies")


def inserted_number(after: str, taken: Collection[str]) -> str:
    """The first free number behind `after` that leaves all others as they are: 3 bis, 3 ter ...; no number where `after` has none."""
    stem = after.rsplit(" ", 1)[0] if after.rsplit(" ", 1)[-1] in _LATIN else after
    return next((number for number in _behind(stem) if number not in taken), "") if stem else ""


def _behind(stem: str) -> Iterator[str]:
    """3 bis to 3 duodecies, then 3 bis bis and so on: enough for as many as a version may hold."""
    stems = [stem]
    while True:
        found = [f"{one} {latin}" for one in stems for latin in _LATIN]
        yield from found
        stems = found


def renumbered(version: Version) -> Version:
    """The version as a revision numbers it: paragraphs of the preamble and of the operative part through, points by letters under what they belong to.

    Titles, headings, introductions and annexes keep what they have. Ids stay; the concordance says what number became what.
    """
    counts: Counter[str] = Counter()
    made: list[Clause] = []
    for clause in version.clauses:
        if clause.kind in {"preamble", "operative", "point"}:
            series = f"point {clause.parent}" if clause.kind == "point" else clause.kind
            counts[series] += 1
            number = f"({_letters(counts[series])})" if clause.kind == "point" else str(counts[series])
            made.append(clause if number == clause.number else msgspec.structs.replace(clause, number=number))
        else:
            made.append(clause)
    return Version(tuple(made))


def _letters(count: int) -> str:
    """A to z, then aa, ab ..."""
    letters = ""
    while count:
        count, rest = divmod(count - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
