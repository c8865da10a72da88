"""The five artists' machines: each is a real agent process that talks to the platform over HTTP."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from fedart_site.demo.board import StepFailed

ENROL_TIMEOUT_S = 240.0
STOP_TIMEOUT_S = 20.0
LOG_TAIL = 1500


class AgentProcess:
    """One artist's agent: its home folder, her pictures, and the process while it runs."""

    def __init__(self, slug: str, home: Path, pictures: Path, origin: str) -> None:
        self.slug = slug
        self.home = home
        home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pictures = pictures
        self.origin = origin
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where the agent's output goes."""
        return self.home.parent / f"{self.slug}.log"

    @property
    def enrolled(self) -> bool:
        """Whether this home folder holds an enrolment from an earlier run."""
        return (self.home / "config.json").is_file()

    def enrol(self, approve: Callable[[str, str], None], artist_key: str) -> str:
        """Run `enrol`; `approve(user_code, fingerprint)` plays the artist in the browser, `artist_key` is the key that
        her consent page shows. Returns the fingerprint."""
        options = [
            "--server",
            self.origin,
            "--name",
            f"{self.slug}'s laptop",
            "--pictures",
            str(self.pictures),
            "--artist-key",
            artist_key,
        ]
        command = [*self._cli("enrol"), *options, "--any-time"]
        with (
            self.log.open("ab") as log,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process,
        ):
            assert process.stdout is not None  # PIPE was asked for
            try:
                shown = _first_object(process.stdout, wanted="user_code")
                approve(shown["user_code"], shown["fingerprint"])
                code = process.wait(ENROL_TIMEOUT_S)
            except BaseException:
                process.terminate()
                raise
        if code != 0:
            raise StepFailed(f"the agent of {self.slug} could not enrol: {self.tail()}")
        return str(shown["fingerprint"])

    def start(self) -> None:
        """Let the agent run until `stop`."""
        log = self.log.open("ab")
        self._process = subprocess.Popen(self._cli("run"), stdout=log, stderr=subprocess.STDOUT)
        log.close()

    def check(self) -> None:
        """Raise StepFailed if the agent ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise StepFailed(f"the agent of {self.slug} ended with {self._process.returncode}: {self.tail()}")

    def stop(self) -> None:
        """Ask the agent to stop; it keeps its state and can be started again."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def tail(self) -> str:
        """The end of the agent's log, for an error message."""
        return (
            self.log.read_text(errors="replace")[-LOG_TAIL:].strip()
            if self.log.exists()
            else "it wrote no log"
        )

    def _cli(self, command: str) -> list[str]:
        return [sys.executable, "-m", "edge", "--home", str(self.home), "--json", command]


def _first_object(lines: IO[bytes], *, wanted: str) -> dict[str, Any]:
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and wanted in value:
            return value
    raise StepFailed(f"the agent ended before it showed its {wanted}; see its log")
