"""One round of SecAgg in this process, its two sides measured apart; used by bench/secagg.py."""

import gc
import os
import time
from typing import Any
from uuid import UUID

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from limits import Limits
from meter import Meter, status

from federation.protocol import quantize
from federation.protocol.params import RoundParams, default_scale, finest_scale, quorum
from federation.protocol.secagg import graph, removal
from federation.protocol.secagg.client import SecAggClient
from federation.protocol.secagg.degree import Degree
from federation.protocol.secagg.record import Record
from federation.protocol.secagg.server import SecAggServer
from federation.protocol.sessions import ClientContext
from federation.protocol.steps import Step

CLIP = 32.0
GROUP = 2
"""Clients that act before the server does; it holds as many messages at a time."""


def vector(client: int, length: int) -> np.ndarray:
    """The update of a client, the same on both sides."""
    made = np.random.Generator(np.random.SFC64(1000 + client)).standard_normal(length, dtype=np.float32)
    return made * np.float32(0.02)


def ring_of(neighbours: int, threshold: int) -> None:
    """Let every graph of this process be a ring with that degree: to compare like with like, never in use."""
    graph.COMPLETE_UP_TO = 2
    graph.degree = lambda *_: Degree(neighbours, threshold)


LIMITS = Limits()
SAMPLES = 16
"""Samples of the machine's limit after the masks came off; as many as groups sent were taken while it added."""


class Rounding:
    """Measures what clip and rounding take inside a client's step, so that masking can be told apart."""

    def __init__(self) -> None:
        self.cpu = 0.0
        self._own = quantize.quantize
        quantize.quantize = self

    def __call__(self, *arguments: Any) -> Any:
        began = time.process_time()
        try:
            return self._own(*arguments)
        finally:
            self.cpu += time.process_time() - began


def params_of(clients: int, length: int) -> RoundParams:
    """A round for vectors whose norm is below CLIP, as fine as FedArt's default and no finer than the sum allows."""
    scale = min(default_scale(length), finest_scale(length, CLIP, clients))
    return RoundParams(
        round_id=UUID(int=1), manifest_hash=os.urandom(32), length=length, scale=scale, clip=CLIP,
        modulus_bits=32, min_cohort=clients, max_cohort=clients, threshold=quorum(clients),
    ).validate()  # fmt: skip


