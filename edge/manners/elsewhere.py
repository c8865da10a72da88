"""macOS and Windows: input idle. Whether the network is metered is not asked there: unknown."""

import re
import sys
from collections.abc import Callable, Sequence

from edge.manners.probes import ask

IOREG = ("ioreg", "-c", "IOHIDSystem", "-r", "-d", "1")
_IDLE = re.compile(r'"HIDIdleTime" = (\d+)')


def unknown() -> None:
    """Nobody here can say."""
    return


def macos_idle_s(ask: Callable[[Sequence[str]], str | None] = ask) -> float | None:
    """HIDIdleTime of IOHIDSystem, which counts nanoseconds."""
    found = _IDLE.search(ask(IOREG) or "")
    return int(found[1]) / 1e9 if found else None


def windows_idle_s() -> float | None:
    """GetLastInputInfo (winuser.h): ticks of a millisecond, modulo 2^32."""
    if sys.platform == "win32":
        import ctypes

        class LastInput(ctypes.Structure):
            _fields_ = (("size", ctypes.c_uint), ("time", ctypes.c_uint))

        last = LastInput(ctypes.sizeof(LastInput), 0)
        if ctypes.windll.user32.GetLastInputInfo(ctypes.byref(last)):
            return ((ctypes.windll.kernel32.GetTickCount() - last.time) % (1 << 32)) / 1000
    return None
