"""Who may import whom (pyproject.toml), and that the contracts notice a breach."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import tree

# (file, line put at its end, the contract that must break)
BREACHES = [
    ("consent/selectors/__init__.py", "import federation.states", "1 The layers"),
    ("federation/protocol/ring.py", "import django", "2 Pure code"),
    ("federation/protocol/wire.py", "import random", "2 Pure code"),
    ("federation/adapters/vector.py", "import torch", "2 Pure code"),
    ("edge/rules.py", "import federation.models", "3 The edge"),
    ("federation/services/rounds.py", "import torch", "4 A web process"),
    ("diffusion/train.py", "import edge.rules", "5 Diffusion"),
    ("gallery/selectors.py", "import federation.states", "6 Rounds"),
    ("fedart_site/engines/pids.py", "import fedart_site.checks", "7 The engines"),
]


def test_contracts_hold() -> None:
    done = _lint(tree.ROOT)
    assert done.returncode == 0, done.stdout[-3000:]


def test_planted_breaches_are_noticed(tmp_path: Path) -> None:
    for package in tree.PACKAGES:
        shutil.copytree(tree.ROOT / package, tmp_path / package, ignore=_only_python)
    shutil.copy(tree.ROOT / "pyproject.toml", tmp_path)
    for file, line, _ in BREACHES:
        place = tmp_path / file
        assert place.exists(), f"{file} has gone: plant the breach elsewhere"
        place.write_text(f"{place.read_text()}\n{line}\n")
    done = _lint(tmp_path)
    assert done.returncode != 0
    for _, line, contract in BREACHES:
        assert any(row.startswith(contract) and row.endswith("BROKEN") for row in done.stdout.splitlines()), (
            f"“{line}” did not break “{contract}”:\n{done.stdout[-3000:]}"
        )


def _only_python(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not (name.endswith(".py") or (Path(folder) / name).is_dir())]


def _lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("package", ["federation", "federation/protocol", "federation/adapters"])
def test_edge_needs_no_django(package: str) -> None:
    """The agent's machine has no Django: importing the pure parts must not pull it in."""
    name = package.replace("/", ".")
    program = f"import {name}, sys; assert 'django' not in sys.modules and 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], cwd=tree.ROOT, check=True, timeout=60)
