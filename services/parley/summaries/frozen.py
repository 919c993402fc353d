"""Frozen: the words of a summary while delegations are asked about them, and by which procedure exactly these words were adopted."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce

import msgspec

from parley.kernel.decider import Invalid, Refused, require
from parley.protocol.consensus import Call, agreed, open_call
from parley.protocol.marking import RESTRICTED
from parley.protocol.ruled_out import Impossible, RuledOut
from parley.protocol.silence import Silence, adopted, running
from parley.protocol.standing import Actor
from parley.summaries.languages import language
from parley.summaries.summary import Summary, evolve


def frozen_text(summary: Summary) -> str:
    """The words on which delegations are asked: those that would be issued, without symbol, time and authority, which an issue alone can have."""
    audience = f" ({', '.join(summary.audience)})" if summary.audience else ""
    lines, number = [summary.title, language(summary.language).header, f"{summary.marking}{audience}"], 0
    for theme, sentences in summary.in_order():
        if sentences:
            lines += ["", theme.title]
        for one in sentences:
            number += 1
            lines.append(f"{number}. {one.text}")
    return "\n".join(lines) + "\n"


def hash_of_words(summary: Summary) -> str:
    """SHA-256 of these words, in hex."""
    return hashlib.sha256(frozen_text(summary).encode()).hexdigest()


def adopted_words(summary: Summary) -> Silence | None:
    """The silence by which the working text was adopted, word for word as it is now."""
    return adopted(summary.silences, hash_of_words(summary)) if summary.silences else None


def agreed_words(summary: Summary) -> Call | None:
    """The call by which consensus was declared on the working text, word for word as it is now."""
    return agreed(summary.calls, hash_of_words(summary)) if summary.calls else None


def travels_to(actor: Actor, marking: str, audience: Sequence[str]) -> bool:
    """Whether an actor may know of frozen words: the bench, and the participants as far as the marking lets them travel."""
    if actor.may("summary.read-working"):
        return True
    return actor.may("summary.read-issued") and (marking != RESTRICTED or actor.delegation in audience)


def keep_frozen(summary: Summary, facts: Sequence[msgspec.Struct]) -> None:
    """Refuse facts that would change a word while delegations are asked about it."""
    silence, call = running(summary.silences), open_call(summary.calls)
    text_hash = silence.opened.text_hash if silence else call.called.text_hash if call else None
    if text_hash is not None:
        still = hash_of_words(reduce(evolve, facts, summary)) == text_hash
        why = "Delegations are being asked about this text, and no word of it changes. Wait for the end, or end the silence or the call first."
        require(still, "text-frozen", why)


def require_nothing_asked(summary: Summary, *, but_calls: bool = False) -> None:
    """Refuse what has to wait until delegations were heard."""
    over = running(summary.silences) is None
    require(over, "under-silence", "A silence is running. Wait for its end, or withdraw the text first.")
    over = but_calls or open_call(summary.calls) is None
    require(over, "call-open", "A call for consensus is open. Declare consensus, or end the call first.")


@contextmanager
def answered() -> Iterator[None]:
    """What the protocol's rules refuse is refused by this service."""
    try:
        yield
    except Impossible as ruled_out:
        raise Invalid(ruled_out.rule, ruled_out.why, **ruled_out.details) from None
    except RuledOut as ruled_out:
        raise Refused(ruled_out.rule, ruled_out.why, **ruled_out.details) from None
