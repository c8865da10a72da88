"""The Merkle tree of RFC 6962 (section 2.1; RFC 9162 sections 2.1.3 and 2.1.4 say how proofs are checked).

A tree is cut into ranges of leaves [start, end). Which ranges a proof names is arithmetic and stands here; where their
hashes come from is the caller's matter: a list, a database, downloaded tiles.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from consent.errors import refusal

HASH_BYTES = 32
MAX_SIZE = 2**62  # so that an index always fits PostgreSQL's bigint
MAX_PATH = 63
EMPTY_ROOT = sha256(b"").digest()
Range = tuple[int, int]


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two smaller than `size` (> 1): where a tree of that size is cut in two."""
    return 1 << ((size - 1).bit_length() - 1)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH of these leaf hashes; of none it is SHA-256 of nothing."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The hashes of the perfect subtrees along the right edge, largest first: enough to append and to know the root."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} has {size.bit_count()} perfect subtrees")

    def append(self, leaf: bytes) -> None:
        """One more leaf hash: as many merges as the old size ends in ones."""
        rest = self.size
        while rest & 1:
            leaf = node_hash(self.hashes.pop(), leaf)
            rest >>= 1
        self.hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """MTH of everything so far."""
        if not self.hashes:
            return EMPTY_ROOT
        found = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            found = node_hash(left, found)
        return found


def perfect_ranges(start: int, end: int) -> list[Range]:
    """The range cut into the perfect subtrees of which MTH is built, from left to right. `start` is a multiple of a
    power of two at least as large as the range, as every range of a proof is."""
    if end - start < 2 or (end - start).bit_count() == 1:
        return [(start, end)] if end > start else []
    middle = start + split(end - start)
    return [(start, middle), *perfect_ranges(middle, end)]


def fold_right(hashes: Sequence[bytes]) -> bytes:
    """MTH from the hashes of `perfect_ranges`."""
    if not hashes:
        return EMPTY_ROOT
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


def fold_perfect(hashes: Sequence[bytes]) -> bytes:
    """The root over 2^k neighbouring hashes of one height."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Which ranges an inclusion proof names, from the leaf's sibling up to the root's child. Refuses `no-such-leaf`."""
    if not 0 <= index < size <= MAX_SIZE:
        raise refusal("no-such-leaf")
    path: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Which ranges the proof names that the tree of size `new` grew out of that of size `old`; none where the sizes
    are equal or `old` is 0. Refuses `no-such-size`."""
    if not 0 <= old <= new <= MAX_SIZE:
        raise refusal("no-such-size")
    if old in (0, new):
        return []
    path: list[Range] = []
    start, end, whole = 0, new, True  # `whole`: the old tree is exactly this subtree seen from its own root
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, whole = middle, False
    return [*([] if whole else [(start, end)]), *reversed(path)]


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2: does this path lead from the leaf hash at `index` to the root of a tree of `size`?"""
    if not 0 <= index < size <= MAX_SIZE or len(path) > MAX_PATH:
        return False
    here, last, found = index, size - 1, leaf
    for step in path:
        if last == 0 or len(step) != HASH_BYTES:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """RFC 9162 section 2.1.4.2: is the tree of size `old` the beginning of that of size `new`? An empty tree is the
    beginning of all (the path must be empty then, as C2SP tlog-witness has it)."""
    if not 0 <= old <= new <= MAX_SIZE or len(path) > MAX_PATH or any(len(one) != HASH_BYTES for one in path):
        return False
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    if old == new:
        return not path and old_root == new_root
    steps = list(path) if old & (old - 1) else [old_root, *path]
    if not steps:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    was = found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            was, found = node_hash(step, was), node_hash(step, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and was == old_root and found == new_root


def hashes_of(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """Where all leaf hashes are at hand: the hash of any range of them."""
    return lambda start, end: root_of(leaves[start:end])
