"""Receipts: for each delegation, what became of each of its inputs in an issued version, and where its words went.

Pure functions of the issue and of the inputs as they then were. A receipt holds no words of any input, and of inputs of others no more than the name of the
one into which an own one was merged.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from parley.issued.attached import moment
from parley.issued.document import lines_of, read
from parley.kernel.signing import Sign
from parley.summaries.disposing import MERGED
from parley.summaries.facts import IssuedSentence, Outcome, Source, SummaryIssued
from parley.summaries.facts_receipts import ReceiptSigned
from parley.summaries.inputs import Input, Inputs
from parley.summaries.provenance import quoted

FORM = "parley.receipt.v1"


def receipts(issued: SummaryIssued, negotiation: str, inputs: Inputs, sign: Sign) -> list[ReceiptSigned]:
    """A signed receipt for each delegation that has put something in, whatever became of it; in the order of their codes."""
    said = receipts_of(issued, negotiation, inputs)
    return [ReceiptSigned(issued.summary, issued.version, delegation, sign(one).decode()) for delegation, one in said.items()]


def receipts_of(issued: SummaryIssued, negotiation: str, inputs: Inputs) -> dict[str, dict[str, Any]]:
    """What the receipts say, by delegation. `issued_hash` is the SHA-256 of the whole JSON that was issued, its signature included.

    Spans are code points, from the first to behind the last: `input_span` in the text with `text_hash`, `sentence_span` in the issued sentence; lines are
    the canonical line numbers of the sentence. Where a sentence quotes no words of its source, its span is the whole sentence.
    """
    head = {
        "form": FORM, "negotiation": negotiation, "summary": issued.summary, "version": issued.version, "symbol": issued.symbol,
        "issued_at": moment(issued.issued_at), "content_hash": issued.content_hash, "issued_hash": hashlib.sha256(issued.document.encode()).hexdigest(),
    }  # fmt: skip
    pages = _Pages(issued, inputs)
    by_delegation: dict[str, list[dict[str, Any]]] = {}
    for one in issued.outcomes:
        put_in = inputs.by_reference[one.input]
        by_delegation.setdefault(put_in.delegation, []).append(pages.became(one, put_in))
    return {delegation: {**head, "delegation": delegation, "inputs": by_delegation[delegation]} for delegation in sorted(by_delegation)}


class _Pages:
    """The issued version, looked up from the side of its inputs."""

    def __init__(self, issued: SummaryIssued, inputs: Inputs) -> None:
        self.inputs = inputs
        self.outcomes = {one.input: one for one in issued.outcomes}
        self.lines = _numbered(issued)
        self.citing: dict[str, list[tuple[IssuedSentence, Source]]] = {}
        for theme in issued.themes:
            for sentence in theme.sentences:
                for source in sentence.sources:
                    self.citing.setdefault(source.input, []).append((sentence, source))

    def became(self, outcome: Outcome, put_in: Input) -> dict[str, Any]:
        kind = "principle" if put_in.reference.startswith("principle/") else "amendment"
        said = {"input": outcome.input, "kind": kind, "text_hash": put_in.text_hash, "disposition": outcome.disposition}
        why = {name: value for name in ("into", "reason_code", "reason") if (value := getattr(outcome, name))}
        return {**said, **why, "went_to": list(self._went(outcome))}

    def _went(self, outcome: Outcome) -> Iterator[dict[str, Any]]:
        if outcome.input in self.citing or outcome.disposition != MERGED:
            for sentence, source in self.citing.get(outcome.input, ()):
                yield {**self._place(sentence), "text_hash": source.text_hash, "stance": source.stance, **self._spans(sentence, source)}
            return
        leader = _leader(outcome, self.outcomes)
        for sentence in dict.fromkeys(sentence for sentence, _ in self.citing.get(leader, ())):
            yield self._place(sentence)

    def _place(self, sentence: IssuedSentence) -> dict[str, Any]:
        return {"sentence": sentence.sentence, "number": sentence.number, "lines": self.lines[sentence.number]}

    def _spans(self, sentence: IssuedSentence, source: Source) -> dict[str, Any]:
        put_in = self.inputs.by_reference[source.input]
        known = put_in.text_hash == source.text_hash
        whole = (source.start or 0, source.end if source.end is not None else len(put_in.text)) if known or source.end is not None else None
        return {
            **({"input_span": whole} if whole else {}),
            "sentence_span": (quoted(source, put_in.text, sentence.text) if known else None) or (0, len(sentence.text)),
        }


def _leader(outcome: Outcome, outcomes: Mapping[str, Outcome]) -> str:
    """The input in which a merged one goes on, step by step; the gate lets no circle be issued."""
    seen = {outcome.input}
    while outcome.disposition == MERGED and outcome.into is not None and outcome.into in outcomes and outcome.into not in seen:
        seen.add(outcome.into)
        outcome = outcomes[outcome.into]
    return outcome.input


def _numbered(issued: SummaryIssued) -> dict[int, tuple[int, int]]:
    """The first and the last canonical line of each sentence, by its number."""
    found, last = {}, 0
    for number, lines in lines_of(read(issued.document.encode())).items():
        found[number] = (last + 1, last + len(lines))
        last += len(lines)
    return found
