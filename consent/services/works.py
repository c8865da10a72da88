"""Note what a device says of its connected folder: how many works, and a commitment that gives none of them away."""

import re
from datetime import datetime
from uuid import UUID

from consent.errors import refusal
from consent.models import Works

COMMITMENT = re.compile(r"sha256:[0-9a-f]{64}")
MAX_WORKS = 1_000_000


def report_works(
    *, artist_id: int, device: UUID, device_name: str, commitment: str, count: int, at: datetime
) -> tuple[Works, bool]:
    """(the device's newest row, made now?). The same again writes nothing. Refuses `wrong-shape`."""
    if not COMMITMENT.fullmatch(commitment) or not 0 < count <= MAX_WORKS:
        raise refusal("wrong-shape", detail="works")
    last = Works.objects.filter(artist_id=artist_id, device=device).order_by("-reported_at", "-id").first()
    if last is not None and (last.commitment, last.count) == (commitment, count):
        return last, False
    made = Works.objects.create(
        artist_id=artist_id,
        device=device,
        device_name=device_name[:80],
        commitment=commitment,
        count=count,
        reported_at=at,
    )
    return made, True


def forget_works(*, device: UUID) -> int:
    """The device is gone: its folder goes into no further draft. Returns the number of rows removed."""
    return Works.objects.filter(device=device).delete()[0]
