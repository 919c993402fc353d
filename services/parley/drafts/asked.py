"""Asked: what holds of a version while delegations are asked about it, by a silence or by a call for consensus."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from parley.drafts.document import Document
from parley.drafts.evolving import DocumentFact
from parley.drafts.facts import PackageClosed, VersionMade
from parley.drafts.settling import structure
from parley.kernel.decider import Invalid, Refused, require
from parley.protocol.consensus import DECLARED, open_call
from parley.protocol.ruled_out import Impossible, RuledOut
from parley.protocol.silence import ADOPTED, running
from parley.protocol.standing import Standing

BY_SILENCE, BY_CONSENSUS = "by silence", "by consensus"
"""By what a version can have been adopted."""


def require_nothing_asked(document: Document, *, but_calls: bool = False) -> None:
    """Refuse what has to wait until delegations were heard."""
    over = running(document.silences) is None
    require(over, "under-silence", "A silence is running. Wait for its end, or withdraw the text first.")
    over = but_calls or open_call(document.calls) is None
    require(over, "call-open", "A call for consensus is open. Declare consensus, or end the call first.")


def keep_frozen(document: Document, facts: Sequence[DocumentFact]) -> None:
    """Refuse another version, and the end of the whole, while delegations are asked about this one."""
    if running(document.silences) is None and open_call(document.calls) is None:
        return
    still = not any(isinstance(fact, VersionMade | PackageClosed) for fact in facts)
    why = "Delegations are being asked about this text, and no word of it changes. Wait for the end, or end the silence or the call first."
    require(still, "text-frozen", why)


def settled(document: Document, standing: Standing) -> None:
    """Refuse to ask about a text that says itself that it is not agreed."""
    brackets = structure(document.text, frozenset((*standing.delegations, *standing.groups)))[0].open_brackets()
    require(not brackets, "brackets-open", "What stands in brackets is not agreed. Settle it in another version first.", brackets=len(brackets))


def authority_of(document: Document, version: int) -> str | None:
    """By what a version was adopted, if it was: a consensus that the chair declared goes before a silence that nobody broke."""
    if any(one.state == DECLARED and one.called.version == version for one in document.calls):
        return BY_CONSENSUS
    return BY_SILENCE if any(one.state == ADOPTED and one.opened.version == version for one in document.silences) else None


@contextmanager
def answered() -> Iterator[None]:
    """What the protocol's rules refuse is refused by this service."""
    try:
        yield
    except Impossible as ruled_out:
        raise Invalid(ruled_out.rule, ruled_out.why, **ruled_out.details) from None
    except RuledOut as ruled_out:
        raise Refused(ruled_out.rule, ruled_out.why, **ruled_out.details) from None
