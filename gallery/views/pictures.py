"""Pictures: mine, one picture's page and files, and what its artist may do with it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from gallery import selectors
from gallery.errors import Refusal
from gallery.forms import PublishForm
from gallery.generation.params import public_recipe
from gallery.limits import MINE_PAGE
from gallery.models import Image
from gallery.services import pictures
from gallery.storages import private_images
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
    }
    return render(request, "gallery/image.html", context)


def _file(request: HttpRequest, stored: str, *, tag: str, kind: str, name: str) -> HttpResponse:
    """A stored file. `no-cache`: a copy may be kept but is asked for each time, so that unpublishing acts at once."""
    answer = get_conditional_response(request, etag=f'"{tag}"')
    if answer is None:
        try:
            with private_images().open(stored) as file:
                answer = HttpResponse(file.read(), content_type=kind)
        except FileNotFoundError:
            raise Http404 from None
    answer["ETag"] = f'"{tag}"'
    answer["Cache-Control"] = "private, no-cache"
    way = "attachment" if "download" in request.GET else "inline"
    answer["Content-Disposition"] = f'{way}; filename="{name}"'
    return answer


@require_safe
@do_not_train
def image_file(request: HttpRequest, handle: UUID) -> HttpResponse:
    """The marked PNG (?download to save it)."""
    shown = visible_image(request, handle)
    name = f"fedart-{shown.handle.hex[:8]}.png"
    return _file(request, shown.file, tag=shown.sha256, kind="image/png", name=name)


@require_safe
@do_not_train
def image_thumb(request: HttpRequest, handle: UUID) -> HttpResponse:
    """The marked WebP thumbnail."""
    shown = visible_image(request, handle)
    name = f"fedart-{shown.handle.hex[:8]}.webp"
    return _file(request, shown.thumb, tag=f"t-{shown.sha256}", kind="image/webp", name=name)


@require_safe
@do_not_train
def image_avif(request: HttpRequest, handle: UUID, side: int) -> HttpResponse:
    """A marked AVIF thumbnail whose longer side is `side` pixels; 404 for sides that were not made."""
    shown = visible_image(request, handle)
    stored = shown.avifs.get(side)
    if stored is None:
        raise Http404
    name = f"fedart-{shown.handle.hex[:8]}.avif"
    return _file(request, stored, tag=f"a{side}-{shown.sha256}", kind="image/avif", name=name)


@require_safe
@do_not_train
def version_sheet(request: HttpRequest, number: int, campaign_id: UUID | None = None) -> HttpResponse:
    """The contact sheet of a version; of the current campaign where none is named."""
    evaluation = selectors.evaluation_numbered(number=number, campaign_id=campaign_id)
    if evaluation is None:
        raise Http404
    tag = f"e-{evaluation.pk}-{evaluation.made_at.timestamp():.0f}"
    return _file(request, evaluation.sheet, tag=tag, kind="image/png", name=f"fedart-version-{number}.png")


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
