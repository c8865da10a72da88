"""The noise of a round as its manifest states it, and what follows from that for every share and for the price.

z is the noise multiplier: the standard deviation of the noise that the honest artists of a sum add together, per unit
of L2 sensitivity. With B the largest squared norm of a rounded update and n_h the honest floor, each agent adds Skellam
noise of variance ceil(z^2 B / n_h), so that any n_h of them carry z^2 B at least, whoever else drops out or cheats.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Any

from federation.privacy import accounting
from federation.privacy.accounting import LARGEST_DELTA, SkellamEvent
from federation.protocol import fields
from federation.protocol.errors import refusal
from federation.protocol.params import MAX_COHORT, RoundParams

SKELLAM = "skellam"
MAX_MULTIPLIER = 1000
MAX_ROUNDS = 1_000_000
EPSILON_STEP = Decimal("0.0001")
_NONE: Mapping[str, Any] = {"mechanism": "none"}
_KEYS = frozenset(("mechanism", "noise_multiplier", "honest_floor", "delta", "rounds", "epsilon"))


@dataclass(frozen=True)
class Noise:
    """The manifest's member `privacy` where noise is added; decimal texts for fractions.

    `honest_floor` is the fewest honest artists in any sum that an agent helps to open. `epsilon` is what an artist has
    spent who was in this round and all earlier ones of the campaign, `rounds` of them, at `delta`.
    """

    noise_multiplier: str
    honest_floor: int
    delta: str
    rounds: int
    epsilon: str

    def to_json(self) -> dict[str, Any]:
        """As in the manifest."""
        return {
            "mechanism": SKELLAM,
            "noise_multiplier": self.noise_multiplier,
            "honest_floor": self.honest_floor,
            "delta": self.delta,
            "rounds": self.rounds,
            "epsilon": self.epsilon,
        }

    @property
    def delta_exact(self) -> Fraction:
        """delta without rounding."""
        return Fraction(self.delta)

    def share_variance(self, squared_bound: int) -> int:
        """The variance of one agent's share for vectors of at most that squared norm; exact, rounded up."""
        return share_variance(Fraction(self.noise_multiplier), squared_bound, self.honest_floor)

    def event(self, params: RoundParams) -> SkellamEvent:
        """What one round costs whoever is in it."""
        return event_of(Fraction(self.noise_multiplier), params, self.honest_floor)

    def check(self, params: RoundParams) -> None:
        """Raises Refusal `noise-invalid` where more are taken for honest than must be left at the end."""
        if self.honest_floor > params.threshold:
            detail = f"{self.honest_floor} honest of at least {params.threshold} left."
            raise refusal("noise-invalid", detail)

    def check_price(self, params: RoundParams) -> None:
        """Raises Refusal `noise-epsilon-differs` where the stated epsilon is not that of the stated rounds."""
        exact = priced(self.event(params), self.rounds, self.delta_exact)
        if abs(Decimal(self.epsilon) - exact) > EPSILON_STEP:
            raise refusal("noise-epsilon-differs", f"It says {self.epsilon}, and it is {exact}.")


def read(value: Any) -> Noise | None:
    """The manifest's member `privacy`, strictly; None for {"mechanism": "none"}. Raises FieldError."""
    if value == _NONE:
        return None
    top = fields.exact(value, _KEYS, "privacy")
    if top["mechanism"] != SKELLAM:
        raise fields.FieldError('privacy.mechanism must be "skellam" or "none"')
    noise = Noise(
        noise_multiplier=fields.decimal(top["noise_multiplier"], "privacy.noise_multiplier"),
        honest_floor=fields.whole(top["honest_floor"], 1, MAX_COHORT, "privacy.honest_floor"),
        delta=fields.decimal(top["delta"], "privacy.delta"),
        rounds=fields.whole(top["rounds"], 1, MAX_ROUNDS, "privacy.rounds"),
        epsilon=fields.decimal(top["epsilon"], "privacy.epsilon"),
    )
    if not 0 < Fraction(noise.noise_multiplier) <= MAX_MULTIPLIER:
        raise fields.FieldError(f"privacy.noise_multiplier must be above 0 and at most {MAX_MULTIPLIER}")
    if not 0 < noise.delta_exact <= LARGEST_DELTA:
        raise fields.FieldError(f"privacy.delta must be above 0 and at most {float(LARGEST_DELTA):.0e}")
    return noise


def to_json(noise: Noise | None) -> dict[str, Any]:
    """The manifest's member `privacy`."""
    return dict(_NONE) if noise is None else noise.to_json()


def share_variance(multiplier: Fraction, squared_bound: int, honest: int) -> int:
    """ceil(z^2 B / n_h), at least 1."""
    return max(1, math.ceil(multiplier**2 * squared_bound / honest))


def event_of(multiplier: Fraction, params: RoundParams, honest_floor: int) -> SkellamEvent:
    """One release under that noise, counting the shares of `honest_floor` artists and of nobody else."""
    bound = params.squared_norm_bound
    variance = honest_floor * share_variance(multiplier, bound, honest_floor)
    return SkellamEvent(length=params.length, squared_sensitivity=bound, variance=variance)


def priced(event: SkellamEvent, rounds: int, delta: Fraction) -> Decimal:
    """The epsilon of that many such rounds, rounded up to EPSILON_STEP."""
    found = accounting.epsilon(event.cost.times(rounds), delta)
    return Decimal(found).quantize(EPSILON_STEP, rounding=ROUND_CEILING)


def rounding_overhead(params: RoundParams) -> float:
    """By how much the noise is larger than for numbers that need no rounding: D2 / (s C) - 1."""
    return math.sqrt(params.squared_norm_bound) / (params.scale * params.clip) - 1


def multiplier_for(
    epsilon: float, rounds: int, params: RoundParams, honest_floor: int, delta: Fraction
) -> Fraction:
    """The smallest z in steps of 0.01 with which `rounds` rounds cost at most `epsilon`; at most MAX_MULTIPLIER."""
    low, high = 0, 100 * MAX_MULTIPLIER
    while high - low > 1:
        middle = (low + high) // 2
        cost = event_of(Fraction(middle, 100), params, honest_floor).cost.times(rounds)
        low, high = (low, middle) if accounting.epsilon(cost, delta) <= epsilon else (middle, high)
    return Fraction(high, 100)
