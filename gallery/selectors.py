"""What the gallery's pages and sockets read. Nothing here writes."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, QuerySet
from django.utils import timezone

from consent.purposes import CREDIT_BY_NAME, SHOW_IMAGES
from consent.selectors import live_grant
from federation import selectors as federation
from gallery import events, states, versions, waiting
from gallery.gates import allows
from gallery.limits import UNDO_FOR
from gallery.models import Artist, Evaluation, GenerationRequest, Image, Preferences, Preset


def request_of(*, artist_id: int, handle: UUID) -> GenerationRequest | None:
    """The artist's own request, or None: a stranger's does not exist."""
    return (
        GenerationRequest.objects.filter(artist_id=artist_id, handle=handle)
        .select_related("version", "image")
        .first()
    )


def requests_of(*, artist_id: int, limit: int) -> Sequence[GenerationRequest]:
    """The artist's latest requests, newest first."""
    rows = GenerationRequest.objects.filter(artist_id=artist_id).select_related("version", "image")
    return list(rows[:limit])


def open_requests_of(*, artist_id: int) -> Sequence[GenerationRequest]:
    """What waits or runs, oldest first."""
    rows = GenerationRequest.objects.filter(artist_id=artist_id, state__in=states.OPEN)
    return list(rows.select_related("image").order_by("created_at"))


def requests_in(*, artist_id: int, group: UUID) -> Sequence[GenerationRequest]:
    """The artist's own requests that were asked for together, in their order."""
    rows = GenerationRequest.objects.filter(artist_id=artist_id, group=group)
    return list(rows.select_related("version", "image").order_by("pk"))


def presets_of(*, artist_id: int) -> Sequence[Preset]:
    """The artist's named settings, by name."""
    return list(Preset.objects.filter(artist_id=artist_id))


def preset_of(*, artist_id: int, handle: UUID) -> Preset | None:
    """One of the artist's own."""
    return Preset.objects.filter(artist_id=artist_id, handle=handle).first()


def anybody_waits() -> bool:
    """Whether an artist waits for a worker."""
    return GenerationRequest.objects.filter(state=states.QUEUED).exists()


def seconds_per_picture() -> float | None:
    """How long the last twenty pictures took on average, or None before the first."""
    latest = GenerationRequest.objects.filter(state=states.DONE).order_by("-ended_at")
    value = GenerationRequest.objects.filter(pk__in=latest.values("pk")[:20]).aggregate(mean=Avg("seconds"))
    return None if value["mean"] is None else float(value["mean"])


def seconds_left(request: GenerationRequest, *, at: datetime) -> int | None:
    """A guess for a running request from its own pace, whole seconds; None before its first step."""
    if request.started_at is None or request.step < 1:
        return None
    pace = (at - request.started_at).total_seconds() / request.step
    return math.ceil(pace * (request.steps - request.step))


def news_of(request: GenerationRequest, *, at: datetime) -> dict[str, Any]:
    """Where a request stands, as the payload the studio shows."""
    handle = str(request.handle)
    preview = events.as_text(request.preview)
    if request.state == states.QUEUED:
        place, pace = waiting.place_of(request, at=at), seconds_per_picture()
        return events.Queued(handle, place, math.ceil(place * pace) if pace else None).to_json()
    if request.state == states.AWAITING:
        return events.Awaiting(handle, request.state_reason).to_json()
    if request.state == states.RUNNING:
        left = seconds_left(request, at=at)
        return events.Running(handle, request.step, request.steps, left, preview).to_json()
    if request.state == states.FAILED:
        return events.Failed(handle, request.reason, preview).to_json()
    image = Image.objects.filter(request_id=request.pk).first() if request.state == states.DONE else None
    if image is None:
        return events.Cancelled(handle, preview).to_json()
    return done_payload(handle, image)


def done_payload(handle: str, image: Image) -> dict[str, Any]:
    """The payload for a finished picture."""
    page = f"/images/{image.handle}/"
    return events.Done(
        id=handle,
        picture=f"{page}file.png",
        page=page,
        width=image.width,
        height=image.height,
        alt=image.own_alt,
    ).to_json()


def published(*, at: datetime) -> QuerySet[Image]:
    """The gate "show": published, and its artist allows showing at this very moment."""
    return (
        with_credit(
            Image.objects.filter(
                allows(SHOW_IMAGES, at=at),
                published_at__isnull=False,
                deleted_at__isnull=True,
                held_at__isnull=True,
                artist__is_active=True,
            ),
            at=at,
        )
        .select_related("artist")
        .defer("words")
    )


def with_credit(rows: QuerySet[Image], *, at: datetime) -> QuerySet[Image]:
    """The gate "credit": `named` says whether the artist allows her name beside her pictures now."""
    return rows.annotate(named=allows(CREDIT_BY_NAME, at=at))


