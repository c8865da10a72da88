"""Between rounds the agent draws what waits in the artist's studio: said while it happens, stopped by a pause."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from edge import pauses
from edge.agent import Agent
from edge.drawings import DRAWN, SAYS
from edge.paths import Home
from edge.vault import drawing, member
from federation.protocol.errors import refusal
from tests.edge.agents import tools
from tests.edge.played_server import PlayedServer

Steps = Callable[[Callable[[], bool]], UUID | None]


def waiting(monkeypatch: pytest.MonkeyPatch, *pictures: Steps) -> None:
    """A computer in the vault, for which these pictures wait; each is drawn by a function of `should_stop`."""
    left = list(pictures)

    def draw_next(transport: Any, home: Home, config: Any, *, should_stop: Callable[[], bool]) -> UUID | None:
        return left.pop(0)(should_stop) if left else None

    monkeypatch.setattr(member, "load", lambda home: object())
    monkeypatch.setattr(drawing, "draw_next", draw_next)


def test_it_is_said_while_it_is_drawn_and_afterwards(
    server: PlayedServer, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with tools(home) as made:

        def picture(should_stop: Callable[[], bool]) -> UUID:
            assert not should_stop()
            said.append(made.board.now.sentence)
            return uuid4()

        waiting(monkeypatch, picture, picture)
        agent = Agent(made)
        agent.turn()
        assert made.board.now.sentence.startswith(DRAWN)
        agent.turn()
        assert said == [SAYS, SAYS], "the second one did not wait for the next look"


def test_a_pause_stops_it_at_the_next_step(
    server: PlayedServer, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops: list[bool] = []
    with tools(home) as made:

        def picture(should_stop: Callable[[], bool]) -> None:
            stops.append(should_stop())
            pauses.pause(made.state, None)
            stops.append(should_stop())

        waiting(monkeypatch, picture)
        agent = Agent(made)
        agent.turn()
        agent.glance()
        assert stops == [False, True]
        assert made.board.now.sentence == "Paused by you until you resume."


def test_what_cannot_be_drawn_is_said_with_its_fix(
    server: PlayedServer, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def picture(should_stop: Callable[[], bool]) -> None:
        raise refusal("vault-adapter-unknown")

    waiting(monkeypatch, picture)
    with tools(home) as made:
        Agent(made).turn()
        assert "Not drawn: There is no such adapter in the vault. See `fedart-edge vault list`." in (
            made.board.now.sentence
        )


def test_a_computer_outside_the_vault_asks_for_nothing(server: PlayedServer, home: Home) -> None:
    with tools(home) as made:
        Agent(made).turn()
    assert not server.seen("/drawings")
