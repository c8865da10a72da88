"""The noise of a round: how it is read, what each share carries, what it costs, and what is refused."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from federation.privacy import accounting, noise
from federation.privacy.noise import Noise
from federation.protocol.errors import Refusal
from federation.protocol.manifest import Manifest
from federation.protocol.params import MAX_NOISE_VARIANCE, RoundParams, default_scale
from tests.federation.protocol.terms import small_manifest

DELTA = Fraction(1, 100_000)
TERMS = Noise(noise_multiplier="2.86", honest_floor=3, delta="0.00001", rounds=20, epsilon="7.9816")


def params(length: int = 49_920, **changes: Any) -> RoundParams:
    fields: dict[str, Any] = {
        "round_id": UUID(int=1), "manifest_hash": bytes(32), "length": length, "scale": default_scale(length),
        "clip": 1.0, "modulus_bits": 32, "min_cohort": 32, "max_cohort": 512, "threshold": 24,
    }  # fmt: skip
    return RoundParams(**{**fields, **changes}).validate()


def refused(code: str, act: Any) -> None:
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.code == code
    assert caught.value.fix


def test_any_honest_floor_of_shares_carries_the_noise() -> None:
    bound = params().squared_norm_bound
    for honest in (1, 7, 24):
        each = noise.share_variance(Fraction("2.86"), bound, honest)
        assert Fraction("2.86") ** 2 * bound <= honest * each < Fraction("2.86") ** 2 * bound + honest
    assert noise.share_variance(Fraction(1, 1000), 1, 100) == 1


def test_twenty_rounds_at_2_86_cost_eight() -> None:
    event = noise.event_of(Fraction("2.86"), params(), 24)
    assert float(noise.priced(event, 20, DELTA)) == pytest.approx(7.98, abs=0.005)
    assert accounting.epsilon(event.cost.times(20), DELTA) <= noise.priced(event, 20, DELTA)


@pytest.mark.parametrize(("epsilon", "rounds", "expected"), [(8, 20, 2.86), (4, 20, 5.19), (8, 100, 6.39)])
def test_the_noise_that_a_budget_asks_for(epsilon: float, rounds: int, expected: float) -> None:
    found = noise.multiplier_for(epsilon, rounds, params(), 24, DELTA)
    assert float(found) == pytest.approx(expected, abs=0.011)
    event = noise.event_of(found, params(), 24)
    assert noise.priced(event, rounds, DELTA) <= epsilon
    less = noise.event_of(found - Fraction(1, 100), params(), 24)
    assert noise.priced(less, rounds, DELTA) > epsilon


@pytest.mark.parametrize(("steps", "overhead"), [(1, 0.12), (2, 0.03), (4, 0.008), (8, 0.002), (16, 0.0006)])
def test_what_rounding_adds_to_the_noise(steps: int, overhead: float) -> None:
    found = noise.rounding_overhead(params(length=65_536, scale=steps * 256))
    assert found == pytest.approx(overhead, rel=0.15)


def test_a_manifest_carries_its_noise_and_its_parameters_follow() -> None:
    told = small_manifest(privacy=TERMS)
    assert Manifest.from_json(told.to_json()) == told
    assert told.hash() != small_manifest().hash()
    made = told.params(8)
    assert made.noise_variance == TERMS.share_variance(made.squared_norm_bound)
    assert small_manifest().params(8).noise_variance == 0
    assert small_manifest().to_json()["privacy"] == {"mechanism": "none"}


@pytest.mark.parametrize(
    "change",
    [
        {"mechanism": "gauss"}, {"noise_multiplier": "0"}, {"noise_multiplier": "0.0"}, {"noise_multiplier": 2.86},
        {"noise_multiplier": "1000.1"}, {"noise_multiplier": "-1"}, {"noise_multiplier": "1e3"},
        {"honest_floor": 0}, {"honest_floor": True}, {"honest_floor": 1.0}, {"honest_floor": 4097},
        {"delta": "0"}, {"delta": "0.0001"}, {"delta": 1e-5}, {"rounds": 0}, {"rounds": "20"}, {"epsilon": "inf"},
        {"epsilon": None}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_noise_out_of_form_is_refused(change: dict[str, Any]) -> None:
    told = small_manifest(privacy=TERMS).to_json()
    told["privacy"] = {**told["privacy"], **change}
    refused("manifest-invalid", lambda: Manifest.from_json(told))


def test_half_stated_noise_is_refused() -> None:
    for member in ("none", None, {}, {"mechanism": "none", "epsilon": "1"}, {"mechanism": "skellam"}):
        told = {**small_manifest().to_json(), "privacy": member}
        refused("manifest-invalid", lambda told=told: Manifest.from_json(told))


def test_more_honest_artists_than_must_be_left_are_refused() -> None:
    refused("noise-invalid", lambda: small_manifest(privacy=replace(TERMS, honest_floor=4)).params(8))


def test_an_epsilon_that_is_not_the_price_is_refused() -> None:
    told = small_manifest(privacy=TERMS)
    made = told.params(8)
    right = str(noise.priced(TERMS.event(made), 20, DELTA))
    replace(TERMS, epsilon=right).check_price(made)
    for wrong in ("1.0", "0.0001", "8.1"):
        refused("noise-epsilon-differs", lambda wrong=wrong: replace(TERMS, epsilon=wrong).check_price(made))


def test_a_sum_that_could_wrap_with_its_noise_is_refused() -> None:
    """512 vectors of norm 2^21.9 fit; with the tail of their noise they do not."""
    close = params(length=1, scale=1 << 21, clip=1.99, min_cohort=3, threshold=2)
    headroom = (1 << 31) - 512 * close.norm_bound
    assert headroom > 0
    fits = (headroom // 8 - 2) ** 2 // 512
    replace(close, noise_variance=fits).validate()
    over = math.ceil((headroom / 8 + 2) ** 2 / 512)
    refused("params-sum-could-wrap", lambda: replace(close, noise_variance=over).validate())


def test_noise_beyond_the_largest_table_is_refused() -> None:
    refused("params-invalid", lambda: replace(params(), noise_variance=MAX_NOISE_VARIANCE + 1).validate())
    refused("params-invalid", lambda: replace(params(), noise_variance=-1).validate())
    refused("params-invalid", lambda: replace(params(), noise_variance=1.0).validate())
    loud = small_manifest(privacy=replace(TERMS, noise_multiplier="1000"), scale=1 << 20)
    refused("params-invalid", lambda: loud.params(8))
