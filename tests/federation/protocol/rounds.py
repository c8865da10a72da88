"""A small round for the tests of the protocol: its parameters, its devices, and playing it step by step."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import numpy as np

from federation.protocol.params import RoundParams
from federation.protocol.schemes import scheme
from federation.protocol.sessions import ClientSession
from federation.protocol.steps import Step

ROUND = UUID("11111111-1111-4111-8111-111111111111")
DEVICES = tuple(UUID(int=(7 << 64) + number) for number in range(1, 6))
STRANGER = UUID(int=(9 << 64) + 1)


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
        "threshold": 3,
    }
    return RoundParams(**{**fields, **changes})


class PlayedRound:
    """Both sides of one round in one process."""

    def __init__(self, params: RoundParams, devices: Iterable[UUID] = DEVICES, seed: int = 0) -> None:
        self.scheme = scheme("UnsafePlainSum")
        self.params = params
        self.server = self.scheme.server(params)
        self.state: Mapping[str, Any] = self.server.open(devices)
        self.clients: dict[UUID, ClientSession] = {
            device: self.scheme.client(params, device, np.random.default_rng(seed + at), None)
            for at, device in enumerate(devices)
        }

    def take(self, step: Step, who: Iterable[UUID], act: Callable[[UUID], bytes]) -> dict[UUID, bytes]:
        """Everybody in `who` acts, the server accepts each message and closes the step."""
        messages = {device: act(device) for device in who}
        facts = {d: self.server.accept(self.state, step, d, sent) for d, sent in messages.items()}
        self.state = self.server.close(self.state, step, facts)
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

    def unmask(self, who: Iterable[UUID]) -> dict[UUID, bytes]:
        return self.take(Step.UNMASK, who, lambda d: self.clients[d].unmask(self.inbox(Step.UNMASK, d)))

    def inbox(self, step: Step, device: UUID) -> bytes:
        return self.server.inbox(self.state, step, device)
