"""Skellam noise from a keystream, in whole numbers only: one share of the noise that a cohort adds together.

Sk(m) is the difference of two Poisson numbers of mean m/2 each; its variance is m, and a sum of independent shares
is again Skellam with the sum of the variances (Agarwal, Kairouz and Liu 2021). A number is drawn by inversion: a
uniform whole number below 2^128 is looked up among the values of the cumulative distribution, written down as whole
numbers below 2^128. No step rounds a random number to floating point, so the attack of Mironov 2012 on noise in
floating point has nothing to hold on to, and the same keystream gives the same noise on every machine.

What a drawn number differs from an exact one by, in total variation: below 2^-130 for the tails that the table
leaves out (`_reach`) plus 2^-129 for each of its entries. For 2^24 numbers and the largest table that is 2^-84.
"""

from collections.abc import Callable
from functools import lru_cache
from math import isqrt
from typing import NamedTuple

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from numpy.typing import NDArray

Keystream = Callable[[int], bytes]
"""Gives the next so many bytes of one stream, never the same twice."""

SEED_BYTES = 32
MAX_VARIANCE = 1 << 32
"""Of one share: a standard deviation of 65,536. Its table takes seconds and 28 MiB; refused above."""
BLOCK = 1 << 15
"""Numbers drawn at a time, so that what is being worked on stays in the processor's cache."""

_BITS = 128
_TAIL_NATS = 92  # exp(-92) < 2^-132, for each of the two tails
_START_BITS = 160
_GUIDE_BITS = (12, 20)  # fewest and most
_LAST_WORD = np.uint64((1 << 64) - 1)


class Table(NamedTuple):
    """The distribution as `2 reach` thresholds: a number is -reach plus how many thresholds are not above the draw.

    `high` and `low` are the two 64-bit halves of each threshold, `high` with one more word of all ones at its end.
    `guide` says for each beginning of a draw (all but its last `shift` bits of 64) how many thresholds lie below it;
    `dense` whether more than one lies inside.
    """

    reach: int
    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    guide: NDArray[np.int32]
    dense: NDArray[np.bool_]
    shift: np.uint64


def chacha20(seed: bytes) -> Keystream:
    """The keystream of ChaCha20 (RFC 8439) under a seed of 32 bytes that is used for nothing else, ever."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes")
    encryptor = Cipher(algorithms.ChaCha20(seed, bytes(16)), mode=None).encryptor()

    def take(count: int) -> bytes:
        return encryptor.update(bytes(count))

    return take


def share(length: int, variance: int, keystream: Keystream) -> NDArray[np.int64]:
    """`length` independent numbers of Sk(variance), `variance` a whole number from 1 to MAX_VARIANCE.

    Takes 8 bytes a number from the keystream, and 8 more where these fall on the first half of a threshold. Raises
    ValueError outside the bounds.
    """
    if length < 0 or not 1 <= variance <= MAX_VARIANCE:
        raise ValueError(f"length {length}, variance {variance}: outside the bounds")
    table = table_of(variance)
    drawn = np.empty(length, dtype=np.int64)
    for first in range(0, length, BLOCK):
        block = drawn[first : first + BLOCK]
        words = np.frombuffer(keystream(8 * len(block)), dtype="<u8").astype(np.uint64, copy=False)
        np.subtract(_below(table, words, keystream), table.reach, out=block, casting="unsafe")
    return drawn


def _below(table: Table, words: NDArray[np.uint64], keystream: Keystream) -> NDArray[np.int32]:
    """How many thresholds are not above each draw, whose first half is in `words`."""
    begin = (words >> table.shift).astype(np.int32)
    found = table.guide.take(begin)
    found += table.high.take(found) < words
    several = np.flatnonzero(table.dense.take(begin))
    found[several] = np.searchsorted(table.high[:-1], words[several], side="left")
    for place in np.flatnonzero(table.high.take(found) == words):  # about once in 2^64 / thresholds
        low = int.from_bytes(keystream(8), "little")
        at = int(found[place])
        while at < 2 * table.reach and table.high[at] == words[place] and int(table.low[at]) <= low:
            at += 1
        found[place] = at
    return found


@lru_cache(maxsize=4)
def table_of(variance: int) -> Table:
    """The thresholds of Sk(variance); made once for each variance, in about 4 microseconds for each entry."""
    tails = _tails(variance)
    half = np.frombuffer(b"".join(tail.to_bytes(16, "little") for tail in tails), dtype="<u8").reshape(-1, 2)
    tail_low, tail_high = half[:, 0].astype(np.uint64), half[:, 1].astype(np.uint64)
    # F(k) = 2^128 - tail(k) for k >= 0, and F(-k-1) = tail(k): the two halves are mirror images.
    low = np.concatenate((tail_low[::-1], np.uint64(0) - tail_low))
    high = np.concatenate((tail_high[::-1], ~tail_high + (tail_low == 0)))
    bits = min(max(len(high).bit_length() + 1, _GUIDE_BITS[0]), _GUIDE_BITS[1])
    shift = np.uint64(64 - bits)
    edges = np.arange(1 << bits, dtype=np.uint64) << shift
    guide = np.append(np.searchsorted(high, edges, side="left"), len(high)).astype(np.int32)
    return Table(len(tails), np.append(high, _LAST_WORD), low, guide, np.diff(guide) > 1, shift)


def _tails(variance: int) -> list[int]:
    """P[X > k] in units of 2^-128, for k = 0, 1, 2, ... as long as it is a unit at least.

    The probabilities are proportional to the Bessel functions I_k(variance), which follow downwards from
    I_(k-1) = I_(k+1) + (2k / variance) I_k (Miller's algorithm; stable in this direction). Whole numbers that begin
    at 2^160 in the tail: what each division cuts off is below 2^-160 of its term.
    """
    reach = _reach(variance)
    weights = [0] * (reach + 2)
    weights[reach] = 1 << _START_BITS
    for k in range(reach, 0, -1):
        weights[k - 1] = weights[k + 1] + 2 * k * weights[k] // variance
    tails = [0] * (reach + 1)
    for k in range(reach, 0, -1):
        tails[k - 1] = tails[k] + weights[k]
    total = weights[0] + 2 * tails[0]
    spare = total.bit_length()
    one = (1 << (_BITS + spare)) // total
    return [unit for tail in tails if (unit := tail * one >> spare)]


def _reach(variance: int) -> int:
    """The largest number that can be drawn: with L = 92, the least whole k >= sqrt(2 L variance) + L.

    Bernstein: P[X > k] <= exp(-k^2 / (2 (variance + k/3))), which is below exp(-L) there.
    """
    return isqrt(2 * _TAIL_NATS * variance) + 1 + _TAIL_NATS
