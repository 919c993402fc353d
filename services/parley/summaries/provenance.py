"""Provenance: which words of which input a sentence rests on, and how that follows the words when they are edited, split or merged."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from msgspec.structs import replace

from parley.summaries.facts import Source
from parley.summaries.inputs import Input
from parley.text.tokens import tokens

LEAST = 3
"""So many words in a row say that a passage was taken from a source, and not that both happen to say "of the"."""

COMPARABLE = 1_000_000
"""Words of the input times words of the sentence: beyond that nothing is fitted, because the record would wait for it."""


def following(sources: Iterable[Source], known: Mapping[str, Input], text: str) -> tuple[Source, ...]:
    """The sources of a sentence with new words. Each keeps the part of its input that the words still quote; none is lost on the way."""
    return _each_once(_fitted(source, known, text) or source for source in sources)


def parted(sources: Iterable[Source], known: Mapping[str, Input], parts: tuple[str, str]) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """The sources of both halves of a sentence: each goes with the words that it gave, and with both halves where that cannot be told."""
    halves: tuple[list[Source], list[Source]] = ([], [])
    for source in sources:
        fitted = [_fitted(source, known, part) for part in parts]
        for half, found in zip(halves, fitted, strict=True):
            if found is not None or fitted == [None, None]:
                half.append(found or source)
    return _each_once(halves[0]), _each_once(halves[1])


def together(sources: Iterable[Source]) -> tuple[Source, ...]:
    """The sources of several sentences that become one. One whose passages lie apart keeps both."""
    return _each_once(sources)


def quoted(source: Source, given: str, text: str) -> tuple[int, int] | None:
    """Where in a sentence the words stand that it quotes of a source with this text; None if it quotes nothing of it."""
    passage = given[source.start or 0 : source.end]
    # What was composed holds its source as it stands.
    if passage and (place := text.find(passage)) >= 0:
        return place, place + len(passage)
    run = _run(passage, text)
    return run and run[1]


def _fitted(source: Source, known: Mapping[str, Input], text: str) -> Source | None:
    """The source with the span that the words quote; None if they quote nothing of it, or if its text is another one by now."""
    put_in = known.get(source.input)
    if put_in is None or put_in.text_hash != source.text_hash:
        return None
    offset = source.start or 0
    run = _run(put_in.text[offset : source.end], text)
    if run is None:
        return None
    begin, end = offset + run[0][0], offset + run[0][1]
    whole = begin == 0 and end == len(put_in.text)
    return replace(source, start=None if whole else begin, end=None if whole else end)


def _run(passage: str, text: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The longest run of words that both have, as its span in each; None where it is too short to be a quotation."""
    given, said = _words(passage), _words(text)
    if not given or len(given) * len(said) > COMPARABLE:
        return None
    run = SequenceMatcher(None, [word for word, _, _ in given], [word for word, _, _ in said], autojunk=False).find_longest_match()
    taken, there = given[run.a : run.a + run.size], said[run.b : run.b + run.size]
    if sum(word[0].isalnum() for word, _, _ in taken) < max(1, min(LEAST, sum(word[0].isalnum() for word, _, _ in given))):
        return None
    return (taken[0][1], taken[-1][2]), (there[0][1], there[-1][2])


def _words(text: str) -> list[tuple[str, int, int]]:
    """Words and marks as they are compared, each with where it begins and ends."""
    found, place = [], 0
    for token in tokens(text):
        if not token.isspace():
            found.append((token.casefold(), place, place + len(token)))
        place += len(token)
    return found


def _each_once(sources: Iterable[Source]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(sources))
