"""What a public fact says on the public record: pure functions from a sibling's published fact to an entry, and to the text that it releases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SUMMARIES, DOCUMENTS = "summaries", "documents"
_WORDS = {SUMMARIES: frozenset({"themes", "markdown", "html", "text", "document"}), DOCUMENTS: frozenset({"clauses"})}
_WORD_STARTS = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True)
class Entry:
    """A line of the public record: what kind of thing happened to what, in a sentence, and what the fact said.

    `kind` is the fact's own word in small letters: `summary-released`. A kind that is not known here is shown with what it says, so a sibling may publish
    more than this release has heard of.
    """

    kind: str
    subject: str
    version: int | None
    title: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Text:
    """A text that everybody may read, for ever under this name and version; `label` is its symbol, or `Rev.2` of a draft."""

    shelf: str
    name: str
    version: int
    label: str
    title: str
    hash: str


def text_of(service: str, word: str, said: Mapping[str, Any]) -> Text | None:
    """The text that a fact releases; None if it releases none."""
    match (service, word):
        case ("summaries", "SummaryReleased"):
            return Text(SUMMARIES, _name(said, "summary"), _number(said), _line(said, "symbol"), _line(said, "title"), _line(said, "content_hash"))
        case ("drafts", "VersionReleased"):
            return Text(DOCUMENTS, _name(said, "document"), _number(said), _line(said, "label"), _line(said, "title"), _line(said, "version_hash"))
    return None


def entry_of(service: str, word: str, said: Mapping[str, Any]) -> Entry:  # noqa: PLR0911  (one case a fact)
    """What the public record says of a fact. The words of a text are not repeated in it: they stand for ever under the text's own address."""
    kind = _WORD_STARTS.sub("-", word).lower()
    text = text_of(service, word, said)
    if text is not None:
        kept = {name: value for name, value in said.items() if name not in _WORDS[text.shelf]}
        title = f"{'Summary' if text.shelf == SUMMARIES else 'Draft'} released: {text.title} ({text.label})"
        return Entry(kind, text.name, text.version, title, kept)
    body = dict(said)
    match (service, word):
        case ("delegations", "NegotiationAnnounced"):
            return Entry(kind, _name(said, "negotiation"), None, f"Negotiation opened: {_line(said, 'title')}", body)
        case ("delegations", "DeadlineAnnounced"):
            return Entry(kind, _line(said, "phase"), None, f"Deadline set for {_line(said, 'phase')}: {_line(said, 'closes_at')}", body)
        case ("delegations", "CloseAnnounced"):
            return Entry(kind, _name(said, "negotiation"), None, "Negotiation closed", body)
        case ("summaries", "CorrectionReleased"):
            return Entry(kind, _name(said, "summary"), _number(said), f"Correction released: {_line(said, 'symbol')}", body)
        case ("summaries", "StatementReleased"):
            title = f"{_line(said, 'kind').replace('-', ' ').capitalize()} by {_line(said, 'delegation')}: {_line(said, 'symbol')}"
            return Entry(kind, _name(said, "summary"), _number(said), title, body)
        case ("summaries", "StatementBackReleased"):
            return Entry(kind, _name(said, "summary"), _number(said), f"Statement {said.get('statement')} taken back: {_line(said, 'symbol')}", body)
        case ("summaries", "ReissueReleased"):
            kept = {name: value for name, value in said.items() if name not in _WORDS[SUMMARIES]}
            return Entry(kind, _name(said, "summary"), _number(said), f"Issued anew: {_line(said, 'symbol')}", kept)
    return Entry(kind, "", None, _WORD_STARTS.sub(" ", word).capitalize(), body)


def _line(said: Mapping[str, Any], name: str) -> str:
    return str(said.get(name, ""))


def _name(said: Mapping[str, Any], name: str) -> str:
    # Some services name a thing by its negotiation and its own name; an address needs the latter.
    return _line(said, name).rpartition("/")[2]


def _number(said: Mapping[str, Any]) -> int:
    version = said.get("version", 0)
    return version if isinstance(version, int) else 0
