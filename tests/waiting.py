"""Wait for a condition with a deadline; tests never sleep for a guessed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(
    seen: Callable[[], T], *, seconds: float = 30.0, what: str = "the condition", every: float = 0.1
) -> T:
    """Call `seen` until it gives something true, and give that back.

    Raises:
        AssertionError: nothing true came in time; the last thing seen is in the message.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = seen()
        if found:
            return found
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what} was not so within {seconds:g} s; last seen: {found!r}")
        time.sleep(every)


async def await_for(
    seen: Callable[[], Awaitable[T]],
    *,
    seconds: float = 30.0,
    what: str = "the condition",
    every: float = 0.1,
) -> T:
    """The same for coroutines."""
    deadline = time.monotonic() + seconds
    while True:
        found = await seen()
        if found:
            return found
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what} was not so within {seconds:g} s; last seen: {found!r}")
        await asyncio.sleep(every)
