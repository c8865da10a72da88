"""Waiting for what others do: ask again and again until it is so, or say what was seen last."""

import time
from collections.abc import Callable
from typing import TypeVar

from fedart_site.demo.board import StepFailed

Seen = TypeVar("Seen")
POLL_S = 0.5


def wait_for(
    look: Callable[[], Seen | None], *, seconds: float, what: str, meanwhile: Callable[[], None] | None = None
) -> Seen:
    """Call `look` until it returns something other than None; `meanwhile` may raise to give up early."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen is not None:
            return seen
        if time.monotonic() > deadline:
            raise StepFailed(f"{what} did not happen within {seconds:.0f} s")
        if meanwhile is not None:
            meanwhile()
        time.sleep(POLL_S)
