"""The sum: uploads are added in batches to partial sums, the partial sums to one, the mean is written down.

Memory is O(d) whatever the cohort. A batch is one transaction that locks its messages, so any number of workers may
add at once; one that is killed leaves its messages unlocked and not added. Nothing is counted twice or lost: the last
step compares what was added with the survivors that the protocol knows.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import F

from federation import queue, states
from federation.models import Fold, Message, Round
from federation.protocol import ring
from federation.protocol.errors import refusal
from federation.protocol.sessions import ServerSession
from federation.protocol.steps import Step
from federation.services.deliver import messages_of
from federation.services.rounds import abort
from federation.store import put_bytes, read_checked, update_name, updates
from federation.terms import server_of

BATCH = 16
MAX_ATTEMPTS = 8
FOLDING = ("collecting", "confirming", "unmasking", "aggregating")


def fold_and_finish(*, round_id: UUID, at: datetime) -> Round:
    """Adds everything that is there; finishes the sum when the round is at that point."""
    round_ = Round.objects.select_related("campaign").get(pk=round_id)
    while round_.state in FOLDING and fold_batch(round_id=round_id, at=at):
        pass
    round_.refresh_from_db()
    if round_.state == "aggregating":
        remove_masks(round_=round_, at=at)
    return finish(round_id=round_id, at=at) if round_.state == "aggregating" else round_


@transaction.atomic
def fold_batch(*, round_id: UUID, at: datetime) -> int:
    """Adds up to BATCH messages that are in no partial sum yet. Returns how many it added."""
    round_ = Round.objects.get(pk=round_id)
    messages = list(
        Message.objects.select_for_update(of=("self",), skip_locked=True).filter(
            participation__round=round_, step=Step.MASKED_INPUT.slug, counts=True, fold=None
        )[:BATCH]
    )
    if not messages:
        return 0
    server, total = server_of(round_), None
    for message in messages:
        total = server.fold(total, read_checked(updates(), message.storage_name, message.sha256))
    assert total is not None
    fold = _keep(round_, total, at, count=len(messages))
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(fold=fold)
    return len(messages)


def remove_masks(*, round_: Round, at: datetime) -> int:
    """Takes the masks off, part by part; several workers may try at once, each part counts once. Counts its own."""
    server, made = server_of(round_), 0
    for part in range(server.removal_parts(round_.session)):
        if Fold.objects.filter(round=round_, removal=part).exists():
            continue
        removed = server.remove(round_.session, part, messages_of(round_, Step.UNMASK))
        try:
            with transaction.atomic():
                _keep(round_, removed, at, count=0, removal=part)
        except IntegrityError:  # another worker was faster
            continue
        made += 1
    return made


def _keep(round_: Round, total: ring.Ring, at: datetime, *, count: int, removal: int | None = None) -> Fold:
    data = ring.to_bytes(total)
    sha256 = hashlib.sha256(data).hexdigest()
    name = put_bytes(updates(), update_name(round_.pk, sha256), data)
    return Fold.objects.create(
        round=round_, sha256=sha256, storage_name=name, count=count, removal=removal, made_at=at
    )


def finish(*, round_id: UUID, at: datetime) -> Round:
    """All partial sums to one, the mean of the survivors to storage, the round to "publishing"."""
    Round.objects.filter(pk=round_id).update(attempts=F("attempts") + 1)
    with transaction.atomic():
        round_ = Round.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=round_id)
        if round_.state != "aggregating":
            return round_
        if round_.attempts > MAX_ATTEMPTS:
            return abort(round_=round_, reason="server-failed", at=at)
        server = server_of(round_)
        if not _complete(round_, server):
            return round_  # another worker holds the rest; whoever adds the last batch comes here again
        total = server.combine(_partials(round_))
        mean = server.finish(round_.session, total).astype("<f8").tobytes()
        sha256 = hashlib.sha256(mean).hexdigest()
        put_bytes(updates(), update_name(round_id, sha256), mean)
        states.move(
            round_, to="publishing", at=at, mean_sha256=sha256, attempts=0, nudged_at=at, stage_began_at=at
        )
        queue.publish(round_.pk)
    return round_


def mean_of(round_: Round) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The mean update that `finish` wrote down."""
    data = read_checked(updates(), update_name(round_.pk, round_.mean_sha256), round_.mean_sha256)
    return np.frombuffer(data, dtype="<f8").astype(np.float64)


def _complete(round_: Round, server: ServerSession) -> bool:
    """Whether exactly the survivors' messages are in the partial sums, each once, and all masks were taken off."""
    rows = Message.objects.filter(participation__round=round_, step=Step.MASKED_INPUT.slug)
    added = set(rows.filter(fold__isnull=False, counts=True).values_list("sender", flat=True))
    if rows.filter(fold__isnull=False, counts=False).exists():
        raise refusal("list-differs", "A barred update is in a partial sum.")
    removed = Fold.objects.filter(round=round_, removal__isnull=False).count()
    if removed != server.removal_parts(round_.session):
        return False
    return added == set(server.survivors(round_.session))


def _partials(round_: Round) -> Iterator[ring.Ring]:
    for fold in Fold.objects.filter(round=round_).order_by("pk"):
        yield ring.from_bytes(read_checked(updates(), fold.storage_name, fold.sha256))
