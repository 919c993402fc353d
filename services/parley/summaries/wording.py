"""Wording: what the words of a sentence may not say: a wrong number, a decision that was not taken, a name that the forum keeps to itself."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from parley.summaries.facts import Sentence
from parley.summaries.forum import CODES, GROUPS, Forum
from parley.summaries.inputs import Inputs, counted
from parley.summaries.languages import language
from parley.summaries.nicknames import NICKNAMES
from parley.summaries.quantifiers import Count, Found, found_in, word_for
from parley.summaries.summary import Summary
from parley.text.tokens import words


class Remark(msgspec.Struct, frozen=True):
    """What is wrong with words, and how to mend it."""

    code: str
    says: str
    mend: str
    evidence: str = ""
    may_stand: bool = True


def remarks_on(sentence: Sentence, summary: Summary, inputs: Inputs, forum: Forum) -> Iterator[Remark]:
    """Everything that is wrong with the words of a sentence."""
    yield from _quantifier(sentence, summary, inputs, forum)
    yield from _words(sentence.text, summary, forum)
    if sentence.sources:
        yield from _grounding(sentence, summary, inputs, forum)


def remarks_on_title(title: str, summary: Summary, forum: Forum) -> Iterator[Remark]:
    """Everything that is wrong with the words of a title."""
    yield from _words(title, summary, forum)


def _words(text: str, summary: Summary, forum: Forum) -> Iterator[Remark]:
    for claim in _once(_claims(summary.claims, summary.language), text):
        yield Remark(
            "claims-decision", f"“{claim}” claims a decision, and none was taken.", "Say who held which view instead.", claim.casefold(),
        )  # fmt: skip
    if summary.attribution != "named":
        for name in _once(_names(forum, summary.nicknames, groups_too=summary.attribution != "group"), text):
            yield Remark(
                "names-party", f"“{name}” is on the roster, and this text is not attributed.", "Say it without the name.", name.casefold(),
            )  # fmt: skip
    for gap in _once(_placeholders(summary.language), text):
        yield Remark("placeholder", f"“{gap}” marks words that are still open.", "Write the words, or take the place out.", gap, may_stand=False)


def count_of(sentence: Sentence, inputs: Inputs, forum: Forum) -> Count:
    """How many delegations stand behind a sentence, each counted once."""
    saying = counted(inputs.by_reference, ((source.input, source.stance) for source in sentence.sources))
    return Count(len(saying), len(inputs.spoke), forum.accredited)


def _quantifier(sentence: Sentence, summary: Summary, inputs: Inputs, forum: Forum) -> Iterator[Remark]:
    found = _claimed(sentence, summary, inputs, forum)
    if sentence.quantifier is not None and sentence.quantifier not in [one.forum_word for one in found]:
        yield Remark(
            "quantifier-absent", f"“{sentence.quantifier}” is to be the quantifier, but does not stand in the sentence.",
            "Use it in the sentence, or leave it out.", sentence.quantifier,
        )  # fmt: skip
    if not found:
        return
    count = count_of(sentence, inputs, forum)
    right = word_for(forum.quantifiers, count)
    for one in found:
        if sentence.own_wording or one.forum_word == right is not None:
            continue
        said = "is not in the forum's table" if one.forum_word is None else f"does not agree with the count ({count.saying})"
        mend = f"Say “{right}”." if right else "Say it without a quantity, or name the sources that are counted."
        yield Remark("quantifier", f"“{one.words}” {said}.", mend, f"{one.words.casefold()}/{count.saying}")


def _claimed(sentence: Sentence, summary: Summary, inputs: Inputs, forum: Forum) -> list[Found]:
    """The quantities that the sentence itself states. What it quotes from a source word by word is the source's claim, if something introduces it."""
    outside = flat(sentence.text)
    for passage in _passages(sentence, inputs):
        outside = outside.replace(passage, "\n")
    return found_in(outside, forum.quantifiers, summary.language) or found_in(sentence.text, forum.quantifiers, summary.language)


