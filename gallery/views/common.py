"""What the gallery's pages share: who is asking, the do-not-train signals, a refusal as a sentence."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from gallery import selectors
from gallery.errors import Refusal
from gallery.models import Artist, Image

TDM_POLICY = "/.well-known/tdm-policy.json"
View = Callable[..., HttpResponse]


def me(request: HttpRequest) -> Artist:
    """The signed-in artist; only for views behind login_required."""
    return cast(Artist, request.user)


def viewer_id(request: HttpRequest) -> int | None:
    """The signed-in artist's id, or None for a visitor."""
    return request.user.pk if request.user.is_authenticated else None


def visible_image(request: HttpRequest, handle: UUID) -> Image:
    """A picture this visitor may see; 404 for all others, so that nobody learns what exists."""
    image = selectors.image_for(viewer_id=viewer_id(request), handle=handle)
    if image is None:
        raise Http404
    return image


def own_image(request: HttpRequest, handle: UUID, *, deleted: bool = False) -> Image:
    """The artist's own picture; 404 for everybody else's, published or not."""
    image = selectors.image_for(viewer_id=viewer_id(request), handle=handle, own_deleted=deleted)
    if image is None or image.artist_id != request.user.pk:
        raise Http404
    return image


def forbid_training(response: HttpResponse) -> HttpResponse:
    """Reserve text and data mining rights in the response's headers (TDMRep, and the noai convention)."""
    response["X-Robots-Tag"] = "noai, noimageai"
    response["TDM-Reservation"] = "1"
    response["TDM-Policy"] = f"{settings.PUBLIC_ORIGIN}{TDM_POLICY}"
    return response


def do_not_train(view: View) -> View:
    """Every answer of this view carries the do-not-train headers."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return forbid_training(view(request, *args, **kwargs))

    return wrapped


def say(request: HttpRequest, refusal: Refusal) -> None:
    """Show a refusal on the next page."""
    messages.error(request, str(refusal))
