"""What can have happened to a chair's summary. Times are UTC; hashes are SHA-256 in hex."""

from datetime import datetime

import msgspec

from parley.kernel.decider import Catalogue
from parley.protocol.consensus import Objection
from parley.summaries import facts_accuracy, facts_afterwards, facts_consensus, facts_silence
from parley.summaries.facts_accuracy import RequestKept
from parley.summaries.facts_receipts import ReceiptSigned


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """A link from a sentence to an input in the text with this hash; `start` and `end` are code points of that text, the whole of it if they are absent.

    `stance` says which voices on the input the sentence counts.
    """

    input: str
    text_hash: str
    start: int | None = None
    end: int | None = None
    stance: str = "support"


class Sentence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence under its permanent id. `basis` is what the composer made it for; `edited` says that the chair's hand has been on it since.

    `drafter` names what proposed its words, where they are not taken from a source as they stand.
    """

    sentence: str
    text: str
    sources: tuple[Source, ...] = ()
    own_wording: bool = False
    quantifier: str | None = None
    basis: str | None = None
    edited: bool = False
    drafter: str | None = None


class Theme(msgspec.Struct, frozen=True, omit_defaults=True):
    """A theme under its permanent id, with its sentences in order. `about` is the negotiation's theme whose inputs are composed here."""

    theme: str
    title: str
    sentences: tuple[str, ...] = ()
    about: str | None = None


