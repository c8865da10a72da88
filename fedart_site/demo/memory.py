"""How much memory the demo's whole process tree holds at its peak (Linux; elsewhere it says nothing)."""

import os
import threading
from pathlib import Path

PERIOD_S = 2.0
KIB_PER_MIB = 1024


class PeakMemory:
    """Samples the proportional set size of a process and all its descendants until `stop` is called.

    Proportional means that a page shared by n processes counts 1/n in each, so the sum is what the machine really needs
    (Linux, /proc/PID/smaps_rollup).
    """

    def __init__(self, root: int | None = None) -> None:
        self.root = root or os.getpid()
        self.peak_mib = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="peak-memory")

    def start(self) -> "PeakMemory":
        """Begin sampling in the background."""
        self._thread.start()
        return self

    def stop(self) -> float:
        """End sampling; returns the peak in MiB (0.0 where /proc does not tell)."""
        self._stop.set()
        self._thread.join(timeout=PERIOD_S * 2)
        return self.peak_mib

    def _watch(self) -> None:
        while True:
            self.peak_mib = max(self.peak_mib, tree_mib(self.root))
            if self._stop.wait(PERIOD_S):
                return


def tree_mib(root: int) -> float:
    """Proportional set size of `root` and its descendants, in MiB."""
    parents = _parents()
    family = {root}
    grown = True
    while grown:
        found = {pid for pid, parent in parents.items() if parent in family} - family
        family |= found
        grown = bool(found)
    return sum(_pss_kib(pid) for pid in family) / KIB_PER_MIB


def _parents() -> dict[int, int]:
    result = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # the command name may hold spaces and brackets; the parent's id is the second field after its end
            result[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue  # the process ended while we looked
    return result


def _pss_kib(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except (OSError, ValueError):
        pass  # ended, or another user's
    return 0
