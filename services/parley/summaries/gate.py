"""The gate: what stands between a working text and its issue, both ways: every sentence has its sources, every input has its answer.

A pure function of the summary, the inputs and the forum. Each finding says where it is and how to mend it. Most may be let stand by the chair with a
recorded reason; some may not, because no reason of the chair's can make them right.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from parley.protocol.marking import looser, strictest
from parley.summaries.disposing import MERGED, PARTLY, REFLECTED
from parley.summaries.facts import Sentence, Source
from parley.summaries.forum import Forum
from parley.summaries.inputs import LATE, LIVE, WITHDRAWN, Input, Inputs
from parley.summaries.summary import Summary
from parley.summaries.wording import Remark, remarks_on, remarks_on_title

TAKEN_UP = (REFLECTED, PARTLY)


class Finding(msgspec.Struct, frozen=True):
    """Something that must be mended before issue, or let stand with a reason.

    `finding` is its name for an override: it holds the place and the evidence, so a reason given for one thing never covers another.
    """

    finding: str
    code: str
    place: str
    says: str
    mend: str
    may_stand: bool = True


class Change(msgspec.Struct, frozen=True):
    """A difference to the last issued version, and the delegations whose input it touches."""

    kind: str
    sentence: str
    before: str
    after: str
    touches: tuple[str, ...]


class Report(msgspec.Struct, frozen=True):
    """What the gate says: what is open, what was let stand, and what is different from the last issued version."""

    open: tuple[Finding, ...]
    let_stand: tuple[Finding, ...]
    changes: tuple[Change, ...]


def report(summary: Summary, inputs: Inputs, forum: Forum, at: datetime | None = None) -> Report:
    """Everything that the gate has to say of a summary, in the order of reading; with a time, whether delegations may still ask for corrections."""
    found = [*_text(summary, forum), *_sentences(summary, inputs, forum), *_answers(summary, inputs), *_marking(summary, inputs), *_asked(summary, at)]
    let_stand = [one for one in found if one.may_stand and one.finding in summary.overrides]
    still = [one for one in found if one not in let_stand]
    return Report(tuple(still), tuple(let_stand), tuple(changes(summary, inputs)))


def _finding(code: str, place: str, says: str, mend: str, evidence: str = "", *, may_stand: bool = True) -> Finding:
    return Finding("/".join(part for part in (code, place, evidence) if part), code, place, says, mend, may_stand)


def _remarked(place: str, remark: Remark) -> Finding:
    return _finding(remark.code, place, remark.says, remark.mend, remark.evidence, may_stand=remark.may_stand)


def _text(summary: Summary, forum: Forum) -> Iterator[Finding]:
    if not summary.sentences:
        yield _finding("empty", "summary", "The summary has no sentence.", "Compose a first text, or write one.", may_stand=False)
    titles = [("summary", summary.title), *((theme.theme, theme.title) for theme in summary.themes)]
    for place, title in titles:
        for remark in remarks_on_title(title, summary, forum):
            yield _remarked(place, remark)


def _sentences(summary: Summary, inputs: Inputs, forum: Forum) -> Iterator[Finding]:
    for _, sentences in summary.in_order():
        for sentence in sentences:
            yield from _origin(sentence)
            for source in sentence.sources:
                yield from _source(sentence, source, inputs.by_reference.get(source.input))
            for remark in remarks_on(sentence, summary, inputs, forum):
                yield _remarked(sentence.sentence, remark)


def _origin(sentence: Sentence) -> Iterator[Finding]:
    if not sentence.sources and not sentence.own_wording:
        yield _finding(
            "unsourced", sentence.sentence, "The sentence rests on no input.",
            "Name its sources, or mark it as the chair's own wording.", may_stand=False,
        )  # fmt: skip


def _source(sentence: Sentence, source: Source, put_in: Input | None) -> Iterator[Finding]:
    place = sentence.sentence
    if put_in is None:
        yield _finding("unknown-source", place, f"There is no input {source.input}.", "Name another source.", source.input, may_stand=False)
    elif put_in.state == WITHDRAWN:
        yield _finding("cites-withdrawn", place, f"{source.input} was withdrawn.", "Take the source out, or the sentence.", source.input)
    elif put_in.state == LATE:
        yield _finding(
            "cites-late", place, f"{source.input} came late and was not let in.", "Waive its lateness, or take the source out.", source.input,
            may_stand=False,
        )  # fmt: skip
    elif put_in.text_hash != source.text_hash:
        yield _finding(
            "source-changed", place, f"{source.input} has a new text since the sentence was written.", "Read it again and save the sentence.",
            f"{source.input}/{put_in.text_hash[:12]}",
        )  # fmt: skip


def _answers(summary: Summary, inputs: Inputs) -> Iterator[Finding]:
    """Every live input has an answer that is true."""
    cited = {source.input for sentence in summary.sentences.values() for source in sentence.sources}
    for put_in in inputs.live():
        reference = put_in.reference
        said = summary.dispositions.get(reference)
        if said is None:
            yield _finding("undisposed", reference, "This input has no answer.", "Say what became of it.", may_stand=False)
        elif said.disposition in TAKEN_UP and reference not in cited:
            yield _finding(
                "reflected-nowhere", reference, f"It is said to be {said.disposition}, but no sentence names it as a source.",
                "Name it in a sentence, or say what else became of it.", may_stand=False,
            )  # fmt: skip
        elif said.disposition == MERGED:
            yield from _merged(summary, inputs, reference)
        elif said.disposition not in TAKEN_UP and reference in cited:
            yield _finding(
                "answered-otherwise", reference, f"It is said to be {said.disposition}, but a sentence names it as a source.",
                "Say that it is reflected, or partly; or take the source out.", may_stand=False,
            )  # fmt: skip


def _merged(summary: Summary, inputs: Inputs, reference: str) -> Iterator[Finding]:
    """What is merged must end, step by step, in a live input that is taken up."""
    seen, here = {reference}, summary.dispositions[reference]
    while here.disposition == MERGED and here.into is not None and here.into not in seen:
        seen.add(here.into)
        into = inputs.by_reference.get(here.into)
        if into is None or into.state != LIVE or here.into not in summary.dispositions:
            break
        here = summary.dispositions[here.into]
    else:
        if here.disposition in TAKEN_UP:
            return
    yield _finding(
        "merged-into-nothing", reference, "It is merged into an input that is itself not taken up.", "Merge it into one that is, or say what became of it.",
        may_stand=False,
    )  # fmt: skip


def _marking(summary: Summary, inputs: Inputs) -> Iterator[Finding]:
    for _, sentences in summary.in_order():
        for sentence in sentences:
            known = [inputs.by_reference[source.input] for source in sentence.sources if source.input in inputs.by_reference]
            needed = strictest(one.marking for one in known)
            if looser(summary.marking, needed):
                yield _finding(
                    "marking-loosened", sentence.sentence, f"The summary is marked {summary.marking}, but a source of this sentence is {needed}.",
                    "Mark the summary as strictly, take the source out, or ask its delegation to release it.", needed, may_stand=False,
                )  # fmt: skip
            elif summary.marking == needed == "restricted" and not _within(summary, known):
                yield _finding(
                    "audience-widened", sentence.sentence, "The summary's list of delegations holds some who may not read a source of this sentence.",
                    "Shorten the list, take the source out, or ask its delegation to release it.", may_stand=False,
                )  # fmt: skip


def _within(summary: Summary, known: list[Input]) -> bool:
    return all(set(summary.audience) <= {*one.audience, one.delegation} for one in known if one.marking == "restricted")


def _asked(summary: Summary, at: datetime | None) -> Iterator[Finding]:
    """The right of correction: nobody who asked is passed over in silence."""
    closes_at = summary.window_closes_at
    if at is not None and closes_at is not None and at < closes_at:
        yield _finding(
            "window-open", "summary", "Delegations may still ask for corrections.", "Wait until the window closes, or give a reason.", closes_at.isoformat()
        )
    for request in summary.requests.values():
        if not request.outcome:
            yield _finding("unanswered", request.request, "A delegation has asked to correct how its view is put.", "Answer it, with a reason.")


def changes(summary: Summary, inputs: Inputs) -> Iterator[Change]:
    """What is different from the last issued version, sentence by sentence; all is new where nothing was issued."""
    last = {one.sentence: one for theme in summary.issued[-1].themes for one in theme.sentences} if summary.issued else {}
    for _, sentences in summary.in_order():
        for now in sentences:
            before = last.pop(now.sentence, None)
            if before is None:
                yield Change("added", now.sentence, "", now.text, _touched(inputs, now.sources))
            elif (before.text, before.sources) != (now.text, now.sources):
                yield Change("changed", now.sentence, before.text, now.text, _touched(inputs, (*before.sources, *now.sources)))
    for gone in last.values():
        yield Change("removed", gone.sentence, gone.text, "", _touched(inputs, gone.sources))


def _touched(inputs: Inputs, sources: tuple[Source, ...]) -> tuple[str, ...]:
    known = (inputs.by_reference[source.input] for source in sources if source.input in inputs.by_reference)
    return tuple(sorted({one.delegation for one in known}))
