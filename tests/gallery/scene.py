"""What the gallery's tests are set in: a campaign with versions, and pictures in the store."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image as Picture

from federation.adapters.spec import AdapterSpec
from federation.models import AdapterVersion, Base, Campaign
from gallery.generation.params import GenerationParams
from gallery.models import Artist, Image
from gallery.storages import private_images

# Tomorrow's: after what an artist of these tests signs now, and before that expires.
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)


def params(**changes: Any) -> GenerationParams:
    """A record like any other."""
    return GenerationParams(**{"prompt": "red apple", "seed": 7, "version": 1, **changes})


def as_(artist: Artist) -> Client:
    """A browser in which this artist is signed in."""
    client = Client()
    client.force_login(artist)
    return client


PAPER = AdapterSpec(
    base="sha256:" + "a" * 64,
    rank=1,
    alpha=1,
    targets=("to_q",),
    seed=1,
    tensors=(("unet.to_q.lora_B.weight", (4, 1)),),
)


def paper_versions() -> list[AdapterVersion]:
    """A running campaign with the versions 0 and 1; no weights behind them."""
    base = Base.objects.create(
        hash="sha256:" + "a" * 64,
        name="Paper base",
        spec=PAPER.to_json(),
        spec_hash=PAPER.hash(),
        files=[],
        registered_at=NOON,
    )
    campaign = Campaign.objects.create(
        name="First light", base=base, state="running", created_at=NOON, started_at=NOON
    )
    return [
        AdapterVersion.objects.create(
            campaign=campaign,
            number=number,
            sha256=str(number) * 64,
            size=1,
            card={"cohort_size": 5 * number},
            created_at=NOON,
        )
        for number in (0, 1)
    ]


def png(side: int = 16, shade: int = 120) -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Picture.new("RGB", (side, side), (shade, 60, 200)).save(out, "PNG")
    return out.getvalue()


def hang(
    artist: Artist, version: AdapterVersion, *, published: bool = False, at: datetime = NOON, **changes: Any
) -> Image:
    """Put a picture of an artist into the store; published when told to."""
    storage = private_images()
    values: dict[str, Any] = {
        "artist": artist,
        "version": version,
        "params": params().to_json(),
        "file": storage.save("x/one.png", ContentFile(png())),
        "thumb": storage.save("x/one.webp", ContentFile(b"webp")),
        "sha256": "c" * 64,
        "width": 16,
        "height": 16,
        "thumb_width": 16,
        "thumb_height": 16,
        "created_at": at,
        "published_at": at if published else None,
    }
    return Image.objects.create(**{**values, **changes})
