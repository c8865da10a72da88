"""The studio: ask for a picture, watch it come, stop it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gallery import selectors, states, versions
from gallery.errors import Refusal
from gallery.forms import StudioForm, fresh_seed, starting_values
from gallery.generation.params import GenerationParams
from gallery.hints import SUGGESTIONS
from gallery.models import GenerationRequest
from gallery.services import requests
from gallery.views.common import me, say, visible_image

SHOWN = 8


def card_of(request: GenerationRequest) -> dict[str, object]:
    """What the page shows of a request at first; the socket keeps it up to date."""
    return {"row": request, "news": selectors.news_of(request, at=timezone.now())}


def recalled(request: HttpRequest, handle: str) -> GenerationParams:
    """The parameters of a picture that is remixed: all of them, or Refusal.

    404 for a picture this artist may not see. Of others' pictures only those whose artist shows the recipe.
    """
    try:
        image = visible_image(request, UUID(handle))
    except ValueError:
        raise Http404 from None
    if image.artist_id != me(request).pk and not image.recipe_public:
        raise Refusal(
            code="recipe-private",
            why="The artist of this picture does not show how it was made.",
            fix="Start from a prompt of your own.",
            status=403,
        )
    params = GenerationParams.from_json(image.params)
    if image.version_id not in versions.offered_ids():
        raise Refusal(
            code="version-gone",
            why="The version this picture was made with is no longer offered, so it cannot be repeated exactly.",
            fix="Start from an empty form with a version of today.",
            status=409,
        )
    return params


@login_required
@require_safe
def studio(request: HttpRequest) -> HttpResponse:
    """The empty form, or one that is filled from a picture (?remix=<its id>)."""
    params = None
    if "remix" in request.GET:
        try:
            params = recalled(request, request.GET["remix"])
        except Refusal as refusal:
            say(request, refusal)
            return redirect("gallery:studio")
    form = StudioForm(initial=starting_values(params))
    return _page(request, form, remixed=params is not None)


def _page(
    request: HttpRequest, form: StudioForm, *, remixed: bool = False, status: int = 200
) -> HttpResponse:
    rows = selectors.requests_of(artist_id=me(request).pk, limit=SHOWN)
    context = {
        "form": form,
        "remixed": remixed,
        "suggestions": SUGGESTIONS,
        "cards": [card_of(row) for row in rows],
        "has_versions": versions.newest() is not None,
    }
    return render(request, "gallery/studio.html", context, status=status)


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a picture; with htmx the form and the new card come back, without it the request's page."""
    form = StudioForm(request.POST)
    made = None
    status = 422
    if form.is_valid():
        try:
            made = requests.ask(artist=me(request), params=form.params, at=timezone.now())
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status if refusal.status == 429 else 422
    if request.htmx:  # type: ignore[attr-defined]
        form = form if made is None else StudioForm(initial=_after(form))
        context = {"form": form, "suggestions": SUGGESTIONS, "card": card_of(made) if made else None}
        return render(request, "gallery/_studio_answer.html", context)
    if made is None:
        return _page(request, form, status=status)
    return redirect("gallery:request", handle=made.handle)


def _after(form: StudioForm) -> dict[str, object]:
    """What the form shows once a picture was asked for: the same, with a new seed unless the old is kept."""
    keep = bool(form.cleaned_data["keep_seed"])
    values = starting_values(form.params)
    return {**values, "seed": values["seed"] if keep else fresh_seed(), "keep_seed": keep}


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
