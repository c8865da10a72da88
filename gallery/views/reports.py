"""Reporting a picture, the reporter's page, and both sides' appeals."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consent.visitors import address_of
from gallery import reported
from gallery.errors import Refusal
from gallery.forms import AppealForm, ReportForm
from gallery.models import Report
from gallery.services import reporting
from gallery.views.common import me, own_image, say, visible_image


@require_POST
def report(request: HttpRequest, handle: UUID) -> HttpResponse:
    """One press: the picture is reported. What is wrong can be said on the page that follows."""
    image = visible_image(request, handle)
    try:
        row = reporting.report(
            image=image,
            reporter=me(request) if request.user.is_authenticated else None,
            address=address_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        say(request, refusal)
        return redirect("gallery:image", handle=handle)
    return redirect("gallery:report-page", token=row.token)


def _mine(request: HttpRequest, token: UUID) -> Report:
    """A report by its secret address; one made by an account only for that account."""
    row = reported.by_token(token)
    if row is None or row.reporter_id not in (None, request.user.pk):
        raise Http404
    return row


@require_safe
@never_cache
def report_page(request: HttpRequest, token: UUID) -> HttpResponse:
    """Where the report stands, its clock, and what the reporter can still do."""
    row = _mine(request, token)
    context = {
        "row": row,
        "happened": row.events.all(),
        "form": ReportForm(initial={"kind": row.kind, "words": row.words}),
        "appeal": AppealForm() if row.state == "kept" else None,
    }
    return render(request, "gallery/report.html", context)


@require_POST
def explain(request: HttpRequest, token: UUID) -> HttpResponse:
    """Say what is wrong."""
    form = ReportForm(request.POST)
    row = _mine(request, token)
    if form.is_valid():
        try:
            reporting.explain(row=row, **form.cleaned_data)
        except Refusal as refusal:
            say(request, refusal)
        else:
            messages.success(request, "Thank you. The moderator reads this beside the picture.")
    else:
        messages.error(request, "Choose what is wrong, and keep the words to 500 characters.")
    return redirect("gallery:report-page", token=token)


@require_POST
def appeal(request: HttpRequest, token: UUID) -> HttpResponse:
    """The reporter asks for a second look."""
    return _appeal(request, _mine(request, token), by_artist=False) or redirect(
        "gallery:report-page", token=token
    )


@login_required
@require_POST
def appeal_as_artist(request: HttpRequest, handle: UUID, report_id: int) -> HttpResponse:
    """The artist asks for a second look at a decision against her picture."""
    image = own_image(request, handle)
    row = get_object_or_404(Report, pk=report_id, image=image)
    return _appeal(request, row, by_artist=True) or redirect("gallery:image", handle=handle)


def _appeal(request: HttpRequest, row: Report, *, by_artist: bool) -> None:
    try:
        reporting.appeal(row=row, by_artist=by_artist, words=request.POST.get("words", ""), at=timezone.now())
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, "Asked for. Another moderator takes a second look.")
