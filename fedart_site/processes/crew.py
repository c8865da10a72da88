"""Runs the processes under one parent: logs to files, short lines to the console, nothing left at the end."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from fedart_site.processes.parents import preexec_die_with
from fedart_site.processes.plan import ROOT, Process

# A worker has ten seconds for its running task (CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT) and some to put it back.
STOP_SECONDS = 16.0
MAX_LOG = 5 * 1024 * 1024

Say = Callable[[str, str], None]


class Crew:
    """The running processes, by name. Start and stop from the main thread: children die with that thread."""

    def __init__(
        self, plan: Sequence[Process], *, env: Mapping[str, str], logs: Path, say: Say | None = None
    ) -> None:
        self.plan = {process.name: process for process in plan}
        self.env = dict(env)
        self.logs = logs
        self.say: Say = say or (lambda name, line: None)
        self.stop_seconds = STOP_SECONDS
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def start_all(self) -> None:
        for name in self.plan:
            self.start(name)

    def start(self, name: str) -> None:
        """Start one process; its output goes to <logs>/<name>.log and, line by line, to `say`."""
        process = self.plan[name]
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > MAX_LOG:
            path.replace(path.with_suffix(".log.1"))
        child = subprocess.Popen(
            process.command,
            cwd=ROOT,
            env=self.env | dict(process.env) | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=preexec_die_with(os.getpid(), signal.SIGTERM),
        )
        assert child.stdout is not None
        threading.Thread(target=self._keep, args=(name, child.stdout, path), daemon=True).start()
        self.children[name] = child

    def _keep(self, name: str, stream: IO[bytes], path: Path) -> None:
        with stream, path.open("ab", buffering=0) as log:
            for raw in stream:
                log.write(raw)
                self.say(name, raw.decode(errors="replace").rstrip())

    def ended(self) -> dict[str, int]:
        """Exit codes of the processes that are no longer there."""
        return {name: child.returncode for name, child in self.children.items() if child.poll() is not None}

    def kill(self, name: str) -> None:
        """SIGKILL, as a crash would end it."""
        self.children[name].kill()
        self.children[name].wait(10)

    def restart(self, name: str) -> None:
        """End one process in order (if it lives) and start it anew."""
        self._terminate([name])
        self.start(name)

    def stop(self) -> None:
        """End all in order, then hard whatever is left, with everything they started."""
        self._terminate(list(self.children))

    def _terminate(self, names: list[str]) -> None:
        children = [self.children[name] for name in names]
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + self.stop_seconds
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
        for child in children:
            # The group outlives its leader where a grandchild does not stop by itself.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait(10)
