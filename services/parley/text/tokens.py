"""Tokens: what a text is made of when people argue about its words.

A token is a word, a run of spaces, a mark of punctuation, or one sign of a script that is written without spaces (each Han
character, for example). Tokens joined give the text again. Offsets that are recorded anywhere are code points of the
normalised text, never token numbers: a new Unicode table may cut tokens differently, but it cannot move a recorded place.
"""

import re
import unicodedata
from functools import lru_cache

import regex

CLAUSE_LIMIT = 100_000
"""Characters that one clause, or one proposed wording, may hold."""

TEXT_LIMIT = 10_000_000
"""Characters that one document may hold: about 1.7 million English words."""

_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_UNSPACED_START = regex.compile(_UNSPACED, regex.V1)
_TOKEN = regex.compile(rf"(?V1)\s+|(?={_UNSPACED})\X|[[\w\u200c\u200d]--{_UNSPACED}]+(?:['\u2019][\w--{_UNSPACED}]+)*|\X")
# Plain English is most of what is ever cut, and the standard library cuts it twice as fast into the same tokens.
_ASCII_TOKEN = re.compile(r"\s+|\w+(?:'\w+)*|.", re.ASCII | re.DOTALL)
_REFUSED_CONTROL = regex.compile(r"[\p{Cs}\p{Cc}--[\t\n\r]]", regex.V1)
_INVISIBLE = regex.compile(r"[\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\p{Zs}\p{Zl}\p{Zp}--[ \u00a0\u3000]]", regex.V1)
_JOINERS = "\u200c\u200d"


class Unfit(ValueError):  # noqa: N818 - a rule's answer, as a service's `Refused` is; nothing went wrong in the program
    """A text or an operation that does not fit: `rule` names the rule, the sentence says what to do."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(why)
        self.rule = rule
        self.why = why


def tokens(text: str) -> list[str]:
    """The tokens of `text`; joined they are `text` again."""
    pattern = _ASCII_TOKEN if text.isascii() else _TOKEN
    found: list[str] = pattern.findall(text)
    return found


def is_unspaced(token: str) -> bool:
    """Whether a token begins in a script that is written without spaces, such as Han or Thai."""
    return _UNSPACED_START.match(token) is not None


def words(text: str) -> list[str]:
    """The tokens of `text` that a reader would count as words."""
    return [token for token in tokens(text) if token[0].isalnum()]


def normalised(raw: str) -> str:
    """`raw` as the engine keeps it: NFC, lines ending in LF, no space at either end; or Unfit.

    What the submitter sent stays beside it in the fact (the raw text): it is evidence, this is what is compared.
    """
    if len(raw) > CLAUSE_LIMIT:
        raise Unfit("too-long", f"A clause holds at most {CLAUSE_LIMIT:,} characters; this has {len(raw):,}. Divide it into several clauses.")
    control = _REFUSED_CONTROL.search(raw)
    if control:
        raise Unfit("unreadable", f"Character {control.start() + 1} is U+{ord(control.group()):04X}, which no text may hold. Remove it.")
    return unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()


@lru_cache(maxsize=1024)
def _label(character: str) -> str:
    return f"⟦{unicodedata.name(character, f'U+{ord(character):04X}')}⟧"


def hidden(text: str) -> list[tuple[int, str]]:
    """Each character that a reader could not see, or that could turn the line around, with its offset.

    Joiners stay where a script needs them: between two characters that are not ASCII.
    """
    if text.isascii():
        return []
    return [(m.start(), m.group()) for m in _INVISIBLE.finditer(text) if not _joins(text, m.start())]


def _joins(text: str, at: int) -> bool:
    return text[at] in _JOINERS and 0 < at < len(text) - 1 and not (text[at - 1] + text[at + 1]).isascii()


def shown(text: str) -> str:
    """`text` with every hidden character replaced by its name in brackets, so that nothing on the page can be hidden or turned around."""
    for at, character in reversed(hidden(text)):
        text = text[:at] + _label(character) + text[at + 1 :]
    return text
