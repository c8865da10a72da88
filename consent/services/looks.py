"""Write down that staff looked at an artist's records."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from consent.models import AccessLog


def record_looks(
    *,
    artist_ids: Iterable[int],
    viewer_id: int,
    role: str,
    what: str,
    reason: str,
    at: datetime,
    export_id: UUID | None = None,
) -> int:
    """One row per artist looked at; returns how many. The artists see role, time and reason on their own page.

    `export_id` names the file she is in, so that an erasure finds and removes it."""
    rows = [
        AccessLog(
            artist_id=artist_id,
            viewer_id=viewer_id,
            role=role,
            what=what,
            reason=reason,
            at=at,
            export_id=export_id,
        )
        for artist_id in sorted(set(artist_ids))
    ]
    AccessLog.objects.bulk_create(rows, batch_size=1000)
    return len(rows)
