"""Waiting that ends at once when the agent is told to stop, and the jitter that keeps agents from marching in step."""

import random
import threading


class Stopped(Exception):
    """The agent was told to stop; everything that it needs to go on is on disk."""


class Waiter:
    """Waits in seconds. `rng` is passed in, so that a test knows what comes."""

    def __init__(self, stop: threading.Event, rng: random.Random) -> None:
        self.stop = stop
        self.rng = rng

    def wait(self, seconds: float) -> None:
        """Wait; raises Stopped as soon as the agent is told to stop."""
        if self.stop.wait(max(0.0, seconds)):
            raise Stopped

    def about(self, seconds: float) -> float:
        """Around `seconds`: 0.8 to 1.2 times."""
        return seconds * self.rng.uniform(0.8, 1.2)

    def backoff(self, attempt: int, *, base: float = 0.5, cap: float = 30.0) -> float:
        """How long before try number `attempt` + 1: anywhere up to base * 2^attempt, at most `cap` ("full jitter")."""
        return self.rng.uniform(0.0, min(cap, base * 2.0**attempt))
