"""Tiles of the tree and of the entries, as bytes (C2SP tlog-tiles)."""

from consent.errors import refusal
from consent.ledger.entries import entry_bytes
from consent.ledger.tiles import MAX_LEVEL, WIDTH, tile_width
from consent.models import Entry
from consent.selectors.ledger import fetch, ledger_size


def hash_tile(*, level: int, number: int, width: int) -> bytes:
    """The first `width` hashes of a tile, 32 bytes each. Refuses (`no-such-tile`) a tile that is not that wide yet."""
    if not 0 <= level <= MAX_LEVEL or tile_width(level, number, ledger_size()) < width:
        raise refusal("no-such-tile")
    first = number * WIDTH
    kept = fetch([(level, first, first + width)])
    return b"".join(kept[level, index] for index in range(first, first + width))


def entry_tile(*, number: int, width: int) -> bytes:
    """The first `width` entries of a bundle, each behind its length as a big-endian uint16. Refuses `no-such-tile`."""
    if tile_width(0, number, ledger_size()) < width:
        raise refusal("no-such-tile")
    first = number * WIDTH
    rows = Entry.objects.filter(index__gte=first, index__lt=first + width).order_by("index")
    entries = [
        entry_bytes(kind=row.kind, hour=row.hour, commitment=bytes(row.commitment)) for row in rows.iterator()
    ]
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
