"""`make demo ONCE=1`, as a stranger would run it: everything real, the shipped base included."""

import json
import os
import subprocess
import sys
from pathlib import Path

from fedart_site.processes.plan import ROOT

STEPS = [
    "Engines, server and workers",
    "People sign up",
    "Campaign and version 0",
    "Artists consent",
    "Agents enrol",
    "Round 1",
    "Round 2",
    "Pictures on the wall",
    "Compliance exports",
    "Shut down",
]
LONGEST_S = 1500


def test_the_demo_shows_every_step(tmp_path: Path) -> None:
    table = tmp_path / "table.json"
    state = tmp_path / "state"
    env = {name: value for name, value in os.environ.items() if name not in ENGINES}
    env |= {"FEDART_STATE_DIR": str(state), "FEDART_ENV": "development"}
    # Quick: enough training for the held-out loss to fall in both rounds, which the demo itself checks.
    command = [sys.executable, "-m", "fedart_site.demo", "--once", "--quick", "--port", "0"]
    command += ["--json", str(table)]
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    told = json.loads(table.read_text())
    assert told["ok"]
    assert [row["step"] for row in told["steps"]] == STEPS
    assert all(row["seen"] for row in told["steps"])
    assert sorted(file.name for file in (state / "demo" / "sheets").glob("*.png")) == [
        "version-0.png",
        "version-1.png",
        "version-2.png",
    ]
    assert not running_below(state), "processes are left over"


# The demo starts engines of its own here, whatever the test run was given.
ENGINES = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "CELERY_BROKER_URL")


def running_below(state: Path) -> list[str]:
    """Command lines of processes that still work with this state folder (Linux)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(state).encode() in entry.read_bytes() and entry.parent.name != str(os.getpid()):
                found.append((entry.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue  # it ended, or it is another user's
    return found
