"""What waits at the desk: requests by their clock, second looks, holds to decide, breaches under way."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from consent.deadlines import breach_due, time_left, urgency
from consent.desk_rules import OFFICER, OPERATOR
from consent.forms_desk import PersonSearchForm
from consent.models import Breach, LegalHold, RetentionRun
from consent.processing import controller
from consent.selectors.requests import queue, request_counts, with_clock
from consent.staff import desk_role, staff_required

FIRST = 8


@require_GET
@staff_required(OFFICER, OPERATOR)
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """Numbers and references only: no person is shown here."""
    now = timezone.now()
    breaches = [
        (row, time_left(breach_due(row.aware_at), at=now), urgency(breach_due(row.aware_at), at=now))
        for row in Breach.objects.filter(closed_at=None)
    ]
    context = {
        "role": desk_role(request),
        "search": PersonSearchForm(),
        "counts": request_counts(at=now),
        "rows": [with_clock(row, at=now) for row in queue()[:FIRST]],
        "holds": LegalHold.objects.filter(state__in=("asked", "lift-asked")).count(),
        "breaches": breaches,
        "retention": RetentionRun.objects.filter(dry=False).first(),
        "controller": controller(),
    }
    return render(request, "compliance/overview.html", context)
