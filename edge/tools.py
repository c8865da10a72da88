"""What the agent works with, put together once: everything that a test may want to replace is a field."""

import contextlib
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge import config, identity, traffic, training
from edge.api import Api
from edge.config import Config
from edge.downloads import Downloads
from edge.folder.watch import Watch
from edge.manners.hold import Gate
from edge.manners.probes import Probes, here
from edge.memory import Ledger
from edge.paths import Home
from edge.state import State
from edge.status import Board
from edge.tokens import TokenStore
from edge.transport import Transport, make_http
from edge.waiting import Waiter
from federation.protocol.errors import Refusal


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


@dataclass
class Tools:
    """The parts of one running agent. `config` is read anew whenever a command or the first base changed it."""

    home: Home
    config: Config
    key: Ed25519PrivateKey
    api: Api
    downloads: Downloads
    state: State
    board: Board
    waiter: Waiter
    clock: Callable[[], datetime]
    trainer: training.Trainer
    watch: Watch
    gate: Gate

    @property
    def ledger(self) -> Ledger:
        """The server's one ledger, as this computer knows it."""
        return Ledger(self.api, self.state, self.config.server_key)

    def refresh(self) -> None:
        """What the artist changed meanwhile on the command line counts at once; an unreadable file changes nothing."""
        with contextlib.suppress(Refusal):
            self.config = config.load(self.home)

    def close(self) -> None:
        """Let go of files and connections."""
        self.api.transport.http.close()
        self.state.close()


def gather(
    home: Home,
    stop: threading.Event,
    *,
    http: httpx.Client | None = None,
    trainer: training.Trainer = training.train,
    probes: Probes | None = None,
) -> Tools:
    """Everything for an enrolled home. Raises Refusal `not-enrolled`, `home-damaged` or `home-not-private`."""
    home.require_private()
    told = config.load(home)
    key = identity.load(home.make())
    waiter = Waiter(stop, random.Random())
    state = State(home)
    client = http or make_http(told.server)
    client.event_hooks["request"].append(traffic.counting(state, utc_now))
    transport = Transport(client, waiter, TokenStore(home))
    return Tools(
        home=home,
        config=told,
        key=key,
        api=Api(transport),
        downloads=Downloads(home, transport),
        state=state,
        board=Board(state, utc_now),
        waiter=waiter,
        clock=utc_now,
        trainer=trainer,
        watch=Watch(state),
        gate=Gate(probes or here()),
    )
