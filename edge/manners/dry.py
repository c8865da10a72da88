"""The first steps of a training decide whether a round is joined: what this computer cannot run, it does not join.

Nothing is trained twice for it: the dry steps are the first steps of the training itself, and the server hears of this
device only after they were measured.
"""

import math
from collections.abc import Callable
from pathlib import Path

from edge.config import Manners, Rules
from edge.manners.probes import Probes
from edge.waiting import Stopped
from federation.protocol.errors import Refusal, refusal

DRY_STEPS = 2
"""The first has the loading in it; the time between the first and the second is that of a step."""
WEIGHTS_FACTOR = 1.5
"""Weights as they are loaded (fp32 once, and what is read on the way), before anything is trained."""


def check_memory(base: Path, manners: Manners, probes: Probes) -> None:
    """Raises Refusal `memory-short` where not even the base fits: said before it is loaded."""
    size = sum(file.stat().st_size for file in base.rglob("*.safetensors")) / 1_000_000
    needed = math.ceil(WEIGHTS_FACTOR * size)
    free = probes.free_mb()
    if manners.memory_mb:
        free = min(free, manners.memory_mb - probes.used_mb())
    if needed > free:
        raise refusal("memory-short", f"The base needs about {needed} MB, {max(0, free)} MB are free for it.")


class DryStep:
    """Watches a training. `join` is called once, when the dry steps were good enough; what it raises stops the training
    (`failure`), as does a step that is too slow or memory above the cap at any time."""

    def __init__(
        self, *, steps: int, rules: Rules, manners: Manners, probes: Probes, now: Callable[[], float],
        join: Callable[[], None] | None,
    ) -> None:  # fmt: skip
        self._steps = steps
        self._rules = rules
        self._manners = manners
        self._probes = probes
        self._now = now
        self._join = join
        self._first, self._seen = 0.0, 0
        self.failure: Refusal | Stopped | None = None

    def after(self, step: int) -> None:
        """After each step, counted from 1."""
        try:
            self._check_cap()
            self._seen += 1  # a training that is taken up again does not begin at its first step
            if self._seen == 1:
                self._first = self._now()
            if self._seen == DRY_STEPS or step == self._steps:
                self._check_time(self._now() - self._first if self._seen == DRY_STEPS else 0.0)
                self.joined()
        except (Refusal, Stopped) as failure:
            self.failure = failure

    def joined(self) -> None:
        """Join, unless that has been done."""
        if self._join is not None:
            join, self._join = self._join, None
            join()

    def _check_time(self, step_s: float) -> None:
        minutes = step_s * self._steps / 60
        if minutes > self._rules.max_minutes:
            told = f"One step takes {step_s:.1f} s here, {self._steps} steps {int(minutes) + 1} minutes"
            raise refusal("step-too-slow", f"{told}; you accept {self._rules.max_minutes}.")

    def _check_cap(self) -> None:
        cap = self._manners.memory_mb
        if cap and (used := self._probes.used_mb()) > cap:
            raise refusal("memory-short", f"It takes {used} MB, you allow {cap} MB.")
