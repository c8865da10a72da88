"""The files of pictures: whole, thumbnails, contact sheets. Each asks first who may see it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from gallery import selectors
from gallery.storages import private_images
from gallery.views.common import do_not_train, visible_image


def send_file(request: HttpRequest, stored: str, *, tag: str, kind: str, name: str) -> HttpResponse:
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
    return send_file(request, shown.file, tag=shown.sha256, kind="image/png", name=name)


@require_safe
@do_not_train
def image_thumb(request: HttpRequest, handle: UUID) -> HttpResponse:
    """The marked WebP thumbnail."""
    shown = visible_image(request, handle)
    name = f"fedart-{shown.handle.hex[:8]}.webp"
    return send_file(request, shown.thumb, tag=f"t-{shown.sha256}", kind="image/webp", name=name)


@require_safe
@do_not_train
def image_avif(request: HttpRequest, handle: UUID, side: int) -> HttpResponse:
    """A marked AVIF thumbnail whose longer side is `side` pixels; 404 for sides that were not made."""
    shown = visible_image(request, handle)
    stored = shown.avifs.get(side)
    if stored is None:
        raise Http404
    name = f"fedart-{shown.handle.hex[:8]}.avif"
    return send_file(request, stored, tag=f"a{side}-{shown.sha256}", kind="image/avif", name=name)


@require_safe
@do_not_train
def version_sheet(request: HttpRequest, number: int, campaign_id: UUID | None = None) -> HttpResponse:
    """The contact sheet of a version; of the current campaign where none is named."""
    evaluation = selectors.evaluation_numbered(number=number, campaign_id=campaign_id)
    if evaluation is None:
        raise Http404
    tag = f"e-{evaluation.pk}-{evaluation.made_at.timestamp():.0f}"
    return send_file(
        request, evaluation.sheet, tag=tag, kind="image/png", name=f"fedart-version-{number}.png"
    )
