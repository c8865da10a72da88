"""Looking after requests that nobody looks after: their worker died, or their message was lost."""

from datetime import datetime

from gallery import queue, states
from gallery.limits import RESEND_AFTER
from gallery.models import GenerationRequest
from gallery.services import drawing, working


def sweep(*, at: datetime) -> int:
    """Put back what a dead worker left, send again what was lost; how many were touched. Safe to repeat."""
    touched = 0
    for request in GenerationRequest.objects.filter(
        state=states.RUNNING, place=GenerationRequest.SERVER
    ).order_by("created_at")[:100]:
        with working.sole_worker(request.pk) as free:
            if not free:
                continue
            request.refresh_from_db()
            if request.state != states.RUNNING:
                continue
            working.put_back(request=request, at=at)
        if request.state == states.QUEUED:
            queue.queue_image(request.pk)
        touched += 1
    lost = GenerationRequest.objects.filter(state=states.QUEUED, sent_at__lt=at - RESEND_AFTER)
    for request in lost.order_by("created_at")[:100]:
        if GenerationRequest.objects.filter(pk=request.pk, state=states.QUEUED).update(sent_at=at):
            queue.queue_image(request.pk)
            touched += 1
    return touched + drawing.look_after(at=at)
