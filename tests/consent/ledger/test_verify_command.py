"""`python -m consent.verify`: in a process where Django cannot be imported and no socket can be opened."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.consent.ledger import logs

ROOT = Path(__file__).resolve().parents[3]
ALONE = """
import runpy, socket, sys
class Wall:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("django", "rest_framework", "celery", "channels", "httpx", "requests"):
            raise AssertionError(f"{name} was imported")
sys.meta_path.insert(0, Wall())
def closed(*_, **__): raise AssertionError("a socket was opened")
socket.socket = socket.create_connection = socket.getaddrinfo = closed
sys.argv = ["consent.verify", *sys.argv[1:]]
runpy.run_module("consent.verify", run_name="__main__")
"""


def verify(*arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_receipt_and_bundle_hold(tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(logs.receipt(), indent=1))
    keys = ("--log-key", logs.LOG.vkey(), "--witness-key", logs.WITNESS.vkey())
    code, said = verify(receipt, ROOT / "tests/vectors/bundle.zip", *keys)
    assert code == 0, said
    assert said.count("it holds.") == 2
    assert "grants fa:TrainSharedAdapter" in said
    assert "The witness witness.example/w1 saw this checkpoint" in said
    assert "is the log's own" not in said


def test_one_that_does_not_hold_is_named(tmp_path: Path) -> None:
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(logs.receipt() | {"statement": logs.receipt(5)["statement"]}))
    code, said = verify(ROOT / "tests/vectors/bundle.zip", forged)
    assert code == 1
    assert "forged.json: IT DOES NOT HOLD." in said
    assert "Wrong (not-included)" in said


@pytest.mark.parametrize("arguments", [["/nowhere/at/all.json"], [], ["x", "--log-key", "nonsense"]])
def test_wrong_use_is_code_2(arguments: list[str]) -> None:
    assert verify(*arguments)[0] == 2


def test_a_file_that_is_nothing_of_ours_does_not_hold(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"\x00" * 300_000)
    code, said = verify(other)
    assert (code, "too-large" in said) == (1, True)
