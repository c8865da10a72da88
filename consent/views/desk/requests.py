"""Requests of the people whose data it is: the queue by due date, one request, its steps."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent.deadlines import first_due
from consent.desk_rules import OFFICER, REMEDIES
from consent.errors import Refusal, refusal
from consent.forms_desk import AnswerForm, DenyForm, EnterRequestForm, IdentityForm, QueueForm, ReasonForm
from consent.models import SubjectRequest
from consent.selectors.holds import held_artists
from consent.selectors.person import counts_of
from consent.selectors.requests import queue, request_counts, timeline, with_clock
from consent.services import copies, handling
from consent.services.requests import enter_request
from consent.staff import see, staff_required
from consent.views.guards import artist_of

PAGE = 100
Step = Callable[[SubjectRequest, HttpRequest], object]


@require_GET
@staff_required(OFFICER, people=True)
@never_cache
def request_queue(request: HttpRequest) -> HttpResponse:
    """The most urgent first."""
    now = timezone.now()
    form = QueueForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"kind": "", "state": ""}
    rows = list(queue(kind=chosen.get("kind", ""), state=chosen.get("state", ""))[:PAGE])
    see(request, [row.artist_id for row in rows], what="queue", reason="Looked at the list of requests")
    context = {
        "form": form,
        "rows": [with_clock(row, at=now) for row in rows],
        "counts": request_counts(at=now),
        "most": PAGE if len(rows) == PAGE else None,
    }
    return render(request, "compliance/requests.html", context)


@require_GET
@staff_required(OFFICER, people=True)
@never_cache
def request_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: clock, steps so far, and what can be done next by this officer."""
    row = _row(request_id)
    now = timezone.now()
    see(request, [row.artist_id], what="request", reason=f"Handling the request {row.reference}")
    me = artist_of(request).pk
    held = bool(row.artist_id and held_artists(now, [row.artist_id]))
    context = {
        **with_clock(row, at=now),
        "events": timeline(row),
        "mine": row.handled_by_id == me,
        "about_me": row.artist_id == me,
        "can_extend": row.is_open and row.extended_at is None and now <= row.due_at,
        "first_due": first_due(row.received_at),
        "held": held,
        "counts": counts_of(row.artist_id) if row.artist_id and row.kind == "erasure" else [],
        "erasure": getattr(row, "erasure", None),
        "copy": getattr(row, "copy", None),
        "identity_form": IdentityForm(),
        "answer_form": AnswerForm(initial={"answer": row.answer}),
        "deny_form": DenyForm(),
        "extend_form": ReasonForm(prefix="extend"),
        "back_form": ReasonForm(prefix="back"),
        "remedies": REMEDIES,
    }
    return render(request, "compliance/request.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(OFFICER, people=True)
def new_request(request: HttpRequest, handle: str) -> HttpResponse:
    """Write down a request that came by letter, e-mail, telephone or in person."""
    artist = get_user_model().objects.filter(handle=handle).first()
    if artist is None:
        raise Http404
    form = EnterRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        changes = {name: values[name] for name in ("display_name", "email")}
        try:
            row = enter_request(
                officer=artist_of(request),
                artist_id=artist.pk,
                kind=values["kind"],
                channel=values["channel"],
                received_at=values["received_at"],
                details=values["details"],
                purpose=values["purpose"],
                changes=changes,
                at=timezone.now(),
            )
        except Refusal as refused:
            form.add_error(None, f"{refused.why} {refused.fix}")
        else:
            messages.success(request, f"Written down as {row.reference}. Next: establish who asks.")
            return redirect("compliance-request", request_id=row.pk)
    see(request, [artist.pk], what="request", reason="Writing down a request that came in")
    context = {"form": form, "artist": artist}
    return render(request, "compliance/request_new.html", context, status=422 if form.errors else 200)


@require_POST
@staff_required(OFFICER)
def step(request: HttpRequest, request_id: UUID, name: str) -> HttpResponse:
    """Take one of STEPS; a refusal is shown on the request's page."""
    row = _row(request_id)
    if name not in STEPS:
        raise Http404
    said, act = STEPS[name]
    try:
        act(row, request)
    except Refusal as refused:
        messages.error(request, f"{refused.why} {refused.fix}")
    else:
        messages.success(request, said)
    return redirect("compliance-request", request_id=request_id)


def _row(request_id: UUID) -> SubjectRequest:
    found = SubjectRequest.objects.select_related("artist", "handled_by", "released_by", "copy", "erasure")
    row = found.filter(pk=request_id).first()
    if row is None:
        raise Http404
    return row


def _identity(row: SubjectRequest, request: HttpRequest) -> object:
    method = request.POST.get("method", "")
    return handling.check_identity(request=row, officer=artist_of(request), method=method, at=timezone.now())


def _take(row: SubjectRequest, request: HttpRequest) -> object:
    return handling.take(request=row, officer=artist_of(request), at=timezone.now())


def _review(row: SubjectRequest, request: HttpRequest) -> object:
    answer = request.POST.get("answer", "")
    return handling.send_to_review(request=row, officer=artist_of(request), answer=answer, at=timezone.now())


def _back(row: SubjectRequest, request: HttpRequest) -> object:
    reason = request.POST.get("back-reason", "")
    return handling.send_back(request=row, officer=artist_of(request), reason=reason, at=timezone.now())


def _release(row: SubjectRequest, request: HttpRequest) -> object:
    return handling.release(request=row, officer=artist_of(request), at=timezone.now())


def _deny(row: SubjectRequest, request: HttpRequest) -> object:
    ground, reason = request.POST.get("ground", ""), request.POST.get("reason", "")
    return handling.deny(
        request=row, officer=artist_of(request), ground=ground, reason=reason, at=timezone.now()
    )


def _extend(row: SubjectRequest, request: HttpRequest) -> object:
    reason = request.POST.get("extend-reason", "")
    return handling.extend(request=row, officer=artist_of(request), reason=reason, at=timezone.now())


def _again(row: SubjectRequest, request: HttpRequest) -> object:
    copy = getattr(row, "copy", None)
    if copy is None:
        raise refusal("step-not-allowed")
    return copies.again(copy=copy, at=timezone.now())


STEPS: Mapping[str, tuple[str, Step]] = {
    "identity": ("It is written down how it was established who asks.", _identity),
    "take": ("You are working on it.", _take),
    "review": ("Prepared. Another officer must look at it and approve.", _review),
    "back": ("Sent back.", _back),
    "release": ("Approved. It is being carried out.", _release),
    "deny": ("Refused. The artist is told the ground, the reasons and her remedies.", _deny),
    "extend": ("Extended by two months. The artist is told.", _extend),
    "again": ("The copy is made again.", _again),
}
