"""The canary audit: does what is sent hide as much as the accounting says?

Andrew et al. 2023 ("one-shot"): many canaries, random directions of full length, take part as clients; half of them
are in the sums and half are not. How far apart the two halves lie when each direction is compared with the sums is
a measurement of the Gaussian parameter m of the whole mechanism, to be held against the claimed sqrt(T) / z. It
tests the code (noise too small, noise missing, clip that does not clip), not the model, and can find a fault, never
prove that there is none.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from federation.privacy import claims
from federation.protocol import ring
from federation.protocol.params import RoundParams

ALLOWED_SD = 3.5
OVERLONG = 3.0
"""Canaries are this many times longer than the clip before it: a clip that is off then shows."""

Contribute = Callable[[int, NDArray[np.float64]], ring.Ring]
"""What client `number` of a round sends for that update: ring elements, without a mask."""


@dataclass(frozen=True)
class Audit:
    """What was measured. `expected` is the claimed m, lowered by what the canaries in the sum do to each other."""

    measured: float
    expected: float
    sd: float
    epsilon_measured: float
    epsilon_claimed: float

    @property
    def passes(self) -> bool:
        """Whether the sums tell no more than the claim allows, up to ALLOWED_SD of chance."""
        return self.measured <= self.expected + ALLOWED_SD * self.sd

    @property
    def sentence(self) -> str:
        """Claim and measurement, side by side."""
        return (
            f"claimed epsilon {self.epsilon_claimed:.2f}, measured {self.epsilon_measured:.2f}; "
            f"m {self.measured:.3f}, expected {self.expected:.3f} with a standard deviation of {self.sd:.3f}"
        )


def run(
    params: RoundParams, *, multiplier: float, rounds: int, canaries: int, delta: Fraction,
    rng: np.random.Generator, contribute: Contribute,
) -> Audit:  # fmt: skip
    """Audit `rounds` rounds in which half of `canaries` (an even number) are the clients.

    The noise of a round is expected to be that of multiplier `multiplier` over all those clients.
    """
    directions = rng.standard_normal((canaries, params.length))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    inside = rng.permutation(canaries) < canaries // 2
    seen = np.zeros(params.length)
    for _ in range(rounds):
        total = ring.zeros(params.length)
        for number, direction in enumerate(directions[inside]):
            ring.add_into(total, contribute(number, OVERLONG * params.clip * direction))
        seen += ring.centred(total) / (params.scale * params.clip)
    return _judge(directions @ seen / rounds, inside, multiplier, rounds, params.length, delta)


def _judge(
    found: NDArray[np.float64], inside: NDArray[np.bool_], multiplier: float, rounds: int, length: int,
    delta: Fraction,
) -> Audit:  # fmt: skip
    """Compare the two halves of the statistic <direction, mean sum> / clip."""
    half = int(inside.sum())
    crosstalk = half / length
    null = found[~inside]
    spread = float(null.std(ddof=1))
    measured = float(found[inside].mean() - null.mean()) / spread
    claimed = math.sqrt(rounds) / multiplier
    expected = 1 / math.sqrt(claimed**-2 + crosstalk)
    # The means of two halves, and the spread of one of them, each known from `half` draws.
    sd = math.sqrt(2 / half + expected**2 / (2 * half))
    alone = measured**-2 - crosstalk if measured > 0 else math.inf
    parameter = 1 / math.sqrt(alone) if alone > 0 else 100.0
    return Audit(
        measured=measured,
        expected=expected,
        sd=sd,
        epsilon_measured=claims.gaussian_epsilon(parameter, delta),
        epsilon_claimed=claims.gaussian_epsilon(claimed, delta),
    )
