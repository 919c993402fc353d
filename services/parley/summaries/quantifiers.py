"""Quantifiers: the forum's own table from counted support to a word, and the words that a text uses.

No published convention says how many "some" are; so each forum fixes its table before anything is captured, and here it is only applied.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from parley.summaries.languages import language

Table = Sequence[tuple[str, str]]


class Count(msgspec.Struct, frozen=True):
    """How many delegations say it, of how many that spoke, of how many that are accredited."""

    saying: int
    spoke: int
    accredited: int


def word_for(table: Table, count: Count) -> str | None:
    """The forum's word for a count: the last of the table whose least is met; None if not even the first is.

    A least is a number of delegations (`2`), a share of those that are accredited (`1/3`), or `all` of those that spoke.
    """
    fitting = None
    for word, least in table:
        if _met(least, count):
            fitting = word
    return fitting


def _met(least: str, count: Count) -> bool:
    if least == "all":
        # One delegation that spoke alone is one delegation, not everybody.
        return count.saying >= 2 and count.saying >= count.spoke
    over, _, under = least.partition("/")
    if under:
        # Whole numbers only: a share that is met exactly is met on every machine.
        return count.saying > 0 and count.saying * int(under) >= int(over) * count.accredited
    return count.saying >= int(over)


class Found(msgspec.Struct, frozen=True):
    """A quantifier that stands in a text: the words, where they begin, and the forum's word if they are one."""

    words: str
    start: int
    forum_word: str | None


def found_in(text: str, table: Table, code: str) -> list[Found]:
    """The quantifiers in a text: the forum's own, and those of the language that the forum's table does not know."""
    pattern, forum = _pattern(tuple(word for word, _ in table), code)
    return [Found(match[0], match.start(), forum.get(" ".join(match[0].casefold().split()))) for match in pattern.finditer(text)]


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...], code: str) -> tuple[re.Pattern[str], dict[str, str]]:
    spoken = language(code)
    forum = {word.casefold(): word for word in words}
    bodies = _either(spoken.bodies)
    close_behind = rf"(?=\s+(?:\w+\s+){{0,3}}(?:{bodies})(?!\w))"
    choices = []
    for word in sorted({*forum, *spoken.quantifiers}, key=lambda word: (-len(word), word)):
        # A word that names the delegations itself stands alone; "some" counts delegations only with a body close behind it.
        alone = word in spoken.whole or re.search(rf"(?<!\w)(?:{bodies})(?!\w)", word)
        choices.append(_spaced(word) + r"(?!\w)" + ("" if alone else close_behind))
    return re.compile(rf"(?<!\w)(?:{'|'.join(choices)})", re.IGNORECASE), forum


def _either(words: Sequence[str]) -> str:
    return "|".join(_spaced(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _spaced(word: str) -> str:
    """The word as a pattern in which any white space may stand between its parts."""
    return r"\s+".join(re.escape(part) for part in word.split())
