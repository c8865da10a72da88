"""Shamir's secret sharing (1979) of 32-byte secrets over the field of the least prime above 2^256.

A share is the value of a polynomial at the holder's point (1, 2, 3, ...), 33 bytes big-endian; the secret is the
value at 0. Fewer shares than the threshold say nothing about it. Joining wrong shares gives a wrong secret, not an
error: whoever joins compares the result with what was advertised.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from federation.protocol.errors import refusal
from federation.protocol.secagg import prg

PRIME = (1 << 256) + 297
SECRET_BYTES = 32
SHARE_BYTES = 33
_WIDE = 48
"""Bytes behind one coefficient: 16 more than needed, so that taking them mod PRIME favours none (below 2^-120)."""


def split(secret: bytes, threshold: int, points: Sequence[int], key: bytes) -> list[bytes]:
    """The shares at these points, in their order. The coefficients come from the keystream of `key`: the same key
    and the same threshold give the same polynomial."""
    raw = prg.stream(key, _WIDE * (threshold - 1))
    higher = [int.from_bytes(raw[at : at + _WIDE], "big") % PRIME for at in range(0, len(raw), _WIDE)]
    coefficients = [*higher, int.from_bytes(secret, "big")]  # the highest first, as Horner's rule wants them
    shares = []
    for point in points:
        value = 0
        for coefficient in coefficients:
            value = (value * point + coefficient) % PRIME
        shares.append(value.to_bytes(SHARE_BYTES, "big"))
    return shares


def weights(points: Sequence[int]) -> list[int]:
    """Lagrange's weights at 0 of these points, in their order: the same for every secret shared at them.

    The weight of x is (product of all points) / (x times the product of the others minus x). With n the largest point
    that divisor divides x! (n - x)!, and so n!: one inverse, that of n!, serves every set of points below n.
    """
    whole, inverse = _factorial(max(points))
    scaled = math.prod(points) * inverse % PRIME
    below = (one * math.prod([other - one for other in points if other != one]) for one in points)
    return [scaled * (whole // divisor) % PRIME for divisor in below]


@lru_cache(maxsize=8)
def _factorial(number: int) -> tuple[int, int]:
    """The factorial and its inverse in the field."""
    found = math.factorial(number)
    return found, pow(found, -1, PRIME)


def join(shares: Sequence[bytes], by: Sequence[int]) -> bytes | None:
    """The secret of as many shares as its threshold asks for, given the weights of their points; None where the
    value at 0 is no 32-byte secret, so that a share must have been wrong."""
    value = (
        sum(weight * int.from_bytes(share, "big") for weight, share in zip(by, shares, strict=True)) % PRIME
    )
    return value.to_bytes(SECRET_BYTES, "big") if value < 1 << 256 else None


def check(share: bytes) -> None:
    """Raises Refusal `share-invalid` for anything that is not a number of the field in its one form."""
    if len(share) != SHARE_BYTES or int.from_bytes(share, "big") >= PRIME:
        raise refusal("share-invalid")
