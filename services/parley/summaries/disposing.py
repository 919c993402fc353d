"""Disposing: the chair answers every input, once, with a reason where it is not taken up."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from parley.kernel.decider import Invalid, Refused, require
from parley.protocol.standing import Actor
from parley.summaries.facts import Disposition, InputsDisposed
from parley.summaries.inputs import WITHDRAWN, Input
from parley.summaries.summary import Summary

REFLECTED, PARTLY, MERGED, PARKED, NOT_REFLECTED = "reflected", "partly", "merged", "parked", "not_reflected"
DISPOSITIONS = (REFLECTED, PARTLY, MERGED, PARKED, NOT_REFLECTED)
"""What the chair may say of an input. That one is `withdrawn` is its author's word; after an issue it is `withdrawn_after_issue`."""

REASONS = ("out-of-scope", "no-support", "overtaken", "contradicted", "unclear", "already-covered", "other")
"""Why an input is not reflected; a sentence goes with it."""


class DisposeInputs(msgspec.Struct, frozen=True):
    """Say what became of inputs. `known` are these inputs, as far as the service knows them."""

    by: Actor
    at: datetime
    dispositions: tuple[Disposition, ...]
    known: dict[str, Input]


def dispose(summary: Summary, command: DisposeInputs) -> list[msgspec.Struct]:
    """Each input has this answer from now on, and no other."""
    for one in command.dispositions:
        _require_sound(one, command.known)
    named = [one.input for one in command.dispositions]
    if len(set(named)) != len(named):
        raise Invalid("input-twice", "An input is named twice. Each has exactly one answer.")
    return [InputsDisposed(summary.summary, command.dispositions)]


def _require_sound(one: Disposition, known: Mapping[str, Input]) -> None:
    put_in = known.get(one.input)
    if put_in is None or (one.into is not None and one.into not in known):
        raise Invalid("unknown-input", "There is no such input in this negotiation. Take the reference from the list of inputs.")
    if one.disposition not in DISPOSITIONS:
        raise Invalid("unknown-disposition", f"An input is one of: {', '.join(DISPOSITIONS)}. Only its author can withdraw it.")
    if (one.disposition == MERGED) != (one.into is not None) or one.into == one.input:
        raise Invalid("merged-into-what", "Say with `into` which other input it is merged into, and only for `merged`.")
    if one.disposition == NOT_REFLECTED and (one.reason_code not in REASONS or not one.reason.strip()):
        raise Refused("reason-missing", f"Say why it is not reflected: a code ({', '.join(REASONS)}) and a sentence for its author.")
    if one.disposition == PARKED and not one.reason.strip():
        raise Refused("reason-missing", "Say until when or for what it is parked.")
    require(put_in.state != WITHDRAWN, "input-withdrawn", "Its author has withdrawn this input; that is its answer. Leave it out of the list.")
