"""Find an artist, and answer any question about her: everything held, on one page, now or as of a time."""

import re
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from consent.desk_rules import OFFICER, is_reason, tidy
from consent.errors import refusal
from consent.forms_desk import HoldForm, MomentForm, PersonSearchForm, ReasonForm
from consent.holdings.registry import personal_holdings
from consent.models import AccessLog, SubjectRequest
from consent.purposes import PURPOSES
from consent.selectors.grants import consent_summary
from consent.selectors.in_force import is_paused
from consent.selectors.person import (
    counts_of,
    exported_rows,
    find_people,
    holds_on,
    live_restriction,
    statements_about,
)
from consent.selectors.requests import requests_of, with_clock
from consent.services.holds import ask_hold
from consent.staff import see, staff_required
from consent.views.guards import artist_of

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
REASON_LASTS = timedelta(minutes=30)
ROWS_SHOWN = 25
STATEMENTS_SHOWN = LOOKS_SHOWN = 50
# Said at length elsewhere on the page.
SHOWN_ABOVE = ("consent.Statement", "consent.AccessLog", "consent.Draft", "consent.Subject", "gallery.Artist")


@require_GET
@staff_required(OFFICER, people=True)
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """Artists whose address, name, handle, subject, key or reference fits."""
    form = PersonSearchForm(request.GET if request.GET.get("q", "").strip() else None)
    found = list(find_people(form.cleaned_data["q"])) if form.is_valid() else []
    see(request, [artist.pk for artist in found], what="search", reason="Searched for an artist")
    words = form.cleaned_data.get("q", "") if form.is_valid() else ""
    return render(request, "compliance/people.html", {"form": form, "found": found, "words": words})


@require_GET
@staff_required(OFFICER, people=True)
@never_cache
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """Everything about one artist; first a reason, which holds for half an hour."""
    artist = _artist(handle)
    reason = _reason_in_force(request, handle)
    if not reason:
        see(request, [], what="person", reason="")  # nothing of the person is on the form
        return render(request, "compliance/person_reason.html", {"form": ReasonForm(), "handle": handle})
    see(request, [artist.pk], what="person", reason=reason)
    form = MomentForm(request.GET)
    as_of = form.cleaned_data.get("as_of") if form.is_valid() else None
    now = timezone.now()
    context = {
        "artist": artist,
        "reason": reason,
        "form": form,
        "as_of": as_of,
        "all_open": request.GET.get("all") == "1",
        "paused": is_paused(artist_id=artist.pk, at=as_of or now),
        "standings": _standings(artist.pk, at=as_of or now),
        "statements": statements_about(artist.pk)[:STATEMENTS_SHOWN],
        "requests": [with_clock(row, at=now) for row in requests_of(artist.pk)],
        "restriction": live_restriction(artist.pk),
        "holds": holds_on(artist.pk),
        "hold_form": HoldForm(),
        "counts": counts_of(artist.pk),
        "tables": _tables(artist.pk),
        "looks": AccessLog.objects.filter(artist=artist).select_related("viewer")[:LOOKS_SHOWN],
    }
    return render(request, "compliance/person.html", context)


@require_POST
@staff_required(OFFICER)
def give_reason(request: HttpRequest, handle: str) -> HttpResponse:
    """Why this person is looked at; or the open request that is being handled."""
    artist = _artist(handle)
    reason = tidy(request.POST.get("reason", ""))
    if reference := request.POST.get("request", ""):
        row = next((row for row in requests_of(artist.pk) if str(row.pk) == reference and row.is_open), None)
        reason = f"Handling the request {row.reference} ({row.get_kind_display()})" if row else ""
    if not is_reason(reason):
        raise refusal("look-reason-needed")
    until = timezone.now() + REASON_LASTS
    request.session[_key(handle)] = {"reason": reason, "until": until.isoformat()}
    return redirect("compliance-person", handle=handle)


@require_POST
@staff_required(OFFICER)
def hold(request: HttpRequest, handle: str) -> HttpResponse:
    """Ask that nothing of this person be erased."""
    artist = _artist(handle)
    ask_hold(
        artist_id=artist.pk,
        officer=artist_of(request),
        basis=request.POST.get("basis", ""),
        reason=request.POST.get("reason", ""),
        at=timezone.now(),
    )
    messages.success(
        request, "The hold is asked for. It blocks now; another officer decides within 72 hours."
    )
    return redirect("compliance-holds")


def _artist(handle: str) -> Any:
    found = get_user_model().objects.select_related("consent_subject").filter(handle=handle).first()
    if found is None:
        raise Http404
    return found


def _key(handle: str) -> str:
    return f"desk-reason:{handle}"


def _reason_in_force(request: HttpRequest, handle: str) -> str:
    kept = request.session.get(_key(handle))
    if not kept or datetime.fromisoformat(kept["until"]) < timezone.now():
        return ""
    return str(kept["reason"])


def _standings(artist_id: int, *, at: datetime) -> list[tuple[str, Any]]:
    return [
        (purpose.title, consent_summary(artist_id=artist_id, at=at, purpose=purpose.code))
        for purpose in PURPOSES.values()
    ]


def _tables(artist_id: int) -> list[dict[str, Any]]:
    """Every table with rows of hers, the first rows of each; requests and pictures in the words of the register."""
    found = []
    for holding in personal_holdings():
        if holding.model in SHOWN_ABOVE or holding.model == SubjectRequest._meta.label:
            continue
        rows = list(islice(exported_rows(holding, artist_id), ROWS_SHOWN + 1))
        if rows:
            columns = [name for name in holding.handed_out if name != holding.person]
            lines = [
                [(name.replace("_", " "), _shown(row[name])) for name in columns] for row in rows[:ROWS_SHOWN]
            ]
            found.append({"holding": holding, "rows": lines, "more": len(rows) > ROWS_SHOWN})
    return found


def _shown(value: Any) -> Any:
    """A value for people: a time without fractions of a second."""
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return f"{value[:10]} {value[11:19]} UTC"
    return value
