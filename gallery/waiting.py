"""The queue as it stands: who is next, at which place a request is, and what could be drawn together."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum

from gallery import states
from gallery.fairness import LATELY, Waiting, fair_order
from gallery.models import GenerationRequest

LOOKED_AT = 200
"""Requests that are weighed against each other, the oldest: a longer queue only makes the rest wait its turn."""


def in_order(*, at: datetime) -> Sequence[Waiting]:
    """What waits for a worker, next first."""
    rows = (
        GenerationRequest.objects.filter(state=states.QUEUED)
        .order_by("created_at", "pk")
        .values_list("pk", "artist_id", "work", "created_at", "kind")[:LOOKED_AT]
    )
    lately = GenerationRequest.objects.filter(started_at__gt=at - LATELY, place=GenerationRequest.SERVER)
    had = dict(lately.values_list("artist_id").annotate(work=Sum("work")).values_list("artist_id", "work"))
    return list(fair_order([Waiting(*row) for row in rows], had, at=at))


def place_of(request: GenerationRequest, *, at: datetime) -> int:
    """1 for the next one to be made; those that are being made count. Says how many are before, never whose."""
    running = GenerationRequest.objects.filter(state=states.RUNNING, place=GenerationRequest.SERVER).count()
    keys = [row.key for row in in_order(at=at)]
    before = keys.index(request.pk) if request.pk in keys else len(keys)
    return running + before + 1
