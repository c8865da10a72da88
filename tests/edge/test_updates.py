"""Another version: only from where this one came, or a file with the published hash; it is said before it is done."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge import VERSION, updates
from edge.cli import app
from federation.protocol.errors import Refusal


def report(*versions: str) -> str:
    return json.dumps({"install": [{"metadata": {"version": one}} for one in versions]})


def test_an_index_is_asked_only_where_this_came_from_one() -> None:
    asked: list[Sequence[str]] = []

    def pip(arguments: Sequence[str]) -> str:
        asked.append(arguments)
        return report("9.1")

    for source in ("file", "clone"):
        with pytest.raises(Refusal, match=f"update-no-source.*{source}"):
            updates.from_index(source, pip)
    assert asked == []
    assert updates.from_index("index", pip) == updates.Update("9.1", "fedart[edge]==9.1")
    assert "--dry-run" in asked[0]


@pytest.mark.parametrize("told", [report(), report(VERSION)])
def test_nothing_newer_is_nothing_to_do(told: str) -> None:
    assert updates.from_index("index", lambda arguments: told) is None


@pytest.mark.parametrize("told", ["", "[]", "{}", '{"install": [{}]}', "null"])
def test_a_report_that_is_none(told: str) -> None:
    with pytest.raises(Refusal, match="update-failed"):
        updates.from_index("index", lambda arguments: told)


def test_a_file_is_taken_under_its_published_hash_only(tmp_path: Path) -> None:
    wheel = tmp_path / "fedart-0.2.0-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    right = hashlib.sha256(b"a wheel").hexdigest()
    assert updates.from_file(wheel, f"sha256:{right}") == updates.Update("0.2.0", f"{wheel}[edge]")
    other = tmp_path / "numpy-2.0-py3-none-any.whl"
    other.write_bytes(b"a wheel")
    for path, sha256 in (
        (wheel, "0" * 64),
        (wheel, ""),
        (other, right),
        (tmp_path / "fedart-1-py3-none-any.whl", right),
    ):
        with pytest.raises(Refusal, match="update-file-differs"):
            updates.from_file(path, sha256)


def test_what_will_be_installed_is_said_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "fedart-0.2.0-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    ran: list[Sequence[str]] = []
    monkeypatch.setattr(updates, "pip_here", lambda arguments: ran.append(arguments) or "")
    arguments = ["update", "--from", str(wheel), "--sha256", hashlib.sha256(b"a wheel").hexdigest()]
    done = CliRunner().invoke(app, ["--home", str(tmp_path / "home"), *arguments, "--check"])
    assert (done.exit_code, ran) == (0, [])
    assert f"Now {VERSION}, then 0.2.0: pip install {wheel}[edge]" in done.stdout
    done = CliRunner().invoke(app, ["--home", str(tmp_path / "home"), *arguments])
    assert (done.exit_code, ran) == (0, [["install", "--upgrade", "--quiet", f"{wheel}[edge]"]])
    assert not (tmp_path / "home").exists()
