"""Clip, fixed point, ring and back: the mean survives, the norm is bounded, nothing wraps."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from federation.protocol import quantize, ring
from federation.protocol.errors import Refusal
from tests.federation.protocol.rounds import small_params

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/quantize.json").read_text("utf-8"))["cases"]
finite = st.floats(-1e300, 1e300, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_vectors(case: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the draws of the vector, so that a second implementation can repeat it."""
    monkeypatch.setattr(quantize, "uniform", lambda _: lambda out: np.copyto(out, case["draws"]))
    rng = np.random.default_rng(0)
    params = small_params(length=len(case["update"]), scale=case["scale"], clip=float(case["clip"]))
    update = np.array([float(one) for one in case["update"]])
    if "refusal" in case["expect"]:
        with pytest.raises(Refusal, match=rf"^{case['expect']['refusal']}:"):
            quantize.quantize(update, params, rng)
    else:
        made = quantize.quantize(update, params, rng)
        assert ring.to_bytes(made).hex() == case["expect"]["ring"]


@given(update=arrays.arrays(np.float64, 8, elements=finite), seed=st.integers(0, 2**32))
def test_any_finite_update_keeps_the_norm_and_comes_back(update: np.ndarray, seed: int) -> None:
    params = small_params()
    whole = ring.centred(quantize.quantize(update, params, np.random.default_rng(seed)))
    assert int(whole @ whole) <= params.squared_norm_bound
    back = quantize.mean_of_sum(ring.encode(whole), params, 1)
    assert np.max(np.abs(back - quantize.clipped(update, params.clip))) <= 1 / params.scale


@given(seed=st.integers(0, 2**32), count=st.integers(1, 20))
def test_the_sum_of_many_is_the_sum(seed: int, count: int) -> None:
    params = small_params(scale=1 << 18)
    rng = np.random.default_rng(seed)
    updates = rng.normal(size=(count, 8))
    total = ring.zeros(8)
    for update in updates:
        ring.add_into(total, quantize.quantize(update, params, rng))
    mean = quantize.mean_of_sum(total, params, count)
    expected = np.mean([quantize.clipped(update, 1.0) for update in updates], axis=0)
    assert np.max(np.abs(mean - expected)) <= 1 / params.scale


def test_rounding_is_unbiased() -> None:
    params = small_params(length=4000, scale=1024)
    update = np.full(4000, 0.3 / 1024)
    whole = ring.centred(quantize.quantize(update, params, np.random.default_rng(3)))
    assert set(np.unique(whole)) == {0, 1}
    assert abs(whole.mean() - 0.3) < 0.05


def test_draws_are_uniform_and_never_one() -> None:
    draws = np.empty(quantize.PIECE)
    fill = quantize.uniform(np.random.default_rng(7))
    seen = []
    for _ in range(8):
        fill(draws)
        seen.append(draws.copy())
    drawn = np.concatenate(seen)
    assert 0 <= drawn.min() <= drawn.max() < 1
    assert len(np.unique(drawn)) > 0.999 * drawn.size
    share = np.histogram(drawn, bins=16, range=(0, 1))[0] / drawn.size
    assert np.abs(share * 16 - 1).max() < 0.1


def test_the_same_generator_gives_the_same_bytes() -> None:
    params = small_params()
    made = [quantize.quantize(np.full(8, 0.1), params, np.random.default_rng(5)) for _ in range(2)]
    assert np.array_equal(*made)


def test_huge_numbers_are_clipped_without_overflow() -> None:
    clipped = quantize.clipped(np.array([1e308, -1e308, 0.0]), 1.0)
    np.testing.assert_allclose(np.linalg.norm(clipped), 1.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_is_refused(bad: float) -> None:
    update = np.zeros(8)
    update[3] = bad
    with pytest.raises(Refusal, match=r"^update-not-finite:"):
        quantize.quantize(update, small_params(), np.random.default_rng(0))


@pytest.mark.parametrize("update", [np.zeros(7), np.zeros((2, 4)), np.zeros(8, np.int64)])
def test_another_shape_or_kind_is_refused(update: np.ndarray) -> None:
    with pytest.raises(Refusal, match=r"^update-wrong-shape:"):
        quantize.quantize(update, small_params(), np.random.default_rng(0))


@given(whole=arrays.arrays(np.int64, 5, elements=st.integers(-(2**31), 2**31 - 1)))
def test_the_ring_and_its_bytes_are_invertible(whole: np.ndarray) -> None:
    element = ring.encode(whole)
    assert np.array_equal(ring.centred(element), whole)
    assert np.array_equal(ring.from_bytes(ring.to_bytes(element)), element)


def test_a_norm_whose_square_overflows_is_still_refused() -> None:
    params = small_params(length=1 << 12, scale=1 << 20, clip=1.0)
    assert not quantize.within_norm(np.full(1 << 12, -(2**31)), params)
