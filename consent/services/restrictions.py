"""Stop processing a person's data (Art. 18), and go on with it."""

from datetime import datetime

from consent.models import Restriction, SubjectRequest


def restrict(*, artist_id: int, request: SubjectRequest | None, at: datetime) -> Restriction:
    """From now on every gate says no to this person's data; nothing is deleted. Idempotent."""
    row, _made = Restriction.objects.get_or_create(
        artist_id=artist_id, until=None, defaults={"since": at, "request": request}
    )
    return row


def lift_restriction(*, artist_id: int, at: datetime) -> bool:
    """Processing may go on as far as there is consent; whether anything was restricted. Idempotent."""
    return bool(Restriction.objects.filter(artist_id=artist_id, until=None).update(until=at))
