"""Fixtures of the agent's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.paths import Home
from tests.edge.agents import Trainer, enrolled
from tests.edge.played_server import PlayedServer
from tests.edge.scene import Scene


@pytest.fixture
def server() -> Iterator[PlayedServer]:
    """A played server on a free port of this computer."""
    played = PlayedServer()
    yield played
    played.close()


@pytest.fixture
def home(server: PlayedServer, tmp_path: Path) -> Home:
    """A home that is enrolled with it."""
    return enrolled(server, tmp_path)


@pytest.fixture
def scene(server: PlayedServer, home: Home) -> Scene:
    """The server, the home and a trainer that counts."""
    return Scene(server, home, Trainer())
