"""The server adds: one message into a partial sum, partial sums into one. The same for every scheme."""

from collections.abc import Iterable

from federation.protocol import ring, wire
from federation.protocol.params import RoundParams


class Adding:
    """The part of a server session that only adds; memory is one sum, whatever the number of devices."""

    params: RoundParams

    def fold(self, partial: ring.Ring | None, message: bytes) -> ring.Ring:
        """The partial sum with one more accepted masked input in it; changes `partial` in place."""
        vector = wire.unpack_vector(wire.body_of(message), self.params.length)
        return vector.copy() if partial is None else ring.add_into(partial, vector)

    def combine(self, partials: Iterable[ring.Ring]) -> ring.Ring:
        """The sum of partial sums."""
        total = None
        for partial in partials:
            total = partial.copy() if total is None else ring.add_into(total, partial)
        return ring.zeros(self.params.length) if total is None else total
