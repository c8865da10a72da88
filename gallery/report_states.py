"""How a report moves: the table of allowed moves, and the one function that makes them."""

from datetime import datetime
from typing import Any

from django.db import transaction

from gallery.errors import listed
from gallery.models import Report, ReportEvent

OPEN, KEPT, REMOVED, APPEALED = "open", "kept", "removed", "appealed"
KEPT_FINAL, REMOVED_FINAL = "kept-final", "removed-final"

ALLOWED: dict[str, tuple[str, ...]] = {
    OPEN: (KEPT, REMOVED),
    KEPT: (APPEALED,),
    REMOVED: (APPEALED,),
    APPEALED: (KEPT_FINAL, REMOVED_FINAL),
    KEPT_FINAL: (),
    REMOVED_FINAL: (),
}
WAITING = (OPEN, APPEALED)
STAYS = (KEPT, KEPT_FINAL)
GONE = (REMOVED, REMOVED_FINAL)


def move(row: Report, *, to: str, reason: str = "", at: datetime, **also: Any) -> Report:
    """Move `row` if it still is where we think it is, and write the event; `also` are columns set with it.

    Refusal "report-moved-on" (409) when somebody was quicker or the table says no.
    """
    if to not in ALLOWED[row.state]:
        raise listed("report-moved-on")
    changes = also | ({"reason": reason} if reason else {})
    with transaction.atomic():
        if not Report.objects.filter(pk=row.pk, state=row.state).update(state=to, **changes):
            raise listed("report-moved-on")
        ReportEvent.objects.create(report_id=row.pk, from_state=row.state, to_state=to, reason=reason, at=at)
    row.refresh_from_db()
    return row
