"""What one round is computed with. Checked before anything is done with it, on both sides."""

import math
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from federation.protocol.errors import refusal

MAX_LENGTH = 1 << 24
"""Numbers in one vector: 16.8 million, 64 MiB on the wire."""
MAX_COHORT = 4096
"""Devices in one round."""
MAX_SCALE = 1 << 22
MAX_CLIP = 1024.0
MAX_NOISE_VARIANCE = 1 << 32
"""Of one device's share of noise, in squared steps of the fixed point."""
TAIL_SD = 8
"""Standard deviations of noise that are reckoned with: one number in 10^15 is further out."""
HASH_BYTES = 32
CORRUPT_SHARE = Fraction(1, 10)
"""Gamma: the share of a roster that may work together with the server."""


def quorum(count: int) -> int:
    """The least whole number above (1 + gamma) count / 2.

    Any two groups of that size, out of `count` devices, have an honest one in common while at most gamma of them
    are corrupt; so two different lists can never both be signed by a quorum (Bonawitz et al. 2017, section 6.2).
    """
    return int((1 + CORRUPT_SHARE) * count / 2) + 1


@dataclass(frozen=True)
class RoundParams:
    """The numbers that both sides of one round agree on.

    `length` counts the numbers of the update, `scale` the steps of the fixed point in one unit, `clip` is the
    largest L2 norm of an update (in units), `min_cohort` and `max_cohort` the smallest and largest roster,
    `threshold` the fewest survivors. `noise_variance` is that of the noise which each device adds to each
    number, in squared steps; 0 for none. `manifest_hash` binds every message to the signed manifest that these
    numbers were read from.
    """

    round_id: UUID
    manifest_hash: bytes
    length: int
    scale: int
    clip: float
    modulus_bits: int
    min_cohort: int
    max_cohort: int
    threshold: int
    noise_variance: int = 0

    def validate(self) -> "RoundParams":
        """Return self, or raise Refusal `params-invalid`, `params-threshold` or `params-sum-could-wrap`."""
        self._check_types()
        checks = {
            "manifest_hash": len(self.manifest_hash) == HASH_BYTES,
            "length": 1 <= self.length <= MAX_LENGTH,
            "scale": 1 <= self.scale <= MAX_SCALE,
            "clip": math.isfinite(self.clip) and 0.0 < self.clip <= MAX_CLIP,
            "modulus_bits": self.modulus_bits == 32,
            "max_cohort": 2 <= self.max_cohort <= MAX_COHORT,
            "min_cohort": 2 <= self.min_cohort <= self.max_cohort,
            "noise_variance": 0 <= self.noise_variance <= MAX_NOISE_VARIANCE,
        }
        for name, holds in checks.items():
            if not holds:
                raise refusal("params-invalid", f"It is {name}.")
        if not quorum(self.min_cohort) <= self.threshold <= self.min_cohort:
            raise refusal("params-threshold", f"It is {self.threshold} of {self.min_cohort}.")
        # Any number of the sum: the largest of each vector, and the noise of all with its tail.
        tail = TAIL_SD * (math.isqrt(self.max_cohort * self.noise_variance) + 1)
        if self.max_cohort * self.norm_bound + tail >= 1 << (self.modulus_bits - 1):
            raise refusal("params-sum-could-wrap", f"{self.max_cohort} vectors of norm {self.norm_bound}.")
        return self

    def _check_types(self) -> None:
        """Refuse what looks like a number and is not one: True, 3.0, "3"."""
        whole = (
            "length", "scale", "modulus_bits", "min_cohort", "threshold", "max_cohort", "noise_variance"
        )  # fmt: skip
        wrong = [name for name in whole if type(getattr(self, name)) is not int]
        wrong += [] if type(self.clip) is float else ["clip"]
        wrong += [] if isinstance(self.round_id, UUID) else ["round_id"]
        wrong += [] if type(self.manifest_hash) is bytes else ["manifest_hash"]
        if wrong:
            raise refusal("params-invalid", f"Not of the right type: {', '.join(wrong)}.")

    @property
    def squared_norm_bound(self) -> int:
        """The largest squared L2 norm of a rounded vector, in steps of the fixed point.

        Kairouz, Liu and Steinke 2021, theorem 1, with beta = exp(-1/2), where sqrt(2 ln(1/beta)) = 1; never
        more than the worst case (sC + sqrt(d))^2.
        """
        return _squared_norm_bound(self.length, self.clip, self.scale)

    @property
    def norm_bound(self) -> int:
        """The largest L2 norm, and so the largest single number, of a rounded vector; rounded up."""
        return _norm_bound(self.length, self.clip, self.scale)

    def sum_bound(self, count: int) -> float:
        """The largest L2 norm that the sum of `count` honest vectors can be expected to have, noise included: the
        norm of n normal numbers is above sqrt(n) + 8 in one case of 10^14."""
        noise = math.sqrt(count * self.noise_variance) * (math.sqrt(self.length) + 2 * TAIL_SD)
        return count * self.norm_bound + noise


def default_scale(length: int) -> int:
    """The scale for vectors of that length: the largest power of two up to 16 sqrt(length).

    Rounding then costs a quarter of a percent of a later privacy budget; `validate` still checks the sum.
    """
    return 1 << int(math.log2(16 * math.sqrt(length)))


def finest_scale(length: int, clip: float, max_cohort: int) -> int:
    """The largest power of two with which the sum of `max_cohort` vectors cannot wrap: the least rounding
    error."""
    scale = 1
    while scale < MAX_SCALE and max_cohort * _norm_bound(length, clip, 2 * scale) < 1 << 31:
        scale *= 2
    return scale


def _squared_norm_bound(length: int, clip: float, scale: int) -> int:
    clipped = scale * clip
    likely = clipped**2 + length / 4 + (clipped + math.sqrt(length) / 2)
    return math.floor(min(likely, (clipped + math.sqrt(length)) ** 2))


def _norm_bound(length: int, clip: float, scale: int) -> int:
    return math.isqrt(_squared_norm_bound(length, clip, scale)) + 1
