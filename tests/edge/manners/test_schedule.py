"""Weekly hours: every minute of the week is judged as the windows say."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge import pauses
from edge.manners.schedule import DAY, DAYS, WEEK, next_open, parse

MONDAY = datetime(2026, 11, 23)


@pytest.mark.parametrize(
    ("hours", "at", "opens"),
    [
        ("", "Mon 12:00", None),
        ("daily 22:00-06:00", "Mon 21:59", "Mon 22:00"),
        ("daily 22:00-06:00", "Mon 22:00", None),
        ("daily 22:00-06:00", "Tue 05:59", None),
        ("daily 22:00-06:00", "Tue 06:00", "Tue 22:00"),
        ("Mon-Fri 20:00-08:00, Sat-Sun 00:00-24:00", "Sat 07:00", None),
        ("Mon-Fri 20:00-08:00, Sat-Sun 00:00-24:00", "Mon 00:00", "Mon 20:00"),
        ("Sun 23:00-01:00", "Mon 00:30", None),
        ("fri-mon 10:00-11:00", "Tue 09:00", "Fri 10:00"),
        ("Wed 00:00-00:00", "Wed 23:59", None),
    ],
)
def test_when_it_opens(hours: str, at: str, opens: str | None) -> None:
    found = next_open(parse(hours), _time(at))
    assert (found and found.strftime("%a %H:%M")) == opens


def _time(text: str) -> datetime:
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    return MONDAY + timedelta(days=DAYS.index(day.lower()), hours=hour, minutes=minute)


@settings(max_examples=40)
@given(
    day=st.integers(0, 6),
    begin=st.integers(0, DAY - 1),
    end=st.integers(0, DAY - 1),
    at=st.integers(0, WEEK - 1),
)
def test_open_exactly_for_the_minutes_of_the_window(day: int, begin: int, end: int, at: int) -> None:
    text = f"{DAYS[day]} {begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
    open_minutes = {(day * DAY + begin + step) % WEEK for step in range((end - begin) % DAY or DAY)}
    opens = next_open(parse(text), MONDAY + timedelta(minutes=at))
    assert (opens is None) == (at in open_minutes)
    if opens is not None:
        minute = int((opens - MONDAY).total_seconds() // 60) % WEEK
        assert minute == (day * DAY + begin) % WEEK


@pytest.mark.parametrize("hours", ["now", "Mon", "Mon 8-9", "Mon 08:00-25:00", "Mon 08:60-09:00", "Xyz 08:00-09:00",
                                   "daily-Fri 08:00-09:00", "Mon 08:00-09:00," * 51])  # fmt: skip
def test_what_is_no_schedule(hours: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(hours)


def test_a_pause_until_a_time_of_day() -> None:
    now = MONDAY.replace(hour=22).astimezone()
    assert pauses.time_of("08:00", now).strftime("%a %H:%M") == "Tue 08:00"
    assert pauses.time_of("22:30", now).strftime("%a %H:%M") == "Mon 22:30"
    assert pauses.time_of("22:00", now).strftime("%a %H:%M") == "Tue 22:00"
    for wrong in ("8", "24:00", "08:61", "soon"):
        with pytest.raises(ValueError, match="no time of day"):
            pauses.time_of(wrong, now)
