"""What the doctor says of a healthy set-up and of broken ones: numbered, each fault with its code and its fix."""

import importlib.util
import shutil
from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge import config, doctor
from edge.cli import app
from edge.paths import Home
from edge.tokens import TokenStore
from edge.transport import Transport, make_http
from tests.edge.agents import eager_waiter
from tests.edge.played_server import PlayedServer

NAMES = (
    "Home folder",
    "Enrolment",
    "Device key",
    "Server",
    "Permission",
    "Your key",
    "Pictures",
    "Training",
    "Disk",
)
Break = Callable[[PlayedServer, Home, pytest.MonkeyPatch], Any]


def said(home: Home) -> list[str]:
    """What a person reads."""
    done = CliRunner().invoke(app, ["--home", str(home.root), "doctor"])
    lines = done.stdout.splitlines()
    assert (done.exit_code == 0) == (not any("NOT WELL" in line for line in lines))
    return lines


def test_a_healthy_set_up(server: PlayedServer, home: Home) -> None:
    lines = said(home)
    assert [line.partition(":")[0] for line in lines] == [
        f"{n}. well  {name}" for n, name in enumerate(NAMES, start=1)
    ]
    assert lines[3].startswith(f"4. well  Server: {server.url} answers with the pinned key;")
    assert lines[6] == "7. well  Pictures: 3 pictures (466 B). They stay on this computer."
    assert server.heartbeats == [], "a look does not change the status that the site shows"


def withdrawn(server: PlayedServer, home: Home, patch: pytest.MonkeyPatch) -> None:
    server.access = server.refresh = "others"


def another_key(server: PlayedServer, home: Home, patch: pytest.MonkeyPatch) -> None:
    server.alter["server"] = lambda told: {**told, "server_key": "A" * 43}


def no_torch(server: PlayedServer, home: Home, patch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    patch.setattr(doctor.importlib.util, "find_spec", lambda name: None if name == "torch" else real(name))


def full_disk(server: PlayedServer, home: Home, patch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    patch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 3_000_000))


def damaged_key(server: PlayedServer, home: Home, patch: pytest.MonkeyPatch) -> None:
    home.key.write_bytes(b"no key")


def folder_gone(server: PlayedServer, home: Home, patch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(Path(config.load(home).pictures or ""))


def nobody_trusted(server: PlayedServer, home: Home, patch: pytest.MonkeyPatch) -> None:
    config.save(home, replace(config.load(home), artist_keys=()))


def wrong_clock(server: PlayedServer, home: Home, patch: pytest.MonkeyPatch) -> None:
    server.alter["server"] = lambda told: {**told, "time": "2001-01-01T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("broken", "name", "code", "fix"),
    [
        (withdrawn, "Permission", "enrolment-ended", "Enrol again: `fedart-edge enrol --server URL`."),
        (another_key, "Server", "server-key-changed", "Ask the operator"),
        (no_torch, "Training", "parts-missing", "pip install 'fedart-….whl[edge]'"),
        (full_disk, "Disk", "disk-full", "Make room"),
        (damaged_key, "Device key", "home-damaged", "fedart-edge leave"),
        (folder_gone, "Pictures", "pictures-unusable", ""),
        (nobody_trusted, "Your key", "artist-key-missing", "fedart-edge trust KEY"),
    ],
)
def test_a_broken_set_up_is_named_with_its_fix(
    server: PlayedServer,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    broken: Break,
    name: str,
    code: str,
    fix: str,
) -> None:
    broken(server, home, monkeypatch)
    lines = said(home)
    ill = [number for number, line in enumerate(lines) if "NOT WELL" in line]
    assert [lines[number].partition(":")[0] for number in ill] == [
        f"{1 + NAMES.index(name)}. NOT WELL  {name}"
    ]
    assert lines[ill[0] + 1].endswith(f"[{code}]")
    assert fix in lines[ill[0] + 1]


def test_before_enrolment_it_says_what_to_do_first(tmp_path: Path) -> None:
    lines = said(Home(tmp_path / "none"))
    assert lines[1] == "2. NOT WELL  Enrolment: This computer is not enrolled with a server."
    assert not (tmp_path / "none").exists()


def test_a_wrong_clock_is_told(server: PlayedServer, home: Home) -> None:
    wrong_clock(server, home, pytest.MonkeyPatch())
    assert "set this one." in said(home)[3]


def test_several_faults_are_all_named(server: PlayedServer, home: Home) -> None:
    folder_gone(server, home, pytest.MonkeyPatch())
    home.tokens.chmod(0o644)
    server.close()
    with make_http(server.url) as http:
        found = list(doctor.examine(home, lambda told: Transport(http, eager_waiter(), TokenStore(home))))
    assert {one.name: one.code for one in found if not one.ok} == {
        "Home folder": "home-not-private",
        "Server": "server-unreachable",
        "Permission": "server-unreachable",
        "Pictures": "pictures-unusable",
    }
    assert all(one.fix for one in found if not one.ok)
