"""Moments: what may stand for a time that somebody sets."""

from datetime import UTC, datetime


def moment(said: object) -> datetime:
    """A time as it is recorded: in UTC, to the millisecond.

    Raises:
        ValueError: it is not a time with its offset from UTC, written as in ISO 8601; a number or a time without an offset would have to be guessed.
    """
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
        if at is not None and at.tzinfo is not None:
            return at.replace(microsecond=at.microsecond // 1000 * 1000).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("a time with its offset from UTC, as in 2019-05-03T18:00:00+02:00")
