"""System checks that need no production."""

import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from fedart_site import checks


def test_unknown_engines_name_the_fix(settings: Settings) -> None:
    settings.DATABASE_URL = ""
    (found,) = checks.engines_known_and_reachable()
    assert found.id == "fedart.E001"
    assert "services up" in str(found.hint)
    assert "DATABASE_URL" in str(found.hint)


@pytest.mark.django_db
def test_engines_of_the_test_run_are_fine() -> None:
    assert checks.engines_known_and_reachable() == []


def test_storage_that_cannot_be_written(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings.STATE_DIR = tmp_path / "file" / "state"
    (found,) = checks.storage_writable()
    assert found.id == "fedart.E005"
    assert "FEDART_STATE_DIR" in found.msg


def test_missing_server_key_is_a_warning_here(settings: Settings, tmp_path: Path) -> None:
    settings.SERVER_KEY_FILE = tmp_path / "none.pem"
    (found,) = checks.server_key_kept()
    assert found.id == "fedart.W007"
    assert "manage.py setup" in str(found.hint)


def test_torch_in_a_web_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", sys)
    assert checks.no_model_library_in_web() == []
    settings.FEDART_PROCESS = "web"
    (found,) = checks.no_model_library_in_web()
    assert found.id == "fedart.E010"
    assert "torch" in found.msg
