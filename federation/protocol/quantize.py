"""From a float update to ring elements and back: clip to an L2 norm, scale, round at random, check the norm.

The rounding is unbiased, so the mean of many devices is not pulled to either side. Its bits need not be
secret, but they come from the caller's generator: the same generator gives the same vector.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from federation.protocol import ring
from federation.protocol.errors import refusal
from federation.protocol.params import RoundParams

Noise = Callable[[int], NDArray[np.int64]]
"""That many whole numbers of noise, in steps of the fixed point."""
MAX_TRIES = 64
"""Each try keeps its norm with probability above 0.39; 64 misses in a row are not chance."""


def clipped(update: NDArray[np.floating], clip: float) -> NDArray[np.float64]:
    """The update in float64, shortened to an L2 norm of at most `clip`; its direction stays."""
    exact = update.astype(np.float64)
    largest = float(np.max(np.abs(exact), initial=0.0))
    if largest == 0.0:
        return exact
    norm = largest * float(np.linalg.norm(exact / largest))  # scaled first: squares of huge numbers overflow
    return exact if norm <= clip else exact * (clip / norm)


def quantize(
    update: NDArray[np.floating], params: RoundParams, rng: np.random.Generator, noise: Noise | None = None
) -> ring.Ring:
    """Ring elements of the clipped and rounded update, with `noise(length)` added where there is noise.

    Raises Refusal `update-wrong-shape`, `update-not-finite` or `rounding-failed`.
    """
    whole = rounded(update, params, rng)
    return ring.encode(whole if noise is None else whole + noise(params.length))


def rounded(update: NDArray[np.floating], params: RoundParams, rng: np.random.Generator) -> NDArray[np.int64]:
    """The clipped update in whole steps of the fixed point, of a norm within the integer bound."""
    if update.shape != (params.length,) or update.dtype.kind != "f":
        raise refusal("update-wrong-shape", f"{update.dtype} {update.shape}, not {params.length} numbers.")
    if not np.all(np.isfinite(update)):
        raise refusal("update-not-finite")
    scaled = clipped(update, params.clip) * params.scale
    low = np.floor(scaled)
    fraction = scaled - low
    for _ in range(MAX_TRIES):
        whole = (low + (rng.random(params.length) < fraction)).astype(np.int64)
        if within_norm(whole, params):
            return whole
    raise refusal("rounding-failed")


def within_norm(whole: NDArray[np.int64], params: RoundParams) -> bool:
    """Whether a vector of whole numbers keeps the integer bound on its norm; exact, in int64."""
    floating = whole.astype(np.float64)
    if float(np.dot(floating, floating)) > 2.0 * params.squared_norm_bound:
        return False  # far over; the exact squares below could overflow
    return int(np.dot(whole, whole)) <= params.squared_norm_bound


def possible(whole: NDArray[np.int64], params: RoundParams) -> bool:
    """Whether an honest device could have sent this vector: exact without noise, up to its tail with it."""
    if not params.noise_variance:
        return within_norm(whole, params)
    return float(np.linalg.norm(whole.astype(np.float64))) <= params.sum_bound(1)


def mean_of_sum(total: ring.Ring, params: RoundParams, count: int) -> NDArray[np.float64]:
    """The mean update of `count` devices from the sum of their ring elements.

    Raises Refusal `sum-out-of-range` where `count` honest vectors could not have given this sum.
    """
    whole = ring.centred(total).astype(np.float64)
    if total.shape != (params.length,) or float(np.linalg.norm(whole)) > params.sum_bound(count):
        raise refusal("sum-out-of-range")
    return whole / (float(params.scale) * count)
