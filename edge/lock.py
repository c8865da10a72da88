"""One agent for one home folder at a time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from edge.paths import FILE_MODE, Home
from federation.protocol.errors import refusal

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextmanager
def running(home: Home) -> Iterator[None]:
    """Hold the home folder; the system lets go when the process ends, however it ends. Raises `agent-running`."""
    handle = os.open(home.lock, os.O_CREAT | os.O_RDWR, FILE_MODE)
    try:
        if not _take(handle):
            raise refusal("agent-running")
        yield
    finally:
        os.close(handle)


def is_running(home: Home) -> bool:
    """Whether an agent holds this home folder now."""
    if not home.lock.exists():
        return False
    handle = os.open(home.lock, os.O_RDWR)
    try:
        return not _take(handle)
    finally:
        os.close(handle)


def _take(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
