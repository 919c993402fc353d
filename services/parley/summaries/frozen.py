"""Frozen: the words of a summary as delegations have them before them, and by which procedure exactly these words were adopted."""

import hashlib

from parley.protocol.silence import Silence, adopted
from parley.summaries.languages import language
from parley.summaries.summary import Summary


def frozen_text(summary: Summary) -> str:
    """The words that lie under silence: those that would be issued, without symbol, time and authority, which an issue alone can have."""
    audience = f" ({', '.join(summary.audience)})" if summary.audience else ""
    lines, number = [summary.title, language(summary.language).header, f"{summary.marking}{audience}"], 0
    for theme, sentences in summary.in_order():
        if sentences:
            lines += ["", theme.title]
        for one in sentences:
            number += 1
            lines.append(f"{number}. {one.text}")
    return "\n".join(lines) + "\n"


def hash_of_words(summary: Summary) -> str:
    """SHA-256 of the words that lie under silence, in hex."""
    return hashlib.sha256(frozen_text(summary).encode()).hexdigest()


def adopted_words(summary: Summary) -> Silence | None:
    """The silence by which the working text was adopted, word for word as it is now."""
    return adopted(summary.silences, hash_of_words(summary)) if summary.silences else None
