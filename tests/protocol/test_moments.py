"""Times that are set as the clocks of a place show them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.protocol.moments import moment_in, shown_in
from parley.protocol.ruled_out import Impossible

PRAGUE = "Europe/Prague"


def test_a_local_time_is_recorded_in_utc_and_shown_with_its_zone() -> None:
    at = moment_in(PRAGUE, "2019-05-03T18:00")
    assert at == datetime(2019, 5, 3, 16, 0, tzinfo=UTC)
    assert shown_in(PRAGUE, at) == "2019-05-03T18:00:00.000+02:00[Europe/Prague]"


def test_a_time_that_the_clocks_jump_over_is_refused_with_those_on_both_sides() -> None:
    with pytest.raises(Impossible) as refused:
        moment_in(PRAGUE, "2019-03-31T02:30")
    assert refused.value.rule == "time-skipped"
    assert refused.value.details == {"before": "2019-03-31T01:30:00.000+01:00[Europe/Prague]", "after": "2019-03-31T03:30:00.000+02:00[Europe/Prague]"}


def test_of_a_time_that_comes_twice_one_has_to_be_named() -> None:
    with pytest.raises(Impossible) as refused:
        moment_in(PRAGUE, "2019-10-27T02:30")
    assert refused.value.rule == "time-twice"
    assert refused.value.details == {"first": "2019-10-27T02:30:00.000+02:00[Europe/Prague]", "second": "2019-10-27T02:30:00.000+01:00[Europe/Prague]"}
    assert moment_in(PRAGUE, "2019-10-27T02:30", "first") == datetime(2019, 10, 27, 0, 30, tzinfo=UTC)
    assert moment_in(PRAGUE, "2019-10-27T02:30", "second") == datetime(2019, 10, 27, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "said", "which", "rule"),
    [
        ("Prague", "2019-05-03T18:00", None, "unknown-zone"),
        ("../../etc/passwd", "2019-05-03T18:00", None, "unknown-zone"),
        (PRAGUE, "2019-05-03T18:00+02:00", None, "unreadable-time"),
        (PRAGUE, "tomorrow", None, "unreadable-time"),
        (PRAGUE, "0001-01-01T00:00", None, "unreadable-time"),
        (PRAGUE, "9999-12-31T23:59", None, "unreadable-time"),
        (PRAGUE, "2019-05-03T18:00", "third", "time-twice"),
    ],
)
def test_what_is_no_local_time_of_a_known_zone_is_refused(zone: str, said: str, which: str | None, rule: str) -> None:
    with pytest.raises(Impossible) as refused:
        moment_in(zone, said, which)
    assert refused.value.rule == rule
    assert refused.value.why.endswith(".")


minutes = st.integers(0, 45_000_000).map(lambda after: (datetime(1950, 1, 1, tzinfo=UTC) + timedelta(minutes=after)).replace(tzinfo=None))


@given(minutes, st.sampled_from([PRAGUE, "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]))
def test_a_local_time_that_is_taken_is_the_one_that_is_shown(local: datetime, zone: str) -> None:
    said = local.isoformat(timespec="milliseconds")
    with suppress(Impossible):
        assert shown_in(zone, moment_in(zone, said)).startswith(said)
