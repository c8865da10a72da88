"""How much one artist may ask for at a time, and when she may come back."""

import math
from datetime import datetime

from gallery import selectors, states
from gallery.errors import Refusal
from gallery.limits import HOUR, HOURLY_MAX, WAITING_MAX
from gallery.models import Artist, GenerationRequest


def refuse_too_much(*, artist: Artist, more: int, at: datetime) -> None:
    """Refusal "too-many-waiting" or "hourly-limit" (429) when `more` pictures go beyond the artist's share.

    Call it with the artist's row locked.
    """
    mine = GenerationRequest.objects.filter(artist=artist)
    waiting = mine.filter(state__in=states.OPEN).count()
    if waiting + more > WAITING_MAX:
        raise Refusal(
            code="too-many-waiting",
            why=f"You have {waiting} pictures in the making; one artist may have {WAITING_MAX} at a time.",
            fix=f"Come back when one is finished{_when()}, or cancel one.",
            status=429,
        )
    lately = list(
        mine.filter(created_at__gt=at - HOUR)
        .order_by("-created_at")
        .values_list("created_at", flat=True)[:HOURLY_MAX]
    )
    over = len(lately) + more - HOURLY_MAX
    if over > 0:
        free_at = (lately[-over] + HOUR).strftime("%H:%M")
        raise Refusal(
            code="hourly-limit",
            why=f"{HOURLY_MAX} pictures within an hour is the limit; you have asked for {len(lately)}.",
            fix=f"Come back at {free_at} UTC.",
            status=429,
        )


def _when() -> str:
    pace = selectors.seconds_per_picture()
    return f", in about {max(1, math.ceil(pace))} s" if pace else ""
