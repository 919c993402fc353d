"""Joining and parting: one sentence becomes two, or several become one, and each word keeps its sources."""

from datetime import datetime

import msgspec

from parley.kernel.decider import Invalid, require
from parley.protocol.standing import Actor
from parley.summaries.drafting import require_sentence
from parley.summaries.facts import Sentence, SentencesMerged, SentenceSplit
from parley.summaries.inputs import Input
from parley.summaries.provenance import parted, together
from parley.summaries.summary import Summary


class SplitSentence(msgspec.Struct, frozen=True):
    """Part a sentence before the character `at_character`. `known` are its inputs, as far as the service knows them."""

    by: Actor
    at: datetime
    sentence: str
    at_character: int
    known: dict[str, Input]


class MergeSentences(msgspec.Struct, frozen=True):
    """Make one sentence of several, with the words that are given; it stands where the first of them stood."""

    by: Actor
    at: datetime
    sentences: tuple[str, ...]
    text: str


def split(summary: Summary, command: SplitSentence) -> list[msgspec.Struct]:
    """The first half keeps id and place, the second follows it."""
    before = require_sentence(summary, command.sentence)
    halves = before.text[: command.at_character].strip(), before.text[command.at_character :].strip()
    if not all(halves) or not 0 < command.at_character < len(before.text):
        raise Invalid("nothing-to-part", "Name a place between two words of the sentence, counted in characters from its start.")
    first, second = parted(before.sources, command.known, halves)
    parts = (
        msgspec.structs.replace(before, text=halves[0], sources=first, edited=True, quantifier=None),
        Sentence(f"s{summary.sentences_made + 1}", halves[1], second, own_wording=before.own_wording, edited=True),
    )
    return [SentenceSplit(summary.summary, *parts)]


def merge(summary: Summary, command: MergeSentences) -> list[msgspec.Struct]:
    """The first takes the sources of all; the others go on in it."""
    if len(set(command.sentences)) != len(command.sentences) or len(command.sentences) < 2:
        raise Invalid("nothing-to-merge", "Name at least two different sentences.")
    merged = [require_sentence(summary, one) for one in command.sentences]
    require(
        len({one.own_wording for one in merged}) == 1, "two-origins",
        "Some of these rest on sources and some are the chair's own wording. Merge each kind by itself.",
    )  # fmt: skip
    sources = together(source for one in merged for source in one.sources)
    sentence = msgspec.structs.replace(merged[0], text=command.text, sources=sources, edited=True, quantifier=None)
    return [SentencesMerged(summary.summary, sentence, command.sentences[1:])]
