"""The commands of the house."""

import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from fedart_site.management.commands import setup
from fedart_site.server_key import make_server_key


@pytest.mark.django_db
def test_setup_runs_each_step_and_again(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.STATE_DIR = tmp_path
    settings.SERVER_KEY_FILE = tmp_path / "secrets" / "key.pem"
    for _ in range(2):
        call_command("setup")
        said = capsys.readouterr().out
        assert "tables: all migrations are applied" in said
        assert "server key" in said
    assert "was there already" in said


@pytest.mark.django_db
def test_a_failing_step_is_named(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> str:
        raise OSError("the disk is full")

    monkeypatch.setattr(setup.Command, "_steps", lambda self: [("server key", fails)])
    with pytest.raises(CommandError, match=r"“server key” failed: the disk is full\. Mend that, then run"):
        call_command("setup")


def test_without_engines_the_fix_is_said(settings: Settings) -> None:
    settings.DATABASE_URL = settings.REDIS_URL = ""
    with pytest.raises(CommandError, match="services up"):
        call_command("setup")


def test_services_are_not_for_production(settings: Settings) -> None:
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="not for production"):
        call_command("services", "up")


def test_status_of_engines_that_never_ran(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.STATE_DIR = tmp_path
    call_command("services", "status")
    call_command("services", "down")
    call_command("services", "erase")
    said = capsys.readouterr().out
    assert said.count("stopped") == 4
    assert "Nothing was running." in said


def test_server_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "key.pem"
    assert make_server_key(path)
    first = path.read_bytes()
    assert not make_server_key(path)
    assert path.read_bytes() == first
    assert first.startswith(b"-----BEGIN PRIVATE KEY-----")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
