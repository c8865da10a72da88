"""Whether a legal hold keeps a person's data from being erased."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from consent.errors import refusal
from consent.models import LegalHold

# A hold that was asked for blocks at once, so that nothing is erased while the second person thinks; but one
# person alone cannot keep it up.
DECIDE_WITHIN = timedelta(hours=72)
State = LegalHold.State


def holding(at: datetime) -> Q:
    """The condition of a hold that blocks at `at`."""
    stands = Q(state__in=(State.STANDS, State.LIFT_ASKED))
    return stands | Q(state=State.ASKED, asked_at__gt=at - DECIDE_WITHIN)


def held_artists(at: datetime, artist_ids: Iterable[int] | None = None) -> set[int]:
    """The accounts under a hold at `at`; of `artist_ids` only, where given."""
    found = LegalHold.objects.filter(holding(at)).exclude(artist=None)
    if artist_ids is not None:
        found = found.filter(artist__in=list(artist_ids))
    return set(found.values_list("artist_id", flat=True))


def refuse_while_held(*, artist_id: int | None, at: datetime) -> None:
    """Refuses `legal-hold` while one blocks."""
    if artist_id is not None and held_artists(at, [artist_id]):
        raise refusal("legal-hold")
