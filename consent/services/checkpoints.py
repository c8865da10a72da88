"""Sign the head of the ledger, and take what witnesses sign under it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from consent.errors import refusal
from consent.ledger.checkpoints import Checkpoint as Head
from consent.ledger.checkpoints import open_cosignature, sign_checkpoint
from consent.ledger.notes import MAX_NOTE_BYTES, parse_signature
from consent.ledger.tree import check_consistency
from consent.models import Checkpoint, Cosignature
from consent.models.ledger import APPEND_LOCK
from consent.selectors.checkpoints import latest_checkpoint
from consent.selectors.ledger import consistency_path, ledger_root, ledger_size
from consent.services.ledger import lock_head
from consent.signing_keys import ledger_key, ledger_private_key, witness_keys

FRESH = timedelta(seconds=1)
MAX_LINES = 16


def current_checkpoint(*, at: datetime, covering: int | None = None) -> Checkpoint:
    """The newest checkpoint, signed now where the ledger has grown.

    With `covering` it is one that has that entry in it. Without, a checkpoint of the last second is new enough, and so
    is the last one while somebody appends. Refuses `broken-ledger` rather than sign a head that does not grow out of
    the last one that was signed. A crash before the row is there loses nothing: nobody has seen that signature.
    """
    latest = latest_checkpoint()
    if latest is not None and (
        latest.size > covering if covering is not None else at - latest.made_at < FRESH
    ):
        return latest
    with transaction.atomic():
        if latest is None or covering is not None:
            lock_head()
        elif not _try_lock():
            return latest
        return _sign(at)


def take_cosignatures(*, size: int, lines: str, at: datetime) -> list[Cosignature]:
    """Store the signature lines of configured witnesses for the checkpoint of that size; those of others are ignored.

    Refuses `bad-note`, `no-checkpoint`, `unknown-witness` (none of them is configured), `bad-note-signature`.
    """
    if len(lines) > MAX_NOTE_BYTES or lines.count("\n") > MAX_LINES:
        raise refusal("bad-note", detail="too much of it")
    signatures = [parse_signature(line) for line in lines.splitlines()]
    checkpoint = Checkpoint.objects.filter(size=size).first()
    if checkpoint is None:
        raise refusal("no-checkpoint")
    text = checkpoint.note.rpartition("\n\n")[0] + "\n"
    known = [(key, one) for key in witness_keys() for one in signatures if key.fits(one)]
    if not known:
        raise refusal("unknown-witness")
    rows = []
    for key, signature in known:
        open_cosignature(text, signature, key)
        rows.append(Cosignature(checkpoint=checkpoint, witness=key.vkey(), line=signature.line(), at=at))
    return Cosignature.objects.bulk_create(rows, ignore_conflicts=True)


def _try_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [APPEND_LOCK])
        return bool(cursor.fetchone()[0])


def _sign(at: datetime) -> Checkpoint:
    """Under the lock: what is signed grows out of what was signed."""
    latest, size = latest_checkpoint(), ledger_size()
    if latest is not None and latest.size >= size:
        if latest.size > size:
            raise refusal("broken-ledger", detail=f"{latest.size} entries were signed, {size} are there")
        return latest
    root = ledger_root(size)
    if latest is not None:
        path = consistency_path(old=latest.size, new=size)
        if not check_consistency(latest.size, size, bytes(latest.root), root, path):
            raise refusal("broken-ledger", detail="it does not grow out of the last checkpoint")
    note = sign_checkpoint(Head(settings.LEDGER_ORIGIN, size, root), ledger_key(), ledger_private_key())
    return Checkpoint.objects.create(size=size, root=root, note=note.dump().decode(), made_at=at)
