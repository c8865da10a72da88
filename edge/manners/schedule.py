"""Weekly hours: "Mon-Fri 20:00-08:00, Sat-Sun 00:00-24:00", in the time of this computer."""

import re
from datetime import datetime, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, WEEK = 24 * 60, 7 * 24 * 60
MOST_WINDOWS = 50
Windows = tuple[tuple[int, int], ...]
"""Minutes of the week, from Monday 00:00: the first of each window, and how many it has."""
_PART = re.compile(r"([a-z]{3}|daily)(?:-([a-z]{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)")


def parse(text: str) -> Windows:
    """The windows of a schedule; none where the text is empty. A window may run past midnight. Raises ValueError."""
    parts = [part.strip().lower() for part in text.split(",") if part.strip()]
    if len(parts) > MOST_WINDOWS:
        raise ValueError(f"at most {MOST_WINDOWS} windows")
    return tuple(window for part in parts for window in _windows(part))


def _windows(part: str) -> list[tuple[int, int]]:
    match = _PART.fullmatch(" ".join(part.split()))
    if not match:
        raise ValueError(f'{part!r} is no window: write "Mon-Fri 20:00-08:00" or "daily 22:00-06:00"')
    first, last, *clock = match.groups()
    begin, end = _minute(clock[0], clock[1]), _minute(clock[2], clock[3])
    length = (end - begin) % DAY or DAY
    return [(day * DAY + begin, length) for day in _days(first, last)]


def _days(first: str, last: str | None) -> list[int]:
    if first == "daily" and last is None:
        return list(range(7))
    try:
        begin, end = DAYS.index(first), DAYS.index(last or first)
    except ValueError:
        raise ValueError(f"days are {', '.join(DAYS)} or daily") from None
    return [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]


def _minute(hours: str, minutes: str) -> int:
    found = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or found > DAY:
        raise ValueError(f"{hours}:{minutes} is no time of day")
    return found


def next_open(windows: Windows, now: datetime) -> datetime | None:
    """None while it is open (or where there are no hours); else when it opens next. `now` is a local time."""
    minute = now.weekday() * DAY + now.hour * 60 + now.minute
    waits = [(begin - minute) % WEEK for begin, length in windows if (minute - begin) % WEEK >= length]
    if not windows or len(waits) < len(windows):
        return None
    return now.replace(second=0, microsecond=0) + timedelta(minutes=min(waits))
