"""Whose data may only be stored at the moment (GDPR Art. 18): every gate asks here."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from consent.models import Restriction


def in_force(at: datetime) -> Q:
    """The condition of a restriction in force at `at`."""
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def restricted_at(at: datetime) -> Exists:
    """For querysets of rows with a column `artist`: those whose artist is restricted at `at`."""
    return Exists(Restriction.objects.filter(in_force(at), artist=OuterRef("artist")))


def is_restricted(*, artist_id: int, at: datetime) -> bool:
    """Whether this artist's data may only be stored at `at`."""
    return Restriction.objects.filter(in_force(at), artist_id=artist_id).exists()
