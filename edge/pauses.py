"""Pausing: for a while or until told; the agent obeys within one step of training."""

import re
from datetime import datetime, timedelta

from edge.state import State
from edge.status import clock_time

NOTE = "paused_until"
FOREVER = "resume"
_SPAN = re.compile(r"(\d{1,4})\s*([mhd])")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def span_of(text: str) -> timedelta:
    """ "30m", "2h" or "1d". Raises ValueError."""
    match = _SPAN.fullmatch(text.strip().lower())
    if not match:
        raise ValueError(f"{text!r} is no span of time: write 30m, 2h or 1d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def time_of(text: str, now: datetime) -> datetime:
    """ "08:00" as the next such time of this computer. Raises ValueError."""
    match = _CLOCK.fullmatch(text.strip())
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f"{text!r} is no time of day: write 08:00")
    here = now.astimezone()
    # Naive, then local again: the hour on the clock counts, also on the day when clocks change.
    until = here.replace(tzinfo=None, hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
    if until <= here.replace(tzinfo=None):
        until += timedelta(days=1)
    return until.astimezone()


def pause(state: State, until: datetime | None) -> None:
    """Pause until then, or until `resume`."""
    state.note(NOTE, until.isoformat() if until else FOREVER)


def resume(state: State) -> None:
    """End a pause; without one nothing changes."""
    state.note(NOTE, None)


def paused(state: State, now: datetime) -> str | None:
    """The sentence of the pause that is on, or None."""
    until = state.noted(NOTE)
    if until is None:
        return None
    if until == FOREVER:
        return "Paused by you until you resume."
    end = datetime.fromisoformat(until)
    return f"Paused by you until {clock_time(end)}." if now < end else None
