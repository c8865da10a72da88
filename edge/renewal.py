"""A training leaves half a gigabyte of libraries in memory. An agent that waits again goes on in a fresh process.

The process is replaced in its place (execve, POSIX.1-2008): same number, same terminal or service, same address of the
page. All that it needs is on disk after each step, so this is a restart that nobody notices; a signal to stop that
arrives in between is kept until the new process listens. On Windows, where a process cannot be replaced, it stays.
"""

import os
import signal
import sys
from collections.abc import Callable

AFTER_S = 20.0
"""Seconds of waiting before it is worth it: the next round may be about to begin."""
HEAVY = "torch"
PAGE_AT = "FEDART_EDGE_PAGE"
"""The environment hands the page's address on: it is a secret, and command lines are not."""
ENDING = (signal.SIGTERM, signal.SIGINT)


class Renewal:
    """Says when. `heavy` tells whether the libraries are loaded; `now` is a clock in seconds."""

    def __init__(
        self, now: Callable[[], float], heavy: Callable[[], bool] = lambda: HEAVY in sys.modules
    ) -> None:
        self._now = now
        self._heavy = heavy
        self._since: float | None = None

    def due(self, *, idle: bool) -> bool:
        """Told after each turn whether the agent waits; true once it did for long enough with nothing but ballast."""
        if not idle or not self._heavy():
            self._since = None
            return False
        if self._since is None:
            self._since = self._now()
        return self._now() - self._since >= AFTER_S


def possible() -> bool:
    """Whether this system can replace a process."""
    return os.name == "posix"


def renew(page: str | None) -> None:
    """Never returns: the same command, from its beginning. `page` is the address at which the page is to stay."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    environment = {**os.environ, PAGE_AT: page} if page else dict(os.environ)
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "edge", *sys.argv[1:]], environment)


def listening() -> None:
    """The handlers are there: what arrived in between is delivered now."""
    if possible():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def page_before() -> str | None:
    """The address at which the page was, told once."""
    return os.environ.pop(PAGE_AT, None)