def _passages(sentence: Sentence, inputs: Inputs) -> list[str]:
    known = [(source, inputs.by_reference[source.input].text) for source in sentence.sources if source.input in inputs.by_reference]
    return sorted({flat(text[source.start : source.end]) for source, text in known}, key=lambda passage: (-len(passage), passage))


def flat(text: str) -> str:
    """The text on one line, with single spaces."""
    return " ".join(text.split())


def _grounding(sentence: Sentence, summary: Summary, inputs: Inputs, forum: Forum) -> Iterator[Remark]:
    """No word of content that is in no source, unless the chair says it is the chair's own."""
    given = {word.casefold() for source in sentence.sources if source.input in inputs.by_reference for word in words(inputs.by_reference[source.input].text)}
    added = sorted({word.casefold() for word in words(sentence.text)} - given - _free(summary.language, forum.quantifiers))
    if added:
        says = f"These words stand in none of the sources: {', '.join(added)}."
        evidence = hashlib.sha256(" ".join(added).encode()).hexdigest()[:12]
        yield Remark("not-in-sources", says, "Use the sources' words, or put what is the chair's own into a sentence so marked.", evidence)


@lru_cache(maxsize=64)
def _free(code: str, table: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """Words that need no source. Whether a quantity is right is asked elsewhere; here its words are no content."""
    spoken = language(code)
    quantities = (*spoken.quantifiers, *spoken.bodies, *(word for word, _ in table))
    return spoken.function_words | {word for listed in quantities for word in listed.casefold().split()}


def _once(pattern: re.Pattern[str], text: str) -> list[str]:
    """What a pattern finds, each wording once, in the order of reading."""
    return list(dict.fromkeys(match[0] for match in pattern.finditer(text)))


@lru_cache(maxsize=64)
def _claims(own: tuple[str, ...], code: str) -> re.Pattern[str]:
    return _any((*language(code).claims, *own), re.IGNORECASE)


@lru_cache(maxsize=64)
def _placeholders(code: str) -> re.Pattern[str]:
    marked = _any(language(code).placeholders, re.IGNORECASE).pattern
    return re.compile(rf"\[[^\]\n]*\]?|\]|\{{[^}}\n]*\}}?|\}}|_{{3,}}|\?{{3,}}|{marked}", re.IGNORECASE)


@lru_cache(maxsize=64)
def _names(forum: Forum, nicknames: tuple[str, ...], *, groups_too: bool) -> re.Pattern[str]:
    """Whole names and nicknames in any case; codes, and the telling words of a name, only as they are written or in capitals."""
    # What the meeting itself is called names nobody, even if it is called after its host.
    said_anyway = {word.casefold() for word in words(forum.title)} | {forum.negotiation.casefold()}
    plain = language("en").by_itself | language("fr").by_itself
    exact: set[str] = set()
    loose = set(nicknames)
    for name in forum.names:
        if name.kind in GROUPS and not groups_too:
            continue
        if name.kind in CODES:
            exact.add(name.name)
            loose.update(NICKNAMES.get(name.name, ()))
            continue
        loose.add(name.name)
        telling = {word for word in words(name.name) if len(word) > 2 and word[0].isupper() and word.casefold() not in plain}
        exact |= telling | {word.upper() for word in telling}
    codes = _either([name for name in exact if name.casefold() not in said_anyway])
    names = _either([name.casefold() for name in loose if name.casefold() not in said_anyway])
    # A whole name before its parts; the plural and the possessive are the same name: “the Czechs”, “CZ's”.
    return re.compile(rf"(?<!\w)(?:(?i:{names})s?|(?:{codes}))(?!\w)")


def _any(listed: Sequence[str], flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_either(listed)})(?!\w)", flags)


def _either(listed: Sequence[str]) -> str:
    by_length = sorted({one for one in listed if one}, key=lambda one: (-len(one), one))
    return "|".join(r"\s+".join(re.escape(part) for part in one.split()) for one in by_length) or r"(?!)"
