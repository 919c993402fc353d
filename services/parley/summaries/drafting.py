"""Drafting: the chair and the rapporteur write themes and sentences, and say on what each sentence rests."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.kernel.decider import Invalid, Refused, Unknown, require
from parley.protocol.standing import Actor
from parley.summaries.facts import (
    Sentence,
    SentenceEdited,
    SentenceMoved,
    SentenceRemoved,
    SentenceWritten,
    Source,
    Theme,
    ThemeAdded,
    ThemeRemoved,
    ThemeRetitled,
)
from parley.summaries.inputs import STANCES, Input
from parley.summaries.provenance import following
from parley.summaries.summary import Summary


class AddTheme(msgspec.Struct, frozen=True):
    """Add a theme behind another, or at the start."""

    by: Actor
    at: datetime
    title: str
    after: str | None = None


class RetitleTheme(msgspec.Struct, frozen=True):
    """Give a theme a new title."""

    by: Actor
    at: datetime
    theme: str
    title: str


class RemoveTheme(msgspec.Struct, frozen=True):
    """Take an empty theme out."""

    by: Actor
    at: datetime
    theme: str


class Cited(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source as the chair names it; the text's hash is added from what is known of the input."""

    input: str
    start: int | None = None
    end: int | None = None
    stance: str = "support"


class WriteSentence(msgspec.Struct, frozen=True):
    """Write a sentence. `known` are the inputs that it cites, as far as the service knows them."""

    by: Actor
    at: datetime
    theme: str
    text: str
    known: dict[str, Input]
    after: str | None = None
    sources: tuple[Cited, ...] = ()
    own_wording: bool = False
    quantifier: str | None = None


class EditSentence(msgspec.Struct, frozen=True):
    """Give a sentence other words or sources. Where no sources are named, those that it has follow the new words."""

    by: Actor
    at: datetime
    sentence: str
    text: str
    known: dict[str, Input]
    sources: tuple[Cited, ...] | None = None
    own_wording: bool = False
    quantifier: str | None = None


class MoveSentence(msgspec.Struct, frozen=True):
    """Put a sentence behind another, or at the start of a theme."""

    by: Actor
    at: datetime
    sentence: str
    theme: str
    after: str | None = None


class RemoveSentence(msgspec.Struct, frozen=True):
    """Take a sentence out."""

    by: Actor
    at: datetime
    sentence: str


Drafting = (
    AddTheme | RetitleTheme | RemoveTheme | WriteSentence | EditSentence | MoveSentence | RemoveSentence
)  # fmt: skip


def add_theme(summary: Summary, command: AddTheme) -> list[msgspec.Struct]:
    """The theme stands behind the one that is named."""
    if command.after is not None:
        require_theme(summary, command.after)
    return [ThemeAdded(summary.summary, f"t{summary.themes_made + 1}", command.title, command.after)]


def retitle_theme(summary: Summary, command: RetitleTheme) -> list[msgspec.Struct]:
    """The theme has another title."""
    require_theme(summary, command.theme)
    return [ThemeRetitled(summary.summary, command.theme, command.title)]


def remove_theme(summary: Summary, command: RemoveTheme) -> list[msgspec.Struct]:
    """An empty theme goes."""
    theme = require_theme(summary, command.theme)
    require(not theme.sentences, "theme-not-empty", "Sentences stand in this theme. Move or remove them first.")
    return [ThemeRemoved(summary.summary, command.theme)]


def write(summary: Summary, command: WriteSentence) -> list[msgspec.Struct]:
    """The sentence stands under a new id, with its sources or as the chair's own wording."""
    _require_place(summary, command.theme, command.after)
    sentence = Sentence(
        sentence=f"s{summary.sentences_made + 1}", text=command.text, sources=sources_of(command.sources, command.known),
        own_wording=command.own_wording, quantifier=command.quantifier, edited=True,
    )  # fmt: skip
    _require_one_origin(sentence)
    return [SentenceWritten(summary.summary, command.theme, sentence, command.after)]


def edit(summary: Summary, command: EditSentence) -> list[msgspec.Struct]:
    """The sentence keeps its id and its place."""
    before = require_sentence(summary, command.sentence)
    followed = before.sources if not command.own_wording else ()
    named = sources_of(command.sources, command.known) if command.sources is not None else following(followed, command.known, command.text)
    sentence = Sentence(
        sentence=before.sentence, text=command.text, sources=named, own_wording=command.own_wording, quantifier=command.quantifier, basis=before.basis,
        edited=True,
    )  # fmt: skip
    _require_one_origin(sentence)
    return [SentenceEdited(summary.summary, sentence)]


def move(summary: Summary, command: MoveSentence) -> list[msgspec.Struct]:
    """The sentence stands elsewhere under the same id."""
    require_sentence(summary, command.sentence)
    _require_place(summary, command.theme, command.after)
    require(command.after != command.sentence, "own-neighbour", "A sentence cannot stand behind itself. Name another one, or none for the start.")
    return [SentenceMoved(summary.summary, command.sentence, command.theme, command.after)]


def remove(summary: Summary, command: RemoveSentence) -> list[msgspec.Struct]:
    """The sentence goes; the gate will ask what became of its inputs."""
    require_sentence(summary, command.sentence)
    return [SentenceRemoved(summary.summary, command.sentence)]


def sources_of(cited: Sequence[Cited], known: dict[str, Input]) -> tuple[Source, ...]:
    """The sources with the hash of the text that they name; an input that is not known, or a span outside its text, is refused."""
    sources = []
    for one in cited:
        put_in = known.get(one.input)
        if put_in is None:
            raise Invalid("unknown-input", "There is no such input in this negotiation. Take the reference from the list of inputs.")
        if one.stance not in STANCES:
            raise Invalid("unknown-stance", "A source counts those who support, oppose, reserve or hold. Name one of these.")
        start, end = one.start, one.end
        if (start is None) != (end is None) or (start is not None and end is not None and not 0 <= start < end <= len(put_in.text)):
            raise Invalid("span-outside", f"The span must lie within the {len(put_in.text)} characters of the input. Give start and end, or neither.")
        sources.append(Source(one.input, put_in.text_hash, start, end, one.stance))
    if len({(one.input, one.start, one.end, one.stance) for one in sources}) != len(sources):
        raise Invalid("source-twice", "A source is named twice. Name each once.")
    return tuple(sources)


def require_theme(summary: Summary, theme: str) -> Theme:
    """The theme, or Unknown."""
    found = next((one for one in summary.themes if one.theme == theme), None)
    if found is None:
        raise Unknown
    return found


def require_sentence(summary: Summary, sentence: str) -> Sentence:
    """The sentence, or Unknown."""
    found = summary.sentences.get(sentence)
    if found is None:
        raise Unknown
    return found


def _require_place(summary: Summary, theme: str, after: str | None) -> None:
    found = require_theme(summary, theme)
    require(after is None or after in found.sentences, "no-such-place", "The sentence that is to stand before it is not in this theme. Read the summary again.")


def _require_one_origin(sentence: Sentence) -> None:
    if sentence.own_wording and sentence.sources:
        raise Refused("two-origins", "A sentence rests on sources or is the chair's own wording, not both. Take one of them away.")
