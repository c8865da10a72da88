"""The command line as a script uses it: real processes, one JSON object a line, exit codes."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from consent.ledger.multibase import key_fingerprint
from tests.edge.agents import pictures
from tests.edge.played_server import PlayedServer
from tests.edge.statements import ARTIST, key_of
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]


def command(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "edge", "--home", str(home), "--json", *arguments]


def edge(home: Path, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    """What a command printed; its exit code must be `code`."""
    done = subprocess.run(
        command(home, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


class Running:
    """An agent process and what it printed so far."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            command(home, "run"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.said: list[dict[str, Any]] = []
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it, if it has not ended by itself, and let go of its pipes."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        self.listener.join(timeout=60)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return code


def test_the_whole_story(server: PlayedServer, tmp_path: Path) -> None:
    home, works = tmp_path / "home", pictures(tmp_path / "works")
    shown, done, hint = edge(
        home, "enrol", "--server", server.url, "--name", "Laptop", "--pictures", str(works)
    )
    assert set(shown) == {"user_code", "verification_uri", "fingerprint"}
    assert done["enrolled"] is True
    assert hint == {"artist_keys": 0}
    assert edge(home, "trust", "z6MkWrong", code=1)[0]["code"] == "artist-key-invalid"
    assert edge(home, "trust", key_of(ARTIST)) == [
        {"key": key_of(ARTIST), "fingerprint": key_fingerprint(key_of(ARTIST))}
    ]

    agent = Running(home)
    wait_for(lambda: any(one["state"] == "idle" and "Waiting" in one["sentence"] for one in agent.said))
    (told,) = edge(home, "status")
    assert told["running"] is True
    assert told["sentence"] == "Waiting for the next round."
    assert edge(home, "run", code=1)[0]["code"] == "agent-running"

    played = server.open_round(scheme="UnsafePlainSum")
    wait_for(lambda: played.drop_reason)
    assert edge(home, "status")[0]["sentence"].startswith(
        "Not taking part in a round: The round does not hide"
    )

    edge(home, "pause", "2h")
    wait_for(lambda: agent.said[-1]["state"] == "paused")
    assert agent.said[-1]["sentence"].startswith("Paused by you until ")
    edge(home, "resume")
    wait_for(lambda: agent.said[-1]["state"] == "idle")
    assert edge(home, "leave", code=1)[0]["code"] == "agent-running"
    assert agent.stop() == 0

    (told,) = edge(home, "status")
    assert told["running"] is False
    findings = edge(home, "doctor")
    assert [one["number"] for one in findings] == list(range(1, 10))
    assert all(one["ok"] for one in findings)
    assert edge(home, "receipts") == []
    (told,) = edge(home, "leave")
    assert told == {"left": True, "server_told": True}
    assert edge(home, "status", code=1)[0]["code"] == "not-enrolled"


def test_a_killed_agent_can_start_again(server: PlayedServer, home: Any) -> None:
    for number in (signal.SIGKILL, signal.SIGINT):
        agent = Running(home.root)
        wait_for(lambda agent=agent: any("Waiting" in one["sentence"] for one in agent.said))
        assert agent.stop(number) == (0 if number == signal.SIGINT else -signal.SIGKILL)


def test_a_base_that_is_none_is_refused_by_the_real_trainer(server: PlayedServer, home: Any) -> None:
    played = server.open_round()
    agent = Running(home.root)
    wait_for(lambda: played.drop_reason, seconds=120)
    wait_for(lambda: "does not fit its base" in agent.said[-1]["sentence"])
    assert agent.stop() == 0
    assert not server.seen("/messages/")


def test_the_rules_are_shown_and_changed(home: Any) -> None:
    (told,) = edge(home.root, "rules", "--min-cohort", "7", "--refuse-unsafe-plain-sum", "--max-minutes", "5")
    assert (told["min_cohort"], told["max_minutes"], told["allow_unsafe_plain_sum"]) == (7, 5, False)
    assert edge(home.root, "rules") == [told]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["enrol", "--server", "http://art.example", "--name", "x"], "server-not-https"),
        (
            ["enrol", "--server", "http://localhost:1", "--name", "x", "--pictures", "/nowhere"],
            "pictures-unusable",
        ),
        (["status"], "not-enrolled"),
        (["run"], "not-enrolled"),
        (["pause"], "not-enrolled"),
        (["receipts", "--verify"], "not-enrolled"),
        (["pause", "--nonsense"], None),
        (["pause", "soon"], "not-enrolled"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(tmp_path: Path, arguments: list[str], code: str | None) -> None:
    home = tmp_path / "home"
    if code is None:
        edge(home, *arguments, code=2)
    else:
        (told,) = edge(home, *arguments, code=1)
        assert told["code"] == code
        assert told["fix"]
    assert not home.exists()


def test_people_get_sentences(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "edge", "--home", str(tmp_path / "home"), "status"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "This computer is not enrolled with a server.\n  Run `fedart-edge enrol --server URL`.  [not-enrolled]\n"
    )


def test_the_edge_needs_no_django_and_no_torch_until_it_trains() -> None:
    program = """
import sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED or name.startswith("consent.") and not name.startswith(PURE):
            raise ImportError(f"{name} is not for the edge")
BLOCKED = {"django", "rest_framework", "celery", "channels", "gallery", "fedart_site", "torch", "diffusers"}
PURE = tuple(f"consent.{pure}" for pure in ("ledger", "policy", "purposes", "errors", "codes"))
sys.meta_path.insert(0, Wall())
import pkgutil, importlib, edge
for module in pkgutil.walk_packages(edge.__path__, "edge."):
    if module.name != "edge.__main__":
        importlib.import_module(module.name)
import federation.protocol.schemes, federation.adapters.files
loaded = {name.partition(".")[0] for name in sys.modules} & BLOCKED
assert not loaded, loaded
print("fine")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout == "fine\n", done.stderr
