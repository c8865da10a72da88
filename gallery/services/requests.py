"""Asking for a picture, and telling the studio to stop."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from consent.selectors import is_paused, is_restricted
from gallery import queue, sizes, states, vaults, versions
from gallery.errors import Refusal
from gallery.generation.params import GenerationParams
from gallery.models import Artist, GenerationRequest, RequestEvent
from gallery.services import notices, quotas
from gallery.services.policy import refuse_names

if TYPE_CHECKING:
    from federation.models import AdapterVersion


def ask(*, artist: Artist, params: GenerationParams, at: datetime) -> GenerationRequest:
    """Put a request on the queue; of a record that counts several pictures, the first. Refuses as `ask_each`."""
    return ask_each(artist=artist, records=params.validate().each(), at=at)[0]


def ask_each(*, artist: Artist, records: Sequence[GenerationParams], at: datetime) -> list[GenerationRequest]:
    """Put one request for each record on the queue, all or none; several become a group.

    Refuses parameters out of range, an unknown version ("version-unknown"), a size that the base cannot draw, a
    personal adapter that is not hers ("personal-unknown"), while everything is paused ("everything-paused") and more
    than the artist's share ("too-many-waiting", "hourly-limit"; both 429), and then changes nothing.
    """
    records = [record.validate() for record in records]
    refuse_names(*{text for record in records for text in (record.prompt, record.negative)})
    used = {number: _version(number) for number in {record.version for record in records}}
    group = uuid.uuid4() if len(records) > 1 else None
    with transaction.atomic():
        # The artist's row is the lock: two tabs cannot both take the last place.
        Artist.objects.select_for_update().get(pk=artist.pk)
        _refuse_while_restricted(artist=artist, at=at)
        _refuse_paused(artist_id=artist.pk, at=at)
        quotas.refuse_too_much(artist=artist, more=len(records), at=at)
        return [_put(artist, used[record.version], record, group, at) for record in records]


def _version(number: int) -> "AdapterVersion":
    version = versions.numbered(number)
    if version is None:
        raise Refusal(
            code="version-unknown",
            why=f"There is no version {number} of the shared adapter.",
            fix="Choose one of the versions in the list.",
            field="version",
        )
    return version


def batch_kind(base: str, record: GenerationParams) -> str:
    """What requests must share to be drawn in one batch."""
    against = "with negative" if record.negative else "plain"
    return f"{base} {record.width}x{record.height} {record.steps} {record.guidance:g} {against}"


def _put(
    artist: Artist, version: "AdapterVersion", record: GenerationParams, group: uuid.UUID | None, at: datetime
) -> GenerationRequest:
    base = version.campaign.base
    personal = bool(record.personal)
    if personal and record.personal not in vaults.adapters_of(artist_id=artist.pk):
        raise Refusal(
            code="personal-unknown",
            why="There is no such personal adapter in your vault.",
            fix="Choose one of the list, or none.",
            field="personal",
        )
    state = states.AWAITING if personal else states.QUEUED
    request = GenerationRequest.objects.create(
        artist=artist,
        version=version,
        params=record.to_json(),
        group=group,
        state=state,
        place=GenerationRequest.COMPUTER if personal else GenerationRequest.SERVER,
        work=sizes.area(base, record.width, record.height) * record.steps,
        kind=batch_kind(base.hash, record),
        steps=record.steps,
        created_at=at,
        sent_at=at,
    )
    RequestEvent.objects.create(request=request, to_state=state, at=at)
    if not personal:
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
    if request.state in (states.AWAITING, states.QUEUED):
        try:
            states.move(request, to=states.CANCELLED, reason="cancelled while waiting", at=at, ended_at=at)
        except Refusal:  # a worker was quicker: it will stop at its next step
            pass
        else:
            notices.tell_ended_on_commit(request)
    request.refresh_from_db()
    return request
