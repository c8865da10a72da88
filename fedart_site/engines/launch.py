"""Starts one engine process and waits until it answers."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fedart_site.engines.account import Account
from fedart_site.engines.pids import CHILDREN, tail, wait_until
from fedart_site.engines.trouble import EngineTrouble
from fedart_site.processes.parents import preexec_die_with

START_SECONDS = 30.0


@dataclass(frozen=True)
class Manner:
    """How engines are started: safe for data or fast for tests, and whether they end with the caller."""

    durable: bool = True
    end_with_caller: bool = False


def free_port(wanted: int = 0) -> int:
    """The wanted port of 127.0.0.1 if it is free, else another that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EngineTrouble("No port of 127.0.0.1 is free.", "Stop other programs and try again.")


def spawn(
    command: list[str],
    *,
    home: Path,
    log: Path,
    account: Account,
    manner: Manner,
    last_signal: signal.Signals,
) -> "subprocess.Popen[bytes]":
    """Start the process in a session of its own, as the engines' account, writing to the log."""
    before = preexec_die_with(os.getpid(), last_signal) if manner.end_with_caller else None
    with log.open("ab") as out:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=home,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            preexec_fn=before,
            **account.popen,
        )
    CHILDREN.append(child)
    return child


def wait_ready(name: str, child: "subprocess.Popen[bytes]", answers: Callable[[], bool], log: Path) -> bool:
    """True once it answers, False if it ended before that.

    Raises:
        EngineTrouble: it lives but does not answer in time.
    """
    if wait_until(lambda: child.poll() is not None or answers(), START_SECONDS):
        return child.poll() is None
    child.terminate()
    raise EngineTrouble(
        f"{name} does not answer: {tail(log)}", f"Read {log}; then `python manage.py services up`."
    )
