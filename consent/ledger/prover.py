"""Many inclusion proofs over one tree: whole tiles are fetched once, and inner hashes are made once."""

from collections.abc import Callable, Iterable

from consent.ledger.tiles import HEIGHT, WIDTH, Kept, Span, span_of, tile_width
from consent.ledger.tree import Range, fold_right, inclusion_ranges, node_hash, perfect_ranges

MAX_KEPT = 65_536  # hashes in memory: about 10 MB


class Prover:
    """Inclusion proofs for the tree of `size`; quickest in the order of the ledger, always within a fixed memory."""

    def __init__(self, size: int, fetch: Callable[[Iterable[Span]], Kept]) -> None:
        self.size = size
        self._fetch = fetch
        self._known: dict[Range, bytes] = {}

    def path(self, index: int) -> list[bytes]:
        """RFC 6962 section 2.1.1, from the leaf's sibling up. Refuses `no-such-leaf`."""
        if len(self._known) > MAX_KEPT:
            self._known.clear()
        return [self._hash(one) for one in inclusion_ranges(index, self.size)]

    def _hash(self, one: Range) -> bytes:
        parts = perfect_ranges(*one)
        return self._perfect(one) if len(parts) == 1 else fold_right([self._perfect(part) for part in parts])

    def _perfect(self, one: Range) -> bytes:
        found = self._known.get(one)
        if found is None:
            start, end = one
            level, first, stop = span_of(start, end)
            if stop - first == 1:
                self._load(level, first // WIDTH)
                return self._known[one]
            middle = (start + end) // 2
            found = node_hash(self._perfect((start, middle)), self._perfect((middle, end)))
            self._known[one] = found
        return found

    def _load(self, level: int, number: int) -> None:
        """Fetch one tile, as wide as it is in this tree."""
        begin = number * WIDTH
        width = tile_width(level, number, self.size)
        leaves = 1 << (HEIGHT * level)
        for (_, index), found in self._fetch([(level, begin, begin + width)]).items():
            self._known[index * leaves, (index + 1) * leaves] = found
