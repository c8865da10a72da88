"""`python bench/idle.py [--json]`: what an agent takes that waits for the next round, with its folder and its page.

A real process of `python -m edge run`, enrolled with a server played on this computer that asks it to call as often as
the real one does where nothing happens. Measured once it waits: processor time over SPAN_S, and memory at the end.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psutil
from report import ROOT, Figure, report

PICTURES, SPAN_S, SETTLE_S = 40, 60.0, 5.0
POLL_IDLE_S = 2.0
"""What a server of up to forty computers asks for (federation/services/devices.py): the busiest that idling gets."""
QUIET = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}
MIB = 1 << 20


def figures(span_s: float = SPAN_S) -> Sequence[Figure]:
    """Starts the agent, watches it, ends it."""
    from edge.config import Manners, load, save
    from tests.edge.agents import enrolled, pictures
    from tests.edge.played_server import PlayedServer

    server = PlayedServer()
    server.alter["heartbeat"] = lambda told: {**told, "poll_after_s": POLL_IDLE_S}
    with tempfile.TemporaryDirectory() as folder:
        home = enrolled(server, Path(folder))
        pictures(Path(folder) / "works", PICTURES)
        save(home, replace(load(home), manners=Manners()))
        command = [sys.executable, "-m", "edge", "--home", str(home.root), "--json", "run"]
        agent = subprocess.Popen(command, cwd=ROOT, env=os.environ | QUIET, stdout=subprocess.PIPE, text=True)
        try:
            _until_it_waits(agent)
            return _watched(agent.pid, span_s)
        finally:
            agent.terminate()
            agent.communicate(timeout=60)
            server.close()


def _until_it_waits(agent: "subprocess.Popen[str]") -> None:
    assert agent.stdout is not None
    for line in agent.stdout:
        if json.loads(line).get("state") == "idle" and "Waiting" in line:
            time.sleep(SETTLE_S)
            return
    raise RuntimeError("the agent ended before it waited")


def _watched(pid: int, span_s: float) -> Sequence[Figure]:
    process = psutil.Process(pid)
    before, began = process.cpu_times(), time.monotonic()
    time.sleep(span_s)
    after, span = process.cpu_times(), time.monotonic() - began
    used = sum(after[:4]) - sum(before[:4])  # its own and that of programs it ran
    torch = "libtorch" in Path(f"/proc/{pid}/maps").read_text() if Path("/proc").is_dir() else False
    return (
        Figure("idle_rss_mib", process.memory_info().rss / MIB, "MiB", "<= 150"),
        Figure("idle_cpu_percent", 100 * used / span, "% of a core", "<= 0.5"),
        Figure("idle_torch_loaded", float(torch), "yes = 1", "== 0"),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    sys.exit(report("idle", figures(), parser.parse_args().json))
