"""From a float update to ring elements and back: clip to an L2 norm, scale, round at random, check the norm.

The rounding is unbiased, so the mean of many devices is not pulled to either side. Its bits need not be
secret, but they follow from the caller's generator: the same generator gives the same vector.
"""

import math
from collections.abc import Callable

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from numpy.typing import NDArray

from federation.protocol import ring
from federation.protocol.errors import refusal
from federation.protocol.params import RoundParams

Noise = Callable[[int], NDArray[np.int64]]
"""That many whole numbers of noise, in steps of the fixed point."""
PIECE = 1 << 13
"""Numbers that are worked on at a time: they stay in the cache, and BLAS starts no threads for so few."""
Draws = Callable[[NDArray[np.float64]], object]
"""Fills a vector with the next numbers from [0, 1), each as likely as any other."""
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
    update: NDArray[np.floating],
    params: RoundParams,
    rng: np.random.Generator,
    noise: Noise | None = None,
    into: ring.Ring | None = None,
) -> ring.Ring:
    """Ring elements of the clipped and rounded update, with `noise(length)` added where there is noise; written into
    the vector `into` where one is given.

    Raises Refusal `update-wrong-shape`, `update-not-finite` or `rounding-failed`; `into` is then of no use.
    """
    made = np.empty(params.length, np.uint32) if into is None else into
    _round_into(made.view(np.int32), update, params, rng)  # the norm bound is below 2^31
    return made if noise is None else ring.add_into(made, ring.encode(noise(params.length)))


def rounded(update: NDArray[np.floating], params: RoundParams, rng: np.random.Generator) -> NDArray[np.int64]:
    """The clipped update in whole steps of the fixed point, of a norm within the integer bound."""
    whole = np.empty(params.length, np.int64)
    _round_into(whole, update, params, rng)
    return whole


def _round_into(
    whole: NDArray[np.signedinteger],
    update: NDArray[np.floating],
    params: RoundParams,
    rng: np.random.Generator,
) -> None:
    """Piece by piece, so that what is worked on stays in the cache: a quarter of the time of whole vectors."""
    if update.shape != (params.length,) or update.dtype.kind != "f":
        raise refusal("update-wrong-shape", f"{update.dtype} {update.shape}, not {params.length} numbers.")
    factor = _shortening(update, params.clip)
    if factor is None:  # numbers whose squares overflow
        update, factor = clipped(update, params.clip), 1.0
    factor *= params.scale
    most = min(PIECE, params.length)
    exact, draws, fill = np.empty(most), np.empty(most), uniform(rng)
    for _ in range(MAX_TRIES):
        squares = 0
        for start in range(0, params.length, PIECE):
            part = update[start : start + PIECE]
            number, draw = exact[: part.size], draws[: part.size]
            np.multiply(part, factor, out=number, dtype=np.float64)
            fill(draw)
            number -= draw
            np.ceil(number, out=number)  # up where the draw is below the fraction
            whole[start : start + PIECE] = number
            squares += _squares(number)
        if squares <= params.squared_norm_bound:
            return
    raise refusal("rounding-failed")


def uniform(rng: np.random.Generator) -> Draws:
    """Multiples of 2^-32 from the keystream of AES-256-CTR under a key that `rng` gives: half the time of `rng.random`,
    and a chance of rounding up that is right within 2^-32."""
    stream = Cipher(AES(rng.bytes(32)), CTR(bytes(16))).encryptor()
    zeros, buffer = bytes(4 * PIECE), bytearray(4 * PIECE + 15)
    words = np.frombuffer(buffer, dtype="<u4", count=PIECE)

    def fill(draws: NDArray[np.float64]) -> None:
        stream.update_into(zeros, buffer)
        np.multiply(words[: draws.size], 2.0**-32, out=draws)

    return fill


def _shortening(update: NDArray[np.floating], clip: float) -> float | None:
    """What the update is multiplied with to have a norm of at most `clip`; None where its squares overflow."""
    total, scratch = 0.0, np.empty(min(PIECE, update.size))
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, update.size, PIECE):
            part = update[start : start + PIECE]
            exact = scratch[: part.size]
            exact[:] = part
            total += float(np.dot(exact, exact))
    if math.isfinite(total):  # so is every number, then
        return 1.0 if total <= clip**2 else clip / math.sqrt(total)
    if not np.all(np.isfinite(update)):
        raise refusal("update-not-finite")
    return None


def _squares(whole: NDArray[np.float64]) -> int:
    """The sum of the squares of whole numbers below 2^31. Exact up to 2^53, where every partial sum is a whole
    number that a float64 holds; above that exact again, in 64-bit integers."""
    total = float(np.dot(whole, whole))
    if total < 1 << 53:
        return int(total)
    exact = whole.astype(np.int64)
    return sum(int(np.dot(part, part)) for part in np.array_split(exact, -(-exact.size // 2)))


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
    if total.shape != (params.length,):
        raise refusal("sum-out-of-range")
    mean, squares, each, whole = (
        np.empty(params.length),
        0.0,
        1.0 / (params.scale * count),
        total.view(np.int32),
    )
    for start in range(0, params.length, PIECE):
        part = mean[start : start + PIECE]
        part[:] = whole[start : start + PIECE]
        squares += float(np.dot(part, part))
        part *= each
    if math.sqrt(squares) > params.sum_bound(count):
        raise refusal("sum-out-of-range")
    return mean
