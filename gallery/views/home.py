"""Home of a signed-in artist: what to do next, what is being made, her name."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gallery import selectors
from gallery.forms import ProfileForm
from gallery.next_steps import next_steps
from gallery.services import accounts
from gallery.views.common import me


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The next steps until they are done, the latest pictures and the account."""
    artist = me(request)
    steps = next_steps(artist=artist, at=timezone.now())
    latest, _ = selectors.pictures_of(artist_id=artist.pk, before=None, size=6)
    context = {
        "greeting": f"Hello, {artist.display_name}" if artist.display_name else "Hello",
        "steps": steps,
        "settled": all(step.state == "done" for step in steps),
        "pictures": latest,
        "counts": selectors.picture_counts(artist_id=artist.pk),
        "open_requests": selectors.open_requests_of(artist_id=artist.pk),
        "form": ProfileForm(initial={"display_name": artist.display_name}),
        "public_page": selectors.artist_page(handle=artist.handle) is not None,
    }
    return render(request, "gallery/home.html", context)


@login_required
@require_POST
def rename(request: HttpRequest) -> HttpResponse:
    """Change the name shown beside published pictures."""
    form = ProfileForm(request.POST)
    if form.is_valid():
        accounts.rename(artist=me(request), display_name=form.cleaned_data["display_name"])
        messages.success(request, "Saved.")
    else:
        messages.error(request, "The name cannot be used. Keep it to 80 plain characters.")
    return redirect("gallery:home")
