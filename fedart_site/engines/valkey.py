"""A private Valkey: password in a 0600 file, 127.0.0.1 only, every write kept on disk within a second."""

import os
import signal
import socket
from pathlib import Path

from fedart_site.engines import launch, pids
from fedart_site.engines.account import Account
from fedart_site.engines.binaries import valkey_binary
from fedart_site.engines.record import Engine
from fedart_site.engines.trouble import EngineTrouble

STOP_STEPS = [(signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)]
# Four for each user of the server (stores.redis_urls); tests give each worker its own four.
DATABASES = 128
CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
databases {databases}
maxmemory-policy noeviction
save ""
appendonly {appendonly}
appendfsync everysec
daemonize no
set-proc-title no
"""


def start(home: Path, engine: Engine, account: Account, manner: launch.Manner) -> tuple[int, int]:
    """Start it; (pid, port) once it answers.

    Raises:
        EngineTrouble: with the last lines of its log.
    """
    folder, port = account.own(home / "valkey"), launch.free_port(engine.port)
    config = folder / "valkey.conf"
    text = CONFIG.format(
        port=port,
        password=engine.password,
        folder=folder,
        databases=DATABASES,
        appendonly="yes" if manner.durable else "no",
    )
    # The password is in a file and not on the command line, which everybody on the machine can read.
    config.unlink(missing_ok=True)
    with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    if account.switch:
        os.chown(config, account.uid, account.gid)
    log = home / "valkey.log"
    log.write_bytes(b"")
    command = [str(valkey_binary(home, account)), str(config)]
    try:
        child = launch.spawn(
            command, home=home, log=log, account=account, manner=manner, last_signal=signal.SIGTERM
        )
    except OSError as error:
        raise EngineTrouble(f"Valkey cannot run: {error}.", "Set REDIS_URL to a server of yours.") from error
    if not launch.wait_ready("Valkey", child, lambda: answers(port, engine.password), log):
        raise EngineTrouble(f"Valkey did not start: {pids.tail(log)}", f"Read {log} for more.")
    return child.pid, port


def stop(home: Path, engine: Engine) -> bool:
    """Orderly shutdown, then harder; True when it is gone."""
    return pids.stop(engine.pid, str(home / "valkey"), STOP_STEPS)


def settle(engine: Engine) -> None:
    """Nothing to make inside it."""


def answers(port: int, password: str) -> bool:
    """Whether a Valkey with our password answers on the port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while b"PONG" not in answer:
                part = connection.recv(200)
                if not part or b"-" in part[:1]:
                    return False
                answer += part
            return True
    except OSError:
        return False
