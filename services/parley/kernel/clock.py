"""The clock: the one place where time comes from."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""A clock gives the time in UTC, to the millisecond."""


def system_clock() -> datetime:
    """The machine's time in UTC, cut to milliseconds: what is stored is what is compared."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970 in UTC; exact, because no float is on the way."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_milliseconds(milliseconds: int) -> datetime:
    """The moment that many milliseconds after the start of 1970, in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)
