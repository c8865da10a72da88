"""FEDART_ENV=production with the documented variables passes `check --deploy` without a warning."""

import os
import subprocess
import sys
from pathlib import Path

from fedart_site.server_key import make_server_key
from tests.fedart_site.production import PRODUCTION

ROOT = Path(__file__).resolve().parent.parent.parent


def _check(tmp_path: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    engines = {"DATABASE_URL": os.environ["FEDART_TEST_APP_URL"], "REDIS_URL": os.environ["REDIS_URL"]}
    env = PRODUCTION | engines | {"PATH": os.environ["PATH"], "FEDART_STATE_DIR": str(tmp_path)} | more
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_documented_set_passes(tmp_path: Path) -> None:
    make_server_key(tmp_path / "secrets/server-key.pem")
    done = _check(tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "no issues" in done.stdout


def test_what_is_wrong_is_named_with_its_fix(tmp_path: Path) -> None:
    key = tmp_path / "secrets/server-key.pem"
    make_server_key(key)
    key.chmod(0o644)
    done = _check(
        tmp_path,
        FEDART_ALLOW_UNSAFE_PLAIN_SUM="true",
        PUBLIC_ORIGIN="https://localhost",
        METRICS_TOKEN="",
        BEHIND_TLS_PROXY="false",
        REDIS_URL="redis://127.0.0.1:1/0",
    )
    assert done.returncode != 0
    for number in ("E003", "E006", "E008", "E009", "W011", "W012"):
        assert f"(fedart.{number})" in done.stderr
    assert done.stderr.count("HINT:") >= 6
    assert "chmod 600" in done.stderr


def test_documented_variables_are_these() -> None:
    text = (ROOT / "docs" / "production.md").read_text()
    assert [name for name in PRODUCTION if name not in text] == []
