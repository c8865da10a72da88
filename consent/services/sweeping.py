"""Look after the desk's work that nobody looks after: its worker died, or its message was lost."""

from datetime import datetime, timedelta

from consent.models import ConsentExport, PersonalCopy, SubjectRequest
from consent.queue import queue_copy, queue_erasure, queue_export
from consent.selectors.holds import held_artists

RESEND_AFTER = timedelta(minutes=2)


def sweep_desk(*, at: datetime) -> int:
    """Send again what has waited too long; how many. Harmless to repeat: one worker at a time has a piece of work
    (consent.services.sole), and a finished one is left alone."""
    before = at - RESEND_AFTER
    exports = ConsentExport.objects.filter(state__in=("queued", "running"), asked_at__lt=before)
    copies = PersonalCopy.objects.filter(state__in=("queued", "running"), asked_at__lt=before)
    erasures = SubjectRequest.objects.filter(state="executing", kind="erasure")
    erasures = erasures.exclude(artist__in=held_artists(at))  # a hold came in between: they wait for it
    exports_ids, copy_ids = (
        list(exports.values_list("pk", flat=True)),
        list(copies.values_list("pk", flat=True)),
    )
    erasure_ids = list(erasures.values_list("pk", flat=True))
    for export_id in exports_ids:
        queue_export(export_id)
    for copy_id in copy_ids:
        queue_copy(copy_id)
    for request_id in erasure_ids:
        queue_erasure(request_id)
    return len(exports_ids) + len(copy_ids) + len(erasure_ids)
