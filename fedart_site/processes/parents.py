"""Children that end with their parent, also when the parent is killed with SIGKILL. Imports no Django."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when its parent ends (Linux; elsewhere nothing happens).

    Must run after any change of user, since that clears the request.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def preexec_die_with(parent: int, signal_number: int = signal.SIGTERM) -> Callable[[], None]:
    """A preexec_fn for subprocess: die with `parent`, and at once if it died before this line ran."""

    def prepare() -> None:
        die_with_parent(signal_number)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
