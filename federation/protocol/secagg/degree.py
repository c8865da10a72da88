"""How many neighbours a device needs in a sparse graph, and how many of them open its secrets.

The search of google-parfait/federated-compute, fcp/secagg/server/graph_parameter_finder.cc, for a server that may
lie about who dropped out ("semi-malicious"): statistical security 40 bits, failure of an honest round below 2^-20.
Exact, in whole numbers: every device and the server must find the same answer, whatever their floating point.
"""

import math
from functools import lru_cache
from typing import NamedTuple

SECURITY_BITS = 40
CORRECTNESS_BITS = 20


class Degree(NamedTuple):
    """Neighbours of each device (even), and the shares that open a secret."""

    neighbours: int
    threshold: int


@lru_cache(maxsize=64)
def degree(count: int, corrupt: int, dropouts: int, *, lying_server: bool = True) -> Degree | None:
    """The smallest degree that is safe and works for `count` devices, of which at most `corrupt` are with the
    server and at most `dropouts` fall asleep; None where only the complete graph will do.
    """
    for neighbours in range(2, count - 1, 2):
        threshold = _threshold(count, corrupt, dropouts, neighbours, lying_server)
        if threshold is not None:
            return Degree(neighbours, threshold)
    return None


def _threshold(count: int, corrupt: int, dropouts: int, neighbours: int, lying_server: bool) -> int | None:
    """The threshold for that degree, or None where there is none."""
    if not _stays_connected(count, corrupt + dropouts, neighbours):
        return None
    least = _most_corrupt(count, corrupt, neighbours)
    most = _least_awake(count, count - dropouts, neighbours)
    if lying_server:
        # 2 t > neighbours + corrupt ones: no device's self-mask and key can both be opened.
        # ceil((least + neighbours - 1.25) / 2)
        least = -(-(4 * (least + neighbours) - 5) // 8)
    return max(least + 1, 2) if least < most else None


def _stays_connected(count: int, bad: int, neighbours: int) -> bool:
    """Whether the others fall apart, once `bad` devices are gone, with a chance below 2^-41.

    To cut a ring of k neighbours in two, k/2 in a row must be gone at two places: a union bound over the places.
    """
    ways = count * (count - neighbours - 1) * math.perm(bad, neighbours)
    return ways << (SECURITY_BITS + 1) < 2 * math.perm(count, neighbours)


def _most_corrupt(count: int, corrupt: int, neighbours: int) -> int:
    """The least x with P[corrupt neighbours > x] <= 2^-41 / count."""
    tail, all_ways = 0, math.comb(count, neighbours)
    x = min(neighbours, corrupt)
    ways = math.comb(corrupt, x) * math.comb(count - corrupt, neighbours - x)
    while x > 0:
        tail += ways
        if (tail * count) << (SECURITY_BITS + 1) > all_ways:
            return x
        # from x to x - 1 corrupt ones among the neighbours, as always a whole number
        ways = ways * x * (count - corrupt - neighbours + x) // ((corrupt - x + 1) * (neighbours - x + 1))
        x -= 1
    return 0


def _least_awake(count: int, awake: int, neighbours: int) -> int:
    """The largest t with P[awake neighbours < t] < 2^-20 / count."""
    tail, all_ways = 0, math.comb(count, neighbours)
    t = max(0, neighbours - (count - awake))
    ways = math.comb(awake, t) * math.comb(count - awake, neighbours - t)
    while t < neighbours:
        tail += ways
        if (tail * count) << CORRECTNESS_BITS >= all_ways:
            return t
        # from t to t + 1 awake ones among the neighbours
        ways = ways * (awake - t) * (neighbours - t) // ((t + 1) * (count - awake - neighbours + t + 1))
        t += 1
    return neighbours
