"""What an artist sees about herself: her statements, her keys, who looked, and receipts to keep."""

from typing import Any

from django.db.models import QuerySet

from consent.ledger.entries import entry_bytes
from consent.ledger.proof_file import ProofFile, pack_extra
from consent.ledger.verify import pack_receipt
from consent.models import AccessLog, BrowserKey, Checkpoint, Entry, EntryBody, Statement
from consent.selectors.checkpoints import note_of
from consent.selectors.ledger import inclusion_path
from consent.signing_keys import ledger_key


def statements_of(artist_id: int) -> QuerySet[Statement]:
    """All statements of this artist, newest first."""
    return (
        Statement.objects.filter(artist_id=artist_id)
        .select_related("notice", "entry", "key", "second_signature")
        .order_by("-entry")
    )


def keys_of(artist_id: int) -> QuerySet[BrowserKey]:
    """The keys of this artist's browsers that may still sign, oldest first."""
    return BrowserKey.objects.filter(artist_id=artist_id, withdrawn_at=None)


def looks_at(artist_id: int, *, newest: int = 20) -> QuerySet[AccessLog]:
    """Who looked at this artist's records, newest first."""
    return AccessLog.objects.filter(artist_id=artist_id)[:newest]


def receipt(*, statement: Statement, checkpoint: Checkpoint) -> dict[str, Any]:
    """Everything it takes to prove this statement without us: bytes, salt, entry, path, checkpoint and the text that
    was read. `checkpoint` is one that covers its entry (`services.receipts.make_receipt`)."""
    entry = statement.entry
    opening = EntryBody.objects.get(entry=entry)
    return pack_receipt(
        statement=bytes(statement.document),
        proof=proof_of(entry, checkpoint=checkpoint, salt=bytes(opening.salt)).dump(),
        vkey=ledger_key().vkey(),
        notice_text=statement.notice.text,
    )


def proof_of(entry: Entry, *, checkpoint: Checkpoint, salt: bytes | None) -> ProofFile:
    """The C2SP tlog-proof of an entry under a checkpoint; with its salt only for whoever may open it."""
    data = entry_bytes(kind=entry.kind, hour=entry.hour, commitment=bytes(entry.commitment))
    path = inclusion_path(index=entry.index, size=checkpoint.size)
    return ProofFile(entry.index, tuple(path), note_of(checkpoint), pack_extra(data, salt))


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry as it is shown to the public."""
    return {
        "index": entry.index,
        "kind": entry.kind,
        "hour": entry.hour,
        "commitment": bytes(entry.commitment).hex(),
        "leaf_hash": bytes(entry.leaf_hash).hex(),
    }
