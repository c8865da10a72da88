"""All tables are made once for a run; every database of the tests is a copy of that one.

Migrating takes seconds, copying a fraction of one. The first process that needs a database fills the engine's own
(`fedart`), the others wait for it. What a migration made is kept as SQL in .fedart/ under a hash of everything that
goes into it, so that the next run of a developer reads it back; CI's fresh clone always migrates.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from fedart_site.engines.account import engine_account
from fedart_site.engines.binaries import postgres_bin

TEMPLATE = "fedart"
ROOT = Path(__file__).resolve().parent.parent


def ensure_template() -> str:
    """Migrate the engine's own database unless that is done; its name."""
    folder = Path(os.environ["FEDART_TEST_DIR"])
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "template.done"
        if not done.exists():
            kept = ROOT / ".fedart" / f"test-tables-{_hash()}.sql"
            if kept.exists():
                _program(
                    "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--output", os.devnull, "--file", str(kept)
                )
            else:
                command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
                subprocess.run(command, cwd=ROOT, check=True, timeout=300)
                _keep(kept)
            done.touch()
    return TEMPLATE


def _hash() -> str:
    """Of every migration of ours and every pinned package."""
    files = [
        *ROOT.glob("requirements*.txt"),
        *(path for path in ROOT.glob("*/migrations/*") if path.is_file()),
    ]
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def _keep(path: Path) -> None:
    """Write the tables down, in one final step, and forget those of other migrations."""
    path.parent.mkdir(mode=0o711, exist_ok=True)
    for old in path.parent.glob("test-tables-*.sql"):
        old.unlink(missing_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    _program("pg_dump", "--no-owner", "--file", str(draft))
    draft.replace(path)


def _program(name: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs, on the template database."""
    folder = postgres_bin(Path(os.environ["FEDART_TEST_DIR"]), engine_account())
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{TEMPLATE}"
    subprocess.run([folder / name, "--dbname", url, *arguments], check=True, timeout=120)


def make_database(name: str) -> None:
    """A fresh copy with all tables, under the given name."""
    copy_database(name, of=ensure_template())


def copy_database(name: str, *, of: str) -> None:
    """Make `name` a copy of the database `of`, whatever it was before; who is connected to it is cut off."""
    with psycopg.connect(
        os.environ["DATABASE_URL"].rpartition("/")[0] + "/postgres", autocommit=True
    ) as admin:
        admin.execute(f"drop database if exists {name} with (force)")
        admin.execute(f"create database {name} template {of}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """pytest-django makes its databases by copying too."""
    from django.db import connection

    connection.settings_dict["TEST"]["TEMPLATE"] = ensure_template()
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        connection.settings_dict["TEST"]["NAME"] = f"test_fedart_{worker}"
