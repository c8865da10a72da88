"""Vectors of whole numbers mod 2^32: uint32 arrays in which numpy's own wrap-around is the arithmetic."""

import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.uint32]

MODULUS_BITS = 32
WIRE = np.dtype("<u4")
"""Little-endian on the wire, whatever the machine."""


def zeros(length: int) -> Ring:
    """The neutral element."""
    return np.zeros(length, dtype=np.uint32)


def add_into(total: Ring, part: Ring) -> Ring:
    """Add `part` to `total` in place and return it. Both must have the same length."""
    return np.add(total, part, out=total)


def encode(whole: NDArray[np.int64]) -> Ring:
    """Whole numbers to ring elements, negative ones from the top (two's complement)."""
    return (whole & 0xFFFFFFFF).astype(np.uint32)


def centred(ring: Ring) -> NDArray[np.int64]:
    """Ring elements to whole numbers in [-2^31, 2^31): the inverse of `encode` where nothing wrapped."""
    return ring.view(np.int32).astype(np.int64)


def to_bytes(ring: Ring) -> bytes:
    """Four little-endian bytes a number."""
    return ring.astype(WIRE, copy=False).tobytes()


def from_bytes(data: bytes | memoryview) -> Ring:
    """The vector of these bytes, without a copy where the machine is little-endian; read-only.

    Every four bytes are a ring element; the caller has checked that the length is a multiple of four.
    """
    return np.frombuffer(data, dtype=WIRE).astype(np.uint32, copy=False)
