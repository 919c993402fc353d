"""The rules of a chair's summary: who may do what to it, and which rule decides each command."""

from typing import assert_never

import msgspec

from parley.kernel.decider import Decider, NotEntitled, Unknown
from parley.summaries import (
    accuracy,
    beginning,
    by_consensus,
    composing,
    correcting,
    disposing,
    drafting,
    frozen,
    issuing,
    joining,
    reissuing,
    stating,
    under_silence,
)  # fmt: skip
from parley.summaries.accuracy import AnswerCorrection, AskCorrection, OpenAccuracyWindow, WithdrawRequest
from parley.summaries.beginning import MarkSummary, RetitleSummary, StartSummary
from parley.summaries.by_consensus import (
    AnswerObjection,
    CallConsensus,
    ConsensusCommand,
    DeclareConsensus,
    EndCall,
    RaiseObjection,
    RetractObjection,
    StateOnCall,
)
from parley.summaries.composing import ComposeSummary, SetApart
from parley.summaries.correcting import IssueCorrection
from parley.summaries.disposing import DisposeInputs
from parley.summaries.drafting import (
    AddTheme,
    Drafting,
    EditSentence,
    MoveSentence,
    RemoveSentence,
    RemoveTheme,
    RetitleTheme,
    WriteSentence,
)
from parley.summaries.facts import CATALOGUE
from parley.summaries.issuing import CountersignIssue, IssueSummary, OverrideFinding, ReleaseVersion
from parley.summaries.joining import MergeSentences, SplitSentence
from parley.summaries.reissuing import ReissueVersion
from parley.summaries.stating import RecordStatement, TakeStatementBack
from parley.summaries.summary import Summary, evolve
from parley.summaries.under_silence import (
    BreakSilence,
    ExtendSilence,
    LetTimePass,
    MakeStatement,
    RecordOutage,
    SilenceCommand,
    StartSilence,
    WithdrawText,
)

Accuracy = OpenAccuracyWindow | AskCorrection | AnswerCorrection | WithdrawRequest
Command = (
    StartSummary
    | RetitleSummary
    | MarkSummary
    | Drafting
    | SplitSentence
    | MergeSentences
    | DisposeInputs
    | ComposeSummary
    | SetApart
    | Accuracy
    | OverrideFinding
    | IssueSummary
    | CountersignIssue
    | ReleaseVersion
    | IssueCorrection
    | ReissueVersion
    | RecordStatement
    | TakeStatementBack
    | SilenceCommand
    | ConsensusCommand
)

CHAIRS = "The chair issues, corrects, and lets findings stand. Ask the chair."
DRAFTERS = "The chair and the rapporteur draft the summary. Ask one of them."


def decide(summary: Summary, command: Command) -> list[msgspec.Struct]:
    """The facts that follow from a command, or Refused."""
    _require_entitled(command)
    if not summary.started and not isinstance(command, StartSummary):
        raise Unknown
    facts = _decided(summary, command)
    frozen.keep_frozen(summary, facts)
    return facts


def _decided(summary: Summary, command: Command) -> list[msgspec.Struct]:
    match command:
        case ComposeSummary():
            return composing.compose(summary, command)
        case SetApart():
            return composing.set_apart(summary, command)
        case SplitSentence():
            return joining.split(summary, command)
        case MergeSentences():
            return joining.merge(summary, command)
        case DisposeInputs():
            return disposing.dispose(summary, command)
        case OverrideFinding():
            return issuing.override(summary, command)
        case IssueSummary():
            frozen.require_nothing_asked(summary)
            return issuing.issue(summary, command)
        case CountersignIssue():
            frozen.require_nothing_asked(summary)
            return issuing.countersign(summary, command)
        case ReleaseVersion():
            return issuing.release(summary, command)
        case IssueCorrection():
            return correcting.correct(summary, command)
        case ReissueVersion():
            return reissuing.reissue(summary, command)
        case RecordStatement():
            return stating.record(summary, command)
        case TakeStatementBack():
            return stating.take_back(summary, command)
        case OpenAccuracyWindow() | AskCorrection() | AnswerCorrection() | WithdrawRequest():
            return accuracy.decide(summary, command)
        case StartSilence() | ExtendSilence() | RecordOutage() | WithdrawText() | BreakSilence() | MakeStatement() | LetTimePass():
            return under_silence.decide(summary, command)
        case CallConsensus() | RaiseObjection() | StateOnCall() | RetractObjection() | AnswerObjection() | DeclareConsensus() | EndCall():
            return by_consensus.decide(summary, command)
        case _:
            return _draft(summary, command)


def _draft(summary: Summary, command: StartSummary | RetitleSummary | MarkSummary | Drafting) -> list[msgspec.Struct]:
    match command:
        case StartSummary():
            return beginning.start(summary, command)
        case RetitleSummary():
            return beginning.retitle(summary, command)
        case MarkSummary():
            return beginning.mark(summary, command)
        case AddTheme():
            return drafting.add_theme(summary, command)
        case RetitleTheme():
            return drafting.retitle_theme(summary, command)
        case RemoveTheme():
            return drafting.remove_theme(summary, command)
        case WriteSentence():
            return drafting.write(summary, command)
        case EditSentence():
            return drafting.edit(summary, command)
        case MoveSentence():
            return drafting.move(summary, command)
        case RemoveSentence():
            return drafting.remove(summary, command)
        case _:
            assert_never(command)


def _require_entitled(command: Command) -> None:
    match command:
        case ReleaseVersion() | LetTimePass():
            return  # time alone releases and adopts; the rule asks the record's clock
        case BreakSilence() | MakeStatement() | RaiseObjection() | StateOnCall() | RetractObjection():
            return  # who may speak depends on who may see the text
        case StartSilence() | ExtendSilence() | WithdrawText():
            action, why = "silence.start", "The chair puts a text under silence, makes it longer, and takes the text back. Ask the chair."
        case CallConsensus() | AnswerObjection() | DeclareConsensus() | EndCall():
            action, why = "consensus.call", "The chair calls for consensus, answers objections, and declares it. Ask the chair."
        case RecordOutage():
            action, why = "silence.outage", "The secretariat records an outage. Ask the secretariat."
        case RecordStatement() | TakeStatementBack():
            return  # who may speak depends on who may read the version
        case AskCorrection() | WithdrawRequest():
            return  # who may ask depends on whose view the sentence puts
        case OverrideFinding() | IssueSummary() | MarkSummary() | OpenAccuracyWindow() | AnswerCorrection():
            action, why = "summary.issue", CHAIRS
        case CountersignIssue():
            action, why = "summary.countersign", "The rapporteur or the secretariat signs after the chair. Ask one of them."
        case IssueCorrection() | ReissueVersion():
            action, why = "summary.correct", CHAIRS
        case _:
            action, why = "summary.draft", DRAFTERS
    if command.by.may(action):
        return
    # Who may not read the working text learns nothing of it, not even that it is there.
    if not command.by.may("summary.read-working"):
        raise Unknown
    raise NotEntitled("not-entitled", why)


SUMMARIES: Decider[Summary, Command, msgspec.Struct] = Decider("summary", CATALOGUE, Summary(), decide, evolve)
"""A chair's summary: its stream is `summary/<negotiation>/<number>`."""


def identity(negotiation: str, summary: str) -> str:
    """The name of a summary's stream behind its kind: its number within its negotiation, so no symbol can ever be given twice."""
    return f"{negotiation}/{summary}"
