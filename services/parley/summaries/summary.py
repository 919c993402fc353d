"""The summary: its working text, what became of each input, and what was issued of it, after each fact."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.protocol import consensus, silence
from parley.protocol.consensus import Call
from parley.protocol.silence import Silence
from parley.summaries.facts import (
    CorrectionIssued,
    Disposition,
    FindingOverridden,
    InputsDisposed,
    InputSetApart,
    IssueSigned,
    Placed,
    Sentence,
    SentenceEdited,
    SentenceMoved,
    SentenceRemoved,
    SentencesMerged,
    SentenceSplit,
    SentenceWritten,
    SummaryComposed,
    SummaryIssued,
    SummaryMarked,
    SummaryRetitled,
    SummaryStarted,
    Theme,
    ThemeAdded,
    ThemeRemoved,
    ThemeRetitled,
    VersionReleased,
)
from parley.summaries.facts_accuracy import AccuracyWindowOpened, CorrectionAnswered, CorrectionAsked, RequestKept, RequestWithdrawn
from parley.summaries.facts_afterwards import StatementRecorded, StatementTakenBack, SummaryReissued
from parley.summaries.facts_consensus import ConsensusFact
from parley.summaries.facts_silence import SilenceFact
from parley.summaries.issued_version import IssuedVersion, as_remembered


class Summary(msgspec.Struct, frozen=True, omit_defaults=True):
    """A summary at work. Ids of themes and sentences are counted up and never used twice; `gone` are the composed sentences that the chair took out.

    `apart` are the inputs that are composed alone. `became` names for a sentence that was merged the one in which it went on.
    """

    summary: str = ""
    negotiation: str = ""
    title: str = ""
    attribution: str = "none"
    marking: str = "participants"
    audience: tuple[str, ...] = ()
    language: str = "en"
    claims: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()
    countersigned: bool = False
    themes: tuple[Theme, ...] = ()
    sentences: dict[str, Sentence] = {}
    dispositions: dict[str, Disposition] = {}
    overrides: dict[str, FindingOverridden] = {}
    gone: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    became: dict[str, str] = {}
    requests: dict[str, RequestKept] = {}
    window_closes_at: datetime | None = None
    signature: IssueSigned | None = None
    cut: dict[str, int] = {}
    themes_made: int = 0
    sentences_made: int = 0
    issued: tuple[IssuedVersion, ...] = ()
    silences: tuple[Silence, ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def started(self) -> bool:
        """Whether there is such a summary."""
        return bool(self.summary)

    @property
    def working_hash(self) -> str:
        """The hash of all that would be issued now: what a signature is bound to."""
        said = (self.title, self.marking, self.audience, self.themes, self.sentences, self.dispositions, self.overrides)
        return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()

    def theme_of(self, sentence: str) -> Theme | None:
        """The theme in which a sentence stands."""
        return next((theme for theme in self.themes if sentence in theme.sentences), None)

    def in_order(self) -> list[tuple[Theme, list[Sentence]]]:
        """Themes and their sentences as they are read."""
        return [(theme, [self.sentences[one] for one in theme.sentences]) for theme in self.themes]

    def citing(self, reference: str) -> list[str]:
        """The ids of the sentences that name an input as a source, in the order of reading."""
        return [one for theme in self.themes for one in theme.sentences if any(source.input == reference for source in self.sentences[one].sources)]

    def version(self, number: int) -> IssuedVersion | None:
        """An issued version by its number."""
        return self.issued[number - 1] if 0 < number <= len(self.issued) else None


def evolve(summary: Summary, fact: msgspec.Struct) -> Summary:  # noqa: C901, PLR0911, PLR0912  (one case a fact)
    """The summary after a fact."""
    change = msgspec.structs.replace
    if isinstance(fact, SilenceFact):
        return change(summary, silences=silence.after(summary.silences, fact.said))
    if isinstance(fact, ConsensusFact):
        return change(summary, calls=consensus.after(summary.calls, fact.said))
    match fact:
        case SummaryStarted():
            return Summary(
                summary=fact.summary, negotiation=fact.negotiation, title=fact.title, attribution=fact.attribution, marking=fact.marking,
                audience=fact.audience, language=fact.language, claims=fact.claims, nicknames=fact.nicknames, themes=fact.themes,
                themes_made=len(fact.themes), countersigned=fact.countersigned,
            )  # fmt: skip
        case SummaryRetitled():
            return change(summary, title=fact.title)
        case SummaryMarked():
            return change(summary, marking=fact.marking, audience=fact.audience)
        case ThemeAdded():
            return change(summary, themes=_behind(summary.themes, Theme(fact.theme, fact.title), fact.after), themes_made=summary.themes_made + 1)
        case ThemeRetitled():
            return _with_theme(summary, fact.theme, title=fact.title)
        case ThemeRemoved():
            return change(summary, themes=tuple(theme for theme in summary.themes if theme.theme != fact.theme))
        case SentenceWritten():
            return _written(summary, fact.theme, fact.sentence, fact.after)
        case SentenceEdited():
            return _said(summary, fact.sentence)
        case SentenceMoved():
            return _put(_taken(summary, fact.sentence), fact.theme, fact.sentence, fact.after)
        case SentenceRemoved():
            return _removed(summary, fact.sentence)
        case SentenceSplit():
            theme = summary.theme_of(fact.first.sentence)
            return _written(_said(summary, fact.first), theme.theme if theme else "", fact.second, fact.first.sentence)
        case SentencesMerged():
            return _merged(summary, fact)
        case InputsDisposed():
            return _disposed(summary, fact.dispositions)
        case SummaryComposed():
            return _composed(summary, fact)
        case InputSetApart():
            return change(summary, apart=summary.apart | {fact.input} if fact.apart else summary.apart - {fact.input})
        case FindingOverridden():
            return change(summary, overrides={**summary.overrides, fact.finding: fact})
        case SummaryIssued():
            return change(summary, issued=(*summary.issued, as_remembered(fact)), signature=None)
        case IssueSigned():
            return change(summary, signature=fact)
        case AccuracyWindowOpened():
            return change(summary, window_closes_at=fact.closes_at)
        case CorrectionAsked():
            return _requested(summary, RequestKept(fact.request, fact.delegation, fact.sentence, fact.text, fact.says, fact.proposes))
        case CorrectionAnswered():
            return _requested(summary, change(summary.requests[fact.request], outcome=fact.outcome, reason=fact.reason))
        case RequestWithdrawn():
            return _requested(summary, change(summary.requests[fact.request], outcome="withdrawn"))
        case VersionReleased():
            return _with_version(summary, fact.version, released=True, fact=None)
        case CorrectionIssued():
            return _with_version(summary, fact.version, corrections=(*summary.issued[fact.version - 1].corrections, fact))
        case StatementRecorded():
            return _with_version(summary, fact.version, statements=(*summary.issued[fact.version - 1].statements, fact))
        case StatementTakenBack():
            return _with_version(summary, fact.version, taken_back=summary.issued[fact.version - 1].taken_back | {fact.statement})
        case SummaryReissued():
            return _with_version(summary, fact.version, reissues=fact.reissue, content_hash=fact.content_hash)
        case _:
            return summary  # the public facts say to others what the private ones said here


def _requested(summary: Summary, request: RequestKept) -> Summary:
    reopened = _reopened(summary, request.request)
    return msgspec.structs.replace(reopened, requests={**summary.requests, request.request: request})


def _merged(summary: Summary, fact: SentencesMerged) -> Summary:
    for name in fact.merged:
        summary = _removed(summary, name)
    became = {**summary.became, **dict.fromkeys(fact.merged, fact.sentence.sentence)}
    return msgspec.structs.replace(_said(summary, fact.sentence), became=became)


def _composed(summary: Summary, fact: SummaryComposed) -> Summary:
    themes = (*summary.themes, *fact.themes)
    summary = msgspec.structs.replace(summary, cut=fact.cut, themes=themes, themes_made=summary.themes_made + len(fact.themes))
    for name in fact.removed:
        # Not the chair's act: should its input come back, so may the sentence.
        summary = msgspec.structs.replace(_removed(summary, name), gone=summary.gone)
    summary = _all_written(summary, fact.written)
    said = {one.sentence: one for one in fact.refreshed}
    overrides = {name: one for name, one in summary.overrides.items() if one.place not in said}
    summary = msgspec.structs.replace(summary, sentences={**summary.sentences, **said}, overrides=overrides)
    return _disposed(summary, fact.dispositions)


def _all_written(summary: Summary, written: Sequence[Placed]) -> Summary:
    """Like writing one after the other, in one sweep: a first text may have thousands of sentences."""
    behind: dict[tuple[str, str | None], list[str]] = {}
    for placed in written:
        behind.setdefault((placed.theme, placed.after), []).append(placed.sentence.sentence)
    themes = []
    for theme in summary.themes:
        # What was put behind the same sentence last stands first.
        waiting, order = [*reversed(theme.sentences), *behind.get((theme.theme, None), ())], list[str]()
        while waiting:
            order.append(waiting.pop())
            waiting += behind.get((theme.theme, order[-1]), ())
        themes.append(_sentences(theme, tuple(order)))
    sentences = {**summary.sentences, **{placed.sentence.sentence: placed.sentence for placed in written}}
    return msgspec.structs.replace(summary, themes=tuple(themes), sentences=sentences, sentences_made=summary.sentences_made + len(written))


def _written(summary: Summary, theme: str, sentence: Sentence, after: str | None) -> Summary:
    made = msgspec.structs.replace(summary, sentences={**summary.sentences, sentence.sentence: sentence}, sentences_made=summary.sentences_made + 1)
    return _put(made, theme, sentence.sentence, after)


def _said(summary: Summary, sentence: Sentence) -> Summary:
    """The sentence as it now reads; what was overridden in its old words is open again."""
    return msgspec.structs.replace(_reopened(summary, sentence.sentence), sentences={**summary.sentences, sentence.sentence: sentence})


def _removed(summary: Summary, sentence: str) -> Summary:
    basis = summary.sentences[sentence].basis
    sentences = {name: one for name, one in summary.sentences.items() if name != sentence}
    gone = summary.gone | {basis} if basis else summary.gone
    return msgspec.structs.replace(_reopened(_taken(summary, sentence), sentence), sentences=sentences, gone=gone)


def _reopened(summary: Summary, place: str) -> Summary:
    return msgspec.structs.replace(summary, overrides={name: one for name, one in summary.overrides.items() if one.place != place})


def _disposed(summary: Summary, dispositions: Sequence[Disposition]) -> Summary:
    said = {one.input: one for one in dispositions}
    overrides = {name: one for name, one in summary.overrides.items() if one.place not in said}
    return msgspec.structs.replace(summary, dispositions={**summary.dispositions, **said}, overrides=overrides)


def _taken(summary: Summary, sentence: str) -> Summary:
    without = tuple(_sentences(theme, tuple(one for one in theme.sentences if one != sentence)) for theme in summary.themes)
    return msgspec.structs.replace(summary, themes=without)


def _put(summary: Summary, theme: str, sentence: str, after: str | None) -> Summary:
    placed = tuple(_sentences(one, _after(one.sentences, sentence, after)) if one.theme == theme else one for one in summary.themes)
    return msgspec.structs.replace(summary, themes=placed)


def _after(sentences: tuple[str, ...], sentence: str, after: str | None) -> tuple[str, ...]:
    place = sentences.index(after) + 1 if after in sentences else 0
    return (*sentences[:place], sentence, *sentences[place:])


def _behind(themes: tuple[Theme, ...], theme: Theme, after: str | None) -> tuple[Theme, ...]:
    names = [one.theme for one in themes]
    place = names.index(after) + 1 if after in names else 0
    return (*themes[:place], theme, *themes[place:])


def _sentences(theme: Theme, sentences: tuple[str, ...]) -> Theme:
    return theme if sentences == theme.sentences else msgspec.structs.replace(theme, sentences=sentences)


def _with_theme(summary: Summary, theme: str, *, title: str) -> Summary:
    themes = tuple(msgspec.structs.replace(one, title=title) if one.theme == theme else one for one in summary.themes)
    return msgspec.structs.replace(summary, themes=themes)


def _with_version(summary: Summary, version: int, **change: object) -> Summary:
    issued = tuple(msgspec.structs.replace(one, **change) if one.version == version else one for one in summary.issued)
    return msgspec.structs.replace(summary, issued=issued)
