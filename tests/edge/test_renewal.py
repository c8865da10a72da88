"""After a training the agent waits in a fresh process: same number, same page, and it still ends when told to."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from edge.page import doors
from edge.paths import Home
from edge.renewal import AFTER_S, Renewal
from tests.edge.played_server import PlayedServer
from tests.edge.test_cli import ROOT
from tests.waiting import wait_for

BALLAST = """
import sys, types
from edge import renewal
renewal.AFTER_S = 0.0
sys.modules["torch"] = types.ModuleType("torch")
from edge.cli import main
main()
"""


def test_it_is_due_once_it_waited_long_enough_with_ballast() -> None:
    now, heavy = [0.0], [False]
    renewal = Renewal(lambda: now[0], lambda: heavy[0])
    now[0] = 10 * AFTER_S
    assert not renewal.due(idle=True)
    heavy[0] = True
    assert not renewal.due(idle=True)
    now[0] += AFTER_S - 1
    assert not renewal.due(idle=True)
    assert not renewal.due(idle=False), "a round began: it counts anew"
    now[0] += AFTER_S
    assert not renewal.due(idle=True)
    now[0] += AFTER_S
    assert renewal.due(idle=True)


def test_the_process_is_replaced_in_its_place(server: PlayedServer, home: Home) -> None:
    command = [sys.executable, "-c", BALLAST, "--home", str(home.root), "--json", "run"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as agent:
        first = wait_for(lambda: doors.address_of(home), what="the page")
        program = Path(f"/proc/{agent.pid}/cmdline")
        wait_for(
            lambda: b"BALLAST" not in program.read_bytes() and b"-m\0edge" in program.read_bytes(),
            what="a fresh one",
        )
        beats = len(server.heartbeats)
        wait_for(lambda: len(server.heartbeats) > beats + 1 and doors.address_of(home), what="its heartbeats")
        assert doors.address_of(home) == first
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(timeout=30) == 0
        assert agent.stdout is not None
        said = [json.loads(line)["sentence"] for line in agent.stdout]
    assert said[-1].startswith("Stopped.")
