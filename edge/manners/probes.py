"""What this computer tells about itself. Every answer may be None: unknown, which holds nothing up and is said so."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil

PATIENCE_S = 2.0
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Probes:
    """One small question each. `idle_s`: seconds since keyboard or mouse were touched (not the processor: the agent's
    own work would keep it busy). `programs`: names in lower case. `free_mb`, `used_mb`: of the computer, of the agent.
    """

    on_battery: Callable[[], bool | None]
    metered: Callable[[], bool | None]
    idle_s: Callable[[], float | None]
    programs: Callable[[], frozenset[str]]
    free_mb: Callable[[], int]
    used_mb: Callable[[], int]


def here() -> Probes:
    """The probes of this computer."""
    from edge.manners import elsewhere, linux

    if sys.platform == "linux":
        metered, idle_s = linux.metered, linux.idle_s
    elif sys.platform == "darwin":
        metered, idle_s = elsewhere.unknown, elsewhere.macos_idle_s
    elif sys.platform == "win32":
        metered, idle_s = elsewhere.unknown, elsewhere.windows_idle_s
    else:
        metered, idle_s = elsewhere.unknown, elsewhere.unknown
    return Probes(on_battery, metered, idle_s, programs, free_mb, used_mb)


def on_battery() -> bool | None:
    """Whether the computer runs on its battery; None where it has none, or does not tell."""
    found = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return None if found is None or found.power_plugged is None else not found.power_plugged


def programs() -> frozenset[str]:
    """The names of all programs that run, in lower case, without an ending."""
    names = (process.info["name"] or "" for process in psutil.process_iter(["name"]))
    return frozenset(name.lower().removesuffix(".exe") for name in names)


def free_mb() -> int:
    """Memory that programs can still have, without swapping."""
    return int(psutil.virtual_memory().available // MEGABYTE)


def used_mb() -> int:
    """Memory that the agent has."""
    return int(psutil.Process().memory_info().rss // MEGABYTE)


def ask(command: Sequence[str]) -> str | None:
    """What a program of the system prints; None where it is missing, fails or takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout
