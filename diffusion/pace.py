"""How long a training will still take. Standard library only: an idle agent may import it."""

import statistics
import time
from collections import deque
from collections.abc import Callable

WINDOW = 20
"""Steps whose median counts: the first one (which loads), a pause or a busy minute are soon forgotten."""


class Pace:
    """Told after each step, it says how many seconds are left; `clock` is a monotonic one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: float | None = None
        self._spans: deque[float] = deque(maxlen=WINDOW)

    def left(self, step: int, steps: int) -> float | None:
        """Seconds until the last of `steps`, after `step` (from 1); None as long as only one step was seen."""
        now = self._clock()
        if self._last is not None:
            self._spans.append(now - self._last)
        self._last = now
        return statistics.median(self._spans) * (steps - step) if self._spans else None

    @property
    def step_s(self) -> float | None:
        """Seconds a step takes, the median of the last ones."""
        return statistics.median(self._spans) if self._spans else None
