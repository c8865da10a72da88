"""What may be said about the privacy of a round, a version or a campaign: a claim with all its conditions, or
none."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from federation.privacy.accounting import ADJACENCY

NO_CLAIM = "no formal privacy claim"
SMALLEST_COHORT = 28
"""Fewest artists left in a sum for a claim. Below it the noise that epsilon 8 asks for drowns even the smallest
adapter (2,048 numbers: sqrt(d) / 1.666 artists), and the assumption that most of so few are honest carries little."""
LARGEST_EPSILON = 16.0
"""Above it a test with one false alarm in a hundred may find an artist three times in four: nothing to promise."""

REASONS: dict[str, str] = {
    "no-noise": "No noise is added.",
    "scheme": "The server can read single updates.",
    "cohort": f"Fewer than {SMALLEST_COHORT} artists may be in a sum: too few for a claim.",
    "epsilon": f"The budget is above {LARGEST_EPSILON:g}, which protects too little to be called private.",
}


@dataclass(frozen=True)
class Claim:
    """`holds` with the sentence that says everything, or NO_CLAIM with the reasons why."""

    sentence: str
    reasons: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether anything is claimed."""
        return not self.reasons

    @property
    def why(self) -> str:
        """The reasons in words; empty for a claim that holds."""
        return " ".join(REASONS[code] for code in self.reasons)


def claim(
    *, masked: bool, survivors: int, honest: int, epsilon: float | None, delta: Fraction | None, rounds: int
) -> Claim:
    """The claim for an artist who was in `rounds` rounds; 0 where epsilon is a bound on all there will be.

    `masked`: the server learns sums only; `survivors`: the fewest artists in any of the sums; `honest`: how many of
    them are assumed to be; `epsilon` at `delta`, None where no noise is added.
    """
    found = {
        "no-noise": epsilon is None or delta is None,
        "scheme": not masked,
        "cohort": survivors < SMALLEST_COHORT,
        "epsilon": epsilon is not None and not epsilon <= LARGEST_EPSILON,
    }
    reasons = tuple(code for code, holds in found.items() if holds)
    if reasons or epsilon is None or delta is None:
        return Claim(NO_CLAIM, reasons)
    over = "over all rounds" if not rounds else "over 1 round" if rounds == 1 else f"over {rounds} rounds"
    return Claim(f"{said(epsilon, delta)}, {over}, while {honest} of {survivors} in a sum are honest")


def said(epsilon: float, delta: Fraction) -> str:
    """An epsilon as it is always shown: rounded up, with its delta and its adjacency."""
    shown = math.ceil(100 * epsilon - 1e-9) / 100 if math.isfinite(epsilon) else math.inf
    number = f"{shown:.2f}" if math.isfinite(shown) else "without bound"
    return f"epsilon {number} at delta {_decimal(delta)} ({ADJACENCY})"


def _decimal(fraction: Fraction) -> str:
    """Written out: 0.00001, not 1e-05."""
    return f"{Decimal(fraction.numerator) / Decimal(fraction.denominator):f}"


def cohort_for_signal(length: int, epsilon: float, delta: Fraction) -> int:
    """From how many artists on the sum of a whole campaign stands out of its noise: sqrt(d) / m, with m the
    Gaussian parameter of (epsilon, delta) (Dong, Roth and Su 2022). A rule for planning, not a promise."""
    return math.ceil(math.sqrt(length) / gaussian_parameter(epsilon, delta))


def gaussian_parameter(epsilon: float, delta: Fraction) -> float:
    """The largest m with which m-GDP gives (epsilon, delta)."""
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if gaussian_delta(epsilon, middle) <= float(delta) else (low, middle)
    return low


def gaussian_epsilon(parameter: float, delta: Fraction) -> float:
    """The smallest epsilon that m-GDP gives at `delta` (Balle and Wang 2018)."""
    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if gaussian_delta(middle, parameter) <= float(delta) else (middle, high)
    return high


def gaussian_delta(epsilon: float, parameter: float) -> float:
    """delta of m-GDP at `epsilon`: Phi(m/2 - e/m) - exp(e) Phi(-m/2 - e/m)."""
    if parameter <= 0:
        return 0.0
    ratio = epsilon / parameter
    second = _phi(-parameter / 2 - ratio)
    return _phi(parameter / 2 - ratio) - (math.exp(epsilon + math.log(second)) if second > 0 else 0.0)


def _phi(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2
