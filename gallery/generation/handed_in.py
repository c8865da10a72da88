"""Marking what an artist's own computer drew: the same watermark and credential as for every picture."""

import io
import time

from django.utils import timezone
from PIL import Image as Picture

from gallery import states
from gallery.errors import Refusal
from gallery.generation.params import GenerationParams
from gallery.generation.run import made_with, mark
from gallery.models import GenerationRequest
from gallery.services import drawing, finishing, working
from gallery.storages import private_images


def mark_drawn(*, request_id: int) -> None:
    """Mark and keep it, unless that is done or it is not wanted any more. The unmarked file goes in any case."""
    with working.sole_worker(request_id) as free:
        request = (
            GenerationRequest.objects.select_related("version__campaign__base").filter(pk=request_id).first()
        )
        if free and request is not None and request.place == GenerationRequest.COMPUTER:
            _mark(request)


def _mark(request: GenerationRequest) -> None:
    storage, name = private_images(), drawing.drawn_name(request)
    if request.state == states.RUNNING and storage.exists(name):
        with storage.open(name) as file:
            picture = Picture.open(io.BytesIO(file.read())).convert("RGB")
        params = GenerationParams.from_json(request.params)
        facts = made_with(request.version, params, artist_id=request.artist_id)
        taken = (timezone.now() - request.started_at).total_seconds() if request.started_at else 0.0
        marked = mark(picture, facts, seconds_since=time.monotonic() - taken)
        try:
            if request.cancel_asked:
                working.stop(request=request, preview=None, at=timezone.now())
            else:
                finishing.finish(request=request, picture=marked, at=timezone.now())
        except Refusal:
            pass  # cancelled in the very last moment
    if storage.exists(name):
        storage.delete(name)
