"""The wall (/) with its filters, an artist's public page, and the credits."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gallery import credits, selectors, walls
from gallery.limits import WALL_PAGE
from gallery.models import Artist, Image
from gallery.views.common import do_not_train, viewer_id


def _tiles(request: HttpRequest, pictures: list[Image], cursor: str, *, query: str = "") -> dict[str, object]:
    """`query` are the filters that the next page keeps."""
    more = f"{query}&" if query else ""
    return {"pictures": pictures, "next_cursor": cursor, "path": request.path, "query": more}


@require_safe
@do_not_train
def wall(request: HttpRequest) -> HttpResponse:
    """Published pictures, newest first; htmx asks for the next tiles only."""
    before = selectors.parse_cursor(request.GET.get("before", ""))
    wanted = walls.parse(request.GET)
    viewer = viewer_id(request)
    found = walls.wall(viewer_id=viewer, wanted=wanted, before=before, size=WALL_PAGE)
    context = _tiles(request, *found, query=wanted.query)
    if request.htmx and before:  # type: ignore[attr-defined]
        return render(request, "gallery/_tiles.html", context)
    if not context["pictures"] and not wanted.any:
        context["sheet"] = selectors.newest_evaluation()
    further = {"further": before is not None, "wanted": wanted}
    return render(request, "gallery/wall.html", context | further)


@require_safe
@do_not_train
def artist(request: HttpRequest, handle: str) -> HttpResponse:
    """What one artist has published."""
    shown = selectors.artist_page(handle=handle)
    if shown is None:
        raise Http404
    before = selectors.parse_cursor(request.GET.get("before", ""))
    viewer = viewer_id(request)
    context = _tiles(request, *walls.wall_of(artist=shown, viewer_id=viewer, before=before, size=WALL_PAGE))
    if request.htmx and before:  # type: ignore[attr-defined]
        return render(request, "gallery/_tiles.html", context)
    named = selectors.is_named(artist=shown, at=timezone.now())
    name = shown.public_name if named else Artist.NO_NAME
    return render(request, "gallery/artist.html", context | {"artist": shown, "name": name})


@require_safe
def credit(request: HttpRequest) -> HttpResponse:
    """Whose pictures the base and the sample artists are made of, with licences."""
    return render(
        request, "gallery/credits.html", {"samples": credits.sample_artists(), "base": credits.base()}
    )


@require_safe
def sample_picture(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """A picture that came with a sample artist."""
    data = credits.sample_picture(slug=slug, name=name)
    if data is None:
        raise Http404
    answer = HttpResponse(data, content_type="image/png")
    answer["Cache-Control"] = "public, max-age=86400"
    return answer
