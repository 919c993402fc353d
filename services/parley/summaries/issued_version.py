"""An issued version as the rules remember it."""

from datetime import datetime

import msgspec

from parley.summaries.facts import CorrectionIssued, IssuedTheme, SummaryIssued
from parley.summaries.facts_afterwards import StatementRecorded


class IssuedVersion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the rules remember of an issued version; `fact` is the whole of it until it is released to everybody. `taken_back` are numbers of statements."""

    version: int
    symbol: str
    marking: str
    release_at: datetime
    themes: tuple[IssuedTheme, ...]
    fact: SummaryIssued | None = None
    released: bool = False
    corrections: tuple[CorrectionIssued, ...] = ()
    audience: tuple[str, ...] = ()
    title: str = ""
    header: str = ""
    authority: str = ""
    language: str = "en"
    content_hash: str = ""
    statements: tuple[StatementRecorded, ...] = ()
    taken_back: frozenset[int] = frozenset()
    reissues: int = 0


def as_remembered(issued: SummaryIssued) -> IssuedVersion:
    """A version as it was issued."""
    return IssuedVersion(
        issued.version, issued.symbol, issued.marking, issued.release_at, issued.themes, issued, audience=issued.audience, title=issued.title,
        header=issued.header, authority=issued.authority, language=issued.language, content_hash=issued.content_hash,
    )  # fmt: skip
