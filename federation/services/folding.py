"""Partial sums: updates are added in batches, masks are taken off in parts, by any number of workers at once.

Memory is one sum and one piece of a file for each worker. A batch is one transaction that locks its messages, a part
one transaction that locks its number: a worker that is killed leaves nothing locked, nothing added and nothing lost.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from federation.models import Fold, Message, Round
from federation.protocol import ring
from federation.protocol.errors import refusal
from federation.protocol.sessions import ServerSession
from federation.protocol.steps import Step
from federation.protocol.streaming import add_message
from federation.services.deliver import messages_of
from federation.services.intake import BATCH
from federation.spool import put_array
from federation.store import pieces, updates
from federation.terms import params_of


def waiting(round_id: UUID) -> int:
    """How many updates are in no partial sum yet."""
    return _unfolded(round_id).count()


def fold_batch(*, round_id: UUID, at: datetime, most: int = BATCH) -> int:
    """Adds up to `most` updates that are in no partial sum yet, and that no other worker is at. Counts them.

    Raises Refusal `blob-damaged` where storage gives back other bytes than came in.
    """
    with transaction.atomic():
        messages = list(_unfolded(round_id).select_for_update(of=("self",), skip_locked=True)[:most])
        if not messages:
            return 0
        round_ = Round.objects.get(pk=round_id)
        total = ring.zeros(params_of(round_).length)
        for message in messages:
            add_message(total, _checked_pieces(message))
        fold = _keep(round_, total, at, count=len(messages))
        Message.objects.filter(pk__in=[message.pk for message in messages]).update(fold=fold)
    return len(messages)


def _unfolded(round_id: UUID) -> QuerySet[Message]:
    return Message.objects.filter(
        participation__round_id=round_id, step=Step.MASKED_INPUT.slug, counts=True, fold=None
    ).order_by("pk")


def _checked_pieces(message: Message) -> Iterator[bytes]:
    """The stored message, hashed as it is read; a wrong hash is seen before the sum is used for anything."""
    digest = hashlib.sha256()
    with updates().open(message.storage_name) as stream:
        for piece in pieces(stream):
            digest.update(piece)
            yield piece
    if digest.hexdigest() != message.sha256:
        raise refusal("blob-damaged", message.storage_name)


def remove_part(*, round_: Round, server: ServerSession, part: int, at: datetime) -> bool:
    """Takes one part of the masks off; False where it is done, or another worker is at it. Each part counts once."""
    with transaction.atomic():
        if not _alone_at(round_.pk, part) or Fold.objects.filter(round=round_, removal=part).exists():
            return False
        removed = server.remove(round_.session, part, messages_of(round_, Step.UNMASK))
        _keep(round_, removed, at, count=0, removal=part)
    return True


def _alone_at(round_id: UUID, part: int) -> bool:
    """A lock on a number that ends with the transaction (PostgreSQL, advisory locks): parts have no rows yet."""
    with connection.cursor() as cursor:
        numbers = [int.from_bytes(round_id.bytes[:4], signed=True), part]
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", numbers)
        (taken,) = cursor.fetchone() or (False,)
    return bool(taken)


def _keep(round_: Round, total: ring.Ring, at: datetime, *, count: int, removal: int | None = None) -> Fold:
    name, sha256 = put_array(round_.pk, total.astype(ring.WIRE, copy=False))
    return Fold.objects.create(
        round=round_, sha256=sha256, storage_name=name, count=count, removal=removal, made_at=at
    )
