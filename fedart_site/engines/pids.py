"""Processes by number, and never the wrong one: a pid is ours only if its command line names our folder."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PROC = Path("/proc/self/cmdline")  # Linux; elsewhere `ps` is asked
CHILDREN: list["subprocess.Popen[bytes]"] = []


def reap() -> None:
    """Let our own dead children go; as zombies they would still look alive to PostgreSQL."""
    for child in CHILDREN:
        child.poll()


def command_line(pid: int) -> str:
    """What a process was started with; empty when there is none or it is a zombie."""
    reap()
    if pid <= 0:
        return ""
    if PROC.exists():
        try:
            return (
                Path(f"/proc/{pid}/cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
                .strip()
            )
        except OSError:
            return ""
    found = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


def is_ours(pid: int, marker: str) -> bool:
    """Whether the process lives and its command line holds the marker (a path of ours)."""
    return bool(marker) and marker in command_line(pid)


def stop(pid: int, marker: str, steps: list[tuple[signal.Signals, float]]) -> bool:
    """Send each signal and wait its seconds, until the process is gone. True when it is gone."""
    for number, seconds in steps:
        if not is_ours(pid, marker):
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        wait_until(lambda: not is_ours(pid, marker), seconds)
    return not is_ours(pid, marker)


def wait_until(true: Callable[[], bool], seconds: float, every: float = 0.03) -> bool:
    """Ask again and again until it is true or the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        if true():
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(every)


def tail(path: Path, lines: int = 5) -> str:
    """The last lines of a log, for a message."""
    try:
        return " / ".join(path.read_text(errors="replace").strip().splitlines()[-lines:])
    except OSError:
        return "(no log)"
