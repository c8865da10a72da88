"""A round of five that has come to a step, and the false inboxes that a server could make."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from federation.protocol import wire
from federation.protocol.errors import Refusal
from federation.protocol.secagg import bodies
from federation.protocol.steps import Step
from tests.federation.protocol.rounds import DEVICES, STRANGER, PlayedRound, small_params

ONE, TWO, THREE = DEVICES[:3]
UPDATES = {device: np.full(8, 0.01 * (at + 1)) for at, device in enumerate(DEVICES)}


def refused(code: str) -> "pytest.RaisesExc[Refusal]":
    """The block raises the refusal of exactly that code."""
    return pytest.raises(Refusal, match=rf"^{code}:")


def played_to(step: Step, *, devices: tuple[UUID, ...] = DEVICES, **terms: Any) -> PlayedRound:
    """A SecAgg round in which everybody took all the steps before this one."""
    played = PlayedRound(small_params(**terms), devices, name="SecAgg")
    acts: list[Callable[[Iterable[UUID]], Any]] = [
        played.advertise,
        played.share,
        lambda who: played.send(who, UPDATES),
        played.confirm,
        played.unmask,
    ]
    for act in acts[: step - 1]:
        act(devices)
    return played


def inbox(played: PlayedRound, step: Step, body: bytes) -> bytes:
    """What a server could show at that step."""
    return wire.pack(played.params, step, wire.SERVER, body)


def advertisements(played: PlayedRound) -> dict[UUID, bytes]:
    """Who advertised what."""
    return {d: sent[wire.HEADER.size :] for d, sent in played.sent[Step.ADVERTISE_KEYS].items()}


def advertised(played: PlayedRound, rows: Mapping[UUID, bytes]) -> bytes:
    """The inbox of share-keys with these advertisements."""
    return inbox(played, Step.SHARE_KEYS, bodies.pack_rows(rows))


def lists(played: PlayedRound, survivors: Iterable[UUID], dropped: Iterable[UUID]) -> bytes:
    """The inbox of consistency with these lists."""
    return inbox(played, Step.CONSISTENCY, wire.pack_devices(survivors) + wire.pack_devices(dropped))


def signatures(played: PlayedRound, who: Iterable[UUID] = DEVICES) -> dict[UUID, bytes]:
    """Who confirmed the list."""
    return {d: played.sent[Step.CONSISTENCY][d][wire.HEADER.size :] for d in who}


def quorum(played: PlayedRound, rows: Mapping[UUID, bytes]) -> bytes:
    """The inbox of unmask with these signatures."""
    return inbox(played, Step.UNMASK, bodies.pack_rows(rows))


__all__ = [
    "DEVICES", "ONE", "STRANGER", "THREE", "TWO", "UPDATES", "advertised", "advertisements", "inbox", "lists",
    "played_to", "quorum", "refused", "signatures",
]  # fmt: skip
