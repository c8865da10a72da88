"""Children end with their parent: when it asks them to, and when it is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from fedart_site.engines import pids
from fedart_site.processes.crew import Crew
from fedart_site.processes.plan import Process, platform
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent.parent
# Starts a child of its own, says so, and waits; TERM ends it unless it is stubborn.
FAMILY = """
import signal, subprocess, sys, time
marker, stubborn = sys.argv[1], sys.argv[2] == "stubborn"
if stubborn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import sys, time; time.sleep(120)", marker])
print("child", child.pid, flush=True)
time.sleep(120)
"""


def _crew(tmp_path: Path, *names: str, manner: str = "gentle") -> tuple[Crew, list[tuple[str, str]]]:
    said: list[tuple[str, str]] = []
    plan = [Process(name, (sys.executable, "-c", FAMILY, f"{tmp_path}-{name}", manner)) for name in names]
    env = {"PATH": os.environ["PATH"]}
    return Crew(plan, env=env, logs=tmp_path / "logs", say=lambda *line: said.append(line)), said


def _alive(marker: str) -> list[int]:
    """Processes with the marker on their command line."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if pids.is_ours(pid, marker) and pid != os.getpid()]


def test_logs_and_ends(tmp_path: Path) -> None:
    crew, said = _crew(tmp_path, "one", "two")
    crew.start_all()
    wait_for(lambda: len(said) == 2, what="both saying so")
    assert crew.ended() == {}
    crew.kill("one")
    assert crew.ended() == {"one": -signal.SIGKILL}
    crew.restart("one")
    wait_for(lambda: len(said) == 3, what="the new one saying so")
    assert (crew.logs / "one.log").read_text().count("child") == 2
    crew.stop()
    assert set(crew.ended()) == {"one", "two"}
    wait_for(lambda: _alive(f"{tmp_path}-two") == [], seconds=5, what="grandchildren gone")


def test_stubborn_processes_are_killed_with_their_children(tmp_path: Path) -> None:
    crew, said = _crew(tmp_path, "one", manner="stubborn")
    crew.start_all()
    wait_for(lambda: said, what="it saying so")
    crew.stop_seconds = 0.5
    crew.stop()
    assert crew.ended() == {"one": -signal.SIGKILL}
    wait_for(lambda: _alive(f"{tmp_path}-one") == [], seconds=5, what="grandchildren gone")


PARENT = """
import sys, time
from pathlib import Path
from fedart_site.processes.crew import Crew
from fedart_site.processes.plan import Process
program = "import sys, time; print('here', flush=True); time.sleep(120)"
plan = [Process("one", (sys.executable, "-c", program, sys.argv[1]))]
crew = Crew(plan, env={}, logs=Path(sys.argv[2]), say=lambda *line: print(*line, flush=True))
crew.start_all()
time.sleep(120)
"""


def test_children_end_with_a_killed_parent(tmp_path: Path) -> None:
    marker = f"{tmp_path}-orphan"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, marker, str(tmp_path / "logs")],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"one here\n"
    assert len(_alive(marker)) == 2
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    wait_for(lambda: _alive(marker) == [], seconds=5, what="the child gone")


def test_the_platform_has_every_queue_once() -> None:
    plan = platform(port=8000)
    assert [process.name for process in plan] == ["web", "rounds", "generate", "beat"]
    queues = [
        queue
        for process in plan
        if "--queues" in process.command
        for queue in process.command[process.command.index("--queues") + 1].split(",")
    ]
    assert sorted(queues) == ["aggregate", "exports", "generate", "rounds"]
