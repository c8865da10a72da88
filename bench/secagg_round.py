"""One round of SecAgg in this process, its two sides measured apart; used by bench/secagg.py."""

import os
import time
from typing import Any
from uuid import UUID

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
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


def vector(client: int, length: int) -> np.ndarray:
    """The update of a client, the same on both sides."""
    made = np.random.Generator(np.random.SFC64(1000 + client)).standard_normal(length, dtype=np.float32)
    return made * np.float32(0.02)


def ring_of(neighbours: int, threshold: int) -> None:
    """Let every graph of this process be a ring with that degree: to compare like with like, never in use."""
    graph.COMPLETE_UP_TO = 2
    graph.degree = lambda *_: Degree(neighbours, threshold)


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


def play(clients: int, length: int, drop: int) -> dict[str, float]:
    """CPU, memory, bytes and largest error of one round whose last `drop` clients fall asleep before they send."""
    params, rounding = params_of(clients, length), Rounding()
    devices = [UUID(int=(7 << 64) + who + 1) for who in range(clients)]
    private = [Ed25519PrivateKey.generate() for _ in devices]
    roster = {d: key.public_key().public_bytes_raw() for d, key in zip(devices, private, strict=True)}
    everybody, alive = range(clients), range(clients - drop)
    before, meter, server = status("VmRSS"), Meter(), SecAggServer(params)
    with meter.server():
        state = server.open(roster)
    sessions = []
    for who in everybody:
        with meter.client(who):
            context = ClientContext(private[who], roster, os.urandom)
            sessions.append(SecAggClient(params, devices[who], np.random.default_rng(who), None, context))
    sent: dict[UUID, bytes] = {}
    total, masking = None, {}

    def take(step: Step, act: Any, awake: range) -> None:
        nonlocal state, total, sent
        answers, made = {}, {}
        inboxes = iter(()) if step is Step.ADVERTISE_KEYS else server.deliver(state, step, sent.__getitem__)
        for who in awake if step is not Step.MASKED_INPUT else everybody:
            with meter.server():
                _, inbox = next(inboxes, (None, b""))
            if who not in awake:
                continue
            rounded = rounding.cpu
            update = vector(who, length) if step is Step.MASKED_INPUT else None
            with meter.client(who):
                message = act(sessions[who], inbox, update)
            if step is Step.MASKED_INPUT:
                masking[who] = meter.last - (rounding.cpu - rounded)
            meter.sent(who, len(message))
            with meter.server():
                answers[devices[who]] = server.accept(state, step, devices[who], message)
                if step is Step.MASKED_INPUT:
                    total = server.fold(total, message)
                else:
                    made[devices[who]] = message
        with meter.server():
            state = server.close(state, step, answers)
        sent = made

    take(Step.ADVERTISE_KEYS, lambda one, inbox, _: one.advertise_keys(), everybody)
    take(Step.SHARE_KEYS, lambda one, inbox, _: one.share_keys(inbox), everybody)
    take(Step.MASKED_INPUT, lambda one, inbox, update: one.masked_input(inbox, update), alive)
    take(Step.CONSISTENCY, lambda one, inbox, _: one.confirm(inbox), alive)
    take(Step.UNMASK, lambda one, inbox, _: one.unmask(inbox), alive)
    memory = status("VmRSS") - before
    with meter.server():
        for part in range(server.removal_parts(state)):
            total = server.combine([total, server.remove(state, part, sent.__getitem__)])
        mean = server.finish(state, total)
    truth = np.zeros(length)
    for who in alive:
        truth += vector(who, length)
    record = Record.from_json(params, state)
    return {
        **meter.figures(list(alive)),
        "client_masking_cpu": float(np.median([masking[who] for who in alive])),
        "max_error": float(np.max(np.abs(mean - truth / len(alive)))),
        "process_mib": memory,
        "server_masks": len(removal._jobs(record)),
        "client_masks": 1 + len(record.graph.neighbours(0)),
    }
