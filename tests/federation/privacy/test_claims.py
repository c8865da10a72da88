"""What is claimed: everything that belongs to a claim is said with it, or exactly three words and no number."""

import math
from fractions import Fraction

import pytest

from federation.privacy import claims

DELTA = Fraction(1, 100_000)
SOUND = {"masked": True, "survivors": 28, "honest": 24, "epsilon": 7.98, "delta": DELTA, "rounds": 20}


def test_a_claim_says_delta_adjacency_rounds_and_who_must_be_honest() -> None:
    found = claims.claim(**SOUND)
    assert found.holds
    assert found.sentence == (
        "epsilon 7.98 at delta 0.00001 (one artist's whole contribution, replaced by zeros), over 20 rounds, "
        "while 24 of 28 in a sum are honest"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"survivors": 27}, "cohort"),
        ({"masked": False}, "scheme"),
        ({"epsilon": None}, "no-noise"),
        ({"epsilon": 16.01}, "epsilon"),
        ({"epsilon": math.inf}, "epsilon"),
        ({"epsilon": math.nan}, "epsilon"),
    ],
)
def test_without_one_of_the_conditions_nothing_is_claimed(change: dict[str, object], reason: str) -> None:
    found = claims.claim(**{**SOUND, **change})
    assert found.sentence == "no formal privacy claim"
    assert found.reasons == (reason,)
    assert found.why


def test_an_epsilon_is_rounded_up_and_never_stands_alone() -> None:
    assert claims.said(7.98123, DELTA).startswith("epsilon 7.99 at delta 0.00001 (one artist's whole")
    assert claims.said(math.inf, DELTA).startswith("epsilon without bound at delta")


def test_the_smallest_cohort_is_where_the_smallest_adapter_rises_out_of_the_noise() -> None:
    """privacy figures for d = 2,048 .. 1M at epsilon 8, and the Gaussian parameters they come from."""
    assert [claims.cohort_for_signal(d, 8.0, DELTA) for d in (2048, 8192, 49_920)] == [28, 55, 135]
    assert claims.SMALLEST_COHORT == 28
    for epsilon, parameter in ((1, 0.268), (2, 0.502), (4, 0.925), (8, 1.666), (16, 2.905)):
        assert claims.gaussian_parameter(epsilon, DELTA) == pytest.approx(parameter, abs=0.001)
        assert claims.gaussian_epsilon(parameter, DELTA) == pytest.approx(epsilon, rel=0.002)
    assert claims.gaussian_delta(1.0, 0.0) == 0
