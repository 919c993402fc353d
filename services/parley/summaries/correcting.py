"""Correcting: Corr.n of an issued version names places, old words and new ones; the issued bytes stay as they are."""

from datetime import datetime

import msgspec

from parley.kernel.decider import Refused, Unknown, require
from parley.protocol.marking import PUBLIC
from parley.protocol.standing import Actor
from parley.summaries.facts import CorrectionIssued, CorrectionReleased
from parley.summaries.forum import Forum
from parley.summaries.issued_version import IssuedVersion
from parley.summaries.summary import Summary
from parley.summaries.wording import remarks_on_title


class IssueCorrection(msgspec.Struct, frozen=True):
    """Correct an issued version: in each named place, the old words and the new."""

    by: Actor
    at: datetime
    version: int
    changes: tuple[tuple[str, str, str], ...]
    reason: str
    forum: Forum


def correct(summary: Summary, command: IssueCorrection) -> list[msgspec.Struct]:
    """Corr.n of a version. Each old wording must stand where it is said to stand; the issued bytes stay as they are."""
    version = summary.version(command.version)
    if version is None:
        raise Unknown
    sentences = {str(one.number): corrected(str(one.number), one.text, version) for theme in version.themes for one in theme.sentences}
    for place, old, new in command.changes:
        if place not in sentences:
            raise Refused("no-such-place", "Name each place by the number of its sentence in the issued version.")
        require(old and old in sentences[place], "misquote", "The old words do not stand in that sentence. Quote them as issued and corrected so far.")
        require(new != old, "nothing-corrected", "The new words are the old ones. Leave this place out.")
        words = sentences[place].replace(old, new, 1)
        _require_no_worse(sentences[place], words, summary, command.forum)
        sentences[place] = words
    require(command.reason.strip(), "reason-missing", "Say why it is corrected; the reason is shown with the correction.")
    number = len(version.corrections) + 1
    correction = CorrectionIssued(
        summary.summary, version.version, number, f"{version.symbol}/Corr.{number}", command.changes, command.reason, command.at,
    )  # fmt: skip
    now = version.released and version.marking == PUBLIC
    return [correction, *([correction_released(correction, command.at)] if now else [])]


def _require_no_worse(before: str, after: str, summary: Summary, forum: Forum) -> None:
    """A correction passes no gate of its own; so it brings in nothing that the gate would have found."""
    were = {(one.code, one.evidence) for one in remarks_on_title(before, summary, forum)}
    new = [one for one in remarks_on_title(after, summary, forum) if (one.code, one.evidence) not in were]
    if new:
        raise Refused("corrects-too-much", f"{new[0].says} A correction changes no meaning; issue a new version instead.")


def corrected(place: str, text: str, version: IssuedVersion) -> str:
    """A sentence as the corrections so far have it."""
    for correction in version.corrections:
        for where, old, new in correction.changes:
            if where == place:
                text = text.replace(old, new, 1)
    return text


def correction_released(correction: CorrectionIssued, at: datetime) -> CorrectionReleased:
    """What everybody is told of a correction."""
    return CorrectionReleased(
        correction.summary, correction.version, correction.symbol, correction.correction, correction.changes, correction.reason, at,
    )  # fmt: skip
