"""Issuing: the chair's act that freezes a version, and its release to those for whom it is marked: at once, or when the embargo ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from parley.kernel.decider import Invalid, Refused, Unknown, require
from parley.kernel.signing import Sign
from parley.protocol.marking import PUBLIC
from parley.protocol.standing import Actor
from parley.summaries.attributing import who_said
from parley.summaries.correcting import correction_released
from parley.summaries.facts import (
    FindingOverridden,
    IssuedSentence,
    IssuedTheme,
    IssueSigned,
    Outcome,
    Override,
    SummaryIssued,
    SummaryReleased,
    VersionReleased,
)
from parley.summaries.forum import Forum
from parley.summaries.frozen import adopted_words, agreed_words
from parley.summaries.gate import Report, report
from parley.summaries.inputs import WITHDRAWN, Inputs, in_order
from parley.summaries.issued_version import IssuedVersion, as_remembered
from parley.summaries.languages import language
from parley.summaries.receipts import receipts
from parley.summaries.rendering import Page, document_of, hash_of, html_of, markdown_of, text_of
from parley.summaries.stating import made_under_silence, released
from parley.summaries.summary import Summary

AUTHORITY, BY_SILENCE, BY_CONSENSUS = "the chair's own", "by silence", "by consensus"
LONGEST_EMBARGO = timedelta(days=366)


class OverrideFinding(msgspec.Struct, frozen=True):
    """Let a finding of the gate stand, with a reason."""

    by: Actor
    at: datetime
    finding: str
    reason: str
    inputs: Inputs
    forum: Forum


class IssueSummary(msgspec.Struct, frozen=True):
    """Issue the working text as the next version, signed by `sign`: to be released at `release_at`, or at once."""

    by: Actor
    at: datetime
    inputs: Inputs
    forum: Forum
    sign: Sign
    release_at: datetime | None = None


class CountersignIssue(msgspec.Struct, frozen=True):
    """Sign for issue what the chair has signed. `chair` is who is in the chair now, as far as the service knows."""

    by: Actor
    at: datetime
    inputs: Inputs
    forum: Forum
    sign: Sign
    chair: str | None


class ReleaseVersion(msgspec.Struct, frozen=True):
    """Release a version whose embargo has ended; the timer says so, and the record's time decides."""

    at: datetime
    version: int


def override(summary: Summary, command: OverrideFinding) -> list[msgspec.Struct]:
    """The finding stands, with the chair's reason."""
    found = next((one for one in report(summary, command.inputs, command.forum, command.at).open if one.finding == command.finding), None)
    require(found is not None, "no-such-finding", "The gate does not find this, or not any more. Read the gate's report again.")
    assert found is not None  # noqa: S101  (said one line above; mypy cannot see it)
    require(found.may_stand, "must-be-mended", f"This finding may not stand. {found.mend}")
    require(command.reason.strip(), "reason-missing", "Say why it may stand; the reason is kept with the version.")
    return [FindingOverridden(summary.summary, found.finding, found.place, command.reason)]


def issue(summary: Summary, command: IssueSummary) -> list[msgspec.Struct]:
    """The next version, if the gate lets it through; released with it unless there is an embargo. Where two persons issue, this is the first signature."""
    passed = require_open_gate(summary, command.inputs, command.forum, command.at)
    if summary.countersigned:
        return [IssueSigned(summary.summary, command.by.person, summary.working_hash, command.release_at)]
    return _issued(summary, command, passed)


def countersign(summary: Summary, command: CountersignIssue) -> list[msgspec.Struct]:
    """The second signature issues, if the first is still good: for this very text, and by whoever is in the chair."""
    signature = summary.signature
    require(signature is not None, "not-signed", "The chair has not signed this text for issue. Ask the chair to do so.")
    assert signature is not None  # noqa: S101  (said one line above; mypy cannot see it)
    require(signature.working_hash == summary.working_hash, "text-changed", "The text has changed since it was signed. Ask the chair to sign it again.")
    require(signature.person == command.chair, "chair-changed", "Whoever signed is not in the chair any more. Ask the chair to sign.")
    require(signature.person != command.by.person, "same-person", "Two persons issue here. Ask somebody else of the bench to sign.")
    passed = require_open_gate(summary, command.inputs, command.forum, command.at)
    return _issued(summary, IssueSummary(command.by, command.at, command.inputs, command.forum, command.sign, signature.release_at), passed)


def require_open_gate(summary: Summary, inputs: Inputs, forum: Forum, at: datetime) -> Report:
    """The gate's report, or a refusal with every finding that is neither mended nor let stand."""
    passed = report(summary, inputs, forum, at)
    if open_findings := passed.open:
        raise Refused(
            "gate-shut", f"The gate has {len(open_findings)} findings. Mend each in its place, or let it stand with a reason where it may.",
            findings=[msgspec.structs.asdict(one) for one in open_findings],
        )  # fmt: skip
    return passed


