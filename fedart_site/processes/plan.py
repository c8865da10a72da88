"""Which processes make up the platform on one machine. Imports no Django."""

import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Process:
    """One process: its name in logs, its command and what its environment adds."""

    name: str
    command: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()


def platform(
    *, port: int, host: str = "127.0.0.1", round_slots: int = 2, image_slots: int = 1
) -> list[Process]:
    """Web, the worker for rounds, aggregation and exports, the worker for pictures, and beat.

    Pictures have a worker of their own since only it loads torch, and a long picture must not hold up a round.
    """
    return [
        Process(
            "web",
            (sys.executable, "-m", "fedart_site.serve", "--host", host, "--port", str(port)),
            (("FEDART_PROCESS", "web"),),
        ),
        worker("rounds", ("rounds", "aggregate", "exports"), round_slots),
        worker("generate", ("generate",), image_slots),
        Process(
            "beat",
            (*_celery(), "beat", "--loglevel", "INFO", "--pidfile="),
            (("FEDART_PROCESS", "beat"),),
        ),
    ]


def worker(name: str, queues: tuple[str, ...], slots: int) -> Process:
    """A Celery worker. TERM ends it softly: the running task gets its seconds, then goes back to the queue."""
    command = (*_celery(), "worker", "--queues", ",".join(queues), "--hostname", f"{name}@%h")
    options = ("--concurrency", str(slots), "--without-gossip", "--without-mingle", "--loglevel", "INFO")
    return Process(name, command + options, (("FEDART_PROCESS", "worker"), ("REMAP_SIGTERM", "SIGQUIT")))


def _celery() -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "-A", "fedart_site.celery", "--quiet")
