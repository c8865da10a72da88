"""The sum: when every update is in a partial sum and every mask is off, they become one, and the mean is written down.

Nothing is counted twice or lost: the last step compares what was added, and what was taken off, with what the protocol
says there must be, before it makes a mean of it.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import transaction

from federation import queue, states
from federation.models import Fold, Message, Round
from federation.protocol import ring
from federation.protocol.errors import Refusal, refusal
from federation.protocol.sessions import ServerSession
from federation.protocol.steps import Step
from federation.services import folding
from federation.services.intake import BATCH
from federation.services.rounds import abort
from federation.spool import put_array
from federation.store import read_checked, update_name, updates
from federation.terms import server_of

MAX_ATTEMPTS = 8
FOLDING = ("collecting", "confirming", "unmasking", "aggregating")
MOST_AT_ONCE = 16
"""Tasks that are woken for one sum; each takes what is left until nothing is."""


def fold_and_finish(*, round_id: UUID, at: datetime) -> Round:
    """Adds what is there, in whole batches while updates still come in; finishes the sum when it is time."""
    round_ = Round.objects.select_related("campaign").get(pk=round_id)
    if round_.state not in FOLDING:
        return round_
    early = round_.state == "collecting"
    while not early or folding.waiting(round_id) >= BATCH:
        if not folding.fold_batch(round_id=round_id, at=at):
            break
    round_.refresh_from_db()
    if round_.state != "aggregating":
        return round_
    try:
        _remove_masks(round_, at)
        return finish(round_id=round_id, at=at)
    except Refusal as refused:
        if refused.code == "blob-damaged":
            raise  # the operator may restore the file
        return _give_up(round_id, refused, at)


def _remove_masks(round_: Round, at: datetime) -> None:
    server = server_of(round_)
    for part in range(server.removal_parts(round_.session)):
        folding.remove_part(round_=round_, server=server, part=part, at=at)


def _give_up(round_id: UUID, refused: Refusal, at: datetime) -> Round:
    """The answers do not open the sum, or it is no sum: trying again would give the same."""
    with transaction.atomic():
        round_ = Round.objects.select_for_update(no_key=True).get(pk=round_id)
        if round_.state != "aggregating":
            return round_
        return abort(round_=round_, reason="sum-refused", at=at, data={"code": refused.code})


def finish(*, round_id: UUID, at: datetime) -> Round:
    """All partial sums to one, the mean of the survivors to storage, the round to "publishing".

    Raises Refusal `sum-out-of-range` and others where the scheme finds the sum wrong.
    """
    if not _begin(round_id, at):
        return Round.objects.get(pk=round_id)
    with transaction.atomic():
        round_ = _locked(round_id)
        if round_.state != "aggregating":
            return round_
        server = server_of(round_)
        total = server.combine(_partials(round_))
        _, sha256 = put_array(round_id, server.finish(round_.session, total).astype("<f8", copy=False))
        states.move(
            round_, to="publishing", at=at, mean_sha256=sha256, attempts=0, nudged_at=at, stage_began_at=at
        )
        queue.publish(round_.pk)
    return round_


@transaction.atomic
def _begin(round_id: UUID, at: datetime) -> bool:
    """Whether the sum can be finished; counts the attempt first, so that work which kills its worker ends."""
    round_ = _locked(round_id)
    if round_.state != "aggregating" or not _complete(round_, server_of(round_)):
        return False  # another worker holds the rest; whoever adds the last of it comes here again
    if round_.attempts >= MAX_ATTEMPTS:
        abort(round_=round_, reason="server-failed", at=at)
        return False
    round_.attempts += 1
    round_.save(update_fields=["attempts"])
    return True


def _locked(round_id: UUID) -> Round:
    rows = Round.objects.select_for_update(of=("self",), no_key=True).select_related("campaign")
    return rows.get(pk=round_id)


def mean_of(round_: Round) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The mean update that `finish` wrote down."""
    data = read_checked(updates(), update_name(round_.pk, round_.mean_sha256), round_.mean_sha256)
    return np.frombuffer(data, dtype="<f8").astype(np.float64, copy=False)


def _complete(round_: Round, server: ServerSession) -> bool:
    """Whether exactly the survivors' messages are in the partial sums, each once, and all masks were taken off."""
    rows = Message.objects.filter(participation__round=round_, step=Step.MASKED_INPUT.slug)
    added = list(rows.filter(fold__isnull=False).values_list("sender", "counts"))
    if not all(counts for _, counts in added):
        raise refusal("list-differs", "A barred update is in a partial sum.")
    removed = set(Fold.objects.filter(round=round_, removal__isnull=False).values_list("removal", flat=True))
    if removed != set(range(server.removal_parts(round_.session))):
        return False
    return {sender for sender, _ in added} == set(server.survivors(round_.session))


def _partials(round_: Round) -> Iterator[ring.Ring]:
    for fold in Fold.objects.filter(round=round_).order_by("pk"):
        yield ring.from_bytes(read_checked(updates(), fold.storage_name, fold.sha256))


def wake(round_: Round) -> int:
    """Puts as many tasks into the queue as there is work for at once. Counts them."""
    parts = server_of(round_).removal_parts(round_.session)
    batches = -(-folding.waiting(round_.pk) // BATCH)
    many = min(MOST_AT_ONCE, max(1, parts + batches))
    for _ in range(many):
        queue.fold(round_.pk)
    return many
