"""Storing a finished picture: files first, then the row and the end of the request in one transaction."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction

from gallery import states
from gallery.models import GenerationRequest, Image
from gallery.selectors import wants_adult
from gallery.services import notices
from gallery.storages import private_images

ADULT = (
    "The picture check calls this picture adult, and adult pictures are switched off in your preferences. It was not "
    "kept. The check errs now and then: another seed may do."
)


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
    adult: bool = False
    """What the picture check says."""


def finish(*, request: GenerationRequest, picture: FinishedPicture, at: datetime) -> Image | None:
    """Keep the picture and end the request; all or nothing. The files of a loser are removed again.

    None where the picture check calls it adult and its artist has not switched adult pictures on: then nothing is
    kept, not even the preview, and the request fails with that reason.
    Refusal "request-moved-on" when the request was cancelled or taken over meanwhile.
    """
    if picture.adult and not wants_adult(request.artist_id):
        _keep_nothing(request, at=at)
        return None
    files = _store(f"{request.handle.hex[:2]}/{request.handle.hex}-{request.attempts}", picture)
    try:
        with transaction.atomic():
            image = Image.objects.create(
                artist_id=request.artist_id,
                request=request,
                version_id=request.version_id,
                params=request.params,
                **files,
                adult=picture.adult,
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
        for name in files.values():
            private_images().delete(name)
        raise
    notices.tell_ended(request)
    return image


def _store(folder: str, picture: FinishedPicture) -> dict[str, str]:
    """Keep the files; their names by the columns of Image."""
    storage = private_images()
    found = {
        "file": storage.save(f"{folder}.png", ContentFile(picture.png)),
        "thumb": storage.save(f"{folder}.webp", ContentFile(picture.thumb)),
    }
    for side, data in picture.avif.items():
        found[f"avif_{side}"] = storage.save(f"{folder}-{side}.avif", ContentFile(data))
    return found


def _keep_nothing(request: GenerationRequest, *, at: datetime) -> None:
    states.move(
        request,
        to=states.FAILED,
        reason=ADULT,
        at=at,
        attempt=request.attempts,
        ended_at=at,
        preview=None,
    )
    notices.tell_ended(request)
