"""Pausing: for a while or until told; the agent obeys within one step of training."""

import re
from datetime import datetime, timedelta

from edge.state import State
from edge.status import clock_time

NOTE = "paused_until"
FOREVER = "resume"
_SPAN = re.compile(r"(\d{1,4})\s*([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def span_of(text: str) -> timedelta:
    """ "30m", "2h" or "1d". Raises ValueError."""
    match = _SPAN.fullmatch(text.strip().lower())
    if not match:
        raise ValueError(f"{text!r} is no span of time: write 30m, 2h or 1d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


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
