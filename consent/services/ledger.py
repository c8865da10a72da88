"""Append to the ledger: the only code that writes an entry."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from consent.ledger.canonical import canonical_bytes
from consent.ledger.entries import (
    GENESIS,
    SALT_BYTES,
    chain_hash,
    commitment,
    entry_bytes,
    leaf_hash,
    utc_hour,
)
from consent.models import Entry, EntryBody, LedgerHead


def append_entry(*, kind: str, body: Mapping[str, Any], at: datetime) -> Entry:
    """Commit to `body` (a JSON object) and append the leaf; body and fresh salt go to an erasable row.

    Runs in the caller's transaction if there is one. Appends happen one after the other: the head row is
    locked until that transaction ends, so call this last. Refuses `unknown-kind`, `wrong-shape`.
    """
    data = canonical_bytes(body)
    return append_bytes(kind=kind, data=data, at=at, keep=data)


def append_bytes(*, kind: str, data: bytes, at: datetime, keep: bytes | None) -> Entry:
    """As `append_entry` for bytes that are canonical already; `keep` is what the erasable row stores of
    them."""
    salt = secrets.token_bytes(SALT_BYTES)
    committed = commitment(data, salt=salt)
    hour = utc_hour(at)
    leaf = leaf_hash(entry_bytes(kind=kind, hour=hour, commitment=committed))
    with transaction.atomic():
        head = lock_head()
        chain = chain_hash(bytes(head.head), leaf)
        entry = Entry.objects.create(
            index=head.size, kind=kind, hour=hour, commitment=committed, leaf_hash=leaf, chain_hash=chain
        )
        EntryBody.objects.create(entry=entry, salt=salt, body=keep)
        head.size, head.head = head.size + 1, chain
        head.save(update_fields=["size", "head"])
    return entry


def lock_head() -> LedgerHead:
    """The head row, locked until the transaction ends. Made from the last entry where it does not exist
    yet."""
    head = LedgerHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        ensure_head()
        head = LedgerHead.objects.select_for_update().get(pk=1)
    return head


def ensure_head() -> bool:
    """Make the head row if there is none; True if it was made. Harmless to repeat and to race."""
    if LedgerHead.objects.filter(pk=1).exists():
        return False
    last = Entry.objects.order_by("-index").first()
    size, head = (last.index + 1, bytes(last.chain_hash)) if last else (0, GENESIS)
    LedgerHead.objects.bulk_create([LedgerHead(pk=1, size=size, head=head)], ignore_conflicts=True)
    return True
