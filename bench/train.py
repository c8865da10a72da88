"""`python bench/train.py [--json] [--quick]`: what training at home costs beside a bare diffusers and peft loop.

Both loops run one after the other, several times, each in a process of its own on one thread (bench/train_loop.py): the
ratio of the median processor time of a step, and of the peak memory. Then the rest of an agent's work in a round:
clip, round, noise and mask of 1,000,000 numbers in a cohort of COHORT. Then an agent that has nothing to do.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from report import ROOT, Figure, report

from diffusion.base import shipped_base_dir
from federation.privacy.encode import noise_of
from federation.privacy.noise import share_variance
from federation.protocol.params import RoundParams, default_scale, finest_scale, quorum
from federation.protocol.secagg.client import SecAggClient
from federation.protocol.secagg.server import SecAggServer
from federation.protocol.sessions import ClientContext
from federation.protocol.steps import Step

PAIRS, STEPS = 4, 40
LENGTH, COHORT, CLIP, MULTIPLIER = 1_000_000, 64, 1.0, Fraction(1)
ENCODED = 5
QUIET = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0", "OMP_NUM_THREADS": "1"}


@dataclass
class Side:
    """The runs of one loop."""

    first_s: list[float]
    peak_mib: list[float]
    cpu_s: list[float]


def trained(pairs: int, steps: int) -> dict[str, Side]:
    """Both loops, taking turns: what else the machine does falls on both."""
    sides = {which: Side([], [], []) for which in ("bare", "ours")}
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "spec.json"
        spec.write_bytes(_run("-m", "diffusion.spec", str(shipped_base_dir())))
        for number in range(2 * pairs):
            which = "bare" if number % 4 in (0, 3) else "ours"
            told = json.loads(_run("bench/train_loop.py", which, str(spec), "--steps", str(steps)))
            sides[which].first_s.append(told["first_s"])
            sides[which].peak_mib.append(told["peak_mib"])
            sides[which].cpu_s += told["cpu_s"]
    return sides


def _run(*arguments: str) -> bytes:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=os.environ | QUIET | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return done.stdout


def encoded() -> tuple[float, float]:
    """Median seconds of processor and of wall clock for clip, rounding, noise and mask of LENGTH numbers."""
    client, inbox = _before_masking()
    update = np.random.default_rng(1).standard_normal(LENGTH, dtype=np.float32) / 100
    cpu, wall = [], []
    for _ in range(ENCODED):
        session = client()
        began, clock = time.process_time(), time.monotonic()
        session.masked_input(inbox, update)
        cpu.append(time.process_time() - began)
        wall.append(time.monotonic() - clock)
    return statistics.median(cpu[1:]), statistics.median(
        wall[1:]
    )  # the first one makes the round's table of noise


def _before_masking() -> tuple[Any, bytes]:
    """A maker of one device's session as it is before its masked input, and what the server sends it for that."""
    params = _params()
    devices = [UUID(int=(7 << 64) + who + 1) for who in range(COHORT)]
    private = {device: Ed25519PrivateKey.generate() for device in devices}
    roster = {device: key.public_key().public_bytes_raw() for device, key in private.items()}
    server = SecAggServer(params)

    def session(device: UUID, snapshot: Any = None) -> SecAggClient:
        context = ClientContext(private[device], roster, os.urandom, noise_of(params, os.urandom))
        return SecAggClient(params, device, np.random.Generator(np.random.SFC64()), snapshot, context)

    clients = {device: session(device) for device in devices}
    state = server.open(roster)
    keys = {device: client.advertise_keys() for device, client in clients.items()}
    state = _close(server, state, Step.ADVERTISE_KEYS, keys)
    inboxes = dict(server.deliver(state, Step.SHARE_KEYS, keys.__getitem__))
    shares = {device: client.share_keys(inboxes[device]) for device, client in clients.items()}
    state = _close(server, state, Step.SHARE_KEYS, shares)
    inbox = dict(server.deliver(state, Step.MASKED_INPUT, shares.__getitem__))[devices[0]]
    snapshot = clients[devices[0]].snapshot()
    return lambda: session(devices[0], snapshot), inbox


def _close(server: SecAggServer, state: Any, step: Step, sent: dict[UUID, bytes]) -> Any:
    facts = {device: server.accept(state, step, device, message) for device, message in sent.items()}
    return server.close(state, step, facts)


def _params() -> RoundParams:
    plain = RoundParams(
        round_id=UUID(int=1), manifest_hash=os.urandom(32), length=LENGTH,
        scale=min(default_scale(LENGTH), finest_scale(LENGTH, CLIP, COHORT)), clip=CLIP, modulus_bits=32,
        min_cohort=COHORT, max_cohort=COHORT, threshold=quorum(COHORT),
    )  # fmt: skip
    variance = share_variance(MULTIPLIER, plain.squared_norm_bound, plain.threshold)
    return RoundParams(**{**vars(plain), "noise_variance": variance}).validate()


def idle_figures() -> list[Figure]:
    """What an agent takes that has nothing to do, as bench/idle.py measures it."""
    try:
        from idle import figures
    except ImportError:
        return []
    return list(figures())


def main() -> int:
    """Measures and reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="one pair of short runs: to see that it works")
    asked = parser.parse_args()
    sides = trained(1, 12) if asked.quick else trained(PAIRS, STEPS)
    own, bare = sides["ours"], sides["bare"]
    encode_cpu, encode_wall = encoded()
    step, bare_step = statistics.median(own.cpu_s), statistics.median(bare.cpu_s)
    memory, bare_memory = statistics.median(own.peak_mib), statistics.median(bare.peak_mib)
    figures = [
        Figure("step_ratio", step / bare_step, "ratio", "<= 1.05"),
        Figure("memory_ratio", memory / bare_memory, "ratio", "<= 1.1"),
        Figure("encode_s_per_million", encode_cpu, "CPU s", "<= 0.5"),
        Figure("encode_wall_s_per_million", encode_wall, "s"),
        Figure("start_to_first_step_s", statistics.median(own.first_s), "s"),
        Figure("bare_start_to_first_step_s", statistics.median(bare.first_s), "s"),
        Figure("step_s", step, "CPU s"),
        Figure("bare_step_s", bare_step, "CPU s"),
        Figure("peak_mib", memory, "MiB"),
        Figure("bare_peak_mib", bare_memory, "MiB"),
    ]
    return report("train", figures + idle_figures(), asked.json)


if __name__ == "__main__":
    sys.exit(main())
