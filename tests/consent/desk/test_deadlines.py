"""The clocks of the GDPR: by the calendar, never skipping a month."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.deadlines import extended_due, first_due, months_later, time_left


@pytest.mark.parametrize(
    ("came", "due", "extended"),
    [
        ((2026, 1, 15), (2026, 2, 15), (2026, 4, 15)),
        ((2026, 1, 31), (2026, 2, 28), (2026, 4, 30)),
        ((2028, 1, 31), (2028, 2, 29), (2028, 4, 30)),
        ((2026, 11, 30), (2026, 12, 30), (2027, 2, 28)),
        ((2026, 12, 1), (2027, 1, 1), (2027, 3, 1)),
    ],
)
def test_the_clock_goes_by_the_calendar(came: Any, due: Any, extended: Any) -> None:
    at = datetime(*came, 13, 5, tzinfo=UTC)
    assert first_due(at) == datetime(*due, 13, 5, tzinfo=UTC)
    assert extended_due(at) == datetime(*extended, 13, 5, tzinfo=UTC)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2200, 1, 1)), st.integers(0, 40))
def test_months_never_skip_a_month(at: datetime, months: int) -> None:
    later = months_later(at, months)
    assert (later.year * 12 + later.month) - (at.year * 12 + at.month) == months
    assert later.day <= at.day
    assert later.time() == at.time()


def test_time_left_in_words() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    assert time_left(at + timedelta(days=12, hours=3), at=at) == "12 days left"
    assert time_left(at + timedelta(hours=5), at=at) == "5 hours left"
    assert time_left(at + timedelta(minutes=1), at=at) == "1 minute left"
    assert time_left(at - timedelta(days=3), at=at) == "3 days late"
