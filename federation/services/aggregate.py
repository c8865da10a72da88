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
from django.db import transaction
from django.db.models import F

from federation import queue, states
from federation.models import Fold, Message, Round
from federation.protocol import ring
from federation.protocol.errors import refusal
from federation.protocol.sessions import ServerSession
from federation.protocol.steps import Step
from federation.services.rounds import abort
from federation.store import put_bytes, read_all, update_name, updates
from federation.terms import server_of

BATCH = 16
MAX_ATTEMPTS = 8
FOLDING = ("collecting", "unmasking", "aggregating")


def fold_and_finish(*, round_id: UUID, at: datetime) -> Round:
    """Adds everything that is there; finishes the sum when the round is at that point."""
    round_ = Round.objects.select_related("campaign").get(pk=round_id)
    while round_.state in FOLDING and fold_batch(round_id=round_id, at=at):
        pass
    round_.refresh_from_db()
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
        total = server.fold(total, _checked(message.storage_name, message.sha256))
    assert total is not None
    data = ring.to_bytes(total)
    sha256 = hashlib.sha256(data).hexdigest()
    name = put_bytes(updates(), update_name(round_id, sha256), data)
    fold = Fold.objects.create(
        round=round_, sha256=sha256, storage_name=name, count=len(messages), made_at=at
    )
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(fold=fold)
    return len(messages)


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
    data = _checked(update_name(round_.pk, round_.mean_sha256), round_.mean_sha256)
    return np.frombuffer(data, dtype="<f8").astype(np.float64)


def _complete(round_: Round, server: ServerSession) -> bool:
    """Whether exactly the survivors' messages are in the partial sums, each once."""
    rows = Message.objects.filter(participation__round=round_, step=Step.MASKED_INPUT.slug)
    added = set(rows.filter(fold__isnull=False, counts=True).values_list("sender", flat=True))
    if rows.filter(fold__isnull=False, counts=False).exists():
        raise refusal("list-differs", "A barred update is in a partial sum.")
    return added == set(server.survivors(round_.session))


def _partials(round_: Round) -> Iterator[ring.Ring]:
    for fold in Fold.objects.filter(round=round_).order_by("pk"):
        yield ring.from_bytes(_checked(fold.storage_name, fold.sha256))


def _checked(name: str, sha256: str) -> bytes:
    """The bytes under that name, once their hash is seen to be right."""
    data = read_all(updates(), name)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise refusal("blob-damaged", name)
    return data
