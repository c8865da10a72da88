"""Pictures that an artist's own computer draws, because only that can open her personal adapter.

The computer takes a request, tells its steps, and hands the finished picture in; a worker of the server then marks it
like any other. What was handed in is kept by a name that says which attempt it belongs to, until it is marked.
"""

import io
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image as Picture

from consent.selectors import is_paused, is_restricted
from gallery import queue, sizes, states
from gallery.errors import Refusal, listed
from gallery.limits import ATTEMPTS_MAX, DRAWN_MAX_BYTES, SILENT_FOR
from gallery.models import GenerationRequest
from gallery.services import notices, working
from gallery.storages import private_images

WENT_SILENT = "Your computer stopped twice while drawing this picture."


def take(*, artist_id: int, at: datetime) -> GenerationRequest | None:
    """The oldest request that waits for a computer of this artist, now being drawn; None where there is none, or
    nothing may be made for her now."""
    if is_paused(artist_id=artist_id, at=at) or is_restricted(artist_id=artist_id, at=at):
        return None
    rows = GenerationRequest.objects.filter(artist_id=artist_id, state=states.AWAITING)
    for row in rows.order_by("created_at", "pk"):
        try:
            states.move(
                row, to=states.RUNNING, at=at, attempts=row.attempts + 1, started_at=at, sent_at=at, step=0
            )
        except Refusal:  # another computer of hers was quicker, or it was cancelled
            continue
        notices.tell_running(row)
        return row
    return None


def tell(*, request: GenerationRequest, attempt: int, step: int, preview: bytes | None, at: datetime) -> bool:
    """Note how far it is; False when the computer should stop. Refuses `drawing-not-yours` for another attempt."""
    _same_attempt(request, attempt)
    if request.cancel_asked:
        working.stop(request=request, preview=preview, at=at)
        return False
    GenerationRequest.objects.filter(pk=request.pk).update(sent_at=at)
    return working.report_step(request=request, step=min(step, request.steps), preview=preview)


def hand_in(*, request: GenerationRequest, attempt: int, picture: bytes, at: datetime) -> None:
    """Take the finished picture; a worker marks it. Again is harmless. Refuses `drawing-not-yours`, `drawing-unfit`."""
    _same_attempt(request, attempt)
    _refuse_unfit(request, picture)
    storage, name = private_images(), drawn_name(request)
    with transaction.atomic():
        if not storage.exists(name):
            storage.save(name, ContentFile(picture))
        GenerationRequest.objects.filter(pk=request.pk).update(sent_at=at)
        queue.queue_mark(request.pk)


def drawn_name(request: GenerationRequest) -> str:
    """Where what was handed in lies in the storage "images" until it is marked."""
    return f"drawn/{request.handle.hex}-{request.attempts}.png"


def _same_attempt(request: GenerationRequest, attempt: int) -> None:
    mine = request.place == GenerationRequest.COMPUTER and request.state == states.RUNNING
    if not mine or request.attempts != attempt:
        raise listed("drawing-not-yours")


def _refuse_unfit(request: GenerationRequest, picture: bytes) -> None:
    if len(picture) > DRAWN_MAX_BYTES:
        raise listed("drawing-unfit")
    try:
        with Picture.open(io.BytesIO(picture), formats=["PNG"]) as opened:
            size: tuple[int, int] = opened.size
            fits = size == _wanted(request) or _wanted(request) is None
            if not fits or opened.width * opened.height > sizes.PIXELS_MAX:
                raise listed("drawing-unfit")
            opened.load()
    except (OSError, ValueError, SyntaxError, Picture.DecompressionBombError):
        raise listed("drawing-unfit") from None


def _wanted(request: GenerationRequest) -> tuple[int, int] | None:
    params: dict[str, Any] = request.params
    if params["width"]:
        return params["width"], params["height"]
    side = sizes.own_side(request.version.campaign.base)
    return (side, side) if side else None


def look_after(*, at: datetime) -> int:
    """Give back what a silent computer left, once; then fail it. How many were touched. Safe to repeat."""
    silent = GenerationRequest.objects.filter(
        state=states.RUNNING, place=GenerationRequest.COMPUTER, sent_at__lt=at - SILENT_FOR
    )
    touched = 0
    for row in silent.order_by("sent_at")[:100]:
        if private_images().exists(drawn_name(row)):
            GenerationRequest.objects.filter(pk=row.pk).update(sent_at=at)
            queue.queue_mark(row.pk)
        else:
            _give_back(row, at)
        touched += 1
    return touched


def _give_back(row: GenerationRequest, at: datetime) -> None:
    if row.cancel_asked:
        states.move(row, to=states.CANCELLED, reason="cancelled", at=at, ended_at=at)
    elif row.attempts >= ATTEMPTS_MAX:
        states.move(row, to=states.FAILED, reason=WENT_SILENT, at=at, ended_at=at)
    else:
        states.move(row, to=states.AWAITING, reason="your computer went silent; it may try once more", at=at)
    notices.tell_ended(row)
