"""Who shares secrets with whom, and how many shares open one.

Up to 512 devices everybody shares with everybody, itself included. Above that each device has k neighbours on a
ring whose order nobody chooses: it follows from all signed advertisements. Positions count those who advertised,
in ascending order of their 16 bytes; a device's Shamir point is its position plus one.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from federation.protocol.errors import refusal
from federation.protocol.params import CORRUPT_SHARE, RoundParams
from federation.protocol.secagg import cohort, derive, prg
from federation.protocol.secagg.degree import degree

COMPLETE_UP_TO = 512
DROPOUT_SHARE = Fraction(3, 10)
"""Delta: the share of a large cohort that may fall asleep before an honest round fails with a chance above 2^-20."""


@dataclass(frozen=True)
class Graph:
    """`count` devices. `ring` is empty in the complete graph; else the position of the device at each place."""

    count: int
    threshold: int
    reach: int = 0
    ring: tuple[int, ...] = ()
    _place: dict[int, int] = field(default_factory=dict, compare=False, repr=False)

    def holders(self, position: int) -> list[int]:
        """The positions of those who hold a share of this device's secrets, ascending. Holding is mutual."""
        if not self.ring:
            return list(range(self.count))
        place = self._place[position]
        steps = [*range(-self.reach, 0), *range(1, self.reach + 1)]
        return sorted(self.ring[(place + step) % self.count] for step in steps)

    def neighbours(self, position: int) -> list[int]:
        """The positions of those with whom this device has a mask in common, ascending."""
        return [other for other in self.holders(position) if other != position]


@lru_cache(maxsize=64)
def graph_of(params: RoundParams, roster: int, gathered: bytes, count: int) -> Graph:
    """The graph of the `count` devices that advertised, of a roster of that size."""
    least = cohort.floor(params, roster)
    if count < least:
        raise refusal("list-under-threshold", f"{count} of at least {least}.")
    if count <= COMPLETE_UP_TO:
        return Graph(count, least)
    found = degree(count, int(CORRUPT_SHARE * roster), int(DROPOUT_SHARE * count))
    if found is None:
        return Graph(count, least)
    ring = ring_order(count, gathered)
    places = {position: place for place, position in enumerate(ring)}
    return Graph(count, found.threshold, found.neighbours // 2, ring, places)


def ring_order(count: int, gathered: bytes) -> tuple[int, ...]:
    """0 to count - 1 in an order that follows from all advertisements: Fisher and Yates from the last place down.

    Each place takes the next draw from a mask that is below the largest multiple of its number of choices.
    """
    key = derive.expand(gathered, b"", derive.GRAPH)
    order, draws, at = list(range(count)), prg.elements(key, 2 * count), 0
    for last in range(count - 1, 0, -1):
        bound = (1 << 32) // (last + 1) * (last + 1)
        while int(draws[at]) >= bound:
            at += 1
        chosen = int(draws[at]) % (last + 1)
        at += 1
        order[last], order[chosen] = order[chosen], order[last]
    return tuple(order)
