"""Tiles after C2SP tlog-tiles: of all the hashes of a tree only every eighth level is kept, the rest is made anew.

Level 0 is the leaf hashes; the hash `n` of level `l` covers the leaves [n * 256^l, (n + 1) * 256^l). A tile is 256
neighbouring hashes of one level.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from consent.errors import refusal
from consent.ledger.tree import Range, fold_perfect, fold_right, perfect_ranges

HEIGHT = 8
WIDTH = 256
MAX_LEVEL = 7  # 256^8 leaves are more than an index can count
Span = tuple[int, int, int]  # level, first hash, one past the last
Kept = Mapping[tuple[int, int], bytes]
TILE_PATH = re.compile(r"(?:x\d{3}/)*\d{3}")


def span_of(start: int, end: int) -> Span:
    """The kept hashes from which the hash of a perfect, aligned range is made: at most 128 of one level."""
    height = (end - start).bit_length() - 1
    level = height // HEIGHT
    shift = HEIGHT * level
    return level, start >> shift, end >> shift


def range_hashes(ranges: Sequence[Range], fetch: Callable[[Iterable[Span]], Kept]) -> list[bytes]:
    """MTH of each range; `fetch` is called once with all spans that are needed and answers (level, n) -> hash."""
    cut = [perfect_ranges(start, end) for start, end in ranges]
    kept = fetch({span_of(*one) for parts in cut for one in parts})
    return [fold_right([_perfect(one, kept) for one in parts]) for parts in cut]


def _perfect(one: Range, kept: Kept) -> bytes:
    level, first, stop = span_of(*one)
    try:
        return fold_perfect([kept[level, number] for number in range(first, stop)])
    except KeyError:
        raise refusal("broken-ledger", detail=f"a hash of level {level} is missing") from None


def tile_path(number: int) -> str:
    """How C2SP writes the number of a tile: 1234067 is `x001/x234/067`."""
    text = f"{number % 1000:03}"
    while number := number // 1000:
        text = f"x{number % 1000:03}/{text}"
    return text


def tile_number(path: str) -> int:
    """The inverse; refuses (`no-such-tile`) a number written another way."""
    if len(path) > 32 or not TILE_PATH.fullmatch(path):
        raise refusal("no-such-tile")
    number = int(path.replace("x", "").replace("/", ""))
    if tile_path(number) != path:
        raise refusal("no-such-tile")
    return number


def tile_width(level: int, number: int, size: int) -> int:
    """How many hashes tile `number` of `level` has in a tree of that size: 0 (there is none) to 256."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH))
