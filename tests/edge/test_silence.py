"""What stays here: no connection to anybody but the server, and a log without names, paths and secrets."""

import socket
from dataclasses import replace
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge import config, logs
from edge.cli import app
from edge.paths import Home
from edge.status import Status
from tests.edge.agents import Trainer, tools, turns
from tests.edge.folder.test_scan import hostile
from tests.edge.played_server import PlayedServer


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> set[Any]:
    """Every address that anything in this process connects to or asks a name server about."""
    found: set[Any] = set()
    connect, ask = socket.socket.connect, socket.getaddrinfo

    def connecting(self: socket.socket, address: Any) -> None:
        found.add(address)
        connect(self, address)

    def asking(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        found.add((host, port))
        return ask(host, port, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket.socket, "connect_ex", connecting)
    monkeypatch.setattr(socket.socket, "sendto", lambda self, *_: found.add(self))
    monkeypatch.setattr(socket, "getaddrinfo", asking)
    return found


def test_nobody_but_the_server_hears_anything(server: PlayedServer, home: Home, called: set[Any]) -> None:
    """A whole round with all that belongs to it, and what the commands do afterwards."""
    played = server.open_round()
    with tools(home) as made:
        turns(made, until=lambda: played.over and made.state.noted("latest"))
    for command in (
        ("doctor",),
        ("status",),
        ("receipts", "--verify"),
        ("works",),
        ("budget",),
        ("logs",),
        ("leave",),
    ):
        assert CliRunner().invoke(app, ["--home", str(home.root), *command]).exit_code == 0, command
    assert called == {("127.0.0.1", server.http.server_port)}


def test_nothing_of_a_picture_is_in_any_request(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home) as made:
        turns(made, until=lambda: played.over)
    said = repr(server.requests) + repr(server.heartbeats) + repr(server.works)
    for word in ("blue", "square", ".png", str(home.root.parent), "captions"):
        assert word not in said


def test_a_hostile_folder_sends_a_number_and_nothing_else(
    server: PlayedServer, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    hostile(tmp_path / "bad")
    config.save(home, replace(config.load(home), pictures=str(tmp_path / "bad")))
    played, trainer = server.open_round(), Trainer()
    with tools(home, trainer) as made:
        turns(made, until=lambda: played.over)
    assert [example.path.name for example in trainer.jobs[0].examples] == ["good.png"]
    assert {one["count"] for one in server.works} == {1}
    said = repr(server.requests) + repr(server.heartbeats) + repr(server.works)
    for word in ("secret", "bomb", "svg", "passwd", "good", str(tmp_path)):
        assert word not in said


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/home/alice/my works/secret fox.png: gone", "[picture]: gone"),
        ("Left out: secret fox.png, fox.WebP. Not a file", "Left out: [picture], [picture]. Not a file"),
        (r"C:\Users\Alice\fox.JPG is broken", "C: [picture] is broken"),
        ("/home/alice/works: gone, /x/alice too", "[path]: gone, [path] too"),
        ("Bearer eyJhbGciOiJFZERTQSJ9abcdefgh", "Bearer [long]"),
        ("alice@artists.example wrote", "[address] wrote"),
        ("key z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "key [long]"),
        ("one\ntwo", "one two"),
        ("Training here: 3 of 8 steps, 2 min left.", "Training here: 3 of 8 steps, 2 min left."),
        ("Run `fedart-edge run`, see https://fedart.example/x", "Run `fedart-edge run`, see https://fedart.example/x"),
    ],
)  # fmt: skip
def test_a_line_is_redacted(text: str, kept: str) -> None:
    assert logs.redacted(text) == kept


def test_the_log_is_private_rotates_and_is_shown_before_it_is_shared(
    home: Home, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST", 9000)
    with logs.kept(home):
        logs.status(Status("idle", "Waiting for the next round.", "2026-11-20T10:00:00+00:00"))
        for step in (1, 2):
            logs.status(Status("training", f"Step {step}.", "2026-11-20T10:00:00+00:00", step, 9))
        first = (home.logs / "agent.log").read_text()
        assert "idle: Waiting for the next round." in first
        assert ("Step 1." in first, "Step 2." in first) == (True, False)
        for number in range(200):
            logs.LOG.info("line %d of /home/alice/works %s", number, "x " * 40)
    assert not any(isinstance(one, RotatingFileHandler) for one in logs.LOG.handlers)
    assert home.open_to_others() == []
    files = list(home.logs.iterdir())
    assert 2 <= len(files) <= 1 + logs.KEPT
    assert all(path.stat().st_size <= logs.LARGEST for path in files)
    whole = "".join(path.read_text() for path in files)
    assert "line 199" in whole
    assert "alice" not in whole
    done = CliRunner().invoke(app, ["--home", str(home.root), "logs", "--to", str(tmp_path / "log.txt")])
    assert done.stdout.splitlines()[:-1] == (tmp_path / "log.txt").read_text().splitlines()
