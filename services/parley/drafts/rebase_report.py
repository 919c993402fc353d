"""The rebase report: what a version made of an amendment, as its readers are told."""

from typing import Any

import msgspec

from parley.drafts.facts import Fate
from parley.drafts.quoting import REPLACE
from parley.text import Edit, Version


def as_told(fate: Fate, text: Version) -> dict[str, Any]:
    """A fate with its reason and its texts (as it was, as it stands, as it was wanted), and how its author could restate it on `text`."""
    told: dict[str, Any] = {name: getattr(fate, name) for name in ("amendment", "fate", "reason", "state", "clause")}
    return told | {"passages": [msgspec.structs.asdict(passage) for passage in fate.passages], "restatement": _restatement(fate, text)}


def _restatement(fate: Fate, text: Version) -> dict[str, str] | None:
    """The body of a restatement that puts the same wish on the new words; None where it is not a change of words in one clause."""
    match fate.suggested:
        case (Edit(clause, start, end, _, new),):
            stands = text.clause(clause).text
            return {"operation": REPLACE, "clause": clause, "old": stands, "new": stands[:start] + new + stands[end:]}
        case _:
            return None
