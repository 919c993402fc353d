"""Accuracy: for a while, a delegation may ask to correct how its own view is put, and the chair answers before the summary is issued."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import assert_never

import msgspec

from parley.kernel.decider import Invalid, NotEntitled, Refused, Unknown, require
from parley.protocol.marking import RESTRICTED
from parley.protocol.standing import Actor
from parley.summaries.facts import Sentence
from parley.summaries.facts_accuracy import AccuracyWindowOpened, CorrectionAnswered, CorrectionAsked, RequestKept, RequestWithdrawn
from parley.summaries.inputs import Input
from parley.summaries.summary import Summary

MADE, DECLINED = "made", "declined"
LONGEST_WINDOW = timedelta(days=30)


class OpenAccuracyWindow(msgspec.Struct, frozen=True):
    """Let delegations ask for corrections until `closes_at`, or move that time."""

    by: Actor
    at: datetime
    closes_at: datetime


class AskCorrection(msgspec.Struct, frozen=True):
    """Ask to correct a sentence in the words that were read. `known` are its inputs, as far as the service knows them."""

    by: Actor
    at: datetime
    sentence: str
    text: str
    says: str
    proposes: str
    known: dict[str, Input]


class AnswerCorrection(msgspec.Struct, frozen=True):
    """Answer a request: made, or declined."""

    by: Actor
    at: datetime
    request: str
    outcome: str
    reason: str


class WithdrawRequest(msgspec.Struct, frozen=True):
    """Ask no longer."""

    by: Actor
    at: datetime
    request: str


def decide(summary: Summary, command: OpenAccuracyWindow | AskCorrection | AnswerCorrection | WithdrawRequest) -> list[msgspec.Struct]:
    """The facts that follow from a command about accuracy, or Refused."""
    match command:
        case OpenAccuracyWindow():
            return _open(summary, command)
        case AskCorrection():
            return _ask(summary, command)
        case AnswerCorrection():
            return _answer(summary, command)
        case WithdrawRequest():
            return _withdraw(summary, command)
        case _:
            assert_never(command)


def concerned(sentence: Sentence, known: Mapping[str, Input]) -> frozenset[str]:
    """The delegations whose view a sentence puts: those who gave its sources or said something of them, themselves or through a group.

    One that may not read a restricted source beside its own does not get to read the sentence.
    """
    sources = [known[source.input] for source in sentence.sources if source.input in known]
    speaking = {voice.delegation for one in sources for voice in one.voices} | {one.delegation for one in sources}
    closed = [{*one.audience, one.delegation} for one in sources if one.marking == RESTRICTED]
    return frozenset(one for one in speaking if all(one in readers for readers in closed))


def _open(summary: Summary, command: OpenAccuracyWindow) -> list[msgspec.Struct]:
    before = summary.window_closes_at
    require(before is None or command.at < before, "window-closed", "The window has closed. Who missed it may still ask for a correction of the issued text.")
    if not command.at < command.closes_at <= command.at + LONGEST_WINDOW:
        raise Invalid("window-out-of-range", "The window closes later than now and within thirty days. Name such a time.")
    return [AccuracyWindowOpened(summary.summary, command.closes_at)]


def _ask(summary: Summary, command: AskCorrection) -> list[msgspec.Struct]:
    sentence = summary.sentences.get(command.sentence)
    closes_at = summary.window_closes_at
    # Whose view it does not put may not even know that the sentence is there.
    if closes_at is None or sentence is None or command.by.delegation not in concerned(sentence, command.known):
        raise Unknown
    if not command.by.may("correction.ask"):
        raise NotEntitled("not-entitled", "The head of the delegation asks for corrections. Ask the head to do so.")
    if command.at >= closes_at:
        raise Refused(
            "window-closed", "The window has closed. Ask the chair for a correction of the issued text.", closes_at=closes_at.isoformat(), received_at=command.at.isoformat(),
        )  # fmt: skip
    require(sentence.text == command.text, "sentence-changed", "The sentence reads differently by now. Read it again, then ask if you still need to.")
    number = len(summary.requests) + 1
    return [
        CorrectionAsked(
            summary.summary, f"r{number}", command.by.delegation or "", command.sentence, command.text, command.says, command.proposes, command.at,
        )
    ]  # fmt: skip


def _answer(summary: Summary, command: AnswerCorrection) -> list[msgspec.Struct]:
    request = _request(summary, command.request)
    require(not request.outcome, "answered-already", "This request has its answer, or was withdrawn.")
    if command.outcome not in (MADE, DECLINED):
        raise Invalid("unknown-outcome", f"A request is {MADE} or {DECLINED}. Say which.")
    require(command.reason.strip(), "reason-missing", "Say why; the delegation reads the reason.")
    now = summary.sentences.get(summary.became.get(request.sentence, request.sentence))
    require(
        command.outcome == DECLINED or now is None or now.text != request.text, "nothing-changed",
        "The sentence still reads as it did. Correct it first, or decline with a reason.",
    )  # fmt: skip
    return [CorrectionAnswered(summary.summary, command.request, command.outcome, command.reason, command.at)]


def _withdraw(summary: Summary, command: WithdrawRequest) -> list[msgspec.Struct]:
    request = _request(summary, command.request)
    if request.delegation != command.by.delegation:
        raise Unknown
    if not command.by.may("correction.ask"):
        raise NotEntitled("not-entitled", "The head of the delegation withdraws its requests. Ask the head to do so.")
    require(not request.outcome, "answered-already", "This request has its answer, or was withdrawn.")
    return [RequestWithdrawn(summary.summary, command.request)]


def _request(summary: Summary, name: str) -> RequestKept:
    request = summary.requests.get(name)
    if request is None:
        raise Unknown
    return request