def _issued(summary: Summary, command: IssueSummary, passed: Report) -> list[msgspec.Struct]:
    """The facts of an issue that nothing stands against any more."""
    release_at = max(command.at, (command.release_at or command.at).astimezone(UTC))
    if release_at - command.at > LONGEST_EMBARGO:
        raise Invalid("embargo-too-long", "An embargo lasts at most a year. Name an earlier time.")
    issued = _version(summary, command, release_at, passed)
    silence = adopted_words(summary)
    said = () if silence is None else made_under_silence(silence, summary.summary, issued.version)
    version = msgspec.structs.replace(as_remembered(issued), statements=tuple(said))
    at_once = _released(version, summary.summary, command.at)
    signed = receipts(issued, summary.negotiation, command.inputs, command.sign)
    return [issued, *signed, *said, *(at_once if release_at <= command.at else ())]


def symbol_of(negotiation: str, summary: str, version: int) -> str:
    """`PRAGUE-5G/CS/1` for the first version, `PRAGUE-5G/CS/1/Rev.1` for the second; never used twice, because no number in it is."""
    first = f"{negotiation.upper()}/CS/{summary}"
    return first if version == 1 else f"{first}/Rev.{version - 1}"


def _version(summary: Summary, command: IssueSummary, release_at: datetime, passed: Report) -> SummaryIssued:
    number = len(summary.issued) + 1
    themes = _themes(summary, command.inputs)
    consensus = agreed_words(summary)
    silence = adopted_words(summary) if consensus is None else None
    authority = BY_CONSENSUS if consensus else BY_SILENCE if silence else AUTHORITY
    page = Page(
        symbol=symbol_of(summary.negotiation, summary.summary, number), title=summary.title, header=language(summary.language).header,
        authority=authority, marking=summary.marking, language=summary.language, issued_at=command.at, themes=themes,
    )  # fmt: skip
    text = text_of(page)
    return SummaryIssued(
        summary=summary.summary, version=number, symbol=page.symbol, title=page.title, issued_at=command.at, release_at=release_at, authority=authority,
        attribution=summary.attribution, marking=summary.marking, audience=summary.audience, language=summary.language, header=page.header, themes=themes,
        outcomes=tuple(_outcomes(summary, command.inputs, themes)),
        overrides=tuple(Override(one.finding, summary.overrides[one.finding].reason) for one in passed.let_stand), cut=command.inputs.cut,
        content_hash=hash_of(text), text=text, markdown=markdown_of(page), html=html_of(page), document=document_of(page, summary.summary, number, command.sign),
        requests=tuple(summary.requests.values()), silence=silence.opened.number if silence else None,
        consensus=consensus.called.number if consensus else None, objections=consensus.objections if consensus else (),
    )  # fmt: skip


def _themes(summary: Summary, inputs: Inputs) -> tuple[IssuedTheme, ...]:
    """The themes that hold something, with their sentences numbered through."""
    themes, number = [], 0
    for theme, sentences in summary.in_order():
        issued = []
        for one in sentences:
            number += 1
            who = who_said(one, summary.attribution, inputs, summary.language)
            issued.append(IssuedSentence(number, one.sentence, one.text, one.sources, one.own_wording, who))
        if issued:
            themes.append(IssuedTheme(theme.title, tuple(issued)))
    return tuple(themes)


def _outcomes(summary: Summary, inputs: Inputs, themes: tuple[IssuedTheme, ...]) -> Iterator[Outcome]:
    """What became of each input: the chair's answer, or its author's withdrawal, or the state in which it waits."""
    went: dict[str, list[int]] = {}
    for theme in themes:
        for sentence in theme.sentences:
            for source in sentence.sources:
                if sentence.number not in went.setdefault(source.input, []):
                    went[source.input].append(sentence.number)
    for put_in in in_order(inputs.by_reference.values()):
        said = summary.dispositions.get(put_in.reference)
        numbers = tuple(went.get(put_in.reference, ()))
        if put_in.state == WITHDRAWN or said is None:
            # An amendment has its answer in the chair's ruling, which is repeated here for its author.
            yield Outcome(put_in.reference, put_in.state, None, put_in.ruling, put_in.ruling_reason, numbers)
        else:
            yield Outcome(put_in.reference, said.disposition, said.into, said.reason_code, said.reason, numbers)


def release(summary: Summary, command: ReleaseVersion) -> list[msgspec.Struct]:
    """The version is released, exactly once and never before its time; a second ring finds nothing to do."""
    version = summary.version(command.version)
    if version is None:
        raise Unknown
    if version.released:
        return []
    require(command.at >= version.release_at, "embargo-holds", "The embargo has not ended. Wait for its time.")
    return _released(version, summary.summary, command.at)


def _released(version: IssuedVersion, summary: str, at: datetime) -> list[msgspec.Struct]:
    facts: list[msgspec.Struct] = [VersionReleased(summary, version.version, at)]
    issued = version.fact
    # Only what everybody may read is said to everybody.
    if issued is not None and issued.marking == PUBLIC:
        facts.append(_public(issued, at))
        facts.extend(correction_released(one, at) for one in version.corrections)
        facts.extend(released(version))
    return facts


def _public(issued: SummaryIssued, at: datetime) -> SummaryReleased:
    themes = tuple((theme.title, tuple((one.number, one.text) for one in theme.sentences)) for theme in issued.themes)
    return SummaryReleased(
        summary=issued.summary, version=issued.version, symbol=issued.symbol, title=issued.title, issued_at=issued.issued_at, released_at=at,
        authority=issued.authority, content_hash=issued.content_hash, header=issued.header, themes=themes, markdown=issued.markdown, html=issued.html,
        text=issued.text, document=issued.document,
    )  # fmt: skip
