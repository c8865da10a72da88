"""Append to the ledger: the only code that writes an entry."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from consent.errors import refusal
from consent.ledger.canonical import canonical_bytes
from consent.ledger.entries import SALT_BYTES, commitment, entry_bytes, utc_hour
from consent.ledger.kinds import MAX_BODY_BYTES, check_body
from consent.ledger.tree import leaf_hash
from consent.models import Entry
from consent.models.ledger import APPEND_LOCK

BATCH = 1000
# One round trip: the trigger of migration 0003 gives the index and waits for other appends. The bodies take the
# indexes in the same order; `ord` is 0, 1, 2 …
APPEND = """
WITH given AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::bytea[], %s::bytea[])
        WITH ORDINALITY AS row_(kind, hour, commitment, salt, body, ord)
), added AS (
    INSERT INTO consent_entry (kind, hour, commitment)
        SELECT kind, hour, commitment FROM given ORDER BY ord
        RETURNING index
), first AS (SELECT min(index) AS index FROM added)
INSERT INTO consent_entrybody (entry_id, salt, body)
    SELECT first.index + ord - 1, salt, body FROM given, first
    RETURNING entry_id
"""


class Item(NamedTuple):
    """What is to be appended: `data` is committed to, `keep` is what the erasable row stores of it."""

    kind: str
    data: bytes
    at: datetime
    keep: bytes | None


def append_entry(*, kind: str, body: Mapping[str, Any], at: datetime) -> Entry:
    """Commit to `body` (the fields of its kind, consent/ledger/kinds.py) and append the leaf; body and fresh salt go to
    an erasable row.

    Runs in the caller's transaction if there is one. Appends happen one after the other: others wait until that
    transaction ends, so call this last. Refuses `unknown-kind`, `bad-body`, `wrong-shape`.
    """
    check_body(kind, body)
    data = canonical_bytes(body)
    if len(data) > MAX_BODY_BYTES:
        raise refusal("bad-body", detail=f"more than {MAX_BODY_BYTES} bytes")
    return append_bytes(kind=kind, data=data, at=at, keep=data)


def append_bytes(*, kind: str, data: bytes, at: datetime, keep: bytes | None) -> Entry:
    """As `append_entry` for bytes that are canonical already; `keep` is what the erasable row stores of them."""
    return append_many(items=[Item(kind, data, at, keep)])[0]


def append_many(*, items: Iterable[Item]) -> list[Entry]:
    """Append several in their order, a thousand to a statement of SQL; all or none of them."""
    rows = [_entry(item) for item in items]
    with transaction.atomic():
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH]
            for (entry, _salt, _keep), index in zip(part, _insert(part), strict=True):
                entry.index = index
    return [entry for entry, _salt, _keep in rows]


def lock_head() -> None:
    """Wait for other appends and hold them off until this transaction ends. Only inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPEND_LOCK])


def _entry(item: Item) -> tuple[Entry, bytes, bytes | None]:
    salt = secrets.token_bytes(SALT_BYTES)
    committed, hour = commitment(item.data, salt=salt), utc_hour(item.at)
    leaf = leaf_hash(entry_bytes(kind=item.kind, hour=hour, commitment=committed))
    return Entry(kind=item.kind, hour=hour, commitment=committed, leaf_hash=leaf), salt, item.keep


def _insert(rows: list[tuple[Entry, bytes, bytes | None]]) -> list[int]:
    """The indexes they were given, in order."""
    columns = (
        [entry.kind for entry, _, _ in rows],
        [entry.hour for entry, _, _ in rows],
        [entry.commitment for entry, _, _ in rows],
        [salt for _, salt, _ in rows],
        [keep for _, _, keep in rows],
    )
    with connection.cursor() as cursor:
        cursor.execute(APPEND, columns)
        return sorted(index for (index,) in cursor.fetchall())
