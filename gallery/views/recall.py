"""Settings that are taken up again: those of a picture, or those kept under a name."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from gallery import selectors, vaults, versions
from gallery.errors import Refusal, listed
from gallery.forms import StudioForm
from gallery.generation.params import GenerationParams
from gallery.models import Preset
from gallery.services import presets
from gallery.views.common import me, say, visible_image


def asked_for(request: HttpRequest) -> GenerationParams | None:
    """The settings that the address names (?remix= or ?preset=), all of them; None for an empty form. Or Refusal."""
    if "remix" in request.GET:
        return of_picture(request, _handle(request.GET["remix"]))
    if "preset" in request.GET:
        params = GenerationParams.from_json(_own_preset(request, _handle(request.GET["preset"])).params)
        return _still_there(request, params, offered=versions.numbered(params.version) is not None)
    return None


def of_picture(request: HttpRequest, handle: UUID) -> GenerationParams:
    """The parameters of a picture that is remixed: all of them, or Refusal.

    404 for a picture this artist may not see. Of others' pictures only those whose artist shows the recipe.
    """
    image = visible_image(request, handle)
    mine = image.artist_id == me(request).pk
    if not mine and not image.recipe_public:
        raise Refusal(
            code="recipe-private",
            why="The artist of this picture does not show how it was made.",
            fix="Start from a prompt of your own.",
            status=403,
        )
    params = GenerationParams.from_json(image.params)
    if params.personal and not mine:
        raise Refusal(
            code="recipe-personal",
            why="This picture was made with its artist's personal adapter, which only she can use.",
            fix="Start from a prompt of your own.",
            status=403,
        )
    return _still_there(request, params, offered=image.version_id in versions.offered_ids())


def _still_there(request: HttpRequest, params: GenerationParams, *, offered: bool) -> GenerationParams:
    """The settings, if what they name is there today. Refusals `adapter-gone`, `version-gone`."""
    if params.personal and params.personal not in vaults.adapters_of(artist_id=me(request).pk):
        raise listed("adapter-gone")
    if not offered:
        raise Refusal(
            code="version-gone",
            why="The version this was made with is no longer offered, so it cannot be repeated exactly.",
            fix="Start from an empty form with a version of today.",
            status=409,
        )
    return params


def _handle(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _own_preset(request: HttpRequest, handle: UUID) -> Preset:
    preset = selectors.preset_of(artist_id=me(request).pk, handle=handle)
    if preset is None:
        raise Http404
    return preset


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the form's settings under a name; the studio opens with them."""
    form = StudioForm(request.POST, artist_id=me(request).pk)
    if not form.is_valid():
        messages.error(request, "Not kept: " + " ".join(next(iter(form.errors.values()))))
        return redirect("gallery:studio")
    try:
        preset = presets.save(
            artist=me(request),
            name=request.POST.get("preset_name", ""),
            params=form.params,
            at=timezone.now(),
        )
    except Refusal as refusal:
        say(request, refusal)
        return redirect("gallery:studio")
    messages.success(request, f"Kept as “{preset.name}”.")
    return redirect(f"/studio/?preset={preset.handle}")


@login_required
@require_POST
def forget(request: HttpRequest, handle: UUID) -> HttpResponse:
    """Delete a preset."""
    preset = _own_preset(request, handle)
    presets.forget(preset=preset)
    messages.info(request, f"The preset “{preset.name}” is deleted.")
    return redirect("gallery:studio")
