"""What installing a service would write and run, as data: it can be shown before it is done."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import edge
from edge.answers import plain
from edge.paths import FOLDER_MODE, Home, remove, write_private
from federation.protocol.errors import refusal

NAME = "fedart-edge"
PATIENCE_S = 60.0
Run = Callable[[Sequence[str]], None]


@dataclass(frozen=True)
class Plan:
    """One file, and the commands that make the system take notice of it or forget it."""

    path: Path
    content: bytes
    install: tuple[tuple[str, ...], ...]
    remove: tuple[tuple[str, ...], ...]
    after_removal: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Service:
    """What is to run: `name` is one for each home folder, `command` starts the agent in it; `folder` holds the program,
    so that a clone works as well as an installed package."""

    name: str
    command: tuple[str, ...]
    folder: str


def service_of(home: Home, default: Path) -> Service:
    """The service of a home folder; the usual one has the plain name. Raises Refusal `service-path-unusual`."""
    usual = home.root == default.expanduser().absolute()
    name = NAME if usual else f"{NAME}-{hashlib.sha256(str(home.root).encode()).hexdigest()[:8]}"
    command = (sys.executable, "-m", "edge", "--home", str(home.root), "run")
    folder = str(Path(edge.__file__).resolve().parents[1])
    if any(not part.isprintable() for part in (*command, folder)):
        raise refusal("service-path-unusual")
    return Service(name, command, folder)


def plan_here(service: Service) -> Plan:
    """The plan for this system. Raises Refusal `service-unavailable`."""
    from edge.service import launchd, systemd, windows

    plans = {"linux": systemd.plan, "darwin": launchd.plan, "win32": windows.plan}
    if sys.platform not in plans:
        raise refusal("service-unavailable", f"It is {sys.platform}.")
    return plans[sys.platform](service, Path.home())


def install(plan: Plan, run: Run) -> None:
    """Write the file and start the service; a second time changes nothing. Raises Refusal `service-unavailable`."""
    plan.path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    write_private(plan.path, plan.content)
    for command in plan.install:
        run(command)


def uninstall(plan: Plan, run: Run) -> bool:
    """Stop the service and take its file away; whether there was one. Raises Refusal `service-unavailable`."""
    if not plan.path.exists():
        return False
    for command in plan.remove:
        run(command)
    remove(plan.path)
    for command in plan.after_removal:
        run(command)
    return True


def run_here(command: Sequence[str]) -> None:
    """Run one of the system's own programs. Raises Refusal `service-unavailable` with its last words."""
    try:
        subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    except subprocess.CalledProcessError as error:
        raise refusal(
            "service-unavailable", f"{command[0]} says: {plain(error.stderr or error.stdout, 200)}"
        ) from None
    except (OSError, subprocess.SubprocessError) as error:
        raise refusal("service-unavailable", f"{command[0]}: {type(error).__name__}.") from None
