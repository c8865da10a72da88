"""Asking for a picture, and telling the studio to stop."""

from datetime import datetime

from django.db import transaction

from consent.selectors import is_paused, is_restricted
from gallery import queue, states, versions
from gallery.errors import Refusal
from gallery.generation.params import GenerationParams
from gallery.limits import HOUR, HOURLY_MAX, WAITING_MAX
from gallery.models import Artist, GenerationRequest, RequestEvent
from gallery.services import notices


def ask(*, artist: Artist, params: GenerationParams, at: datetime) -> GenerationRequest:
    """Put a request for one picture on the queue.

    Refuses parameters out of range, an unknown version ("version-unknown"), while everything is paused
    ("everything-paused") and more than the artist's share ("too-many-waiting", "hourly-limit"; both 429), and then
    changes nothing.
    """
    params = params.validate()
    version = versions.numbered(params.version)
    if version is None:
        raise Refusal(
            code="version-unknown",
            why=f"There is no version {params.version} of the shared adapter.",
            fix="Choose one of the versions in the list.",
            field="version",
        )
    with transaction.atomic():
        # The artist's row is the lock: two tabs cannot both take the last place.
        Artist.objects.select_for_update().get(pk=artist.pk)
        _refuse_while_restricted(artist=artist, at=at)
        _refuse_paused(artist_id=artist.pk, at=at)
        _refuse_too_much(artist=artist, at=at)
        request = GenerationRequest.objects.create(
            artist=artist,
            version=version,
            params=params.to_json(),
            steps=params.steps,
            created_at=at,
            sent_at=at,
        )
        RequestEvent.objects.create(request=request, to_state=states.QUEUED, at=at)
        queue.queue_image(request.pk)
        notices.tell_queued_on_commit(request)
    return request


def _refuse_while_restricted(*, artist: Artist, at: datetime) -> None:
    if is_restricted(artist_id=artist.pk, at=at):
        raise Refusal(
            code="processing-restricted",
            why="The processing of your data is stopped, so no new picture is made.",
            fix="Let it go on, on the page Your data.",
            status=409,
        )


def _refuse_paused(*, artist_id: int, at: datetime) -> None:
    """The gate "make": no picture is made for an artist who paused everything. Refusal "everything-paused" (409)."""
    if is_paused(artist_id=artist_id, at=at):
        raise Refusal(
            code="everything-paused",
            why="You paused everything, so no picture is made.",
            fix="Resume on the consent page, then ask again.",
            status=409,
        )


def _refuse_too_much(*, artist: Artist, at: datetime) -> None:
    mine = GenerationRequest.objects.filter(artist=artist)
    if mine.filter(state__in=states.OPEN).count() >= WAITING_MAX:
        raise Refusal(
            code="too-many-waiting",
            why=f"You have {WAITING_MAX} pictures in the making, which is as many as one artist may have at a time.",
            fix="Come back when one is finished, or cancel one.",
            status=429,
        )
    lately = list(
        mine.filter(created_at__gt=at - HOUR)
        .order_by("-created_at")
        .values_list("created_at", flat=True)[:HOURLY_MAX]
    )
    if len(lately) == HOURLY_MAX:
        free_at = (lately[-1] + HOUR).strftime("%H:%M")
        raise Refusal(
            code="hourly-limit",
            why=f"You have asked for {HOURLY_MAX} pictures within an hour, which is the limit.",
            fix=f"Come back at {free_at} UTC.",
            status=429,
        )


def cancel(*, request: GenerationRequest, at: datetime) -> GenerationRequest:
    """Stop a request. A waiting one ends at once; a running one ends at its next step and keeps its preview.

    Cancelling twice is the same as once; one that has ended stays as it ended (Refusal "request-ended", 409).
    """
    request.refresh_from_db()
    if request.state == states.CANCELLED:
        return request
    if request.state in states.ENDED:
        raise Refusal(
            code="request-ended",
            why="This request has already ended, there is nothing to cancel.",
            fix="Look at its page for the result.",
            status=409,
        )
    # Said first, so that a worker that takes the request between the two lines sees it before its first step.
    GenerationRequest.objects.filter(pk=request.pk).update(cancel_asked=True)
    if request.state == states.QUEUED:
        try:
            states.move(request, to=states.CANCELLED, reason="cancelled while waiting", at=at, ended_at=at)
        except Refusal:  # a worker was quicker: it will stop at its next step
            pass
        else:
            notices.tell_ended_on_commit(request)
    request.refresh_from_db()
    return request
