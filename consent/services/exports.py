"""Ask for, make and remove files of consent records."""

import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import file_digest
from typing import IO
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from consent.errors import refusal
from consent.models import ConsentExport
from consent.queue import queue_export
from consent.selectors.records import RecordFilter, records
from consent.services.export_files import ENDINGS, FORMATS, write_export
from consent.services.ledger import append_entry
from consent.services.looks import record_looks
from consent.services.sole import sole_worker

LIFETIME = timedelta(days=7)
SHORTEST_REASON, LONGEST_REASON = 10, 300
ROLE = "compliance officer"


def request_export(
    *, officer: AbstractBaseUser, format: str, reason: str, chosen: RecordFilter, at: datetime
) -> ConsentExport:
    """Note what is wanted and why, and queue the work. Refuses `unknown-format`, `reason-needed`."""
    if format not in FORMATS:
        raise refusal("unknown-format")
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON or "\x00" in reason:
        raise refusal("reason-needed")
    with transaction.atomic():
        export = ConsentExport.objects.create(
            asked_by_id=officer.pk, format=format, reason=reason, filters=chosen.as_json(), asked_at=at
        )
        queue_export(export.pk)
    return export


def build_export(*, export_id: UUID, at: datetime) -> ConsentExport | None:
    """Write the file page by page, log each artist in it, append the entry: all of it or nothing.

    Idempotent: one worker at a time, a finished export is left alone, and what a killed worker began is begun again
    from the start, so that the file is made exactly once."""
    open_states = (ConsentExport.State.QUEUED, ConsentExport.State.RUNNING)
    mine = ConsentExport.objects.filter(pk=export_id, state__in=open_states)
    with sole_worker(export_id) as free:
        export = mine.first() if free else None
        if export is None:
            return None
        total = records(RecordFilter.from_json(export.filters), now=export.asked_at).count()
        mine.update(state=ConsentExport.State.RUNNING, rows_total=total, rows_done=0)
        try:
            with tempfile.TemporaryFile() as target:
                artists = write_export(export, target, at=at)
                _finish(export_id, target=target, digest=_digest(target), artists=artists, at=at)
        except Exception as error:
            mine.update(state=ConsentExport.State.FAILED, failure=type(error).__name__, finished_at=at)
            raise
    return ConsentExport.objects.get(pk=export_id)


def _digest(target: IO[bytes]) -> str:
    """SHA-256 of the whole file, read in pieces; leaves it at its end."""
    target.seek(0)
    return file_digest(target, "sha256").hexdigest()  # type: ignore[arg-type]


def remove_expired_exports(*, at: datetime) -> int:
    """Remove the files whose time is over; returns how many. The rows stay: they say that an export was
    made."""
    removed = 0
    for export in ConsentExport.objects.filter(state=ConsentExport.State.DONE, expires_at__lte=at):
        storages["exports"].delete(export.file_name)
        removed += ConsentExport.objects.filter(pk=export.pk).update(
            state=ConsentExport.State.EXPIRED, file_name="", filters={}
        )
    return removed


def _finish(export_id: UUID, *, target: IO[bytes], digest: str, artists: set[int], at: datetime) -> None:
    """Store the file, then in one transaction: who was looked at, the ledger entry, done."""
    size = target.tell()
    target.seek(0)
    storage = storages["exports"]
    name = ""
    try:
        with transaction.atomic():
            export = ConsentExport.objects.select_for_update().get(pk=export_id)
            if export.state != ConsentExport.State.RUNNING:
                return  # another worker was faster
            name = storage.save(f"consent-{export_id}.{ENDINGS[export.format]}", File(target))
            _log(export, artists=artists, at=at)
            export.entry = append_entry(kind="export", body=_entry_body(export, digest), at=at)
            export.state, export.finished_at, export.expires_at = ConsentExport.State.DONE, at, at + LIFETIME
            export.file_name, export.size, export.sha256 = name, size, digest
            export.save()
    except Exception:
        with suppress(Exception):
            storage.delete(name)
        raise


def _log(export: ConsentExport, *, artists: set[int], at: datetime) -> None:
    if export.asked_by_id is not None:
        record_looks(
            artist_ids=artists,
            viewer_id=export.asked_by_id,
            role=ROLE,
            what="export",
            reason=export.reason,
            at=at,
            export_id=export.pk,
        )


def _entry_body(export: ConsentExport, digest: str) -> dict[str, str | int | list[str]]:
    """What the ledger commits to: enough to prove which file it was, without naming anybody."""
    return {
        "export": str(export.pk),
        "format": export.format,
        "rows": export.rows_done,
        "sha256": digest,
        "filtered_by": sorted(export.filters),
        "role": ROLE,
    }
