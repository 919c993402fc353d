"""Plain text: what may stand in a text that somebody submits."""

import unicodedata

_ALLOWED_CONTROLS = frozenset("\n\t")


def plain_text(text: str) -> str:
    """The text itself, if every character of it can be stored, shown and hashed.

    Raises:
        ValueError: it is blank, or holds NUL, another control character than line feed and tab, a lone surrogate or an unassigned code point.
    """
    if not text.strip():
        raise ValueError("a text that is not blank")
    if text.replace("\n", "").replace("\t", "").isprintable():  # nearly every text; what Python does not call printable is looked at one by one
        return text
    for place, character in enumerate(text):
        if character not in _ALLOWED_CONTROLS and unicodedata.category(character) in ("Cc", "Cs", "Cn"):
            raise ValueError(f"a text without control characters, lone surrogates and unassigned code points; see character {place + 1}")
    return text


def plain_line(text: str) -> str:
    """The same for a text of one line, such as a title."""
    if "\n" in text or "\t" in text:
        raise ValueError("a text of one line")
    return plain_text(text)
