"""The works that an artist's devices have in their folders now, as they say."""

from consent.models import Works

MAX_FOLDERS = 20


def works_rows(*, artist_id: int) -> list[Works]:
    """The newest row of each device, at most twenty devices, in a fixed order."""
    newest = (
        Works.objects.filter(artist_id=artist_id).order_by("device", "-reported_at", "-id").distinct("device")
    )
    return list(newest[:MAX_FOLDERS])


def works_of(*, artist_id: int) -> list[dict[str, str | int]]:
    """As they go into a statement: `[{"commitment": "sha256:…", "count": 42}]`, without the devices' names."""
    rows = {row.commitment: row.count for row in works_rows(artist_id=artist_id)}
    return [{"commitment": commitment, "count": count} for commitment, count in sorted(rows.items())]
