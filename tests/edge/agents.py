"""An enrolled agent in a test's own process, with a trainer that needs no torch."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from edge import config
from edge.agent import Agent
from edge.config import Rules
from edge.enrol import Asked, Wish, enrol
from edge.paths import Home
from edge.tools import Tools, gather
from edge.training import Job, OnStep, ShouldStop
from edge.transport import Transport, make_http
from edge.waiting import Waiter
from federation.protocol.errors import Refusal
from tests.edge.played_server import PlayedServer
from tests.edge.statements import ARTIST, key_of

UPDATE = np.linspace(-0.2, 0.2, 8).astype(np.float32)


class Eager(Waiter):
    """Waits a hundredth of what is asked: the same order of things, sooner."""

    def wait(self, seconds: float) -> None:
        super().wait(seconds / 100)


def eager_waiter() -> Waiter:
    import random

    return Eager(threading.Event(), random.Random(0))


def pictures(folder: Path, count: int = 3) -> Path:
    """A folder of small captioned pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.new("RGB", (64, 64), (40 * number, 90, 120)).save(folder / f"blue square {number}.png")
    return folder


def enrolled(server: PlayedServer, folder: Path, rules: Rules | None = None) -> Home:
    """A home that went through the real enrolment."""
    home = Home(folder / "home")
    rules = rules or Rules()
    keys = (key_of(ARTIST),)
    wish = Wish(server.url, "Alice's laptop", str(pictures(folder / "works")), 1, rules, keys)
    with make_http(server.url) as http:
        told = enrol(home, wish, Transport(http, eager_waiter()), lambda asked: _ignore(asked))
    config.save(home, replace(told, manners=config.ANY_TIME))
    return home


def _ignore(asked: Asked) -> None:
    assert asked.user_code


class Trainer:
    """Counts its trainings and gives the same update each time."""

    def __init__(self, update: np.ndarray = UPDATE, during: Callable[[], Any] = lambda: None) -> None:
        self.update = update
        self.during = during
        self.jobs: list[Job] = []

    def __call__(self, job: Job, on_step: OnStep, should_stop: ShouldStop) -> np.ndarray | None:
        self.jobs.append(job)
        for step in range(1, job.training.steps + 1):
            self.during()
            if should_stop():
                return None
            on_step(step, job.training.steps)
        return self.update


@contextmanager
def tools(home: Home, trainer: Trainer | None = None, **rules: Any) -> Iterator[Tools]:
    """The agent's parts for that home; rules can be changed first."""
    if rules:
        config.save(home, config.load(home).with_rules(**rules))
    made = gather(home, threading.Event(), trainer=trainer or Trainer())
    made.waiter = made.api.transport.waiter = Eager(made.waiter.stop, made.waiter.rng)
    try:
        yield made
    finally:
        made.close()


def turns(made: Tools, *, until: Callable[[], object], most: int = 60) -> Agent:
    """Let the agent take turns until something is so; what goes wrong is on its board, as when it runs."""
    agent = Agent(made)
    for _ in range(most):
        try:
            agent.turn()
        except Refusal as refused:
            agent._trouble(refused)
        if until():
            return agent
    raise AssertionError(f"not so after {most} turns; the agent says: {made.board.now.sentence}")
