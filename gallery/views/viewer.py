"""What a viewer sees and does not see: hide an artist or a version, and the page of her switches."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gallery import selectors, walls
from gallery.errors import Refusal
from gallery.forms import PreferencesForm
from gallery.services import viewing
from gallery.views.common import me, say, visible_image


@login_required
@require_safe
def preferences(request: HttpRequest) -> HttpResponse:
    """The switches, and what was hidden."""
    mine = selectors.preferences_of(artist_id=me(request).pk)
    form = PreferencesForm(initial={"adult": mine.adult, "prompt_in_file": mine.prompt_in_file})
    at = timezone.now()
    return render(
        request,
        "gallery/preferences.html",
        {"form": form, "hidden": walls.hidden_by(viewer_id=me(request).pk, at=at)},
    )


@login_required
@require_POST
def save_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the switches as sent."""
    form = PreferencesForm(request.POST)
    if form.is_valid():
        viewing.set_preferences(artist=me(request), **form.cleaned_data)
        messages.success(request, "Saved.")
    return redirect("gallery:preferences")


@login_required
@require_POST
def hide(request: HttpRequest, handle: UUID) -> HttpResponse:
    """Hide the artist of a picture, or (what=version) all that its version drew."""
    image = visible_image(request, handle)
    act = viewing.hide_version if request.POST.get("what") == "version" else viewing.hide_artist
    try:
        act(viewer=me(request), image=image, at=timezone.now())
    except Refusal as refusal:
        say(request, refusal)
        return redirect("gallery:image", handle=handle)
    messages.success(request, "Hidden from your wall. Your preferences list what you hid, and bring it back.")
    return redirect("gallery:wall")


@login_required
@require_POST
def unhide(request: HttpRequest, hidden_id: int) -> HttpResponse:
    """Show something hidden again."""
    viewing.show_again(viewer=me(request), hidden_id=hidden_id)
    messages.success(request, "Shown again.")
    return redirect("gallery:preferences")
