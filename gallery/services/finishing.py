"""Storing a finished picture: files first, then the row and the end of the request in one transaction."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction

from gallery import states
from gallery.models import GenerationRequest, Image
from gallery.services import notices
from gallery.storages import private_images


@dataclass(frozen=True)
class FinishedPicture:
    """What the worker hands over: marked PNG, marked thumbnails, and their sizes in pixels."""

    png: bytes
    width: int
    height: int
    thumb: bytes
    thumb_width: int
    thumb_height: int
    seconds: float
    avif: Mapping[int, bytes] = field(default_factory=dict)
    """By the longer side in pixels."""


def finish(*, request: GenerationRequest, picture: FinishedPicture, at: datetime) -> Image:
    """Keep the picture and end the request; all or nothing. The files of a loser are removed again.

    Refusal "request-moved-on" when the request was cancelled or taken over meanwhile.
    """
    storage = private_images()
    folder = f"{request.handle.hex[:2]}/{request.handle.hex}-{request.attempts}"
    file = storage.save(f"{folder}.png", ContentFile(picture.png))
    thumb = storage.save(f"{folder}.webp", ContentFile(picture.thumb))
    small = {
        f"avif_{side}": storage.save(f"{folder}-{side}.avif", ContentFile(data))
        for side, data in picture.avif.items()
    }
    try:
        with transaction.atomic():
            image = Image.objects.create(
                artist_id=request.artist_id,
                request=request,
                version_id=request.version_id,
                params=request.params,
                file=file,
                thumb=thumb,
                **small,
                sha256=hashlib.sha256(picture.png).hexdigest(),
                width=picture.width,
                height=picture.height,
                thumb_width=picture.thumb_width,
                thumb_height=picture.thumb_height,
                created_at=at,
            )
            states.move(
                request,
                to=states.DONE,
                at=at,
                attempt=request.attempts,
                ended_at=at,
                step=request.steps,
                seconds=picture.seconds,
                preview=None,
            )
    except BaseException:
        for name in (file, thumb, *small.values()):
            storage.delete(name)
        raise
    notices.tell_ended(request)
    return image
