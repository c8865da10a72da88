"""The gate before a round: not joined while something holds, and not if the first steps show that it is too much."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from edge import config, pauses
from edge.agent import Agent
from edge.config import Manners
from edge.manners.hold import Gate
from edge.paths import Home
from edge.state import State
from edge.tools import Tools, utc_now
from edge.waiting import Stopped
from tests.edge.agents import Trainer, tools, turns
from tests.edge.manners.computers import QUIET
from tests.edge.played_server import PlayedServer


def mannered(made: Tools, manners: Manners, **computer: Any) -> Tools:
    """The agent's parts on that computer."""
    config.save(made.home, replace(config.load(made.home), manners=manners))
    made.gate = Gate(replace(QUIET, **computer))
    return made


def test_it_waits_with_a_reason_and_goes_on_by_itself(server: PlayedServer, home: Home) -> None:
    battery, trainer = [True], Trainer()
    with tools(home, trainer) as plain:
        made = mannered(plain, Manners(), on_battery=lambda: battery[0])
        agent = Agent(made)
        agent.turn()
        sentence = "Waiting: on battery. It goes on when plugged in."
        assert made.board.now.sentence == sentence
        server.open_round()
        agent.turn()
        agent.turn()
        assert (made.board.now.sentence, server.heartbeats[-1]["reason"]) == (sentence, sentence)
        assert not server.seen("/join")
        assert not trainer.jobs
        battery[0] = False
        made.gate = Gate(made.gate.probes)
        turns(made, until=lambda: server.seen("/ready"))
        assert len(trainer.jobs) == 1


def test_a_trained_round_goes_on_even_on_battery(server: PlayedServer, home: Home) -> None:
    battery = [False]
    with tools(home) as plain:
        made = mannered(plain, Manners(), on_battery=lambda: battery[0])
        played = server.open_round()
        turns(made, until=lambda: played.mine == "rostered", most=1)
        battery[0] = True
        turns(made, until=lambda: played.over)


def test_the_round_is_joined_after_the_second_step_only(server: PlayedServer, home: Home) -> None:
    joined: list[bool] = []
    trainer = Trainer(during=lambda: joined.append(bool(server.seen("/join"))))
    with tools(home, trainer) as made:
        server.open_round()
        turns(made, until=lambda: server.seen("/ready"))
    assert joined == [False, False, True, True]
    assert len(server.seen("/join")) == 1


@pytest.mark.parametrize(
    ("manners", "computer", "says"),
    [
        ({"memory_mb": 100}, {}, "needs about 1 MB, 0 MB are free for it"),
        ({}, {"free_mb": lambda: 0}, "0 MB are free"),
        ({"memory_mb": 500}, {"used_mb": count(400, 60).__next__}, "It takes 520 MB, you allow 500 MB."),
    ],
)
def test_what_does_not_fit_is_not_joined(
    server: PlayedServer, home: Home, manners: dict[str, Any], computer: dict[str, Any], says: str
) -> None:
    with tools(home) as plain:
        made = mannered(plain, replace(config.ANY_TIME, **manners), **computer)
        played = server.open_round()
        turns(made, until=lambda: played.drop_reason)
        assert says in made.board.now.sentence
    assert not server.seen("/join")


def test_a_step_that_is_too_slow_is_not_joined(server: PlayedServer, home: Home) -> None:
    now = [utc_now()]

    def slow() -> None:
        now[0] += timedelta(minutes=20)

    with tools(home, Trainer(during=slow)) as made:
        made.clock = lambda: now[0]
        played = server.open_round()
        turns(made, until=lambda: played.drop_reason)
        assert "One step takes 1200.0 s here, 4 steps 81 minutes; you accept 60." in made.board.now.sentence
    assert not server.seen("/join")


def test_a_pause_and_new_pictures_are_said_between_two_turns(server: PlayedServer, home: Home) -> None:
    from tests.edge.agents import pictures

    with tools(home) as made:
        agent = Agent(made)
        agent.turn()
        assert not agent.glance()
        other = State(home)
        pauses.pause(other, None)
        assert agent.glance()
        assert made.board.now.sentence == "Paused by you until you resume."
        pauses.resume(other)
        other.close()
        made.clock = lambda: utc_now() + timedelta(seconds=5)
        folder = made.config.folder
        assert folder is not None
        pictures(folder, count=5)
        assert agent.glance()
        assert made.board.now.sentence == (
            "2 pictures added: that counts from the next round on. Waiting for the next round."
        )


def test_the_rest_ends_when_something_changes(server: PlayedServer, home: Home) -> None:
    with tools(home) as made:
        agent = Agent(made)
        agent.turn()
        waits: list[float] = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 2:
                pauses.pause(made.state, None)
            if len(waits) > 5:
                raise Stopped

        made.waiter.wait = wait  # type: ignore[method-assign]
        agent._rest(300)
        assert waits == [2.0, 2.0]