class Disposition(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of an input: reflected, partly, merged `into` another, parked, not_reflected with a reason, or withdrawn."""

    input: str
    disposition: str
    into: str | None = None
    reason_code: str | None = None
    reason: str = ""
    composed: bool = False


class SummaryStarted(msgspec.Struct, frozen=True):
    """The chair or the rapporteur began a summary; attribution and marking are those of the negotiation unless a stricter marking was chosen.

    `countersigned` says that this forum has two persons issue.
    """

    summary: str
    negotiation: str
    title: str
    attribution: str
    marking: str
    audience: tuple[str, ...]
    language: str
    themes: tuple[Theme, ...]
    claims: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()
    countersigned: bool = False


class SummaryRetitled(msgspec.Struct, frozen=True):
    """It has a new title."""

    summary: str
    title: str


class SummaryMarked(msgspec.Struct, frozen=True):
    """It travels further or less far from now on; versions that are issued keep the marking that they have."""

    summary: str
    marking: str
    audience: tuple[str, ...]
    reason: str


class ThemeAdded(msgspec.Struct, frozen=True):
    """There is a new theme, behind another or at the start."""

    summary: str
    theme: str
    title: str
    after: str | None = None


class ThemeRetitled(msgspec.Struct, frozen=True):
    """A theme has a new title."""

    summary: str
    theme: str
    title: str


class ThemeRemoved(msgspec.Struct, frozen=True):
    """An empty theme is gone."""

    summary: str
    theme: str


class SentenceWritten(msgspec.Struct, frozen=True):
    """A sentence stands in a theme, behind another or at the start."""

    summary: str
    theme: str
    sentence: Sentence
    after: str | None = None


class SentenceEdited(msgspec.Struct, frozen=True):
    """The chair changed a sentence: its words, its sources, or whose wording it is."""

    summary: str
    sentence: Sentence


class SentenceMoved(msgspec.Struct, frozen=True):
    """A sentence stands elsewhere."""

    summary: str
    sentence: str
    theme: str
    after: str | None = None


class SentenceRemoved(msgspec.Struct, frozen=True):
    """A sentence is gone; its id is never used again."""

    summary: str
    sentence: str


class SentenceSplit(msgspec.Struct, frozen=True):
    """A sentence became two: the first keeps the id, the second stands behind it under a new one; each keeps the sources of its words."""

    summary: str
    first: Sentence
    second: Sentence


class SentencesMerged(msgspec.Struct, frozen=True):
    """Sentences became one, under the id of the first of them and with the sources of all."""

    summary: str
    sentence: Sentence
    merged: tuple[str, ...]


class InputsDisposed(msgspec.Struct, frozen=True):
    """The chair said what became of inputs; what was said of them before is replaced."""

    summary: str
    dispositions: tuple[Disposition, ...]


class Placed(msgspec.Struct, frozen=True):
    """A composed sentence and its place."""

    theme: str
    sentence: Sentence
    after: str | None = None


class SummaryComposed(msgspec.Struct, frozen=True):
    """A text was composed from the live inputs up to a cut: suggestions that the chair edits. Only what changed since the last time is named."""

    summary: str
    cut: dict[str, int]
    themes: tuple[Theme, ...]
    written: tuple[Placed, ...]
    refreshed: tuple[Sentence, ...]
    removed: tuple[str, ...]
    dispositions: tuple[Disposition, ...]


class InputSetApart(msgspec.Struct, frozen=True):
    """The chair does not take this input for near-identical to any other: it is composed alone from now on, or (`apart` is false) with its like again."""

    summary: str
    input: str
    apart: bool


class FindingOverridden(msgspec.Struct, frozen=True):
    """The chair lets a finding of the gate stand, with a reason that is kept with the version."""

    summary: str
    finding: str
    place: str
    reason: str


class IssuedSentence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence as it was issued: its number on the page, its permanent id, and what it rests on. `who` is what the attribution policy lets be said."""

    number: int
    sentence: str
    text: str
    sources: tuple[Source, ...] = ()
    own_wording: bool = False
    who: str = ""


class IssuedTheme(msgspec.Struct, frozen=True):
    """A theme as it was issued."""

    title: str
    sentences: tuple[IssuedSentence, ...]


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of an input in an issued version, and the numbers of the sentences where it went."""

    input: str
    disposition: str
    into: str | None = None
    reason_code: str | None = None
    reason: str = ""
    sentences: tuple[int, ...] = ()


class Override(msgspec.Struct, frozen=True):
    """A finding that stood when the version was issued, and why the chair let it."""

    finding: str
    reason: str


class IssueSigned(msgspec.Struct, frozen=True):
    """The chair signed the working text with this hash for issue; somebody else of the bench has to sign it too. Any change of the text voids it."""

    summary: str
    person: str
    working_hash: str
    release_at: datetime | None


class SummaryIssued(msgspec.Struct, frozen=True):
    """A version was issued: these bytes never change. Until `release_at` only the bench sees it.

    `text` is the canonical text and `content_hash` its hash; `markdown`, `html` and `document` (JSON) are the same for every reader who may see the
    version. `cut` says up to which `seq` of each service it reflects what was put in; `silence` or `consensus`
    is the procedure by which it was adopted, `objections` those of the call.
    """

    summary: str
    version: int
    symbol: str
    title: str
    issued_at: datetime
    release_at: datetime
    authority: str
    attribution: str
    marking: str
    audience: tuple[str, ...]
    language: str
    header: str
    themes: tuple[IssuedTheme, ...]
    outcomes: tuple[Outcome, ...]
    overrides: tuple[Override, ...]
    cut: dict[str, int]
    content_hash: str
    text: str
    markdown: str
    html: str
    document: str
    requests: tuple[RequestKept, ...] = ()
    silence: int | None = None
    consensus: int | None = None
    objections: tuple[Objection, ...] = ()


class VersionReleased(msgspec.Struct, frozen=True):
    """The embargo of a version has ended: those for whom it is marked see it from now on."""

    summary: str
    version: int
    released_at: datetime


class CorrectionIssued(msgspec.Struct, frozen=True):
    """Corr.n of a version: places with the old and the new words. It changes no meaning, and the issued bytes stay as they are."""

    summary: str
    version: int
    correction: int
    symbol: str
    changes: tuple[tuple[str, str, str], ...]
    reason: str
    issued_at: datetime


class SummaryReleased(msgspec.Struct, frozen=True):
    """Public: a version may be read by everybody. `themes` are titles with numbered sentences; `document` is the JSON that proves itself by its hash."""

    summary: str
    version: int
    symbol: str
    title: str
    issued_at: datetime
    released_at: datetime
    authority: str
    content_hash: str
    header: str
    themes: tuple[tuple[str, tuple[tuple[int, str], ...]], ...]
    markdown: str
    html: str
    text: str
    document: str


class CorrectionReleased(msgspec.Struct, frozen=True):
    """Public: a correction of a version that everybody may read."""

    summary: str
    version: int
    symbol: str
    correction: int
    corrections: tuple[tuple[str, str, str], ...]
    reason: str
    released_at: datetime


CATALOGUE = Catalogue(
    "summaries",
    private=(
        SummaryStarted, SummaryRetitled, SummaryMarked, ThemeAdded, ThemeRetitled, ThemeRemoved, SentenceWritten, SentenceEdited, SentenceMoved,
        SentenceRemoved, SentenceSplit, SentencesMerged, InputsDisposed, SummaryComposed, InputSetApart, *facts_accuracy.FACTS, FindingOverridden,
        IssueSigned, SummaryIssued, VersionReleased, CorrectionIssued, *facts_silence.FACTS, *facts_consensus.FACTS, ReceiptSigned,
        *facts_afterwards.PRIVATE,
    ),
    public=(SummaryReleased, CorrectionReleased, *facts_afterwards.PUBLIC),
)  # fmt: skip
"""The summaries service: from the working text to what is issued and corrected."""
