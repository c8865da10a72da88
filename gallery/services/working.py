"""What a worker does to a request's row while it makes the picture: begin, report, finish, give up.

Only one worker can be at a request: it holds a PostgreSQL advisory lock on its own connection, which the database
itself lets go when the worker dies, however it dies. So a second delivery of the same task knows exactly whether
somebody is still at it, without any clock. Every write besides carries the attempt number, so that a worker which
lost its connection and was replaced cannot write over its successor.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from consent.selectors import is_paused, is_restricted
from gallery import states
from gallery.errors import Refusal
from gallery.limits import ATTEMPTS_MAX, PREVIEW_MAX_BYTES
from gallery.models import GenerationRequest
from gallery.services import notices

LOCK_SPACE = 0x6661_0001
"""First half of the advisory lock's key ("fa", requests), so that no other use of such locks can meet ours."""
PAUSED = "you paused everything before it was made"
DIED_TWICE = "The worker stopped twice while making this picture."


@contextmanager
def sole_worker(request_id: int) -> Iterator[bool]:
    """Hold the request's lock; yields False at once when another living worker has it."""
    key = request_id % 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, key])
        row = cursor.fetchone()
    held = bool(row and row[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, key])


def recover(*, request_id: int, at: datetime) -> None:
    """Put a request back whose worker died. Call it under `sole_worker`: nobody living is then at it."""
    request = GenerationRequest.objects.filter(pk=request_id, state=states.RUNNING).first()
    if request is not None and request.place == GenerationRequest.SERVER:
        put_back(request=request, at=at)


def begin(*, request_id: int, at: datetime, tell_others: bool = True) -> GenerationRequest | None:
    """Take a request up, or None when there is nothing to do (ended, gone, cancelled meanwhile, everything paused).

    With `tell_others` everybody who waits hears her new place; who takes several tells them once.

    Call it under `sole_worker`: a row that still says "running" then belongs to a worker that died.
    """
    request = GenerationRequest.objects.filter(pk=request_id).first()
    if request is None or request.state in states.ENDED:
        return None
    if request.state == states.RUNNING:
        request = put_back(request=request, at=at)
    stopped = is_restricted(artist_id=request.artist_id, at=at)
    if (request.cancel_asked or stopped) and request.state == states.QUEUED:
        reason = "processing was stopped" if stopped else "cancelled while waiting"
        states.move(request, to=states.CANCELLED, reason=reason, at=at, ended_at=at)
        notices.tell_ended(request)
    if request.state == states.QUEUED and is_paused(artist_id=request.artist_id, at=at):
        states.move(request, to=states.CANCELLED, reason=PAUSED, at=at, ended_at=at)
        notices.tell_ended(request)
    if request.state != states.QUEUED:
        return None
    try:
        states.move(
            request,
            to=states.RUNNING,
            at=at,
            attempts=request.attempts + 1,
            started_at=at,
            step=0,
        )
    except Refusal:  # cancelled in this very moment
        return None
    notices.tell_running(request)
    if tell_others:
        notices.tell_places()
    return request


def put_back(*, request: GenerationRequest, at: datetime) -> GenerationRequest:
    """After a worker's death: back to the queue once, then failed with a reason."""
    if request.cancel_asked:
        states.move(request, to=states.CANCELLED, reason="cancelled", at=at, ended_at=at)
        notices.tell_ended(request)
    elif request.attempts >= ATTEMPTS_MAX:
        states.move(request, to=states.FAILED, reason=DIED_TWICE, at=at, ended_at=at)
        notices.tell_ended(request)
    else:
        states.move(
            request, to=states.QUEUED, reason="the worker stopped; trying once more", at=at, sent_at=at
        )
        notices.tell_queued(request)
    return request


def report_step(*, request: GenerationRequest, step: int, preview: bytes | None) -> bool:
    """Note how far the picture is and tell the owner; False when the worker should stop (cancelled, replaced)."""
    changes: dict[str, object] = {"step": step}
    if preview is not None and len(preview) <= PREVIEW_MAX_BYTES:
        changes["preview"] = preview
    mine = GenerationRequest.objects.filter(
        pk=request.pk, state=states.RUNNING, attempts=request.attempts, cancel_asked=False
    )
    if not mine.update(**changes):
        return False
    request.step = step
    request.preview = changes.get("preview", request.preview)
    notices.tell_running(request, preview=preview)
    return True


def give_up(*, request: GenerationRequest, reason: str, at: datetime) -> GenerationRequest:
    """End a running request without a picture; the last preview stays."""
    states.move(request, to=states.FAILED, reason=reason[:300], at=at, attempt=request.attempts, ended_at=at)
    notices.tell_ended(request)
    return request


def stop(*, request: GenerationRequest, preview: bytes | None, at: datetime) -> GenerationRequest:
    """End a running request because its owner said so; the last preview stays."""
    also = {"preview": preview} if preview is not None and len(preview) <= PREVIEW_MAX_BYTES else {}
    states.move(
        request, to=states.CANCELLED, reason="cancelled", at=at, attempt=request.attempts, ended_at=at, **also
    )
    notices.tell_ended(request)
    return request