class Round:
    """Both sides, and what each has cost so far. The last `drop` clients fall asleep before they send."""

    def __init__(self, clients: int, length: int, drop: int, base: float | None) -> None:
        self.params, self.rounding = params_of(clients, length), Rounding()
        self.devices = [UUID(int=(7 << 64) + who + 1) for who in range(clients)]
        private = [Ed25519PrivateKey.generate() for _ in self.devices]
        roster = {
            d: key.public_key().public_bytes_raw() for d, key in zip(self.devices, private, strict=True)
        }
        self.alive, self.limits = range(clients - drop), LIMITS
        self.before, self.meter, self.server = status("VmRSS"), Meter(base), SecAggServer(self.params)
        with self.meter.server():
            self.state = self.server.open(roster)
        self.sessions = []
        for who in range(clients):
            with self.meter.client(who):
                context = ClientContext(private[who], roster, os.urandom)
                rng = np.random.Generator(np.random.SFC64(who))  # as edge/session.py
                self.sessions.append(SecAggClient(self.params, self.devices[who], rng, None, context))
        self.sent: dict[UUID, bytes] = {}
        self.masking: dict[int, float] = {}
        self.step: dict[int, float] = {}
        self.total: Any = None

    def take(self, step: Step, act: Any, awake: range) -> None:
        """Each awake client takes the step as its inbox comes; the server accepts, and adds what is masked.

        GROUP clients after each other, then the server with what they sent: each side is to find in the processor's
        caches what is its own, as it would on a machine of its own.
        """
        answers, made = {}, {}
        receivers = range(len(self.devices)) if step <= Step.MASKED_INPUT else awake
        inboxes: Any = iter(())
        if step is not Step.ADVERTISE_KEYS:
            inboxes = self.server.deliver(self.state, step, self.sent.__getitem__)
        for first in range(0, len(receivers), GROUP):
            group = receivers[first : first + GROUP]
            with self.meter.server():
                given = [next(inboxes, (None, b""))[1] for _ in group]
            messages = {
                self.devices[who]: self.message(step, act, who, inbox)
                for who, inbox in zip(group, given, strict=True)
                if who in awake
            }
            with self.meter.server():
                for device, message in messages.items():
                    answers[device] = self.server.accept(self.state, step, device, message)
                    if step is Step.MASKED_INPUT:
                        self.total = self.server.fold(self.total, message)
            if step is Step.MASKED_INPUT:
                self.limits.sample()
            made |= messages if step is not Step.MASKED_INPUT else {}
        with self.meter.server():
            self.state = self.server.close(self.state, step, answers)
        self.sent = made

    def message(self, step: Step, act: Any, who: int, inbox: bytes) -> bytes:
        """What the client sends; for a masked input its update is made first, and rounding is told apart."""
        update = vector(who, self.params.length) if step is Step.MASKED_INPUT else None
        rounded = self.rounding.cpu
        with self.meter.client(who):
            message: bytes = act(self.sessions[who], inbox, update)
        if step is Step.MASKED_INPUT:
            self.step[who] = self.meter.last
            self.masking[who] = self.meter.last - (self.rounding.cpu - rounded)
        self.meter.sent(who, len(message))
        return message

    def finish(self) -> np.ndarray:
        """The masks come off, part by part, and the mean is taken."""
        with self.meter.server():
            for part in range(self.server.removal_parts(self.state)):
                self.total = self.server.remove(self.state, part, self.sent.__getitem__, self.total)
            mean = self.server.finish(self.state, self.total)
        for _ in range(SAMPLES):
            self.limits.sample()
        return mean


def warm_up(length: int) -> float:
    """What happens once stays out of the measurement: imports, and first pages of memory, for a server runs for long.
    What the process held before it had a vector, in MiB."""
    play(3, 64, 0)
    before = status("VmRSS")
    play(8, length, 0)
    gc.freeze()  # what was imported is not looked through again and again; on the other side neither
    return before


def play(clients: int, length: int, drop: int, base: float | None = None) -> dict[str, float]:
    """CPU, memory (the server's above `base` MiB), bytes and largest error of one round."""
    LIMITS.reset()
    one = Round(clients, length, drop, base)
    everybody, alive = range(clients), one.alive
    one.take(Step.ADVERTISE_KEYS, lambda client, inbox, _: client.advertise_keys(), everybody)
    one.take(Step.SHARE_KEYS, lambda client, inbox, _: client.share_keys(inbox), everybody)
    one.take(Step.MASKED_INPUT, lambda client, inbox, update: client.masked_input(inbox, update), alive)
    one.take(Step.CONSISTENCY, lambda client, inbox, _: client.confirm(inbox), alive)
    one.take(Step.UNMASK, lambda client, inbox, _: client.unmask(inbox), alive)
    memory, mean = status("VmRSS") - one.before, one.finish()
    truth = np.zeros(length)
    for who in alive:
        truth += vector(who, length)
    record = Record.from_json(one.params, one.state)
    return {
        **one.meter.figures(list(alive)),
        "client_step_cpu": float(np.median([one.step[who] for who in alive])),
        "client_masking_cpu": float(np.median([one.masking[who] for who in alive])),
        "max_error": float(np.max(np.abs(mean - truth / len(alive)))),
        "process_mib": memory,
        **one.limits.rates(),
        "server_masks": len(removal._jobs(record)),
        "server_checks": clients + len(alive),
        "client_masks": 1 + len(record.graph.neighbours(0)),
    }
