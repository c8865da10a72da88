"""Light agents for bench/rounds.py: they do not train; everything else is as a real agent does it.

Each speaks through the agent's own transport and doors (edge.api), checks the server's signatures, signs its messages
with a device key of its own and walks the scheme's client session. One that is to drop out falls silent before the step
that was drawn for it, as a laptop does whose lid is closed.
"""

import os
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.api import Api
from edge.session import pause_for
from edge.transport import Transport, make_http
from edge.waiting import Waiter
from federation.adapters.spec import AdapterSpec
from federation.protocol import keys
from federation.protocol import manifest as manifests
from federation.protocol import roster as rosters
from federation.protocol.errors import Refusal
from federation.protocol.schemes import scheme
from federation.protocol.sessions import ClientContext, ClientSession
from federation.protocol.steps import Step

NOT_YET = 425
LOST = frozenset(("stage-over", "round-over", "not-in-round"))
T = TypeVar("T")


@dataclass
class Token:
    """An access token that is good for longer than the bench runs."""

    access: str

    def load(self) -> "Token":
        return self


@dataclass
class LightAgent:
    """One device. `asleep_at` is the step before which it falls silent; None stays to the end."""

    number: int
    url: str
    key: Ed25519PrivateKey
    stop: threading.Event
    device: UUID
    asleep_at: Step | None = None
    sent: set[Step] = field(default_factory=set)
    trouble: str = ""
    api: Any = None
    pause_s: float = 1.0

    def connect(self, access: str) -> None:
        """From now on it may speak to the server."""
        waiter = Waiter(self.stop, random.Random(self.number))
        self.api = Api(Transport(make_http(self.url), waiter, Token(access)))  # type: ignore[arg-type]

    def update(self, length: int) -> np.ndarray:
        """What it would have learned: small numbers of its own."""
        return np.random.default_rng(self.number).normal(0.0, 1e-4, length)

    def get_ready(self, round_id: UUID, server_key: bytes) -> None:
        """Read the terms, join, and say that the update is there."""
        told = manifests.open_signed(self.api.manifest(round_id), server_key)
        self.params = told.params(AdapterSpec.from_json(told.spec).length)
        self.scheme = told.scheme
        self.api.join(round_id)
        self.api.ready(round_id)

    def run(self, round_id: UUID, server_key: bytes) -> None:
        """The interactive part, for a thread of its own; what goes wrong is in `trouble`."""
        try:
            self._steps(round_id, server_key)
        except Refusal as refused:
            self.trouble = refused.code
        except Exception as error:
            self.trouble = f"{type(error).__name__}: {error}"

    def _steps(self, round_id: UUID, server_key: bytes) -> None:
        answer = self._when_there(lambda: self.api.roster(round_id))
        listed = rosters.open_signed(answer, server_key)
        self.pause_s = pause_for(len(listed.keys))
        context = ClientContext(self.key, listed.keys, os.urandom)
        rng = np.random.default_rng(self.number)
        client = scheme(self.scheme).client(self.params, self.device, rng, None, context)
        for step in Step:
            if step is self.asleep_at:
                return
            message = self._message(client, round_id, step)
            signature = keys.sign(self.key, keys.message_text(round_id, step, message))
            self._when_there(lambda m=message, s=signature, at=step: self.api.send(round_id, at, m, s))  # type: ignore[misc]
            self.sent.add(step)

    def _message(self, client: ClientSession, round_id: UUID, step: Step) -> bytes:
        if step is Step.ADVERTISE_KEYS:
            return client.advertise_keys()
        inbox = self._when_there(lambda: self.api.inbox(round_id, step))
        if step is Step.SHARE_KEYS:
            return client.share_keys(inbox)
        if step is Step.MASKED_INPUT:
            return client.masked_input(inbox, self.update(self.params.length))
        return client.confirm(inbox) if step is Step.CONSISTENCY else client.unmask(inbox)

    def _when_there(self, ask: Callable[[], T]) -> T:
        while True:
            try:
                return ask()
            except Refusal as refused:
                if refused.status != NOT_YET:
                    raise
            self.api.transport.waiter.wait(self.api.transport.waiter.about(self.pause_s))


def put_to_sleep(agents: list[LightAgent], share: float, rng: random.Random) -> int:
    """That share of the agents will drop out, each before a step drawn for it. How many."""
    chosen = rng.sample(agents, round(share * len(agents)))
    for agent in chosen:
        agent.asleep_at = rng.choice(list(Step))
    return len(chosen)
