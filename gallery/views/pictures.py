"""Pictures: mine, one picture's page and files, and what its artist may do with it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gallery import selectors
from gallery.errors import Refusal
from gallery.forms import PublishForm
from gallery.generation.params import public_recipe
from gallery.limits import MINE_PAGE
from gallery.models import Image
from gallery.services import pictures
from gallery.views.common import do_not_train, me, own_image, say, viewer_id, visible_image


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The artist's own pictures, private ones too, and what she deleted today."""
    before = selectors.parse_cursor(request.GET.get("before", ""))
    artist_id = me(request).pk
    found, cursor = selectors.pictures_of(artist_id=artist_id, before=before, size=MINE_PAGE)
    context = {"pictures": found, "next_cursor": cursor, "path": request.path, "own": True}
    if request.htmx and before:  # type: ignore[attr-defined]
        return render(request, "gallery/_tiles.html", context)
    context["deleted"] = selectors.deleted_pictures_of(artist_id=artist_id, at=timezone.now())
    context["counts"] = selectors.picture_counts(artist_id=artist_id)
    return render(request, "gallery/mine.html", context)


@require_safe
@do_not_train
def image(request: HttpRequest, handle: UUID) -> HttpResponse:
    """One picture: large, how it was made, its credentials."""
    shown = visible_image(request, handle)
    own = shown.artist_id == viewer_id(request)
    context = {
        "image": shown,
        "own": own,
        "alt": shown.own_alt if own else shown.public_alt,
        "recipe": shown.params if own else public_recipe(shown.params) if shown.recipe_public else None,
        "form": PublishForm(initial={"alt": shown.alt}) if own else None,
        "reports": shown.reports.order_by("-at") if own else (),
    }
    return render(request, "gallery/image.html", context)


def _act(
    request: HttpRequest, handle: UUID, act: Callable[[Image], Image], said: str, *, deleted: bool = False
) -> HttpResponse:
    picture = own_image(request, handle, deleted=deleted)
    try:
        act(picture)
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, said)
    return redirect("gallery:image", handle=handle)


@login_required
@require_POST
def publish(request: HttpRequest, handle: UUID) -> HttpResponse:
    """Show the picture to everybody."""
    form = PublishForm(request.POST)

    def act(picture: Image) -> Image:
        if not form.is_valid():
            raise Refusal(
                "alt-unfit", "The description cannot be used.", "Make it shorter and plain.", field="alt"
            )
        if "alt" in request.POST:
            pictures.describe(image=picture, alt=form.cleaned_data["alt"])
        return pictures.publish(
            image=picture, show_recipe=form.cleaned_data["show_recipe"], at=timezone.now()
        )

    return _act(request, handle, act, "Published. Everybody can see this picture now.")


@login_required
@require_POST
def unpublish(request: HttpRequest, handle: UUID) -> HttpResponse:
    """Make the picture private again."""
    said = "Private again. Copies that others saved in the meantime are beyond our reach."
    return _act(request, handle, lambda picture: pictures.unpublish(image=picture), said)


@login_required
@require_POST
def delete(request: HttpRequest, handle: UUID) -> HttpResponse:
    """Delete the picture; it can be brought back for a day."""
    picture = own_image(request, handle)
    pictures.delete(image=picture, at=timezone.now())
    messages.success(request, "Deleted. You can bring it back for one day, below.")
    return redirect("gallery:mine")


@login_required
@require_POST
def undelete(request: HttpRequest, handle: UUID) -> HttpResponse:
    """Bring a deleted picture back."""
    return _act(
        request,
        handle,
        lambda picture: pictures.undelete(image=picture),
        "Brought back. It is private.",
        deleted=True,
    )
