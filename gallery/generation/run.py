"""One request from the queue to the marked picture: what the worker runs for "generate.image"."""

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone
from PIL import Image as Picture

from consent import selectors as consent
from federation import selectors as federation
from federation.services.publish import tensors_of
from federation.terms import spec_of
from gallery.errors import Refusal
from gallery.generation import preview as encode
from gallery.generation import watermark
from gallery.generation.authority import Authority, load_authority
from gallery.generation.credentials import MadeWith, sign_picture
from gallery.generation.params import GenerationParams
from gallery.generation.pipeline import ModelSource, draw
from gallery.models import GenerationRequest
from gallery.services import finishing, working

if TYPE_CHECKING:
    from federation.models import AdapterVersion

logger = logging.getLogger(__name__)
TITLE = "Picture made with FedArt"
TOO_LONG = "The picture took longer than a worker may spend on one. Try fewer steps."


def credentials_folder() -> Path:
    """Where set-up keeps the picture-signing certificates."""
    return Path(settings.STATE_DIR) / "credentials"


def make_image(*, request_id: int) -> None:
    """Make the picture of this request unless that is done, under way elsewhere, or not wanted any more."""
    with working.sole_worker(request_id) as free:
        if not free:
            return
        request = working.begin(request_id=request_id, at=timezone.now())
        if request is not None:
            _make(request)


def _make(request: GenerationRequest) -> None:
    from diffusion.sample import Cancelled

    try:
        picture = _draw_and_mark(request)
        finishing.finish(request=request, picture=picture, at=timezone.now())
    except Cancelled as cancelled:
        last = encode.preview_png(cancelled.preview) if cancelled.preview is not None else None
        _end_stopped(request, last)
    except Refusal as refusal:
        # Cancelled or taken over in the very last moment: the row says how it ended.
        logger.info("request %s not finished: %s", request.pk, refusal.code)
        _end_stopped(request, None)
    except SoftTimeLimitExceeded:
        working.give_up(request=request, reason=TOO_LONG, at=timezone.now())
    except Exception as error:
        logger.exception("request %s failed", request.pk)
        reason = (
            f"Something went wrong while drawing ({type(error).__name__}). Try again, or try another version."
        )
        working.give_up(request=request, reason=reason, at=timezone.now())


def _end_stopped(request: GenerationRequest, last: bytes | None) -> None:
    try:
        working.stop(request=request, preview=last, at=timezone.now())
    except Refusal:
        return  # it had ended already, or somebody else is at it


def _draw_and_mark(request: GenerationRequest) -> finishing.FinishedPicture:
    from diffusion.sample import Cancelled

    began = time.monotonic()
    params = GenerationParams.from_json(request.params)
    stopped = False

    def on_step(step: int, steps: int, preview: Picture.Image | None) -> None:
        nonlocal stopped
        small = encode.preview_png(preview) if preview is not None else None
        stopped = stopped or not working.report_step(request=request, step=step, preview=small)

    picture = draw(source_of(request.version), params, on_step=on_step, should_stop=lambda: stopped)
    if stopped:  # said so during the last step
        raise Cancelled(picture)
    return mark(picture, made_with(request.version, params), seconds_since=began)


def source_of(version: "AdapterVersion") -> ModelSource:
    """Where the weights of a version lie, through federation's doors."""
    spec = spec_of(version.campaign)
    return ModelSource(
        base_folder=federation.base_folder(version.campaign.base),
        spec=spec,
        adapter_hash=version.sha256,
        read_adapter=lambda: tensors_of(version, spec),
    )


def made_with(version: "AdapterVersion", params: GenerationParams) -> MadeWith:
    """What the credential says: hashes, strength and where the consent ledger stands now."""
    size, root = consent.ledger_head()
    return MadeWith(
        base_hash=version.campaign.base.hash.removeprefix("sha256:"),
        version_number=version.number,
        adapter_hash=version.sha256,
        strength=f"{params.strength:g}",
        ledger_size=size,
        ledger_root=root,
        ledger_origin=settings.LEDGER_ORIGIN,
        personal=bool(getattr(params, "personal", "")),
    )


def mark(picture: Picture.Image, facts: MadeWith, *, seconds_since: float) -> finishing.FinishedPicture:
    """The picture and its thumbnails, with watermark first and credential second: nothing leaves the worker without.

    This order, because whatever changes a pixel after signing breaks the signature.
    """
    authority: Authority = load_authority(credentials_folder())
    picture = watermark.mark(picture)
    thumb, thumb_width, thumb_height = encode.thumbnail(picture)

    def signed(data: bytes, mime: str) -> bytes:
        return sign_picture(data, facts, authority=authority, title=TITLE, mime=mime)

    small = {side: signed(data, "image/avif") for side, data in encode.avif_thumbnails(picture).items()}
    return finishing.FinishedPicture(
        png=signed(encode.png_of(picture), "image/png"),
        width=picture.width,
        height=picture.height,
        thumb=signed(thumb, "image/webp"),
        avif=small,
        thumb_width=thumb_width,
        thumb_height=thumb_height,
        seconds=round(time.monotonic() - seconds_since, 3),
    )
