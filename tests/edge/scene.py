"""A scene of refusal: a server that misbehaves, an enrolled agent, and what the agent refused."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from edge import agent, rounds
from edge.paths import Home
from federation.protocol.errors import Refusal
from tests.edge.agents import Trainer, tools, turns
from tests.edge.played_server import PlayedServer


@dataclass
class Scene:
    """A server, an enrolled home and a trainer; `refused` lets the agent meet the round."""

    server: PlayedServer
    home: Home
    trainer: Trainer

    def refused(self, code: str, *, trained: bool = False, **rules: Any) -> str:
        """The agent's sentence, once it refused with that code; nothing but heartbeats and a drop may have left."""
        with tools(self.home, self.trainer, **rules) as made, codes_of() as codes:
            turns(made, until=lambda: codes)
            sentence = made.board.now.sentence
        assert codes == [code]
        assert bool(self.trainer.jobs) == trained
        assert not self.server.seen("/messages/masked-input")
        assert self.home.receipts.exists() is False
        return sentence


@contextlib.contextmanager
def codes_of() -> Iterator[list[str]]:
    """The codes of the refusals that end a round or the run."""
    found: list[str] = []
    give_up, trouble = rounds.Rounds._give_up, agent.Agent._trouble

    def giving_up(self: Any, round_id: UUID, refused: Refusal) -> None:
        found.append(refused.code)
        give_up(self, round_id, refused)

    def troubled(self: Any, refused: Refusal) -> float:
        found.append(refused.code)
        return trouble(self, refused)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds.Rounds, "_give_up", giving_up)
        patch.setattr(agent.Agent, "_trouble", troubled)
        yield found
