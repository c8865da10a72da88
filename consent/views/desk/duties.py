"""What the controller must be able to show: records of processing, retention, impact assessment, looks of staff."""

import json

from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from consent.desk_rules import OFFICER, OPERATOR
from consent.dpia import assessment
from consent.holdings.registry import fate_of, holdings, retention_rules
from consent.models import AccessLog, RetentionRun
from consent.processing import COLUMNS, activities, as_csv, as_jsonld, controller
from consent.staff import staff_required

NEWEST = 100


@require_GET
@staff_required(OFFICER, OPERATOR)
def processing(request: HttpRequest) -> HttpResponse:
    """The record of processing activities (Art. 30), and the register of every table it is made of."""
    register = [(holding, fate_of(holding)) for holding in holdings()]
    context = {
        "controller": controller(),
        "activities": activities(),
        "columns": COLUMNS,
        "register": register,
    }
    return render(request, "compliance/processing.html", context)


@require_GET
@staff_required(OFFICER, OPERATOR)
def processing_csv(request: HttpRequest) -> HttpResponse:
    """The record for a spreadsheet."""
    return _file(as_csv(), "fedart-processing.csv", "text/csv; charset=utf-8")


@require_GET
@staff_required(OFFICER, OPERATOR)
def processing_jsonld(request: HttpRequest) -> HttpResponse:
    """The record in terms of W3C DPV."""
    return _file(
        json.dumps(as_jsonld(), indent=1).encode(), "fedart-processing.jsonld", "application/ld+json"
    )


@require_GET
@staff_required(OFFICER, OPERATOR)
@never_cache
def retention(request: HttpRequest) -> HttpResponse:
    """The schedule, and what the last runs found and left."""
    context = {"rules": retention_rules(), "runs": RetentionRun.objects.all()[:14]}
    return render(request, "compliance/retention.html", context)


@require_GET
@staff_required(OFFICER, OPERATOR)
def dpia(request: HttpRequest) -> HttpResponse:
    """The impact assessment (Art. 35), filled as far as the configuration knows."""
    return render(request, "compliance/dpia.html", assessment(at=timezone.now()))


@require_GET
@staff_required(OFFICER, OPERATOR)
def dpia_markdown(request: HttpRequest) -> HttpResponse:
    """The same as a text to go on writing in."""
    page = render(request, "compliance/dpia.md", assessment(at=timezone.now()))
    return _file(page.content, "fedart-dpia.md", "text/markdown; charset=utf-8")


@require_GET
@staff_required(OFFICER)
@never_cache
def looks(request: HttpRequest) -> HttpResponse:
    """Who of the staff looked, when and why; how many artists at a time, and none of them by name."""
    rows = (
        AccessLog.objects.values("at", "role", "what", "reason", viewer_name=F("viewer__email"))
        .annotate(artists=Count("artist", distinct=True))
        .order_by("-at")[:NEWEST]
    )
    return render(request, "compliance/looks.html", {"rows": rows, "most": NEWEST})


def _file(data: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
