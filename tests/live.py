"""The whole platform as real processes: `platform`. Tests that use it carry @pytest.mark.live.

Starting it takes many seconds, so each xdist worker starts one and keeps it. Each file finds it as set-up left it: the
processes stand still for a moment while their database is exchanged for a fresh copy and their Valkey is emptied.
"""

import fcntl
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from fedart_site.engines.launch import free_port
from fedart_site.processes.crew import Crew
from fedart_site.processes.plan import ROOT
from fedart_site.processes.plan import platform as plan_of
from tests.databases import copy_database, make_database
from tests.waiting import wait_for

# Databases of Valkey far from those of the xdist workers (tests/conftest.py).
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
LIVE_REDIS = 100 + 4 * int(WORKER.removeprefix("gw"))
DATABASE = f"fedart_live_{WORKER}"
AS_SET_UP = f"{DATABASE}_as_set_up"


class Platform:
    """The running platform: its address, its environment, and its processes by name (web, rounds, generate, beat)."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.state_dir = folder
        self.env = os.environ | {
            "FEDART_ENV": "test",
            "FEDART_STATE_DIR": str(folder),
            "DATABASE_URL": os.environ["FEDART_TEST_APP_URL"].rpartition("/")[0] + f"/{DATABASE}",
            "DATABASE_OWNER_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{DATABASE}",
            "REDIS_URL": f"{os.environ['FEDART_TEST_REDIS']}/{LIVE_REDIS}",
            "PUBLIC_ORIGIN": self.url,
            "FEDART_BASE_DIR": str(tiny_base()),
        }
        self.env.pop("DJANGO_SETTINGS_MODULE", None)
        self.crew = Crew(plan_of(port=self.port), env=self.env, logs=folder / "logs")

    def process(self, name: str) -> "subprocess.Popen[bytes]":
        """The process object of a name."""
        return self.crew.children[name]

    def kill(self, name: str) -> None:
        """SIGKILL it, as a crash would."""
        self.crew.kill(name)

    def restart(self, name: str) -> None:
        """Start it anew and wait until the platform is ready again."""
        self.crew.restart(name)
        self.wait_ready()

    @contextmanager
    def stood_still(self) -> Iterator[None]:
        """While this lasts no process of the platform runs."""
        living = [child for child in self.crew.children.values() if child.poll() is None]
        for child in living:
            os.killpg(child.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for child in living:
                os.killpg(child.pid, signal.SIGCONT)

    def log(self, name: str) -> str:
        """What a process wrote."""
        return (self.crew.logs / f"{name}.log").read_text(errors="replace")

    def manage(self, *arguments: str, stdin: str | None = None, timeout: float = 180) -> str:
        """Run a management command against the live database; what it printed.

        Raises:
            AssertionError: it failed; with its last lines.
        """
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, (
            f"manage.py {' '.join(arguments)}: {done.stderr[-2000:]}{done.stdout[-500:]}"
        )
        return done.stdout

    def wait_ready(self, seconds: float = 90) -> None:
        """Until /readyz says that database, Valkey and both workers answer."""
        wait_for(self._ready, seconds=seconds, what="/readyz answering 200", every=0.3)

    def _ready(self) -> bool:
        ended = self.crew.ended()
        assert not ended, {name: self.log(name)[-2000:] for name in ended}
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def tiny_base() -> Path:
    """A random base, written once for the whole run by a process of its own: torch stays out of this one."""
    folder = Path(os.environ["FEDART_TEST_DIR"])
    with (folder / "tiny-base.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        base = folder / "tiny-base"
        if not base.exists():
            draft = folder / "tiny-base.draft"
            write = (
                "import sys, pathlib, diffusion.tiny as tiny; tiny.write_tiny_base(pathlib.Path(sys.argv[1]))"
            )
            subprocess.run([sys.executable, "-c", write, str(draft)], cwd=ROOT, check=True, timeout=180)
            draft.rename(base)
    return base


def forget_earlier_tasks() -> None:
    """Empty the live databases of Valkey: no task, limit or heartbeat of an earlier file is left.

    Which queues there are stays: workers declare theirs only when they start.
    """
    for number in range(LIVE_REDIS, LIVE_REDIS + 4):
        client = redis.Redis.from_url(f"{os.environ['FEDART_TEST_REDIS']}/{number}")
        old = [key for key in client.scan_iter(count=1000) if not key.startswith(b"_kombu.binding.")]
        if old:
            client.delete(*old)
        client.close()


def _renew(live: Platform) -> None:
    """The platform as it was right after set-up, its processes alive."""
    with live.stood_still():
        copy_database(DATABASE, of=AS_SET_UP)
        forget_earlier_tasks()
    for name in live.crew.ended():
        live.crew.start(name)
    live.wait_ready()


@pytest.fixture(scope="session")
def started_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Web, workers and beat on a database of their own, once for this process. Tests take `platform`."""
    make_database(DATABASE)
    live = Platform(tmp_path_factory.mktemp("live"))
    live.manage("setup")
    copy_database(AS_SET_UP, of=DATABASE)
    try:
        live.crew.start_all()
        live.wait_ready()
        yield live
    finally:
        live.crew.stop()


@pytest.fixture(scope="module")
def platform(started_platform: Platform) -> Platform:
    """The platform, empty, anew for each file: campaigns of one file are not another's."""
    _renew(started_platform)
    return started_platform
