"""What rounds cost: one event a round, epsilon derived from the events through dp-accounting.

Adjacency: two runs are neighbours where one artist's whole contribution, to every round she is in, is replaced by
zeros ("zero-out one artist"; dp-accounting calls it REPLACE_SPECIAL). That she takes part is public; what she
contributes is protected. Nothing is claimed for random sampling of the cohort: artists choose themselves.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dp_accounting.rdp import RdpAccountant

ADJACENCY = "one artist's whole contribution, replaced by zeros"
ORDERS = (*range(2, 257), 320, 384, 512, 768, 1024)
"""Renyi orders: whole, because the bound for Skellam noise is proved for whole orders."""
LARGEST_DELTA = Fraction(1, 100_000)
_TYPICAL_ORDER = 8


@dataclass(frozen=True)
class ZCDP:
    """(xi, rho)-zCDP (Bun and Steinke 2016): the Renyi divergence of order a is at most xi + rho a, for every order
    in ORDERS. `rho` is infinite where nothing is hidden. Costs add up."""

    rho: float
    xi: float

    def __add__(self, other: "ZCDP") -> "ZCDP":
        return ZCDP(self.rho + other.rho, self.xi + other.xi)

    def times(self, rounds: int) -> "ZCDP":
        """The cost of that many such rounds."""
        return ZCDP(rounds * self.rho, rounds * self.xi) if rounds else NOTHING


NOTHING = ZCDP(0.0, 0.0)
UNPROTECTED = ZCDP(math.inf, 0.0)


@dataclass(frozen=True)
class SkellamEvent:
    """One release of a sum of `length` whole numbers: the stored fact from which its cost is derived.

    `squared_sensitivity` is the largest squared L2 norm of one artist's rounded vector, checked in whole numbers by
    her own agent; `variance` is that of the noise in the sum, counting only the shares of the artists assumed honest.
    """

    length: int
    squared_sensitivity: int
    variance: int

    def __post_init__(self) -> None:
        if min(self.length, self.squared_sensitivity, self.variance) < 1:
            raise ValueError("an event has whole numbers above 0")

    @property
    def cost(self) -> ZCDP:
        """Agarwal, Kairouz and Liu 2021, theorem 3.5 and corollary: with D2, D1 the sensitivities in L2 and L1,

            divergence(a) <= a D2^2/(2 v) + min( ((2a - 1) D2^2 + 6 D1)/(4 v^2), 3 D1/(2 v) ).

        Each of the two forms is xi + rho a, and each holds by itself; the lower at order 8 is taken. Computed in
        fractions and rounded up once.
        """
        squared, v = self.squared_sensitivity, self.variance
        d1 = min(math.isqrt(self.length * squared) + 1, squared)
        first = Fraction(squared, 2 * v)
        forms = (
            (first * (1 + Fraction(1, v)), max(Fraction(0), Fraction(6 * d1 - squared, 4 * v * v))),
            (first, Fraction(3 * d1, 2 * v)),
        )
        rho, xi = min(forms, key=lambda form: _TYPICAL_ORDER * form[0] + form[1])
        return ZCDP(_up(rho), _up(xi) if xi else 0.0)


def total(costs: Iterable[ZCDP]) -> ZCDP:
    """The cost of all of them: releases may depend on earlier ones."""
    return sum(costs, NOTHING)


@lru_cache(maxsize=1024)
def epsilon(cost: ZCDP, delta: Fraction) -> float:
    """The epsilon of that cost at `delta`, by dp-accounting's RdpAccountant over ORDERS; infinite where unprotected."""
    return float(_accountant(cost, ORDERS).get_epsilon(float(delta))) if math.isfinite(cost.rho) else math.inf


@dataclass(frozen=True)
class Budget:
    """A cap on epsilon at `delta`, as a filter that stays right when later rounds are chosen in view of earlier ones.

    It looks at one Renyi order, fixed by the cap alone before anything is spent (Feldman and Zrnic 2021, the Renyi
    filter): the order at which most zCDP fits under the cap. For rounds with xi = 0 nothing is lost by that.
    """

    cap: float
    delta: Fraction

    @property
    def order(self) -> int | None:
        """The fixed order; None where the cap is so low that it admits nothing at this delta."""
        return _order(self.cap, self.delta)

    def admits(self, cost: ZCDP) -> bool:
        """Whether that cost, of everything so far and the next round, stays under the cap."""
        if cost == NOTHING:
            return True
        if self.order is None or not math.isfinite(cost.rho):
            return False
        return bool(_accountant(cost, (self.order,)).get_epsilon(float(self.delta)) <= self.cap)

    def rounds_left(self, spent: ZCDP, each: ZCDP) -> int:
        """How many more rounds of cost `each` it admits after `spent`; 0 where it admits none."""
        fits, too_many = 0, 1
        while too_many < 1 << 20 and self.admits(spent + each.times(too_many)):
            fits, too_many = too_many, 2 * too_many
        while too_many - fits > 1:
            middle = (fits + too_many) // 2
            fits, too_many = (middle, too_many) if self.admits(spent + each.times(middle)) else (fits, middle)
        return fits


def delta_for(population: int) -> Fraction:
    """The delta for that many artists: 1e-5, less where the population's power -1.1 is less; rounded down to two
    digits. With 8 artists the power alone would be 0.1, a promise broken one time in ten."""
    if population < 35_000:
        return LARGEST_DELTA
    exact = population**-1.1
    unit = 10 ** (1 - math.floor(math.log10(exact)))
    return Fraction(math.floor(exact * unit), unit)


@lru_cache(maxsize=64)
def _order(cap: float, delta: Fraction) -> int | None:
    best = max(ORDERS, key=lambda order: (cap - _conversion(order, delta)) / order)
    return best if cap > _conversion(best, delta) else None


def _conversion(order: int, delta: Fraction) -> float:
    """What turning a Renyi divergence of that order into (epsilon, delta) adds (Canonne, Kamath and Steinke 2020,
    proposition 12); the same that dp-accounting adds, which a test compares."""
    return math.log1p(-1 / order) - math.log(float(delta) * order) / (order - 1)


def _accountant(cost: ZCDP, orders: tuple[int, ...]) -> "RdpAccountant":
    """Imported late: dp-accounting brings scipy, which takes a second, and most processes never count."""
    import dp_accounting
    from dp_accounting.rdp import RdpAccountant

    made = RdpAccountant(orders, dp_accounting.NeighboringRelation.REPLACE_SPECIAL)
    made.compose(dp_accounting.ZCDpEvent(rho=cost.rho, xi=cost.xi))
    return made


def _up(value: Fraction) -> float:
    """The next float above: a cost is never rounded down."""
    return math.nextafter(float(value), math.inf)
