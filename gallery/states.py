"""How a request moves: the table of allowed moves, and the one function that makes them."""

from datetime import datetime
from typing import Any

from django.db import transaction

from gallery.errors import Refusal
from gallery.models import GenerationRequest, RequestEvent

AWAITING, QUEUED, RUNNING = "awaiting", "queued", "running"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"

ALLOWED: dict[str, tuple[str, ...]] = {
    AWAITING: (RUNNING, CANCELLED, FAILED),  # for the artist's own computer
    QUEUED: (RUNNING, CANCELLED, FAILED),
    RUNNING: (
        DONE,
        FAILED,
        CANCELLED,
        QUEUED,
        AWAITING,
    ),  # back when its worker died, or its computer went silent
    DONE: (),
    FAILED: (),
    CANCELLED: (),
}
OPEN = (AWAITING, QUEUED, RUNNING)
ENDED = (DONE, FAILED, CANCELLED)


def move(
    row: GenerationRequest,
    *,
    to: str,
    reason: str = "",
    at: datetime,
    attempt: int | None = None,
    **also: Any,
) -> GenerationRequest:
    """Move `row` to another state if it still is where we think it is, and write the event.

    Compare-and-swap on the state, and on the attempt when given, so that a worker that was thought dead and
    comes back cannot finish what another one is doing. `also` are further columns set in the same statement.
    Refusal "request-moved-on" (409) when somebody was quicker, "request-move-unknown" when the table says no.
    """
    if to not in ALLOWED[row.state]:
        raise Refusal(
            code="request-move-unknown",
            why=f"A request that is {row.state} cannot become {to}.",
            fix="Look at the request again; it may have ended.",
            status=409,
        )
    with transaction.atomic():
        where = GenerationRequest.objects.filter(pk=row.pk, state=row.state)
        if attempt is not None:
            where = where.filter(attempts=attempt)
        if not where.update(state=to, reason=reason, **also):
            raise Refusal(
                code="request-moved-on",
                why="The request has moved on in the meantime.",
                fix="Look at it again.",
                status=409,
            )
        RequestEvent.objects.create(
            request_id=row.pk, from_state=row.state, to_state=to, reason=reason, at=at
        )
    row.refresh_from_db()
    return row
