"""Exports of consent records: ask, watch, download."""

from uuid import UUID

from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from consent.downloads import FileDownload
from consent.errors import refusal
from consent.forms import RecordFilterForm
from consent.ledger.statement import utc_text
from consent.models import ConsentExport
from consent.services.export_files import ENDINGS
from consent.services.exports import ROLE, request_export
from consent.staff import seen_when_made, staff_required
from consent.views.guards import artist_of, read_texts

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "bundle": "application/zip",
}
FILTERS = ("artist", "purpose", "status", "since", "until", "as_of", "notice")


@require_POST
@staff_required(ROLE)
def ask(request: HttpRequest) -> HttpResponse:
    """Have a file made of the records that fit the filters. Form or JSON: `format`, `reason` and any
    filter."""
    by_json = request.content_type == "application/json"
    names = {"format": True, "reason": True} | dict.fromkeys(FILTERS, False)
    sent = read_texts(request, names) if by_json else {name: request.POST.get(name, "") for name in names}
    filters = RecordFilterForm(sent)
    if not filters.is_valid():
        raise refusal("bad-filter", detail=", ".join(sorted(filters.errors)))
    export = request_export(
        officer=artist_of(request),
        format=sent["format"],
        reason=sent["reason"],
        chosen=filters.chosen(),
        at=timezone.now(),
    )
    if by_json:
        return JsonResponse(_as_json(export), status=201)
    return redirect("compliance-export", export_id=export.pk)


@require_GET
@staff_required(ROLE)
@never_cache
def watch(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """How far the file is: a page, the part of it that htmx asks for, or JSON."""
    export = _mine(request, export_id)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(_as_json(export))
    waiting = export.state in (ConsentExport.State.QUEUED, ConsentExport.State.RUNNING)
    partial = request.headers.get("HX-Request") == "true"
    template = "compliance/_export_state.html" if partial else "compliance/export.html"
    response = render(request, template, {"export": export, "waiting": waiting})
    response["Vary"] = "HX-Request, Accept"
    return response


@require_GET
@staff_required(ROLE, people=True)
@never_cache
def download(request: HttpRequest, export_id: UUID) -> FileDownload:
    """The file, while it is there. Refuses `export-not-ready`, `export-expired`, `export-failed`."""
    export = _mine(request, export_id)
    if export.state == ConsentExport.State.FAILED:
        raise refusal("export-failed")
    over = export.expires_at is not None and export.expires_at <= timezone.now()
    if export.state == ConsentExport.State.EXPIRED or over:
        raise refusal("export-expired")
    if export.state != ConsentExport.State.DONE:
        raise refusal("export-not-ready")
    seen_when_made(request)
    name = f"fedart-consent-{export.asked_at:%Y-%m-%d}-{str(export.pk)[:8]}.{ENDINGS[export.format]}"
    opened = storages["exports"].open(export.file_name)
    return FileDownload(opened, as_attachment=True, filename=name, content_type=CONTENT_TYPES[export.format])


def _mine(request: HttpRequest, export_id: UUID) -> ConsentExport:
    """An export is for the officer who gave the reason; to all others it does not exist."""
    export = ConsentExport.objects.filter(pk=export_id, asked_by=artist_of(request).pk).first()
    if export is None:
        raise Http404
    return export


def _as_json(export: ConsentExport) -> dict[str, str | int | None]:
    return {
        "id": str(export.pk),
        "state": export.state,
        "rows_done": export.rows_done,
        "rows_total": export.rows_total,
        "percent": export.percent,
        "status_url": f"/compliance/exports/{export.pk}",
        "file_url": f"/compliance/exports/{export.pk}/file" if export.state == "done" else None,
        "sha256": export.sha256 or None,
        "entry_index": export.entry_id,
        "expires_at": utc_text(export.expires_at) if export.expires_at else None,
    }
