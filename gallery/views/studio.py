"""The studio: ask for a picture, watch it come, stop it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gallery import compare, selectors, states, versions
from gallery.errors import Refusal
from gallery.forms import StudioForm, fresh_seed, starting_values
from gallery.generation.params import GenerationParams
from gallery.hints import SUGGESTIONS
from gallery.limits import COMPARED_VERSIONS
from gallery.models import GenerationRequest
from gallery.services import requests
from gallery.views import recall
from gallery.views.common import me, say

SHOWN = 8


def card_of(request: GenerationRequest) -> dict[str, object]:
    """What the page shows of a request at first; the socket keeps it up to date."""
    return {"row": request, "news": selectors.news_of(request, at=timezone.now())}


@login_required
@require_safe
def studio(request: HttpRequest) -> HttpResponse:
    """The empty form, or one that is filled from a picture (?remix=<its id>) or a preset (?preset=<its id>)."""
    try:
        params = recall.asked_for(request)
    except Refusal as refusal:
        say(request, refusal)
        return redirect("gallery:studio")
    form = StudioForm(initial=starting_values(params), artist_id=me(request).pk)
    return _page(request, form, remixed="remix" in request.GET)


def _page(
    request: HttpRequest, form: StudioForm, *, remixed: bool = False, status: int = 200
) -> HttpResponse:
    rows = selectors.requests_of(artist_id=me(request).pk, limit=SHOWN)
    context = {
        **_form_context(request, form),
        "remixed": remixed,
        "cards": [card_of(row) for row in rows],
        "has_versions": versions.newest() is not None,
    }
    return render(request, "gallery/studio.html", context, status=status)


def _form_context(request: HttpRequest, form: StudioForm) -> dict[str, object]:
    presets = selectors.presets_of(artist_id=me(request).pk)
    return {"form": form, "suggestions": SUGGESTIONS, "presets": presets}


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for pictures; with htmx the form and the new cards come back, without it the page of the request or of
    the strip."""
    form = StudioForm(request.POST, artist_id=me(request).pk)
    made: list[GenerationRequest] = []
    status = 422
    if form.is_valid():
        try:
            records = _wanted(request.POST.get("compare", ""), form.params)
            made = requests.ask_each(artist=me(request), records=records, at=timezone.now())
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status if refusal.status == 429 else 422
    if request.htmx:  # type: ignore[attr-defined]
        form = StudioForm(initial=_after(form), artist_id=me(request).pk) if made else form
        context = {**_form_context(request, form), "cards": [card_of(row) for row in reversed(made)]}
        return render(request, "gallery/_studio_answer.html", context)
    if not made:
        return _page(request, form, status=status)
    if made[0].group is not None:
        return redirect("gallery:strip", group=made[0].group)
    return redirect("gallery:request", handle=made[0].handle)


def _wanted(kind: str, params: GenerationParams) -> list[GenerationParams]:
    """One record for each picture: as many as are counted, or those of a comparison."""
    if kind == "strengths":
        return compare.strengths(params)
    if kind == "versions":
        return compare.versions(params, [row.number for row in versions.choices()], COMPARED_VERSIONS)
    return params.each()


def _after(form: StudioForm) -> dict[str, object]:
    """What the form shows once a picture was asked for: the same, with a new seed unless the old is kept."""
    keep = bool(form.cleaned_data["keep_seed"])
    values = starting_values(form.params)
    return {**values, "seed": values["seed"] if keep else fresh_seed(), "keep_seed": keep}


@login_required
@require_safe
def strip(request: HttpRequest, group: UUID) -> HttpResponse:
    """What was asked for in one go, side by side."""
    rows = selectors.requests_in(artist_id=me(request).pk, group=group)
    if not rows:
        raise Http404
    context = {"cards": [card_of(row) for row in rows], "first": rows[0], "group": group}
    return render(request, "gallery/strip.html", context)


def _own_request(request: HttpRequest, handle: UUID) -> GenerationRequest:
    row = selectors.request_of(artist_id=me(request).pk, handle=handle)
    if row is None:
        raise Http404
    return row


@login_required
@require_safe
def request_page(request: HttpRequest, handle: UUID) -> HttpResponse:
    """One request, live, with everything that happened to it."""
    row = _own_request(request, handle)
    context = {
        "card": card_of(row),
        "row": row,
        "happened": row.events.all(),
        "open": row.state in states.OPEN,
    }
    return render(request, "gallery/request.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, handle: UUID) -> HttpResponse:
    """Stop a request. The page's script only needs to know that it was heard: 204."""
    row = _own_request(request, handle)
    try:
        requests.cancel(request=row, at=timezone.now())
    except Refusal as refusal:
        say(request, refusal)
    else:
        if request.headers.get("X-Requested-With") == "fetch":
            return HttpResponse(status=204)
        messages.info(request, "Cancelled. What it had become so far is kept as a preview.")
    return redirect(reverse("gallery:request", kwargs={"handle": handle}))
