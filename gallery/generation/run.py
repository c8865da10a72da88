"""What a picture is made from, and its mark: weights of a version, facts for the credential, the marked files."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from PIL import Image as Picture

from consent import selectors as consent
from federation import selectors as federation
from federation.services.publish import drawn_tensors_of
from federation.terms import spec_of
from gallery.generation import picture_check, watermark
from gallery.generation import preview as encode
from gallery.generation.authority import Authority, load_authority
from gallery.generation.credentials import MadeWith, sign_picture
from gallery.generation.params import GenerationParams
from gallery.generation.pipeline import ModelSource
from gallery.selectors import prompt_goes_into_files
from gallery.services import finishing

if TYPE_CHECKING:
    from federation.models import AdapterVersion

TITLE = "Picture made with FedArt"


def credentials_folder() -> Path:
    """Where set-up keeps the picture-signing certificates."""
    return Path(settings.STATE_DIR) / "credentials"


def source_of(version: "AdapterVersion") -> ModelSource:
    """Where the weights of a version lie, through federation's doors."""
    spec = spec_of(version.campaign)
    return ModelSource(
        base_folder=federation.base_folder(version.campaign.base),
        spec=spec,
        adapter_hash=version.drawn_sha256,
        read_adapter=lambda: drawn_tensors_of(version, spec),
    )


def made_with(
    version: "AdapterVersion", params: GenerationParams, *, artist_id: int | None = None
) -> MadeWith:
    """What the credential says: hashes, strength and where the consent ledger stands now. The prompt only where this
    artist asked for it in her preferences."""
    size, root = consent.ledger_head()
    asked = artist_id is not None and prompt_goes_into_files(artist_id)
    return MadeWith(
        base_hash=version.campaign.base.hash.removeprefix("sha256:"),
        version_number=version.number,
        adapter_hash=version.drawn_sha256,
        strength=f"{params.strength:g}",
        ledger_size=size,
        ledger_root=root,
        ledger_origin=settings.LEDGER_ORIGIN,
        personal=bool(params.personal),
        prompt=params.prompt if asked else "",
    )


def mark(picture: Picture.Image, facts: MadeWith, *, seconds_since: float) -> finishing.FinishedPicture:
    """The picture and its thumbnails, with watermark first and credential second: nothing leaves the worker without.

    The picture check looks at what was drawn, before all. Watermark first, because whatever changes a pixel after
    signing breaks the signature.
    """
    authority: Authority = load_authority(credentials_folder())
    adult = picture_check.is_adult(picture)
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
        adult=adult,
        thumb_width=thumb_width,
        thumb_height=thumb_height,
        seconds=round(time.monotonic() - seconds_since, 3),
    )
