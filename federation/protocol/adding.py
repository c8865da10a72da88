"""The server adds: one message into a partial sum, partial sums into one. The same for every scheme."""

from collections.abc import Iterable

import numpy as np

from federation.protocol import ring, wire
from federation.protocol.errors import refusal
from federation.protocol.params import RoundParams

PIECE = 1 << 15
"""Elements of a message that are added at a time: they stay in the cache."""


class Adding:
    """The part of a server session that only adds; memory is one sum, whatever the number of devices."""

    params: RoundParams

    def fold(self, partial: ring.Ring | None, message: bytes) -> ring.Ring:
        """The partial sum with one more accepted masked input in it; changes `partial` in place."""
        body = wire.unpack(message).body
        if len(body) != 4 + 4 * self.params.length:
            raise refusal("vector-wrong-length", f"{self.params.length} numbers were expected.")
        total = ring.zeros(self.params.length) if partial is None else partial
        scratch = np.empty(
            min(PIECE, self.params.length), ring.WIRE
        )  # the vector in the message is not aligned
        raw = scratch.view(np.uint8).data
        for start in range(0, self.params.length, PIECE):
            part = total[start : start + PIECE]
            raw[: 4 * part.size] = body[4 + 4 * start : 4 + 4 * (start + part.size)]
            np.add(part, scratch[: part.size], out=part)
        return total

    def combine(self, partials: Iterable[ring.Ring]) -> ring.Ring:
        """The sum of partial sums."""
        total = None
        for partial in partials:
            total = partial.copy() if total is None else ring.add_into(total, partial)
        return ring.zeros(self.params.length) if total is None else total