def parse_cursor(text: str) -> tuple[datetime, int] | None:
    """The place in the wall that `cursor_of` wrote, or None for what is no such place."""
    stamp, _, key = text.partition("_")
    try:
        at, pk = datetime.fromisoformat(stamp), int(key)
    except ValueError:
        return None
    return (at, pk) if at.tzinfo is not None and 0 < pk < 2**63 else None


def cursor_of(image: Image, *, field: str = "published_at") -> str:
    """Where the page after `image` starts; stays right while pictures come and go before it."""
    return f"{getattr(image, field).isoformat()}_{image.pk}"


def turn_page(
    rows: QuerySet[Image], *, field: str, before: tuple[datetime, int] | None, size: int
) -> tuple[list[Image], str]:
    """`size` pictures after `before` in order of (field, id) descending, and the cursor of the next page or ""."""
    rows = rows.order_by(f"-{field}", "-pk")
    if before is not None:
        at, pk = before
        # A row comparison, spelled so that the index range is used: earlier, or equally early with a lower id.
        rows = rows.filter(**{f"{field}__lte": at}).exclude(**{field: at, "pk__gte": pk})
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    return found, cursor_of(found[-1], field=field) if more else ""


def pictures_of(*, artist_id: int, before: tuple[datetime, int] | None, size: int) -> tuple[list[Image], str]:
    """The artist's own pictures, private ones too, without deleted ones."""
    rows = Image.objects.filter(artist_id=artist_id, deleted_at=None).select_related("artist", "version")
    return turn_page(rows, field="created_at", before=before, size=size)


def deleted_pictures_of(*, artist_id: int, at: datetime) -> Sequence[Image]:
    """What the artist deleted within the last day and can bring back."""
    rows = Image.objects.filter(artist_id=artist_id, deleted_at__gt=at - UNDO_FOR)
    return list(rows.select_related("artist", "version").order_by("-deleted_at")[:24])


def picture_counts(*, artist_id: int) -> dict[str, int]:
    """How many pictures the artist has and how many the public sees."""
    mine = Image.objects.filter(artist_id=artist_id, deleted_at=None)
    return mine.aggregate(all=Count("pk"), published=Count("published_at"))


def image_for(*, viewer_id: int | None, handle: UUID, own_deleted: bool = False) -> Image | None:
    """A picture this viewer may see: her own, or a published one. None otherwise, never "forbidden"."""
    at = timezone.now()
    rows = with_credit(Image.objects.filter(handle=handle), at=at).annotate(shown=allows(SHOW_IMAGES, at=at))
    image = rows.select_related("artist", "version", "request").first()
    if image is None:
        return None
    if viewer_id is not None and image.artist_id == viewer_id:
        return image if own_deleted or image.deleted_at is None else None
    public = image.is_public and image.held_at is None and image.artist.is_active
    if not (public and image.shown) or (image.adult and not wants_adult(viewer_id)):
        return None
    return image


def preferences_of(*, artist_id: int) -> Preferences:
    """The artist's switches; all off before she touched any."""
    return Preferences.objects.filter(artist_id=artist_id).first() or Preferences()


def wants_adult(artist_id: int | None) -> bool:
    """Whether this viewer switched adult pictures on."""
    return artist_id is not None and Preferences.objects.filter(artist_id=artist_id, adult=True).exists()


def prompt_goes_into_files(artist_id: int) -> bool:
    """Whether this artist asked for the prompt in her pictures' credentials."""
    return Preferences.objects.filter(artist_id=artist_id, prompt_in_file=True).exists()


def artist_page(*, handle: str) -> Artist | None:
    """An artist who has published something; others have no public page, not even an empty one."""
    artist = Artist.objects.filter(handle=handle, is_active=True).first()
    shown = artist is not None and published(at=timezone.now()).filter(artist=artist).exists()
    return artist if shown else None


def is_named(*, artist: Artist, at: datetime) -> bool:
    """Whether this artist allows her name to be shown."""
    return live_grant(artist_id=artist.pk, purpose=CREDIT_BY_NAME, at=at) is not None


def evaluation_numbered(*, number: int, campaign_id: UUID | None = None) -> Evaluation | None:
    """The evaluation of a version (of the current campaign unless one is named), when it has been made."""
    if campaign_id is None:
        version = versions.numbered(number)
    else:
        version = federation.version_of(campaign_id=campaign_id, number=number)
    return Evaluation.objects.filter(version_id=version.pk).first() if version else None


def newest_evaluation() -> Evaluation | None:
    """The evaluation made last, with its version."""
    return Evaluation.objects.select_related("version").order_by("-made_at").first()
