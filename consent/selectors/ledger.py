"""The ledger as it stands: its size, its root, and proofs over it. Two queries answer any of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from consent.errors import Refusal, refusal
from consent.ledger.canonical import canonical_bytes
from consent.ledger.entries import commitment
from consent.ledger.tiles import Kept, Span, range_hashes
from consent.ledger.tree import EMPTY_ROOT, HASH_BYTES, Range, consistency_ranges, inclusion_ranges
from consent.models import Entry

# One round trip: the leaves and all levels above them, the hashes of each span side by side. A subquery for each span,
# so that each is a walk along the index however large the tables are: a join may read all nodes for every span.
HASHES = """
SELECT 0, s.first, (
    SELECT string_agg(e.leaf_hash, ''::bytea ORDER BY e.index) FROM consent_entry e
    WHERE e.index >= s.first AND e.index < s.stop)
FROM unnest(%s::bigint[], %s::bigint[]) AS s(first, stop)
UNION ALL
SELECT s.level, s.first, (
    SELECT string_agg(n.hash, ''::bytea ORDER BY n.index) FROM consent_node n
    WHERE n.level = s.level AND n.index >= s.first AND n.index < s.stop)
FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[]) AS s(level, first, stop)
"""


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
    return hashes_of([(0, size)], size=size)[0]


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
    return hashes_of(inclusion_ranges(index, size), size=size)


def consistency_path(*, old: int, new: int) -> list[bytes]:
    """The proof that the tree of size `new` grew out of that of size `old` (RFC 6962 section 2.1.2). Refuses
    `no-such-size`."""
    return hashes_of(consistency_ranges(old, new), size=new)


def hashes_of(ranges: Sequence[Range], *, size: int) -> list[bytes]:
    """MTH of each of these ranges of leaves below `size`. Refuses (`no-such-size`) a size that was not reached yet."""
    try:
        if ranges:
            return range_hashes(ranges, fetch)
    except Refusal:
        if size <= ledger_size():
            raise
    if size > ledger_size():
        raise refusal("no-such-size")
    return []


def fetch(spans: Iterable[Span]) -> Kept:
    """The kept hashes of these spans, by one query."""
    wanted = list(spans)
    leaves = [(first, stop) for level, first, stop in wanted if level == 0]
    above = [span for span in wanted if span[0] > 0]
    columns = [*_columns(leaves, 2), *_columns(above, 3)]
    kept: dict[tuple[int, int], bytes] = {}
    with connection.cursor() as cursor:
        cursor.execute(HASHES, columns)
        for level, first, joined in cursor.fetchall():
            data = bytes(joined or b"")  # none of them is there
            for at in range(0, len(data), HASH_BYTES):
                kept[level, first + at // HASH_BYTES] = data[at : at + HASH_BYTES]
    return kept


def _columns(rows: Sequence[tuple[int, ...]], width: int) -> list[list[int]]:
    return [[row[at] for row in rows] for at in range(width)]
