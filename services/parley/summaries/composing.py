"""Composing: a first text from the live principles, in their own words, with the quantity that their support allows.

It only suggests. What the chair has edited, moved, taken out or answered otherwise stays as it is when the text is composed again; the rest follows the
inputs. The same facts give the same text.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from parley.kernel.decider import Invalid
from parley.protocol.standing import Actor
from parley.summaries.disposing import MERGED, NOT_REFLECTED, PARKED, REFLECTED
from parley.summaries.facts import Disposition, InputSetApart, Placed, Sentence, Source, SummaryComposed, Theme
from parley.summaries.forum import Forum
from parley.summaries.grouping import KeptGroups
from parley.summaries.inputs import HOLD, LIVE, OPPOSE, RESERVE, SUPPORT, Input, Inputs
from parley.summaries.languages import Language, language
from parley.summaries.quantifiers import Count, word_for
from parley.summaries.summary import Summary
from parley.summaries.wording import flat


class ComposeSummary(msgspec.Struct, frozen=True):
    """Compose a first text, or bring the composed part of the text up to date. `groups` are near-identical principles by theme, the leader first.

    `drafted` are words that a `drafter` proposes for the group of a leader; the gate asks of them what it asks of all.
    """

    by: Actor
    at: datetime
    inputs: Inputs
    forum: Forum
    groups: tuple[tuple[str, ...], ...]
    drafted: dict[str, str] = {}
    drafter: str | None = None


class SetApart(msgspec.Struct, frozen=True):
    """Compose an input alone, or with its like again. `known` is that input, as far as the service knows it."""

    by: Actor
    at: datetime
    input: str
    apart: bool
    known: dict[str, Input]


class Wanted(msgspec.Struct, frozen=True):
    """A sentence as the inputs ask for it; `basis` names the group and the stance, so that it is found again."""

    about: str
    basis: str
    text: str
    sources: tuple[Source, ...]
    quantifier: str | None
    drafter: str | None = None


def set_apart(summary: Summary, command: SetApart) -> list[msgspec.Struct]:
    """The input is composed alone from now on, or no longer; the next composing shows it."""
    if command.input not in command.known:
        raise Invalid("unknown-input", "There is no such input in this negotiation. Take the reference from the list of inputs.")
    if (command.input in summary.apart) == command.apart:
        return []
    return [InputSetApart(summary.summary, command.input, command.apart)]


def groups_of(summary: Summary, inputs: Inputs, kept: KeptGroups | None = None) -> tuple[tuple[str, ...], ...]:
    """The live principles that are to be composed, in groups by theme.

    An input that the chair merged into another stands in its group, and one that was set apart stands alone.
    """
    kept = kept or KeptGroups()
    live = [one for one in inputs.live() if one.reference.startswith("principle/")]
    said = {one.input: one for one in summary.dispositions.values() if not one.composed}
    by_theme: dict[str, list[Input]] = {}
    for one in live:
        if one.reference not in said or said[one.reference].disposition not in (MERGED, NOT_REFLECTED, PARKED):
            by_theme.setdefault(one.theme, []).append(one)
    groups = []
    for theme, members in by_theme.items():
        together = [(one.reference, one.text) for one in members if one.reference not in summary.apart]
        key = f"{summary.negotiation}/{summary.summary}/{theme}"
        groups += [list(group) for _, group in kept.of(key, together, summary.language)]
        groups += [[one.reference] for one in members if one.reference in summary.apart]
    home = {member: group for group in groups for member in group}
    for one in live:
        into = said[one.reference].into if one.reference in said else None
        if into in home:
            home[into].append(one.reference)
            home[one.reference] = home[into]
    return tuple(tuple(group) for group in groups)


def compose(summary: Summary, command: ComposeSummary) -> list[msgspec.Struct]:
    """What is new or different since the last time; nothing at all where the text is up to date."""
    wanted = [sentence for group in _ranked(command) for sentence in _sentences(group, command, language(summary.language))]
    wanted = [one for one in wanted if one.basis not in summary.gone]
    themes = _new_themes(summary, wanted)
    place = {theme.about or theme.title: theme for theme in (*themes, *reversed(summary.themes))}
    there = {one.basis: one for one in summary.sentences.values() if one.basis}
    written, refreshed = _placed(summary, wanted, place, there), _refreshed(wanted, there)
    kept = {one.basis for one in wanted}
    removed = tuple(one.sentence for one in there.values() if one.basis not in kept and not one.edited)
    answers = _answers(summary, command, kept)
    if not (written or refreshed or removed or answers or themes) and summary.cut:
        return []
    return [SummaryComposed(summary.summary, command.inputs.cut, themes, written, refreshed, removed, answers)]


def _ranked(command: ComposeSummary) -> list[list[Input]]:
    """Groups as they are read: where views meet, then where they part, then what needs more talk; the most supported first."""
    known = command.inputs.by_reference
    groups = [[known[one] for one in group if one in known and known[one].state == LIVE] for group in command.groups]
    order = {group[0].reference: place for place, group in enumerate(groups) if group}
    return sorted((group for group in groups if group), key=lambda group: (_part(group), -len(_those(group, SUPPORT)), order[group[0].reference]))


def _part(group: Sequence[Input]) -> int:
    if _those(group, OPPOSE) or _those(group, RESERVE):
        return 1
    return 2 if _those(group, HOLD) else 0


def _those(group: Sequence[Input], stance: str) -> frozenset[str]:
    return frozenset().union(*(one.those_who(stance) for one in group))


def wording_of(group: Sequence[Input]) -> Input:
    """The member whose words stand for the group: the most supported, of these the earliest."""
    return max(group, key=lambda one: (len(one.those_who(SUPPORT)), -group.index(one)))


def _sentences(group: list[Input], command: ComposeSummary, spoken: Language) -> Iterator[Wanted]:
    voice = wording_of(group)
    drafted = command.drafted.get(group[0].reference)
    for stance in (SUPPORT, OPPOSE, RESERVE, HOLD):
        speaking = [one for one in group if one.those_who(stance)] if stance != SUPPORT else group
        if not speaking:
            continue
        saying = len(_those(group, stance))
        word = word_for(command.forum.quantifiers, Count(saying, len(command.inputs.spoke), command.forum.accredited))
        yield Wanted(
            about=voice.theme, basis=f"{group[0].reference}#{stance}", text=_put(stance, word, saying, spoken).replace("{text}", flat(drafted or voice.text)),
            sources=tuple(Source(one.reference, one.text_hash, stance=stance) for one in speaking), quantifier=word,
            drafter=command.drafter if drafted else None,
        )  # fmt: skip


def _put(stance: str, word: str | None, saying: int, spoken: Language) -> str:
    """The sentence around the place of the text."""
    said = spoken.says if stance == SUPPORT else spoken.against[stance]
    who = word or spoken.nameless[1]
    parts = set(who.casefold().split())
    if not parts.isdisjoint(spoken.clauses):
        said = "{who}: {text}" if stance == SUPPORT else spoken.turned[stance]
    elif parts.isdisjoint(spoken.bodies):
        who = f"{who} {spoken.nameless[saying != 1]}"
    return said.replace("{who}", who[0].upper() + who[1:])


def _new_themes(summary: Summary, wanted: Sequence[Wanted]) -> tuple[Theme, ...]:
    known = {theme.about or theme.title for theme in summary.themes}
    new = dict.fromkeys(one.about for one in wanted if one.about not in known)
    return tuple(Theme(f"t{number}", about, about=about) for number, about in enumerate(new, start=summary.themes_made + 1))


def _placed(summary: Summary, wanted: Sequence[Wanted], place: dict[str, Theme], there: dict[str, Sentence]) -> tuple[Placed, ...]:
    """The new sentences, each behind the one that is read before it."""
    written: list[Placed] = []
    last: dict[str, str] = {}
    standing = {sentence: theme.theme for theme in summary.themes for sentence in theme.sentences}
    for one in wanted:
        theme = place[one.about].theme
        if (before := there.get(one.basis)) is not None:
            if standing[before.sentence] == theme:
                last[theme] = before.sentence
            continue
        name = f"s{summary.sentences_made + len(written) + 1}"
        sentence = Sentence(name, one.text, one.sources, quantifier=one.quantifier, basis=one.basis, drafter=one.drafter)
        written.append(Placed(theme, sentence, last.get(theme)))
        last[theme] = name
    return tuple(written)


def _refreshed(wanted: Sequence[Wanted], there: dict[str, Sentence]) -> tuple[Sentence, ...]:
    """Those that the chair has not touched and that read differently now."""
    both = [(one, there[one.basis]) for one in wanted if one.basis in there]
    now = [
        (before, msgspec.structs.replace(before, text=one.text, sources=one.sources, quantifier=one.quantifier, drafter=one.drafter))
        for one, before in both
        if not before.edited
    ]
    return tuple(after for before, after in now if after != before)


def _answers(summary: Summary, command: ComposeSummary, kept: set[str]) -> tuple[Disposition, ...]:
    """The group's wording is reflected, the others are merged into it; what the chair has said of an input stays."""
    answers = []
    for group in _ranked(command):
        if f"{group[0].reference}#{SUPPORT}" not in kept:
            continue
        voice = wording_of(group)
        for one in group:
            answer = Disposition(one.reference, REFLECTED, composed=True)
            if one is not voice:
                answer = Disposition(one.reference, MERGED, into=voice.reference, composed=True)
            said = summary.dispositions.get(one.reference)
            if said is None or (said.composed and said != answer):
                answers.append(answer)
    return tuple(answers)
