"""Settings refuse bad values with a sentence that says what to write."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from fedart_site import env, stores
from tests.fedart_site.production import PRODUCTION

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    ("value", "read", "sentence"),
    [
        ("ture", lambda: env.boolean("X", False), "X is 'ture'. Set it to true or false."),
        ("many", lambda: env.integer("X", 1, lowest=1, highest=9), "Set it to a whole number"),
        ("10", lambda: env.integer("X", 1, lowest=1, highest=9), "from 1 to 9"),
        ("prod", lambda: env.choice("X", ("test", "production"), "test"), "one of: test, production"),
        ("art.example.org", lambda: env.origin("X", "", https_only=False), "an origin such as"),
        (
            "https://a.org/x",
            lambda: env.origin("X", "", https_only=False),
            "Leave out everything after the host",
        ),
        ("https://a.org:port", lambda: env.origin("X", "", https_only=False), "an origin such as"),
        ("http://a.org", lambda: env.origin("X", "", https_only=True), "must begin with https"),
        ("mysql://u:hidden@h/d", lambda: env.service_url("X", ("postgres",)), "must begin with postgres://"),
        ("short", lambda: env.secret("X", shortest=50), "at least 50 random characters"),
        ("", lambda: env.secret("X", required_because="it signs sessions"), "it signs sessions"),
    ],
)
def test_bad_values(
    monkeypatch: pytest.MonkeyPatch, value: str, read: Callable[[], Any], sentence: str
) -> None:
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured) as caught:
        read()
    assert sentence in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_secrets_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    monkeypatch.setenv("X_FILE", str(file))
    assert env.secret("X") == "from a file"
    monkeypatch.setenv("X", "too")
    with pytest.raises(ImproperlyConfigured, match="Both X and X_FILE"):
        env.secret("X")
    monkeypatch.delenv("X")
    monkeypatch.setenv("X_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="X_FILE cannot be read"):
        env.secret("X")


def test_kept_secret_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "key"
    first = env.kept_secret(path)
    assert first == env.kept_secret(path)
    assert len(first) > 60
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_four_databases_of_one_server() -> None:
    found = stores.redis_urls("redis://:p@h:1/8")
    assert found["broker"].endswith("/8")
    assert found["cache"] == "redis://:p@h:1/11"
    assert stores.redis_urls("rediss://h:1")["results"] == "rediss://h:1/1?ssl_cert_reqs=required"
    assert (
        stores.redis_urls("rediss://h:1?ssl_cert_reqs=none")["broker"] == "rediss://h:1/0?ssl_cert_reqs=none"
    )
    with pytest.raises(ImproperlyConfigured, match="database number"):
        stores.redis_urls("redis://h:1/queue")


def test_s3_needs_a_bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FEDART_STORAGE", "s3")
    with pytest.raises(ImproperlyConfigured, match="S3_BUCKET is missing"):
        stores.storages(tmp_path, production=True)
    monkeypatch.setenv("S3_BUCKET", "art")
    monkeypatch.setenv("S3_PREFIX", "fedart")
    found = stores.storages(tmp_path, production=True)
    assert found["updates"]["OPTIONS"]["location"] == "fedart/updates"
    assert {store["OPTIONS"]["bucket_name"] for name, store in found.items() if name != "staticfiles"} == {
        "art"
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"FEDART_ENV": "prodution"}, "FEDART_ENV is 'prodution'. Set it to one of"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing: it signs sessions"),
        ({"PUBLIC_ORIGIN": "http://art.example.org"}, "In production it must begin with https://"),
        ({"FEDART_DEBUG": "true"}, "FEDART_DEBUG is on in production"),
        ({"EMAIL_URL": ""}, "EMAIL_URL is missing"),
        ({"EMAIL_URL": "carrier-pigeon"}, "EMAIL_URL cannot be read"),
        ({"FEDART_ALLOWED_HOSTS": "*"}, "Name the hosts that may be asked for"),
        ({"HSTS_SECONDS": "-1"}, "HSTS_SECONDS is -1"),
    ],
)
def test_production_settings_refuse(tmp_path: Path, change: dict[str, str], sentence: str) -> None:
    done = _import_settings(PRODUCTION | {"FEDART_STATE_DIR": str(tmp_path)} | change)
    assert done.returncode != 0
    assert sentence in done.stderr


def test_embedded_engines_are_refused_in_production() -> None:
    """The engines of this very test run are embedded ones: their record lies in the run's folder."""
    folder = os.environ["FEDART_TEST_DIR"]
    done = _import_settings(PRODUCTION | {"FEDART_STATE_DIR": folder, "DATABASE_URL": "", "REDIS_URL": ""})
    assert "The embedded engines (PostgreSQL and Valkey) are for laptops" in done.stderr
    same = PRODUCTION | {"FEDART_STATE_DIR": folder, "DATABASE_URL": os.environ["DATABASE_URL"]}
    assert "The embedded engines (PostgreSQL) are for laptops" in _import_settings(same).stderr


def _import_settings(env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", "import fedart_site.settings"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
