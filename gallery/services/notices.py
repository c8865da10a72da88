"""Telling the owner's open tabs what happened. News only: the row is the truth, losing news loses nothing."""

import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.utils import timezone

from gallery import events, selectors, states, waiting
from gallery.models import GenerationRequest

logger = logging.getLogger(__name__)
PLACES_MAX = 50
"""How many waiting requests hear about their new place when the queue moves."""


def _send(artist_id: int, payload: dict[str, Any]) -> None:
    """Send to the owner's group; a broken Valkey must not fail a picture."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(
            events.group_of(artist_id), {"type": "studio.news", "payload": payload}
        )
    except Exception as error:  # any transport error: the page catches up when it reconnects
        logger.warning("studio news could not be sent: %s", repr(error))


def _tell(request: GenerationRequest) -> None:
    _send(request.artist_id, selectors.news_of(request, at=timezone.now()))


def tell_queued(request: GenerationRequest) -> None:
    """It waits, at this place."""
    _tell(request)


def tell_queued_on_commit(request: GenerationRequest) -> None:
    """As tell_queued, once the row is really there."""
    transaction.on_commit(lambda: _tell(request))


def tell_running(request: GenerationRequest, *, preview: bytes | None = None) -> None:
    """It is at this step; with the preview only when there is a new one."""
    left = selectors.seconds_left(request, at=timezone.now())
    payload = events.Running(str(request.handle), request.step, request.steps, left, events.as_text(preview))
    _send(request.artist_id, payload.to_json())


def tell_ended(request: GenerationRequest) -> None:
    """It ended: done, failed or cancelled."""
    _tell(request)


def tell_ended_on_commit(request: GenerationRequest) -> None:
    """As tell_ended, once committed."""
    transaction.on_commit(lambda: _tell(request))


def tell_places() -> None:
    """The queue moved: everybody who waits hears her own place, and only her own."""
    at = timezone.now()
    order = [row.key for row in waiting.in_order(at=at)[:PLACES_MAX]]
    pace = selectors.seconds_per_picture()
    rows = GenerationRequest.objects.in_bulk(order)
    running = GenerationRequest.objects.filter(state=states.RUNNING, place=GenerationRequest.SERVER).count()
    for number, request in enumerate((rows[key] for key in order if key in rows), start=1):
        place = running + number
        seconds = round(place * pace) if pace else None
        _send(request.artist_id, events.Queued(str(request.handle), place, seconds).to_json())
