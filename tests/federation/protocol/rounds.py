"""A small round for the tests of the protocol: its parameters, its devices, and playing it step by step."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from federation.protocol import keys
from federation.protocol.params import RoundParams
from federation.protocol.quantize import Noise
from federation.protocol.schemes import scheme
from federation.protocol.sessions import ClientContext, ClientSession
from federation.protocol.steps import Step

ROUND = UUID("11111111-1111-4111-8111-111111111111")
DEVICES = tuple(UUID(int=(7 << 64) + number) for number in range(1, 6))
STRANGER = UUID(int=(9 << 64) + 1)


def device_key(device: UUID) -> Ed25519PrivateKey:
    """The same key for the same device, so that vectors stay as they are."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(device.bytes).digest())


def small_params(**changes: Any) -> RoundParams:
    """Eight numbers, at least three devices; any field can be changed."""
    fields: dict[str, Any] = {
        "round_id": ROUND,
        "manifest_hash": bytes(range(32)),
        "length": 8,
        "scale": 1024,
        "clip": 1.0,
        "modulus_bits": 32,
        "min_cohort": 3,
        "max_cohort": 512,
        "threshold": 3,
    }
    return RoundParams(**{**fields, **changes})


class PlayedRound:
    """Both sides of one round in one process."""

    def __init__(
        self,
        params: RoundParams,
        devices: Iterable[UUID] = DEVICES,
        seed: int = 0,
        name: str = "UnsafePlainSum",
        noise: Noise | None = None,
    ) -> None:
        self.noise = noise
        self.scheme = scheme(name)
        self.params = params
        self.server = self.scheme.server(params)
        self.roster = {device: keys.raw_public(device_key(device)) for device in devices}
        self.state: Mapping[str, Any] = self.server.open(self.roster)
        self.sent: dict[Step, dict[UUID, bytes]] = {}
        self.inboxes: dict[Step, dict[UUID, bytes]] = {}
        self.clients: dict[UUID, ClientSession] = {
            device: self.client(device, seed + at) for at, device in enumerate(devices)
        }

    def client(self, device: UUID, seed: int = 0, snapshot: Any = None) -> ClientSession:
        """A device's side, new or restarted."""
        context = ClientContext(device_key(device), self.roster, os.urandom, self.noise)
        return self.scheme.client(self.params, device, np.random.default_rng(seed), snapshot, context)

    def take(self, step: Step, who: Iterable[UUID], act: Callable[[UUID], bytes]) -> dict[UUID, bytes]:
        """Everybody in `who` acts, the server accepts each message and closes the step."""
        messages = {device: act(device) for device in who}
        facts = {d: self.server.accept(self.state, step, d, sent) for d, sent in messages.items()}
        self.state = self.server.close(self.state, step, facts)
        self.sent[step] = messages
        return messages

    def advertise(self, who: Iterable[UUID]) -> dict[UUID, bytes]:
        return self.take(Step.ADVERTISE_KEYS, who, lambda d: self.clients[d].advertise_keys())

    def share(self, who: Iterable[UUID]) -> dict[UUID, bytes]:
        return self.take(
            Step.SHARE_KEYS, who, lambda d: self.clients[d].share_keys(self.inbox(Step.SHARE_KEYS, d))
        )

    def send(self, who: Iterable[UUID], updates: Mapping[UUID, np.ndarray]) -> dict[UUID, bytes]:
        return self.take(
            Step.MASKED_INPUT,
            who,
            lambda d: self.clients[d].masked_input(self.inbox(Step.MASKED_INPUT, d), updates[d]),
        )

    def confirm(self, who: Iterable[UUID]) -> dict[UUID, bytes]:
        return self.take(
            Step.CONSISTENCY, who, lambda d: self.clients[d].confirm(self.inbox(Step.CONSISTENCY, d))
        )

    def unmask(self, who: Iterable[UUID]) -> dict[UUID, bytes]:
        return self.take(Step.UNMASK, who, lambda d: self.clients[d].unmask(self.inbox(Step.UNMASK, d)))

    def inbox(self, step: Step, device: UUID) -> bytes:
        if step not in self.inboxes:
            made = self.server.deliver(self.state, step, lambda d: self.sent[Step(step - 1)][d])
            self.inboxes[step] = dict(made)
        return self.inboxes[step][device]

    def run(
        self, updates: Mapping[UUID, np.ndarray], who: Mapping[Step, Iterable[UUID]]
    ) -> NDArray[np.float64]:
        """The whole round; `who` says who takes each step (everybody of the step before, where it says nothing)."""
        awake = tuple(self.clients)
        acts: list[tuple[Step, Callable[[Iterable[UUID]], Any]]] = [
            (Step.ADVERTISE_KEYS, self.advertise),
            (Step.SHARE_KEYS, self.share),
            (Step.MASKED_INPUT, lambda some: self.send(some, updates)),
            (Step.CONSISTENCY, self.confirm),
            (Step.UNMASK, self.unmask),
        ]
        for step, act in acts:
            awake = tuple(who.get(step, awake))
            act(awake)
        return self.mean()

    def total(self) -> NDArray[np.uint32]:
        """The sum in the ring, once all masks are off."""
        return self.server.combine(self.partials())

    def mean(self) -> NDArray[np.float64]:
        """What the server publishes."""
        return self.server.finish(self.state, self.total())

    def partials(self) -> list[NDArray[np.uint32]]:
        """Two partial sums of messages, and every part of the masks taken off."""
        partials: list[Any] = [None, None]
        for at, survivor in enumerate(self.server.survivors(self.state)):
            message = self.sent[Step.MASKED_INPUT][survivor]
            partials[at % 2] = self.server.fold(partials[at % 2], message)
        return [one for one in partials if one is not None] + [
            self.server.remove(self.state, part, lambda d: self.sent[Step.UNMASK][d])
            for part in range(self.server.removal_parts(self.state))
        ]
