"""Events to epsilon: published and cross-checked figures, the cap as a filter, and what may not be rounded down."""

import math
from fractions import Fraction

import numpy as np
import pytest
from dp_accounting import GaussianDpEvent, NeighboringRelation, ZCDpEvent
from dp_accounting.rdp import RdpAccountant
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from federation.privacy import accounting
from federation.privacy.accounting import NOTHING, ORDERS, UNPROTECTED, ZCDP, Budget, SkellamEvent, epsilon

DELTA = Fraction(1, 100_000)


def gaussian(z: float) -> ZCDP:
    return ZCDP(1 / (2 * z * z), 0.0)


def skellam(z: float, length: int = 49_920, steps: int = 8) -> SkellamEvent:
    """A unit clip at `steps` sqrt(length) steps a unit."""
    scale = steps * math.sqrt(length)
    squared = int(scale**2 + length / 4 + scale + math.sqrt(length) / 2)
    return SkellamEvent(length, squared, math.ceil(z * z * squared))


@pytest.mark.parametrize(
    ("z", "rounds", "expected"),
    [
        (22, 100, 1.951),
        (2.854, 20, 8.00),
        (9.61, 20, 2.0),
        (5.18, 20, 4.0),
        (1.64, 20, 16.0),
        (6.38, 100, 8.0),
    ],
)
def test_the_figures_of_the_budget_table(z: float, rounds: int, expected: float) -> None:
    assert epsilon(gaussian(z).times(rounds), DELTA) == pytest.approx(expected, rel=0.004)
    assert epsilon(skellam(z).cost.times(rounds), DELTA) == pytest.approx(expected, rel=0.004)


def test_whole_orders_cost_a_thousandth_over_all_orders() -> None:
    """z = 22, 100 rounds: 1.949 over all orders, 1.792 exactly; the Skellam bound is proved for whole orders only."""
    every = RdpAccountant(np.linspace(1.5, 40, 400), NeighboringRelation.REPLACE_SPECIAL)
    every.compose(GaussianDpEvent(22.0), 100)
    assert every.get_epsilon(1e-5) == pytest.approx(1.949, abs=0.001)
    assert every.get_epsilon(1e-5) < epsilon(gaussian(22).times(100), DELTA) < 1.952


def test_composition_is_the_sum_of_the_events() -> None:
    costs = [skellam(3.0).cost, skellam(7.5, length=2048).cost, skellam(3.0).cost]
    accountant = RdpAccountant(ORDERS, NeighboringRelation.REPLACE_SPECIAL)
    for cost in costs:
        accountant.compose(ZCDpEvent(rho=cost.rho, xi=cost.xi))
    assert epsilon(accounting.total(costs), DELTA) == pytest.approx(accountant.get_epsilon(1e-5), rel=1e-12)
    assert accounting.total([]) == NOTHING
    assert epsilon(NOTHING, DELTA) == 0
    assert epsilon(UNPROTECTED, DELTA) == math.inf
    assert epsilon(accounting.total([*costs, UNPROTECTED]), DELTA) == math.inf


@pytest.mark.parametrize("steps", [0.01, 0.1, 1, 8])
@pytest.mark.parametrize("z", [0.5, 3.0])
def test_xi_is_never_negative_and_both_forms_are_kept_in_view(steps: float, z: float) -> None:
    event = SkellamEvent(100, max(1, int(steps**2 * 100)), max(1, int(z * z * steps**2 * 100)))
    cost = event.cost
    squared, v = event.squared_sensitivity, event.variance
    d1 = min(math.sqrt(100 * squared), squared)
    for order in (2, 8, 64):
        bound = order * squared / (2 * v) + ((2 * order - 1) * squared + 6 * d1) / (4 * v * v)
        other = order * squared / (2 * v) + 3 * d1 / (2 * v)
        assert cost.rho * order + cost.xi >= 0.999999 * min(bound, other)
    assert cost.xi >= 0
    assert cost.rho >= squared / (2 * v)  # rounded up, and never below the Gaussian's


def test_the_bound_holds_against_exact_renyi_divergences() -> None:
    """One number, shifted by the whole sensitivity: the sum over all whole numbers, order by order."""
    for shift, variance in ((1, 3), (2, 10), (5, 30), (3, 400)):
        cost = SkellamEvent(1, shift**2, variance).cost
        reach = int(30 * math.sqrt(variance)) + 60
        k = np.arange(-reach, reach + 1)
        p = stats.skellam.logpmf(k, variance / 2, variance / 2)
        q = stats.skellam.logpmf(k - shift, variance / 2, variance / 2)
        known = np.isfinite(p) & np.isfinite(q)
        for order in (2, 3, 5, 8):
            terms = order * p[known] + (1 - order) * q[known]
            exact = float(np.logaddexp.reduce(terms)) / (order - 1)
            assert exact <= cost.rho * order + cost.xi + 1e-9


@given(cap=st.floats(0.2, 20), power=st.integers(5, 9), z=st.floats(0.8, 40), start=st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_a_cap_is_kept_and_used_up(cap: float, power: int, z: float, start: int) -> None:
    delta = Fraction(1, 10**power)
    budget, each = Budget(cap, delta), gaussian(z)
    spent = each.times(start)
    left = budget.rounds_left(spent, each)
    if left:
        assert epsilon(spent + each.times(left), delta) <= cap
    assert epsilon(spent + each.times(left + 1), delta) > cap  # xi = 0: the fixed order loses nothing


def test_the_order_of_a_filter_is_fixed_by_the_cap_alone() -> None:
    assert [Budget(cap, DELTA).order for cap in (0.5, 2.0, 8.0, 16.0)] == [32, 10, 4, 3]
    impossible = Budget(0.001, DELTA)
    assert impossible.order is None
    assert impossible.admits(NOTHING)
    assert not impossible.admits(gaussian(1000))
    assert not Budget(8.0, DELTA).admits(UNPROTECTED)
    assert Budget(8.0, DELTA).rounds_left(UNPROTECTED, gaussian(3)) == 0


def test_delta_follows_the_population_only_downwards() -> None:
    assert accounting.delta_for(0) == accounting.delta_for(8) == accounting.delta_for(34_999) == DELTA
    assert accounting.delta_for(35_001) <= DELTA
    assert accounting.delta_for(100_000) == Fraction(31, 10**7)
    assert accounting.delta_for(1_000_000) <= 1_000_000**-1.1


def test_an_event_of_nothing_is_refused() -> None:
    for numbers in ((0, 1, 1), (1, 0, 1), (1, 1, 0)):
        with pytest.raises(ValueError, match="above 0"):
            SkellamEvent(*numbers)
