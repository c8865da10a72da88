"""The package that an artist installs: one wheel with the pure parts, the command, and none of the server."""

import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
ROOMS = ("edge", "diffusion", "consent", "federation")
SERVERS = ("django", "celery", "channels", "djangorestframework", "psycopg", "uvicorn", "allauth")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: a build leaves things in the folder that it is run in."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements-edge.txt"):
        shutil.copy(ROOT / name, source / name)
    for room in ROOMS:
        shutil.copytree(ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__", "model"))
    run(
        sys.executable,
        *["-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w"],
        str(out),
        str(source),
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds what `pip install fedart[edge]` brings, and nothing else: linked, not fetched."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    run(sys.executable, *["-m", "pip", "-q", "--python"], str(python), "install", "--no-deps", str(wheel))
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in wanted(f"{wheel}"):
        for place in pieces(metadata.distribution(name)):
            if not (packages / place.name).exists():
                (packages / place.name).symlink_to(place)
    return folder


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wanted(wheel: str) -> set[str]:
    """Every distribution behind the extra `edge`, as the metadata of each names the next."""
    with zipfile.ZipFile(wheel) as built:
        (name,) = (name for name in built.namelist() if name.endswith("/METADATA"))
        told = metadata.PathDistribution(zipfile.Path(built, name.removesuffix("METADATA")))
        asked = [Requirement(line) for line in told.requires or ()]
    found: set[str] = set()
    while asked:
        one = asked.pop()
        name, extras = re.sub(r"[-_.]+", "-", one.name).lower(), {"", *one.extras, "edge"}
        if name not in found and any(one.marker is None or one.marker.evaluate({"extra": e}) for e in extras):
            found.add(name)
            asked += [
                Requirement(line)
                for line in metadata.distribution(name).requires or ()
                if "extra ==" not in line
            ]
    return found


def pieces(distribution: metadata.Distribution) -> Iterator[Path]:
    """What it put into site-packages, at the top."""
    tops = {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}
    yield from (Path(str(distribution.locate_file(top))) for top in sorted(tops))


def test_the_wheel_holds_the_agent_and_no_server(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as built:
        names = built.namelist()
        for name in names:
            if name.endswith(".py"):
                assert not re.search(
                    rb"^\s*(from|import) (django|celery|channels)", built.read(name), re.MULTILINE
                ), name
    assert {name.partition("/")[0] for name in names} - {"fedart-0.1.0.dist-info"} == set(ROOMS)
    assert not any(
        "/migrations/" in name or "/models/" in name or name.endswith(".safetensors") for name in names
    )
    tree = {path.relative_to(ROOT).as_posix() for path in (ROOT / "edge").rglob("*") if path.is_file()}
    assert {name for name in tree if "__pycache__" not in name} <= set(names)


def test_what_it_asks_for_holds_no_server(wheel: Path) -> None:
    found = wanted(str(wheel))
    assert {"torch", "diffusers", "httpx", "cryptography"} <= found
    assert not found & set(SERVERS)


def test_in_a_clean_environment_the_command_is_there_and_every_module_loads(
    installed: Path, tmp_path: Path
) -> None:
    command = str(installed / "bin" / "fedart-edge")
    assert run(command, "--version", cwd=tmp_path) == "fedart-edge 0.1.0\n"
    assert "enrol" in run(command, "--help", cwd=tmp_path)
    program = """
import importlib, importlib.util, pkgutil, sys
assert importlib.util.find_spec("django") is None
import edge, consent, federation
for room in (edge, consent, federation):
    for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
assert "torch" not in sys.modules
from importlib.metadata import requires
print(len(requires("fedart")))
"""
    assert int(run(str(installed / "bin" / "python"), "-c", program, cwd=tmp_path)) > 10
