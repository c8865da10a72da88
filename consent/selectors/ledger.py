"""The ledger as it stands: its size, its root, and proofs over it. Two queries answer any of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from consent.errors import refusal
from consent.ledger.canonical import canonical_bytes
from consent.ledger.entries import commitment
from consent.ledger.tiles import Kept, Span, range_hashes
from consent.ledger.tree import EMPTY_ROOT, Range, consistency_ranges, inclusion_ranges
from consent.models import Entry


def ledger_head() -> tuple[int, str]:
    """(number of entries, root of the tree over them in hex)."""
    size = ledger_size()
    return size, ledger_root(size).hex()


def ledger_size() -> int:
    """How many entries there are."""
    last = Entry.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def ledger_root(size: int) -> bytes:
    """The root when the ledger had that many entries. Refuses `no-such-size`."""
    if size == 0:
        return EMPTY_ROOT
    if not 0 < size <= ledger_size():
        raise refusal("no-such-size")
    return hashes_of([(0, size)])[0]


def find_entry(*, index: int | None, leaf: str | None) -> Entry:
    """An entry by its index or its leaf hash (hex). Refuses `no-such-leaf`."""
    chosen = {"index": index} if leaf is None else {"leaf_hash": bytes.fromhex(leaf)}
    found = Entry.objects.filter(**chosen).first()
    if found is None:
        raise refusal("no-such-leaf")
    return found


def entry_holds(*, index: int, kind: str, body: Mapping[str, Any]) -> bool:
    """Whether entry `index` is of that kind and commits to exactly this body; False once its salt was erased."""
    found = Entry.objects.filter(index=index, kind=kind).select_related("opening").first()
    if found is None or not hasattr(found, "opening"):
        return False
    return commitment(canonical_bytes(body), salt=bytes(found.opening.salt)) == bytes(found.commitment)


def inclusion_path(*, index: int, size: int) -> list[bytes]:
    """The proof that entry `index` is in the tree of that size (RFC 6962 section 2.1.1), from the leaf's sibling up.
    Refuses `no-such-leaf`, `no-such-size`."""
    if size > ledger_size():
        raise refusal("no-such-size")
    return hashes_of(inclusion_ranges(index, size))


def consistency_path(*, old: int, new: int) -> list[bytes]:
    """The proof that the tree of size `new` grew out of that of size `old` (RFC 6962 section 2.1.2). Refuses
    `no-such-size`."""
    ranges = consistency_ranges(old, new)
    if new > ledger_size():
        raise refusal("no-such-size")
    return hashes_of(ranges)


def hashes_of(ranges: Sequence[Range]) -> list[bytes]:
    """MTH of each of these ranges of leaves."""
    return range_hashes(ranges, fetch) if ranges else []


def fetch(spans: Iterable[Span]) -> Kept:
    """The kept hashes of these spans: one query for the leaves, one for all levels above them."""
    kept: dict[tuple[int, int], bytes] = {}
    leaves = [(first, stop) for level, first, stop in spans if level == 0]
    above = [span for span in spans if span[0] > 0]
    with connection.cursor() as cursor:
        if leaves:
            cursor.execute(
                "SELECT 0, e.index, e.leaf_hash FROM unnest(%s::bigint[], %s::bigint[]) AS s(first, stop) "
                "JOIN consent_entry e ON e.index >= s.first AND e.index < s.stop",
                [[first for first, _ in leaves], [stop for _, stop in leaves]],
            )
            kept |= {(level, index): bytes(found) for level, index, found in cursor.fetchall()}
        if above:
            cursor.execute(
                "SELECT n.level, n.index, n.hash FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[]) "
                "AS s(level, first, stop) JOIN consent_node n "
                "ON n.level = s.level AND n.index >= s.first AND n.index < s.stop",
                [list(column) for column in zip(*above, strict=True)],
            )
            kept |= {(level, index): bytes(found) for level, index, found in cursor.fetchall()}
    return kept
