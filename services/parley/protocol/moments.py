"""Moments: what may stand for a time that somebody sets."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from parley.protocol.ruled_out import Impossible

FIRST, SECOND = "first", "second"
"""Which of two, where the clocks are set back and an hour comes twice."""

_known_zones = cache(available_timezones)


def moment(said: object) -> datetime:
    """A time as it is recorded: in UTC, to the millisecond.

    Raises:
        ValueError: it is not a time with its offset from UTC, written as in ISO 8601; a number or a time without an offset would have to be guessed.
    """
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
        if at is not None and at.tzinfo is not None:
            return _recorded(at)
    except (ValueError, OverflowError):
        pass
    raise ValueError("a time with its offset from UTC, as in 2019-05-03T18:00:00+02:00")


def moment_in(zone: str, said: str, which: str | None = None) -> datetime:
    """What the clocks of an IANA zone call `said`, as it is recorded: in UTC, to the millisecond.

    Raises:
        Impossible: `unknown-zone`; `unreadable-time`, where it is no local time; `time-skipped`, where the clocks were set forward over it; `time-twice`,
            where they were set back and it comes twice, and `which` does not say whether the first or the second is meant.
    """
    if zone not in _known_zones():
        raise Impossible("unknown-zone", "Name the time zone as the IANA does, as in Europe/Prague.")
    local = _local(said)
    if which not in (None, FIRST, SECOND):
        raise Impossible("time-twice", "Of a time that comes twice, name the `first` or the `second`.")
    first, second = (_recorded(local.replace(tzinfo=ZoneInfo(zone), fold=fold)) for fold in (0, 1))
    if first.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        why = f"In {zone} the clocks are set forward over this time, so it does not come. Name one before or after."
        raise Impossible("time-skipped", why, before=shown_in(zone, min(first, second)), after=shown_in(zone, max(first, second)))
    if first != second and which is None:
        why = f"In {zone} the clocks are set back, so this time comes twice. Say with `which` whether you mean the first or the second."
        raise Impossible("time-twice", why, first=shown_in(zone, first), second=shown_in(zone, second))
    return second if which == SECOND else first


def shown_in(zone: str, at: datetime) -> str:
    """A moment as the clocks of a zone show it, with its offset from UTC and the zone's name (RFC 9557)."""
    return f"{at.astimezone(ZoneInfo(zone)).isoformat(timespec='milliseconds')}[{zone}]"


def _local(said: str) -> datetime:
    try:
        local = datetime.fromisoformat(said)
        if local.tzinfo is None and 1900 < local.year < 9000:
            return local.replace(microsecond=local.microsecond // 1000 * 1000)
    except ValueError:
        pass
    raise Impossible("unreadable-time", "Give the local time without an offset, as in 2019-05-03T18:00; the zone says the rest.")


def _recorded(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000).astimezone(UTC)
