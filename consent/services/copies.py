"""Make the copy of everything held about one artist (Art. 15(3), 20), and remove it when its time is over."""

import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from consent import request_states
from consent.desk_rules import ARTIST, MACHINE
from consent.models import PersonalCopy, SubjectRequest
from consent.personal_copy import CopyWriter
from consent.processing import controller
from consent.queue import queue_copy
from consent.services.bundles import signed_bundle
from consent.services.ledger import append_entry
from consent.services.letters import tell
from consent.services.sole import sole_worker

LIFETIME = timedelta(days=7)
FORMAT = "copy"
State = PersonalCopy.State
OPEN = (State.QUEUED, State.RUNNING)


def ask_for_copy(*, request: SubjectRequest, at: datetime) -> PersonalCopy:
    """Queue the making of the copy; once for each request."""
    assert request.artist_id is not None
    copy, made = PersonalCopy.objects.get_or_create(
        request=request, defaults={"artist_id": request.artist_id, "asked_at": at}
    )
    if made:
        queue_copy(copy.pk)
    return copy


def build_copy(*, copy_id: UUID, at: datetime) -> PersonalCopy | None:
    """Write the zip, store it, append the entry, and close the request: all of it or nothing.

    Idempotent: a finished copy is left alone, and what a killed worker began is begun again.
    """
    with sole_worker(copy_id) as free:
        mine = PersonalCopy.objects.filter(pk=copy_id, state__in=OPEN)
        copy = mine.select_related("request", "artist").first() if free else None
        if copy is None:
            return None
        mine.update(state=State.RUNNING, parts_done=0)
        try:
            with tempfile.TemporaryFile() as target:
                rows = _write(copy, target, at=at)
                _finish(copy, target, rows=rows, at=at)
        except Exception as error:
            mine.update(state=State.FAILED, failure=type(error).__name__, finished_at=at)
            raise
    copy.refresh_from_db()
    return copy


def again(*, copy: PersonalCopy, at: datetime) -> None:
    """Try once more what failed."""
    if PersonalCopy.objects.filter(pk=copy.pk, state=State.FAILED).update(
        state=State.QUEUED, failure="", asked_at=at
    ):
        queue_copy(copy.pk)


def remove_expired_copies(*, at: datetime) -> int:
    """Remove the files whose time is over; how many. Safe to repeat."""
    removed = 0
    for copy in PersonalCopy.objects.filter(state=State.DONE, expires_at__lte=at):
        storages["exports"].delete(copy.file_name)
        removed += PersonalCopy.objects.filter(pk=copy.pk).update(state=State.EXPIRED, file_name="")
    return removed


def _write(copy: PersonalCopy, target: IO[bytes], *, at: datetime) -> int:
    """A signed bundle (docs/ledger.md) with everything; returns how many rows are in it."""
    context = {
        "artist": copy.artist,
        "request": copy.request,
        "made_at": at,
        "origin": settings.PUBLIC_ORIGIN,
        "controller": controller(),
    }

    def note(done: int, total: int) -> None:
        PersonalCopy.objects.filter(pk=copy.pk).update(parts_done=done, parts_total=total)

    with signed_bundle(target, at=at) as bundle:
        writer = CopyWriter(bundle, artist_id=copy.artist_id, context=context)
        return writer.write(after_each=note)


def _finish(copy: PersonalCopy, target: IO[bytes], *, rows: int, at: datetime) -> None:
    size = target.seek(0, 2)
    target.seek(0)
    digest = sha256()
    while piece := target.read(1 << 20):
        digest.update(piece)
    target.seek(0)
    name = ""
    storage = storages["exports"]
    try:
        with transaction.atomic():
            row = PersonalCopy.objects.select_for_update().get(pk=copy.pk)
            name = storage.save(f"copy-{copy.pk}.zip", File(target))
            row.state, row.finished_at, row.expires_at = State.DONE, at, at + LIFETIME
            row.file_name, row.size, row.sha256 = name, size, digest.hexdigest()
            row.parts_done = row.parts_total
            row.entry = append_entry(kind="export", body=_entry_body(row, rows=rows), at=at)
            row.save()
            request_states.move(
                copy.request,
                to="done",
                what="carried-out",
                at=at,
                role=MACHINE,
                actor_id=None,
                note="The copy is ready and can be downloaded for seven days.",
            )
            tell(copy.request, what="copy-ready")
    except Exception:
        with suppress(Exception):
            storage.delete(name)
        raise


def _entry_body(row: PersonalCopy, *, rows: int) -> dict[str, str | int | list[str]]:
    """What the ledger commits to: enough to prove which file it was, without naming anybody."""
    return {
        "export": str(row.pk),
        "format": FORMAT,
        "rows": rows,
        "sha256": row.sha256,
        "filtered_by": ["one person"],
        "role": ARTIST,
        "request": str(row.request_id),
    }
