"""The platform itself, as `manage.py up` runs it: started, waited for, and ended with all it started."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from fedart_site.demo.board import StepFailed
from fedart_site.processes.parents import preexec_die_with
from fedart_site.processes.plan import ROOT

READY_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 60.0
COMMAND_TIMEOUT_S = 300.0
POLL_S = 0.3
LOG_TAIL = 2000


class Stage:
    """One running platform at `origin`, with its state below `state_dir`."""

    def __init__(self, state_dir: Path, port: int) -> None:
        self.state_dir = state_dir
        self.port = port
        self.origin = f"http://localhost:{port}"
        self.env = os.environ | {"FEDART_STATE_DIR": str(state_dir), "PUBLIC_ORIGIN": self.origin}
        self.log = state_dir / "logs" / "demo-platform.log"
        self._up: subprocess.Popen[bytes] | None = None

    def start(self, on_wait: Callable[[str], None]) -> dict[str, str]:
        """Run `manage.py up` and wait until /readyz says yes. Returns the parts that it names."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._up = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches only the demo, which then ends everything in order.
                start_new_session=True,
                preexec_fn=preexec_die_with(os.getpid(), signal.SIGTERM),
            )
        return self._wait_ready(on_wait)

    def _wait_ready(self, on_wait: Callable[[str], None]) -> dict[str, str]:
        deadline = time.monotonic() + READY_TIMEOUT_S
        missing = "no answer yet"
        while time.monotonic() < deadline:
            self.check()
            try:
                answer = httpx.get(f"{self.origin}/readyz", timeout=5)
                parts: dict[str, str] = answer.json()["parts"]
                if answer.status_code == 200:
                    return parts
                missing = "waiting for " + ", ".join(name for name, state in parts.items() if state != "ok")
            except (httpx.HTTPError, json.JSONDecodeError, KeyError):
                pass  # nobody listens there yet
            on_wait(missing)
            time.sleep(POLL_S)
        raise StepFailed(
            f"the platform was not ready after {READY_TIMEOUT_S:.0f} s ({missing}). Read {self.log}."
        )

    def check(self) -> None:
        """Raise StepFailed if the platform ended by itself."""
        if self._up is not None and self._up.poll() is not None:
            raise StepFailed(f"the platform ended with {self._up.returncode}: {self.tail()}")

    def manage(self, *arguments: str) -> str:
        """Run a management command against this platform; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
        if done.returncode:
            raise StepFailed(
                f"manage.py {' '.join(arguments)} failed: {(done.stderr or done.stdout)[-LOG_TAIL:]}"
            )
        return done.stdout

    def stop(self) -> None:
        """End the platform and everything it started."""
        if self._up is None:
            return
        if self._up.poll() is None:
            self._up.terminate()
            try:
                self._up.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._up.kill()
                self._up.wait()
        self._up = None

    def tail(self) -> str:
        """The end of the platform's log, for an error message."""
        return (
            self.log.read_text(errors="replace")[-LOG_TAIL:].strip()
            if self.log.exists()
            else "it wrote no log"
        )
