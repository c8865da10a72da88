"""Legal holds: what stands, what waits for a second person."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from consent.desk_rules import HOLD_BASES, OFFICER
from consent.errors import Refusal
from consent.forms_desk import ReasonForm
from consent.models import LegalHold
from consent.services import holds as services
from consent.staff import see, staff_required
from consent.views.guards import artist_of

PAGE = 100
ACTS = ("approve", "refuse", "ask-lift", "lift", "keep")


@require_GET
@staff_required(OFFICER, people=True)
@never_cache
def hold_list(request: HttpRequest) -> HttpResponse:
    """All holds, those that wait for somebody first."""
    rows = list(LegalHold.objects.select_related("artist", "asked_by", "lift_asked_by")[:PAGE])
    waiting = ("asked", "lift-asked")
    rows.sort(key=lambda row: row.state not in waiting)
    see(request, [row.artist_id for row in rows], what="hold", reason="Looked at the list of legal holds")
    me = artist_of(request).pk
    lines = [
        {
            "row": row,
            "basis": HOLD_BASES[row.basis],
            "mine": me in (row.asked_by_id, row.lift_asked_by_id) if row.state in waiting else False,
        }
        for row in rows
    ]
    return render(request, "compliance/holds.html", {"lines": lines, "lift_form": ReasonForm()})


@require_POST
@staff_required(OFFICER)
def act(request: HttpRequest, hold_id: UUID, name: str) -> HttpResponse:
    """Decide, or ask for lifting."""
    row = LegalHold.objects.filter(pk=hold_id).first()
    if row is None or name not in ACTS:
        raise Http404
    officer, at = artist_of(request), timezone.now()
    try:
        if name in ("approve", "refuse"):
            services.decide_hold(hold=row, officer=officer, approve=name == "approve", at=at)
        elif name == "ask-lift":
            services.ask_lift(hold=row, officer=officer, reason=request.POST.get("reason", ""), at=at)
        else:
            services.decide_lift(hold=row, officer=officer, approve=name == "lift", at=at)
    except Refusal as refused:
        messages.error(request, f"{refused.why} {refused.fix}")
    else:
        messages.success(request, "Written down.")
    return redirect("compliance-holds")
