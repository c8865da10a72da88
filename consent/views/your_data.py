"""The artist's page "Your data": what is held about her, her requests and their state, who looked, her copy."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from consent.deadlines import first_due
from consent.downloads import FileDownload
from consent.errors import Refusal, refusal
from consent.forms_your_data import CorrectForm, ObjectForm, PlainForm
from consent.models import AccessLog, PersonalCopy, SubjectRequest
from consent.request_states import REQUEST
from consent.selectors.person import counts_of, live_restriction
from consent.selectors.requests import requests_of, timeline, with_clock
from consent.services import handling
from consent.services.requests import CORRECTABLE, open_request
from consent.services.restrictions import lift_restriction
from consent.views.guards import artist_of

LOOKS_PAGE = 50


@require_GET
@login_required
@never_cache
def your_data(request: HttpRequest) -> HttpResponse:
    """What is held, table by table, and every right with the button that exercises it."""
    me = artist_of(request).pk
    now = timezone.now()
    context = {
        "counts": counts_of(me),
        "requests": [with_clock(row, at=now) for row in requests_of(me)[:30]],
        "restriction": live_restriction(me),
        "correct_form": CorrectForm(prefix="correct"),
        "object_form": ObjectForm(prefix="object"),
        "erase_form": PlainForm(prefix="erase"),
        "answer_by": first_due(now),
        "looks": AccessLog.objects.filter(artist=me).count(),
    }
    return render(request, "your_data/page.html", context)


@require_POST
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def open_one(request: HttpRequest, kind: str) -> HttpResponse:
    """Exercise one right; signed in a moment before, which is the identity check."""
    prefix = {"rectification": "correct", "objection": "object", "erasure": "erase"}.get(kind, kind)

    def sent(name: str) -> str:
        return str(request.POST.get(f"{prefix}-{name}", ""))

    try:
        row = open_request(
            artist=artist_of(request),
            kind=kind,
            details=sent("details"),
            purpose=sent("purpose"),
            changes={name: sent(name) for name in CORRECTABLE},
            at=timezone.now(),
        )
    except Refusal as refused:
        messages.error(request, f"{refused.why} {refused.fix}")
        return redirect("your-data")
    messages.success(request, f"Received as {row.reference}.")
    return redirect("your-data-request", request_id=row.pk)


@require_GET
@login_required
@never_cache
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Where one request stands: a page, or the part of it that htmx asks for."""
    row = _mine(request, request_id)
    copy = getattr(row, "copy", None)
    context = {
        **with_clock(row, at=timezone.now()),
        "events": timeline(row, for_artist=True),
        "copy": copy,
        "can_take_back": "withdrawn" in REQUEST[row.state],
    }
    partial = request.headers.get("HX-Request") == "true"
    response = render(request, "your_data/_state.html" if partial else "your_data/request.html", context)
    response["Vary"] = "HX-Request"
    return response


@require_POST
@login_required
def take_back(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """No answer is wanted any more."""
    row = _mine(request, request_id)
    try:
        handling.take_back(request=row, artist=artist_of(request), at=timezone.now())
    except Refusal as refused:
        messages.error(request, f"{refused.why} {refused.fix}")
    else:
        messages.success(request, "Taken back.")
    return redirect("your-data-request", request_id=request_id)


@require_GET
@login_required
@never_cache
@reauthentication_required  # type: ignore[untyped-decorator]
def copy_file(request: HttpRequest, request_id: UUID) -> FileDownload:
    """The copy. Refuses `copy-not-ready`, `copy-expired`, `copy-failed`."""
    copy: PersonalCopy | None = getattr(_mine(request, request_id), "copy", None)
    if copy is None:
        raise Http404
    over = copy.expires_at is not None and copy.expires_at <= timezone.now()
    if copy.state == PersonalCopy.State.EXPIRED or over:
        raise refusal("copy-expired")
    if copy.state == PersonalCopy.State.FAILED:
        raise refusal("copy-failed")
    if copy.state != PersonalCopy.State.DONE:
        raise refusal("copy-not-ready")
    PersonalCopy.objects.filter(pk=copy.pk, fetched_at=None).update(fetched_at=timezone.now())
    name = f"fedart-my-data-{copy.asked_at:%Y-%m-%d}.zip"
    opened = storages["exports"].open(copy.file_name)
    return FileDownload(opened, as_attachment=True, filename=name, content_type="application/zip")


@require_POST
@login_required
def lift(request: HttpRequest) -> HttpResponse:
    """Let processing go on, as far as there is consent. What an officer restricted, or an open request for erasure
    stopped, stays so."""
    me = artist_of(request).pk
    found = live_restriction(me)
    if found is None or (found.request is not None and not _liftable(found.request)):
        messages.error(request, "This restriction belongs to a request that is open. Take that back first.")
    elif lift_restriction(artist_id=me, at=timezone.now()):
        messages.success(request, "Processing goes on as far as you allow it on the page Consent.")
    return redirect("your-data")


@require_GET
@login_required
@never_cache
def looks(request: HttpRequest) -> HttpResponse:
    """Every look of staff, the newest first, page by page."""
    before = request.GET.get("before", "")
    rows = AccessLog.objects.filter(artist=artist_of(request).pk).order_by("-pk")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: LOOKS_PAGE + 1])
    context = {
        "looks": found[:LOOKS_PAGE],
        "following": found[LOOKS_PAGE - 1].pk if len(found) > LOOKS_PAGE else None,
    }
    return render(request, "your_data/looks.html", context)


def _liftable(row: SubjectRequest) -> bool:
    return row.by_herself and (row.kind == "restriction" or not row.is_open)


def _mine(request: HttpRequest, request_id: UUID) -> SubjectRequest:
    """One's own request; anybody else's does not exist."""
    row = requests_of(artist_of(request).pk).filter(pk=request_id).first()
    if row is None:
        raise Http404
    return row
