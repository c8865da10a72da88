"""The moderators' room: reports by due time, the pictures in question, decisions."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consent.staff import staff_required
from gallery import reported
from gallery.errors import Refusal
from gallery.models import Report
from gallery.models.artist import MODERATOR
from gallery.report_rules import REASONS
from gallery.services import moderating
from gallery.views.common import do_not_train, me, say
from gallery.views.files import send_file

QUEUE_PAGE, DECIDED_SHOWN = 50, 10


@staff_required(MODERATOR)
@require_safe
@never_cache
def reports(request: HttpRequest) -> HttpResponse:
    """What waits, the most urgent first, and what was decided lately. Pictures and words only: who reported and
    whose picture it is are not shown, since neither may matter."""
    now, waiting = timezone.now(), reported.waiting()
    context = {
        "waiting": waiting[:QUEUE_PAGE],
        "count": waiting.count(),
        "late": waiting.filter(due_at__lt=now).count(),
        "decided": reported.decided()[:DECIDED_SHOWN],
        "reasons": REASONS,
        "now": now,
    }
    return render(request, "moderate/reports.html", context)


@staff_required(MODERATOR)
@require_safe
@do_not_train
@never_cache
def picture(request: HttpRequest, report_id: int) -> HttpResponse:
    """The reported picture, while its report waits."""
    row = get_object_or_404(reported.waiting(), pk=report_id)
    assert row.image is not None
    tag = f"m-{row.image.sha256}"
    return send_file(request, row.image.thumb, tag=tag, kind="image/webp", name=f"report-{row.pk}.webp")


@staff_required(MODERATOR)
@require_POST
def decide(request: HttpRequest, report_id: int) -> HttpResponse:
    """Decide by a reason."""
    row = get_object_or_404(Report, pk=report_id)
    try:
        done = moderating.decide(
            row=row,
            moderator=me(request),
            reason=request.POST.get("reason", ""),
            answer=request.POST.get("answer", ""),
            at=timezone.now(),
        )
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, f"Report {row.pk}: {done.state_word.lower()}. Both sides are told.")
    return redirect("gallery:moderate")
