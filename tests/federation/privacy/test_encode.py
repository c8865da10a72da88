"""What one agent does to its update: the norm check for adversarial updates, fresh noise, the mean after the sum."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from federation.privacy import encode, noise, skellam
from federation.privacy.noise import Noise
from federation.protocol import quantize, ring
from federation.protocol.errors import Refusal
from federation.protocol.params import RoundParams, default_scale

LENGTH = 4096
TERMS = Noise(noise_multiplier="3", honest_floor=24, delta="0.00001", rounds=1, epsilon="1")


def params(length: int = LENGTH, variance: int | None = None, **changes: Any) -> RoundParams:
    fields: dict[str, Any] = {
        "round_id": UUID(int=1), "manifest_hash": bytes(32), "length": length, "scale": default_scale(length),
        "clip": 1.0, "modulus_bits": 32, "min_cohort": 32, "max_cohort": 512, "threshold": 24,
    }  # fmt: skip
    made = RoundParams(**{**fields, **changes}).validate()
    found = TERMS.share_variance(made.squared_norm_bound) if variance is None else variance
    return replace(made, noise_variance=found).validate()


def counted(seed: int = 0) -> tuple[encode.Entropy, list[bytes]]:
    """Entropy that remembers what it gave."""
    given: list[bytes] = []
    rng = np.random.default_rng(seed)

    def entropy(count: int) -> bytes:
        given.append(rng.bytes(count))
        return given[-1]

    return entropy, given


ADVERSARIAL: dict[str, Callable[[RoundParams], np.ndarray]] = {
    "every number just between two steps": lambda p: np.full(p.length, 0.5 / p.scale),
    "every number between two steps, at the clip": lambda p: np.full(
        p.length, (np.floor(p.scale / np.sqrt(p.length)) + 0.5) / p.scale
    ),
    "one number": lambda p: np.eye(1, p.length)[0] * p.clip,
    "one number far over the clip": lambda p: np.eye(1, p.length)[0] * 1e300,
    "huge numbers of both signs": lambda p: 1e308 * np.where(np.arange(p.length) % 2, 1.0, -1.0),
    "subnormal numbers": lambda p: np.full(p.length, 5e-324),
    "nothing": lambda p: np.zeros(p.length),
    "just over a step": lambda p: np.full(p.length, np.nextafter(1 / p.scale, 1)),
    "a float32 of random numbers": lambda p: (
        np.random.default_rng(0).normal(size=p.length).astype(np.float32)
    ),
}


@pytest.mark.parametrize("length", [1, 2, 4096])
@pytest.mark.parametrize("name", ADVERSARIAL)
def test_no_update_passes_the_norm_check_over_its_bound(name: str, length: int) -> None:
    made = params(length)
    for seed in range(3):
        whole = quantize.rounded(ADVERSARIAL[name](made), made, np.random.default_rng(seed))
        assert sum(int(one) ** 2 for one in whole) <= made.squared_norm_bound  # in Python's own whole numbers


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_refused_before_any_noise_is_drawn(bad: float) -> None:
    update = np.zeros(LENGTH)
    update[17] = bad
    entropy, given = counted()
    with pytest.raises(Refusal) as caught:
        encode.encode(update, params(), np.random.default_rng(0), entropy)
    assert caught.value.code == "update-not-finite"
    assert given == []


def test_a_round_without_noise_has_no_source_of_it() -> None:
    entropy, given = counted()
    assert encode.noise_of(params(variance=0), entropy) is None
    assert given == []


def test_no_seed_serves_twice() -> None:
    entropy, given = counted()
    source = encode.noise_of(params(), entropy)
    assert source is not None
    first, second = source(LENGTH), source(LENGTH)
    assert not np.array_equal(first, second)
    assert [len(seed) for seed in given] == [skellam.SEED_BYTES] * 2
    assert given[0] != given[1]


def test_noise_is_added_in_whole_numbers_before_the_ring() -> None:
    made, update = params(), np.random.default_rng(5).normal(size=LENGTH)
    entropy, given = counted()
    sent = encode.encode(update, made, np.random.default_rng(1), entropy)
    whole = quantize.rounded(update, made, np.random.default_rng(1))
    drawn = skellam.share(LENGTH, made.noise_variance, skellam.chacha20(given[0]))
    assert sent.dtype == np.uint32
    assert np.array_equal(sent, ring.encode(whole + drawn))


def test_the_sum_of_a_cohort_is_its_mean_and_the_noise_that_was_promised() -> None:
    artists, made = 40, params()
    rng = np.random.default_rng(2)
    updates = [quantize.clipped(rng.normal(size=LENGTH), 1.0) for _ in range(artists)]
    total = ring.zeros(LENGTH)
    for update in updates:
        ring.add_into(total, encode.encode(update, made, rng, os.urandom))
    mean = quantize.mean_of_sum(total, made, artists)
    noise_seen = (mean - np.mean(updates, axis=0)) * made.scale * artists
    promised = artists * made.noise_variance
    assert noise_seen.var() == pytest.approx(promised, rel=5 * np.sqrt(2 / LENGTH))
    assert promised >= 9 * made.squared_norm_bound * artists / 24


def test_a_sum_that_noise_cannot_explain_is_refused() -> None:
    made = params()
    allowed = made.sum_bound(30)
    assert allowed > 30 * made.norm_bound
    wild = ring.encode(np.full(LENGTH, int(allowed / np.sqrt(LENGTH)) + 2, dtype=np.int64))
    with pytest.raises(Refusal) as caught:
        quantize.mean_of_sum(wild, made, 30)
    assert caught.value.code == "sum-out-of-range"


def test_shares_are_larger_the_fewer_are_taken_for_honest() -> None:
    bound = params().squared_norm_bound
    shares = [noise.share_variance(TERMS_Z, bound, honest) for honest in (24, 12, 1)]
    assert shares == sorted(shares)
    assert shares[2] >= 9 * bound


TERMS_Z = noise.Fraction(3)


def test_one_noised_vector_is_told_from_one_that_is_far_over_the_clip() -> None:
    made = params()
    sent = encode.encode(np.full(LENGTH, 1.0), made, np.random.default_rng(0), os.urandom)
    assert quantize.possible(ring.centred(sent), made)
    assert not quantize.possible(np.full(LENGTH, 1 << 20, dtype=np.int64), made)
    assert not quantize.possible(ring.centred(sent), replace(made, noise_variance=0))
