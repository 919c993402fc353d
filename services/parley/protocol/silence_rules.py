"""What may happen while a text lies under silence.

`at` is always the record's time, so the record alone says what came before the end. While a silence runs, the service itself gives a sign of life every
few minutes; from a sign that comes late it follows, whoever asks and whatever the clock did, for how long perhaps nobody could object, and that time is
given back before anything else is judged. So nothing is adopted in or right after an absence.
"""

from datetime import datetime, timedelta

import msgspec

from parley.protocol.moments import shown_in
from parley.protocol.ruled_out import Impossible, RuledOut
from parley.protocol.silence import (
    BY_CHAIR,
    BY_OUTAGE,
    STATEMENTS,
    TOLERANCE,
    Adopted,
    Broken,
    Extended,
    Opened,
    Silence,
    Silences,
    Stated,
    Step,
    Watched,
    Withdrawn,
    running,
    silence_after,
)
from parley.protocol.standing import Standing

NOTICE = timedelta(hours=1)
"""What is left, at the least, when the service is back."""

LONGEST = timedelta(days=30)


def begin(silences: Silences, opened: Opened) -> list[Step]:
    """A new procedure; `opened.number` is set here. One at a time, and a text that was broken needs a new one."""
    if running(silences) is not None:
        raise RuledOut("under-silence", "A silence is running already. Wait for its end, or withdraw the text first.")
    _ends_later(opened.at, opened.expires_at)
    return [msgspec.structs.replace(opened, number=len(silences) + 1)]


def extend(silences: Silences, at: datetime, expires_at: datetime, reason: str) -> list[Step]:
    """A later end, before the present one has come; never an earlier one."""
    steps, silence = _in_time(silences, at)
    _ends_later(at, expires_at)
    if expires_at <= silence.expires_at:
        raise RuledOut("not-later", "A silence can only be made longer. Name a later time.", expires_at=_told(silence))
    return [*steps, Extended(silence.opened.number, at, expires_at, BY_CHAIR, reason)]


def withdraw(silences: Silences, at: datetime, reason: str) -> list[Step]:
    """The text, taken back before the end."""
    steps, silence = _in_time(silences, at)
    return [*steps, Withdrawn(silence.opened.number, at, reason)]


def record_outage(silences: Silences, at: datetime, away_from: datetime, away_until: datetime, reason: str) -> list[Step]:
    """The time in which delegations could not reach the service, given back; told before the end."""
    steps, silence = _in_time(silences, at)
    began = max(away_from, silence.opened.at)
    if not began < away_until <= at:
        raise RuledOut("outage-elsewhere", "An outage lies between the beginning of the silence and now. Give its beginning and its end.")
    for known in silence.extensions:
        if known.away_from is not None and known.away_until is not None and began < known.away_until and known.away_from < away_until:
            raise RuledOut("outage-known", "An outage in that time has been given back already. Give only the time that was not.")
    expires_at = silence.expires_at + (away_until - began)
    return [*steps, Extended(silence.opened.number, at, expires_at, BY_OUTAGE, reason, began, away_until)]


def break_by_objection(silences: Silences, said: Broken) -> list[Step]:
    """The silence, broken by the first objection that comes before the end; `said.number` is set here."""
    steps, silence = _in_time(silences, said.at)
    return [*steps, msgspec.structs.replace(said, number=silence.opened.number)]


def break_by_amendment(silences: Silences, said: Broken) -> list[Step]:
    """The same by an amendment; nothing where no silence runs any more, because an amendment stands by itself."""
    silence = running(silences)
    if silence is None:
        return []
    steps, silence = _back(silence, said.at)
    if said.at >= silence.expires_at:
        return steps
    return [*steps, msgspec.structs.replace(said, number=silence.opened.number)]


def state(silences: Silences, said: Stated) -> list[Step]:
    """A statement beside the text, while the silence runs or afterwards; `said.number` is set here."""
    if not silences:
        raise RuledOut("no-silence", "No silence was begun on this text.")
    if said.kind not in STATEMENTS:
        raise Impossible("unknown-statement", f"A statement is one of: {', '.join(STATEMENTS)}.")
    return [msgspec.structs.replace(said, number=silences[-1].opened.number)]


def fall_due(silences: Silences, at: datetime) -> list[Step]:
    """What time alone does, when the timer rings: a sign of life; the adoption, once; or, after an absence, a later end. Nothing where it is over."""
    silence = running(silences)
    if silence is None:
        return []
    if at < silence.due:  # refused and not answered with nothing: an answer would be remembered, and the timer could not ring again
        raise RuledOut("silence-not-over", "Its time has not come. Wait for it.")
    steps, silence = _back(silence, at)
    if steps:
        return steps
    if at >= silence.expires_at:
        return [Adopted(silence.opened.number, at, silence.opened.text_hash)]
    return [Watched(silence.opened.number, at)]


def speaking_for(standing: Standing, delegation: str, group: str | None) -> tuple[str, ...]:
    """The accredited members of a group for which a delegation speaks, at this moment; none where it speaks for itself."""
    if group is None:
        return ()
    members = standing.members_of(group)
    if delegation not in members:
        raise RuledOut("not-a-member", "Only a member of a group may speak for it.")
    return tuple(member for member in members if standing.accredited(member))


def _ends_later(at: datetime, expires_at: datetime) -> None:
    if not at < expires_at <= at + LONGEST:
        raise Impossible("expiry-out-of-range", "A silence ends later than now and within thirty days. Name such a time.")


def _in_time(silences: Silences, at: datetime) -> tuple[list[Step], Silence]:
    """The running procedure, with what an absence gave back first; refused at the end and after it, with the time of receipt."""
    silence = running(silences)
    if silence is None:
        if not silences:
            raise RuledOut("no-silence", "No silence was begun on this text.")
        ended = silences[-1]
        why = "The silence is over. What you have to say can stand beside the text as a statement."
        raise RuledOut("silence-over", why, state=ended.state, **_received(ended, at))
    steps, silence = _back(silence, at)
    if at >= silence.expires_at:
        why = "This came when the silence was over. It can stand beside the text as a reservation or a statement."
        raise RuledOut("silence-over", why, state=silence.state, **_received(silence, at))
    return steps, silence


def _received(silence: Silence, at: datetime) -> dict[str, object]:
    return {"received_at": shown_in(silence.opened.zone, at), "expired_at": _told(silence), "instead": list(STATEMENTS)}


def _told(silence: Silence) -> str:
    return shown_in(silence.opened.zone, silence.expires_at)


def _back(silence: Silence, at: datetime) -> tuple[list[Step], Silence]:
    """The procedure when the service is back: with a later end, if a sign or the end is overdue."""
    if at - silence.due <= TOLERANCE:
        return [], silence
    # From the last sign on nobody knows whether anybody could have objected; all of that time is given back.
    expires_at = max(silence.expires_at + (at - silence.sign), at + NOTICE)
    extended = Extended(silence.opened.number, at, expires_at, BY_OUTAGE, away_from=silence.sign, away_until=at)
    return [extended], silence_after(silence, extended)
