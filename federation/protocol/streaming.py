"""Adding a masked input while it is read: one sum and one piece in memory, however long the vector is."""

from collections.abc import Iterable

import numpy as np

from federation.protocol import ring, wire
from federation.protocol.errors import refusal

HEAD = wire.HEADER.size + 4
"""Bytes before the first ring element: the header and the count."""


def add_message(total: ring.Ring, pieces: Iterable[bytes]) -> ring.Ring:
    """Add the vector of an accepted masked-input message, given in pieces of any size, to `total` in place.

    The message was judged when it arrived; here only its length is seen to be right. Raises Refusal
    `vector-wrong-length`; `total` is then of no use.
    """
    at, skip, rest = 0, HEAD, b""
    for piece in pieces:
        data = rest + piece[skip:] if rest or skip else piece
        skip = max(0, skip - len(piece))
        whole = len(data) // 4 * 4
        rest = bytes(data[whole:])
        part = np.frombuffer(data, dtype=ring.WIRE, count=whole // 4)
        if at + part.size > total.size:
            raise refusal("vector-wrong-length", f"{total.size} numbers were expected.")
        np.add(total[at : at + part.size], part, out=total[at : at + part.size])
        at += part.size
    if at != total.size or rest or skip:
        raise refusal("vector-wrong-length", f"{total.size} numbers were expected.")
    return total
