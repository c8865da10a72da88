"""A private PostgreSQL: made once with a random password, reached on 127.0.0.1 only."""

import os
import re
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

from fedart_site.engines import launch, pids
from fedart_site.engines.account import Account
from fedart_site.engines.binaries import postgres_bin
from fedart_site.engines.record import Engine
from fedart_site.engines.trouble import EngineTrouble

USER = DATABASE = "fedart"
OWNER, APP = "fedart_owner", "fedart_app"
MAX_CONNECTIONS = 80
# After a SIGKILL the old processes need a moment to die; until then a new postmaster refuses to take their place.
STILL_DYING = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
STILL_DYING_SECONDS = 10.0
BUILTIN_LOCALES_SINCE = 17
FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
STOP_STEPS = [(signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)]


def start(home: Path, engine: Engine, account: Account, manner: launch.Manner) -> tuple[int, int]:
    """Start it, making the data folder first if there is none; (pid, port) once it answers.

    Raises:
        EngineTrouble: with the last lines of its log.
    """
    programs, data = postgres_bin(home, account), home / "postgres"
    if not (data / "PG_VERSION").exists():
        _make_data(programs, home, engine, account, manner)
    log, port = home / "postgres.log", launch.free_port(engine.port)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "max_connections": MAX_CONNECTIONS,
    }
    command = [str(programs / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    command += [] if manner.durable else FAST
    log.write_bytes(b"")
    pid = 0

    def try_once() -> bool:
        nonlocal pid
        child = launch.spawn(
            command, home=home, log=log, account=account, manner=manner, last_signal=signal.SIGINT
        )
        pid = child.pid
        if launch.wait_ready("PostgreSQL", child, lambda: answers(port, engine.password), log):
            return True
        pids.reap()
        if any(words in pids.tail(log, 10) for words in STILL_DYING):
            return False
        raise EngineTrouble(f"PostgreSQL did not start: {pids.tail(log)}", f"Read {log} for more.")

    if not pids.wait_until(try_once, STILL_DYING_SECONDS, every=0.3):
        raise EngineTrouble(
            "Processes of an earlier PostgreSQL still hold its memory.", "Wait a minute and start again."
        )
    settle(replace(engine, port=port))
    return pid, port


def stop(home: Path, engine: Engine) -> bool:
    """Fast shutdown, then harder; True when it is gone."""
    return pids.stop(engine.pid, str(home / "postgres"), STOP_STEPS)


def answers(port: int, password: str) -> bool:
    """Whether a PostgreSQL with our password answers on the port."""
    try:
        with connect(port, password):
            return True
    except psycopg.OperationalError:
        return False


def connect(port: int, password: str, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
    """A connection to the engine's own administrative database (or another)."""
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        user=USER,
        password=password,
        dbname=database,
        autocommit=True,
        connect_timeout=3,
    )


def settle(engine: Engine) -> None:
    """Database and accounts of a running engine, made where they are missing: migration consent/0005 gives the accounts
    their rights, and nobody can log in as the owner."""
    with connect(engine.port, engine.password) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone():
            connection.execute(f'create database "{DATABASE}"')
        for role, manner in ((OWNER, "nologin"), (APP, "login")):
            if not connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone():
                connection.execute(f'create role "{role}" {manner}')
        password = sql.SQL("alter role {} login password {}")
        connection.execute(password.format(sql.Identifier(APP), sql.Literal(engine.app_password)))


def _major(programs: Path) -> int:
    """The major version, as `initdb --version` says it; 0 where it cannot be read."""
    said = subprocess.run(
        [programs / "initdb", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"\b(\d+)\.\d+", said)
    return int(found[1]) if found else 0


def _make_data(programs: Path, home: Path, engine: Engine, account: Account, manner: launch.Manner) -> None:
    """initdb beside the final place, then one rename: a half-made folder is never taken for a whole one."""
    data, draft = home / "postgres", home / "postgres.new"
    for leftover in (draft, data):
        if leftover.exists():
            shutil.rmtree(leftover)
    account.own(draft)
    password_file = account.own(home / "run") / "password"
    password_file.write_text(engine.password)
    password_file.chmod(0o600)
    if account.switch:
        os.chown(password_file, account.uid, account.gid)
    # The builtin C.UTF-8 sorts alike on every system, and no wheel brings ICU.
    command = [str(programs / "initdb"), "-D", str(draft), "-U", USER, "--auth=scram-sha-256"]
    command += [f"--pwfile={password_file}", "-E", "UTF8", "--data-checksums", "--locale=C"]
    if _major(programs) >= BUILTIN_LOCALES_SINCE:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += [] if manner.durable else ["--no-sync"]
    try:
        made = subprocess.run(
            command, cwd=home, capture_output=True, text=True, check=False, timeout=120, **account.popen
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineTrouble(f"initdb cannot run: {error}.", "Set FEDART_PG_BIN or DATABASE_URL.") from error
    finally:
        password_file.unlink()
    if made.returncode:
        last = (made.stderr or made.stdout).strip().splitlines()[-3:]
        raise EngineTrouble(f"initdb failed: {' / '.join(last)}", "Free disk space, or set DATABASE_URL.")
    draft.rename(data)
