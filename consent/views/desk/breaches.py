"""The log of personal data breaches and its seventy-two hours."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent.deadlines import breach_due, time_left, urgency
from consent.desk_rules import OFFICER, OPERATOR
from consent.errors import Refusal, refusal
from consent.forms_desk import BreachForm, NoteForm, ToldForm
from consent.models import Breach, BreachEvent
from consent.services import breaches as services
from consent.staff import desk_role, staff_required
from consent.views.guards import artist_of

SENTENCES = {
    "logged": "It was logged.",
    "authority-told": "The authority was told.",
    "people-told": "The people concerned were told.",
    "note": "More became known.",
    "closed": "It was closed.",
}


@require_GET
@staff_required(OFFICER, OPERATOR)
@never_cache
def breach_list(request: HttpRequest) -> HttpResponse:
    """Every breach, the newest first; also those that were no risk (Art. 33(5))."""
    rows = [_with_clock(row) for row in Breach.objects.all()[:200]]
    return render(request, "compliance/breaches.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(OFFICER, OPERATOR)
def new_breach(request: HttpRequest) -> HttpResponse:
    """Log one."""
    form = BreachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            row = services.log_breach(
                reporter=artist_of(request),
                role=desk_role(request),
                aware_at=facts.pop("aware_at"),
                facts=facts,
                at=timezone.now(),
            )
        except Refusal as refused:
            form.add_error(None, f"{refused.why} {refused.fix}")
        else:
            messages.success(request, "Logged. The clock runs from the moment we became aware.")
            return redirect("compliance-breach", breach_id=row.pk)
    return render(request, "compliance/breach_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@staff_required(OFFICER, OPERATOR)
@never_cache
def breach_page(request: HttpRequest, breach_id: UUID) -> HttpResponse:
    """One breach: what Art. 33(3) asks for, its clock, its steps; printable as the notification."""
    row = _row(breach_id)
    events = [
        {"at": event.at, "sentence": SENTENCES[event.what], "note": _note(event)}
        for event in row.events.all()
    ]
    context = {**_with_clock(row), "events": events, "told_form": ToldForm(), "note_form": NoteForm()}
    return render(request, "compliance/breach.html", context)


@require_POST
@staff_required(OFFICER, OPERATOR)
def step(request: HttpRequest, breach_id: UUID, name: str) -> HttpResponse:
    """Authority told, people told, a note, closed. Telling and closing is the officer's."""
    row = _row(breach_id)
    common: dict[str, Any] = {
        "breach": row,
        "officer": artist_of(request),
        "role": desk_role(request),
        "at": timezone.now(),
    }
    note = request.POST.get("note", "")
    try:
        if name != "note" and desk_role(request) != OFFICER:
            raise refusal("four-eyes", detail="telling and closing is a compliance officer's")
        if name == "authority":
            services.tell_authority(told_at=_told_at(request), delay_reason=note, **common)
        elif name == "people":
            services.tell_people(told_at=_told_at(request), note=note, **common)
        elif name == "note":
            services.add_note(note=note, **common)
        elif name == "close":
            services.close_breach(not_told_reason=note, **common)
        else:
            raise Http404
    except Refusal as refused:
        messages.error(request, f"{refused.why} {refused.fix}")
    else:
        messages.success(request, "Written down.")
    return redirect("compliance-breach", breach_id=breach_id)


def _row(breach_id: UUID) -> Breach:
    row = Breach.objects.filter(pk=breach_id).first()
    if row is None:
        raise Http404
    return row


def _with_clock(row: Breach) -> dict[str, Any]:
    now, due = timezone.now(), breach_due(row.aware_at)
    running = row.authority_told_at is None and row.closed_at is None
    return {
        "row": row,
        "due": due,
        "left": time_left(due, at=now) if running else "",
        "urgency": urgency(due, at=now) if running else "",
        "told_in_time": row.authority_told_at is not None and row.authority_told_at <= due,
    }


def _told_at(request: HttpRequest) -> datetime:
    form = ToldForm(request.POST)
    if not form.is_valid():
        raise refusal("wrong-shape", detail="the time")
    told_at: datetime = form.cleaned_data["told_at"]
    return told_at


def _note(event: BreachEvent) -> str:
    return " ".join(part for part in (f"By: {event.role}.", event.note) if part)
