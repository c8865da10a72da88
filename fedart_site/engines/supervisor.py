"""Up, down and status of the two engines of one state folder. Safe to call at any time and by two at once."""

import contextlib
import fcntl
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from fedart_site.engines import pids, postgres, valkey
from fedart_site.engines.account import engine_account, make_home, new_home
from fedart_site.engines.launch import Manner
from fedart_site.engines.record import Engine, Record, changed, read_record, write_record
from fedart_site.engines.trouble import EngineTrouble

ENGINES: dict[str, ModuleType] = {"postgres": postgres, "valkey": valkey}


@dataclass(frozen=True)
class State:
    """What `services status` shows of one engine."""

    name: str
    running: bool
    address: str
    pid: int
    folder: str


def up(state_dir: Path, manner: Manner | None = None) -> Record:
    """Start what does not run, and give the record with the addresses. Data survives any end of the engines.

    Raises:
        EngineTrouble: with a sentence and the fix.
    """
    with _alone(state_dir):
        account = engine_account()
        record = read_record(state_dir)
        if not record.home:
            fresh = Record(str(new_home(state_dir, account)), _new_engine(), _new_engine())
            record = write_record(state_dir, fresh)
        if not record.postgres.app_password:
            record = write_record(
                state_dir, changed(record, "postgres", app_password=secrets.token_urlsafe(32))
            )
        home = Path(record.home)
        make_home(home, account)
        for name, module in ENGINES.items():
            engine: Engine = getattr(record, name)
            if pids.is_ours(engine.pid, str(home / name)) and module.answers(engine.port, engine.password):
                module.settle(engine)
                continue
            module.stop(home, engine)
            pid, port = module.start(home, engine, account, manner or Manner())
            record = write_record(state_dir, changed(record, name, pid=pid, port=port))
        return record


def down(state_dir: Path) -> list[str]:
    """Stop both engines; the names of those that were running.

    Raises:
        EngineTrouble: one of them does not stop.
    """
    if not read_record(state_dir).home:
        return []
    with _alone(state_dir):
        record = read_record(state_dir)
        home, stopped = Path(record.home), []
        for name, module in ENGINES.items():
            engine: Engine = getattr(record, name)
            if pids.is_ours(engine.pid, str(home / name)):
                stopped.append(name)
            if not module.stop(home, engine):
                raise EngineTrouble(
                    f"{name} (process {engine.pid}) does not stop.", "End it by hand, then try again."
                )
            record = write_record(state_dir, changed(record, name, pid=0))
        return stopped


def status(state_dir: Path) -> list[State]:
    """Both engines as they are now."""
    record = read_record(state_dir)
    home = Path(record.home)
    return [
        State(
            name,
            running=pids.is_ours(engine.pid, str(home / name))
            and module.answers(engine.port, engine.password),
            address=f"127.0.0.1:{engine.port}" if engine.port else "-",
            pid=engine.pid,
            folder=str(home / name) if record.home else "-",
        )
        for name, module in ENGINES.items()
        for engine in [getattr(record, name)]
    ]


def alive(state_dir: Path) -> bool:
    """Whether both processes live, without asking them anything: cheap enough for every few seconds."""
    record = read_record(state_dir)
    return all(pids.is_ours(getattr(record, name).pid, str(Path(record.home) / name)) for name in ENGINES)


def erase(state_dir: Path) -> None:
    """Stop both engines and remove their data for ever (the end of a test run)."""
    record = read_record(state_dir)
    down(state_dir)
    if record.home:
        shutil.rmtree(record.home, ignore_errors=True)
    (state_dir / "services.json").unlink(missing_ok=True)


def _new_engine() -> Engine:
    return Engine(password=secrets.token_urlsafe(32))


@contextlib.contextmanager
def _alone(state_dir: Path) -> Iterator[None]:
    """One supervisor at a time for a state folder; a second one waits."""
    state_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    with (state_dir / "services.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
