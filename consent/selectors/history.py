"""What an artist sees about herself: her statements, her keys, who looked, and receipts to keep."""

from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from consent.errors import refusal
from consent.ledger.entries import GENESIS
from consent.models import AccessLog, BrowserKey, Entry, EntryBody, Statement
from consent.selectors.ledger import ledger_head

RECEIPT_FORMAT = "fedart-receipt-1"


def statements_of(artist_id: int) -> QuerySet[Statement]:
    """All statements of this artist, newest first."""
    return (
        Statement.objects.filter(artist_id=artist_id)
        .select_related("notice", "entry", "key")
        .order_by("-entry")
    )


def keys_of(artist_id: int) -> QuerySet[BrowserKey]:
    """The keys of this artist's browsers that may still sign, oldest first."""
    return BrowserKey.objects.filter(artist_id=artist_id, withdrawn_at=None)


def looks_at(artist_id: int, *, newest: int = 20) -> QuerySet[AccessLog]:
    """Who looked at this artist's records, newest first."""
    return AccessLog.objects.filter(artist_id=artist_id)[:newest]


def receipt(*, artist_id: int, statement_id: UUID) -> dict[str, Any]:
    """Everything it takes to prove this statement without us: bytes, salt, entry, link and the text that was
    read.

    Refuses `no-receipt` for a statement of somebody else, or none.
    """
    statement = statements_of(artist_id).filter(pk=statement_id).first()
    if statement is None:
        raise refusal("no-receipt")
    entry = statement.entry
    opening = EntryBody.objects.get(entry=entry)
    size, head = ledger_head()
    return {
        "format": RECEIPT_FORMAT,
        "statement": _text(bytes(statement.document)),
        "salt": _text(bytes(opening.salt)),
        "entry": {**entry_json(entry), "previous_chain_hash": _previous(entry).hex()},
        "ledger": {"size": size, "head": head},
        "notice_text": statement.notice.text,
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry as it is shown to the public."""
    return {
        "index": entry.index,
        "kind": entry.kind,
        "hour": entry.hour,
        "commitment": bytes(entry.commitment).hex(),
        "leaf_hash": bytes(entry.leaf_hash).hex(),
        "chain_hash": bytes(entry.chain_hash).hex(),
    }


def _previous(entry: Entry) -> bytes:
    before = Entry.objects.filter(index=entry.index - 1).first()
    return bytes(before.chain_hash) if before else GENESIS


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
