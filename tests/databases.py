"""All tables are made once for a run; every database of the tests is a copy of that one.

Migrating takes seconds, copying a fraction of one. The first process that needs a database migrates the engine's
own (`fedart`), the others wait for it.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

TEMPLATE = "fedart"
ROOT = Path(__file__).resolve().parent.parent


def ensure_template() -> str:
    """Migrate the engine's own database unless that is done; its name."""
    folder = Path(os.environ["FEDART_TEST_DIR"])
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "template.done"
        if not done.exists():
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
            subprocess.run(command, cwd=ROOT, check=True, timeout=300)
            done.touch()
    return TEMPLATE


def make_database(name: str) -> None:
    """A fresh copy with all tables, under the given name."""
    with psycopg.connect(
        os.environ["DATABASE_URL"].rpartition("/")[0] + "/postgres", autocommit=True
    ) as admin:
        admin.execute(f"drop database if exists {name} with (force)")
        admin.execute(f"create database {name} template {ensure_template()}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """pytest-django makes its databases by copying too."""
    from django.db import connection

    connection.settings_dict["TEST"]["TEMPLATE"] = ensure_template()
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        connection.settings_dict["TEST"]["NAME"] = f"test_fedart_{worker}"
