"""The rules of a document: every command that it takes, and the facts that follow."""

from typing import assert_never

from parley.drafts import asked, rules_chair, rules_clauses, rules_consensus, rules_importing, rules_proposing, rules_silence, rules_versions
from parley.drafts.document import Document
from parley.drafts.evolving import DocumentFact, evolve
from parley.drafts.facts import CATALOGUE
from parley.drafts.rules_chair import CloseWindow, DropEdit, EditClause, NoteWindowOver, OpenWindow, RuleOnAmendments, TableDocument, WaiveLateness
from parley.drafts.rules_clauses import ClosePackage, MarkClauses
from parley.drafts.rules_consensus import (
    AnswerObjection,
    CallConsensus,
    ConsensusCommand,
    DeclareConsensus,
    EndCall,
    RaiseObjection,
    RetractObjection,
    StateOnCall,
)
from parley.drafts.rules_importing import ImportAmendment
from parley.drafts.rules_proposing import (
    EndSponsorship,
    LoosenMarking,
    ProposeAmendment,
    RestateAmendment,
    SponsorAmendment,
    WithdrawAmendment,
)
from parley.drafts.rules_silence import (
    BreakSilence,
    ExtendSilence,
    LetTimePass,
    MakeStatement,
    RecordOutage,
    SilenceCommand,
    StartSilence,
    WithdrawText,
)
from parley.drafts.rules_versions import MakeVersion, ReleaseVersion
from parley.kernel.decider import Decider

DocumentCommand = (
    TableDocument
    | OpenWindow
    | CloseWindow
    | NoteWindowOver
    | ProposeAmendment
    | ImportAmendment
    | RestateAmendment
    | SponsorAmendment
    | EndSponsorship
    | WithdrawAmendment
    | LoosenMarking
    | WaiveLateness
    | RuleOnAmendments
    | EditClause
    | DropEdit
    | MarkClauses
    | ClosePackage
    | MakeVersion
    | ReleaseVersion
    | SilenceCommand
    | ConsensusCommand
)


def decide(document: Document, command: DocumentCommand) -> list[DocumentFact]:
    """The facts that follow from a command, or Refused; with what they do to a silence."""
    facts = _decided(document, command)
    if isinstance(command, NoteWindowOver | LetTimePass):
        return facts
    asked.keep_frozen(document, facts)
    # The amendment's own fact comes last: its author is answered with the stream's version at which it stands.
    return [*rules_silence.broken_by(document, command.by, command.at, facts), *facts]


def _decided(document: Document, command: DocumentCommand) -> list[DocumentFact]:
    match command:
        case TableDocument():
            return rules_chair.table(document, command)
        case OpenWindow():
            return rules_chair.open_window(document, command)
        case CloseWindow():
            return rules_chair.close_window(document, command)
        case NoteWindowOver():
            return rules_chair.note_window_over(document, command)
        case ProposeAmendment():
            return rules_proposing.propose(document, command)
        case ImportAmendment():
            return rules_importing.take_in(document, command)
        case RestateAmendment():
            return rules_proposing.restate(document, command)
        case SponsorAmendment():
            return rules_proposing.sponsor(document, command)
        case EndSponsorship():
            return rules_proposing.end_sponsorship(document, command)
        case WithdrawAmendment():
            return rules_proposing.withdraw(document, command)
        case LoosenMarking():
            return rules_proposing.loosen(document, command)
        case WaiveLateness():
            return rules_chair.waive(document, command)
        case RuleOnAmendments():
            return rules_chair.rule(document, command)
        case EditClause():
            return rules_chair.edit(document, command)
        case DropEdit():
            return rules_chair.drop_edit(document, command)
        case MarkClauses():
            return rules_clauses.mark(document, command)
        case ClosePackage():
            return rules_clauses.close(document, command)
        case MakeVersion():
            return rules_versions.make(document, command)
        case ReleaseVersion():
            return rules_versions.release(document, command)
        case StartSilence() | ExtendSilence() | RecordOutage() | WithdrawText() | BreakSilence() | MakeStatement() | LetTimePass():
            return [*rules_silence.decide(document, command)]
        case CallConsensus() | RaiseObjection() | StateOnCall() | RetractObjection() | AnswerObjection() | DeclareConsensus() | EndCall():
            return [*rules_consensus.decide(document, command)]
        case _:
            assert_never(command)


DOCUMENTS: Decider[Document, DocumentCommand, DocumentFact] = Decider("document", CATALOGUE, Document(), decide, evolve)
