"""The canary audit as a gate: the honest pipeline passes at 3.5 standard deviations, three planted faults do not."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from uuid import UUID

import numpy as np
import pytest

from federation.privacy import audit, encode, noise
from federation.protocol import quantize, ring
from federation.protocol.params import RoundParams, default_scale

LENGTH, CANARIES, ROUNDS, Z = 8192, 300, 4, Fraction(6, 5)
CLIENTS = CANARIES // 2
DELTA = Fraction(1, 100_000)


def _params() -> RoundParams:
    plain = RoundParams(
        round_id=UUID(int=1), manifest_hash=bytes(32), length=LENGTH, scale=default_scale(LENGTH), clip=1.0,
        modulus_bits=32, min_cohort=CLIENTS, max_cohort=512, threshold=CLIENTS,
    ).validate()  # fmt: skip
    variance = noise.share_variance(Z, plain.squared_norm_bound, CLIENTS)
    return replace(plain, noise_variance=variance).validate()


PARAMS = _params()


def honest(rng: np.random.Generator) -> audit.Contribute:
    """The functions that an agent calls, its entropy seeded so that the verdict is the same each time."""
    return lambda number, update: encode.encode(update, PARAMS, rng, rng.bytes)


def noise_halved(rng: np.random.Generator) -> audit.Contribute:
    half = replace(PARAMS, noise_variance=PARAMS.noise_variance // 4)
    return lambda number, update: encode.encode(update, half, rng, rng.bytes)


def noise_missing_in_most(rng: np.random.Generator) -> audit.Contribute:
    silent = replace(PARAMS, noise_variance=0)
    return lambda number, update: encode.encode(update, PARAMS if number % 4 == 0 else silent, rng, rng.bytes)


def clip_off(rng: np.random.Generator) -> audit.Contribute:
    source = encode.noise_of(PARAMS, rng.bytes)
    assert source is not None

    def contribute(number: int, update: np.ndarray) -> ring.Ring:
        whole = np.floor(update * PARAMS.scale + rng.random(LENGTH)).astype(np.int64)
        return ring.encode(whole + source(LENGTH))

    return contribute


def audited(make: Callable[[np.random.Generator], audit.Contribute], seed: int = 11) -> audit.Audit:
    rng = np.random.default_rng(seed)
    return audit.run(
        PARAMS,
        multiplier=float(Z),
        rounds=ROUNDS,
        canaries=CANARIES,
        delta=DELTA,
        rng=rng,
        contribute=make(rng),
    )


def test_the_honest_pipeline_hides_what_it_claims() -> None:
    found = audited(honest)
    assert found.passes, found.sentence
    assert found.measured > found.expected - audit.ALLOWED_SD * found.sd, "far more noise than claimed"
    assert found.epsilon_claimed == pytest.approx(8.0, rel=0.01)
    assert found.sentence.startswith("claimed epsilon 8.00, measured ")


@pytest.mark.parametrize("fault", [noise_halved, noise_missing_in_most, clip_off])
def test_a_planted_fault_is_found(fault: Callable[[np.random.Generator], audit.Contribute]) -> None:
    found = audited(fault)
    assert not found.passes, found.sentence
    assert found.epsilon_measured > 1.5 * found.epsilon_claimed


def test_the_clip_that_the_audit_leans_on_is_the_protocols() -> None:
    long = np.full(LENGTH, audit.OVERLONG / np.sqrt(LENGTH))
    assert np.linalg.norm(quantize.clipped(long, 1.0)) == pytest.approx(1.0)
