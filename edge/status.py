"""One sentence about what the agent does and why: the same on the command line and on the server's pages."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from edge import VERSION
from edge.api import REASON_LIMIT
from edge.state import State

NOTE = "status"
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Status:
    """`state` is idle, training, ready, busy, paused or error; `at` an ISO time; steps only while training."""

    state: str
    sentence: str
    at: str
    step: int | None = None
    steps: int | None = None
    round: str | None = None

    def heartbeat(self) -> dict[str, Any]:
        """As the server wants it."""
        body: dict[str, Any] = {
            "state": self.state,
            "reason": self.sentence,
            "agent_version": VERSION,
        }
        return body if self.steps is None else {**body, "step": self.step, "steps": self.steps}


class Board:
    """Where the agent writes its status; other threads and processes read it. `clock` gives aware times."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._lock = threading.Lock()
        self._now = self._made("idle", "Starting.", None, None, None)
        self.changed = threading.Event()

    @property
    def now(self) -> Status:
        """The present status."""
        with self._lock:
            return self._now

    def say(
        self,
        state: str,
        sentence: str,
        *,
        step: int | None = None,
        steps: int | None = None,
        round: str | None = None,
    ) -> None:
        """Change the status; the same words again change nothing."""
        made = self._made(state, sentence[:REASON_LIMIT], step, steps, round)
        with self._lock:
            if (made.state, made.sentence) == (self._now.state, self._now.sentence):
                return
            self._now = made
        self._state.note(NOTE, asdict(made))
        self.changed.set()

    def _made(
        self, state: str, sentence: str, step: int | None, steps: int | None, round_: str | None
    ) -> Status:
        return Status(state, sentence, self._clock().isoformat(), step, steps, round_)


def read(state: State) -> Status | None:
    """The last status that an agent of this home wrote."""
    raw = state.noted(NOTE)
    return Status(**raw) if raw else None


def clock_time(at: datetime) -> str:
    """A time for people: hours and minutes here."""
    return at.astimezone().strftime("%H:%M")
