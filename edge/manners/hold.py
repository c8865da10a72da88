"""Why the agent does not begin to train now: one sentence, and when it tries again if that is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from edge.config import Manners
from edge.manners import schedule
from edge.manners.probes import Probes
from federation.protocol.codes import CODES

THOROUGH_EVERY_S = 4.0
LATER = {
    "on-battery": "It goes on when plugged in.",
    "on-metered-network": "It goes on with another network.",
    "artist-at-work": "It goes on when you take a break.",
    "application-open": "It goes on when that is closed.",
}


@dataclass(frozen=True)
class Hold:
    """A reason to wait; `code` is in docs/codes.md."""

    code: str
    sentence: str


class Gate:
    """The artist's manners against what the computer tells, asked at most every few seconds."""

    def __init__(self, probes: Probes) -> None:
        self.probes = probes
        self._asked: tuple[datetime, Manners] | None = None
        self._found: Hold | None = None

    def hold(self, manners: Manners, now: datetime, *, thorough: bool) -> Hold | None:
        """The first reason to wait. Without `thorough` only hours and battery are asked: that costs nothing."""
        if not thorough:
            return next(_cheap(manners, self.probes, now), None)
        asked = self._asked
        if (
            asked is None
            or asked[1] != manners
            or not 0 <= (now - asked[0]).total_seconds() < THOROUGH_EVERY_S
        ):
            self._asked = now, manners
            self._found = next(reasons(manners, self.probes, now), None)
        return self._found


def reasons(manners: Manners, probes: Probes, now: datetime) -> Iterator[Hold]:
    """All reasons to wait, the cheapest question first."""
    yield from _cheap(manners, probes, now)
    if not manners.on_metered and probes.metered():
        yield _hold("on-metered-network", manners, now)
    if manners.idle_minutes:
        idle = probes.idle_s()
        if idle is not None and idle < 60 * manners.idle_minutes:
            yield _hold("artist-at-work", manners, now)
    if manners.programs:
        running = probes.programs()
        found = next((name for name in manners.programs if any(name in one for one in running)), None)
        if found:
            yield _hold("application-open", manners, now, f"{found} is open.")


def _cheap(manners: Manners, probes: Probes, now: datetime) -> Iterator[Hold]:
    if schedule.next_open(schedule.parse(manners.hours), now.astimezone()):
        yield _hold("outside-hours", manners, now)
    if not manners.on_battery and probes.on_battery():
        yield _hold("on-battery", manners, now)


def _hold(code: str, manners: Manners, now: datetime, detail: str = "") -> Hold:
    """The table's sentence, and when it goes on: the hour if the hours are closed too, else what has to happen."""
    opens = schedule.next_open(schedule.parse(manners.hours), now.astimezone())
    later = f"Next try {_clock(opens, now.astimezone())}." if opens else LATER.get(code, "")
    return Hold(code, " ".join(part for part in (CODES[code].why, detail, later) if part))


def _clock(at: datetime, now: datetime) -> str:
    """The hour; with the day if it is not within a day."""
    return at.strftime("%H:%M") if (at - now).total_seconds() < 86_400 else at.strftime("%A %H:%M")
