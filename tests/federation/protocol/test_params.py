"""What a round may be computed with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.protocol.errors import Refusal
from federation.protocol.params import MAX_COHORT, MAX_LENGTH, default_scale, finest_scale
from tests.federation.protocol.rounds import small_params


def test_good_ones_pass() -> None:
    params = small_params()
    assert params.validate() is params


@pytest.mark.parametrize(
    "changes",
    [
        {"length": 0},
        {"length": MAX_LENGTH + 1},
        {"length": True},
        {"scale": 0},
        {"scale": 1024.0},
        {"clip": 0.0},
        {"clip": float("nan")},
        {"clip": float("inf")},
        {"clip": 1},
        {"modulus_bits": 64},
        {"min_cohort": 1, "threshold": 1},
        {"max_cohort": MAX_COHORT + 1},
        {"min_cohort": 6, "max_cohort": 5},
        {"manifest_hash": b"short"},
        {"round_id": "11111111-1111-4111-8111-111111111111"},
    ],
    ids=str,
)
def test_out_of_bounds_is_refused(changes: dict) -> None:
    with pytest.raises(Refusal, match=r"^params-invalid:"):
        small_params(**changes).validate()


@pytest.mark.parametrize(("floor", "threshold"), [(4, 2), (4, 5), (5, 2), (3, 0), (3, -1)])
def test_a_threshold_of_half_or_above_the_floor_is_refused(floor: int, threshold: int) -> None:
    with pytest.raises(Refusal, match=r"^params-threshold:"):
        small_params(min_cohort=floor, threshold=threshold).validate()


def test_a_sum_that_could_wrap_is_refused() -> None:
    with pytest.raises(Refusal, match=r"^params-sum-could-wrap:"):
        small_params(scale=1 << 22).validate()


@given(length=st.integers(1, MAX_LENGTH), clip=st.sampled_from([0.1, 1.0, 8.0]))
def test_the_proposed_scales_are_valid_and_the_finest_is_the_last(length: int, clip: float) -> None:
    small_params(length=length, scale=min(default_scale(length), finest_scale(length, clip, 512))).validate()
    finest = finest_scale(length, clip, 512)
    params = small_params(length=length, scale=finest, clip=clip).validate()
    assert params.max_cohort * params.norm_bound < 1 << 31
    with pytest.raises(Refusal, match=r"^params-"):
        small_params(length=length, scale=2 * finest, clip=clip).validate()
