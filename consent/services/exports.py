"""Ask for, make and remove files of consent records."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import IO
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from consent.errors import refusal
from consent.export_formats import WRITERS, Record, export_header
from consent.ledger.prover import Prover
from consent.models import ConsentExport
from consent.queue import queue_export
from consent.selectors.checkpoints import note_of
from consent.selectors.export_records import records_of_page
from consent.selectors.ledger import fetch, ledger_head
from consent.selectors.records import RecordFilter, page_of, records
from consent.services.checkpoints import current_checkpoint
from consent.services.ledger import append_entry
from consent.services.looks import record_looks

LIFETIME = timedelta(days=7)
CHUNK_ROWS = 500
SHORTEST_REASON, LONGEST_REASON = 10, 300
ROLE = "compliance officer"


def request_export(
    *, officer: AbstractBaseUser, format: str, reason: str, chosen: RecordFilter, at: datetime
) -> ConsentExport:
    """Note what is wanted and why, and queue the work. Refuses `unknown-format`, `reason-needed`."""
    if format not in WRITERS:
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
    """Write the file row by row, log each artist in it, append the entry. Idempotent: a second run of a
    finished export does nothing, and a run that was killed is simply done again from the start."""
    open_states = (ConsentExport.State.QUEUED, ConsentExport.State.RUNNING)
    export = ConsentExport.objects.filter(pk=export_id, state__in=open_states).first()
    if export is None:
        return None
    chosen = RecordFilter.from_json(export.filters)
    total = records(chosen, now=export.asked_at).count()
    mine = ConsentExport.objects.filter(pk=export_id, state__in=open_states)
    mine.update(state=ConsentExport.State.RUNNING, rows_total=total, rows_done=0)
    try:
        with tempfile.TemporaryFile() as target:
            digest, artists = _write(export, chosen=chosen, target=target)
            _finish(export_id, target=target, digest=digest, artists=artists, at=at)
    except Exception as error:
        mine.update(state=ConsentExport.State.FAILED, failure=type(error).__name__, finished_at=at)
        raise
    return ConsentExport.objects.get(pk=export_id)


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


def _write(export: ConsentExport, *, chosen: RecordFilter, target: IO[bytes]) -> tuple[str, set[int]]:
    """Stream all rows into `target`: (SHA-256 of the file, the artists in it)."""
    artists: set[int] = set()
    digest = sha256()
    size, root = ledger_head()
    checkpoint = current_checkpoint(at=timezone.now(), covering=size - 1)
    prover = Prover(checkpoint.size, fetch)
    header = export_header(made_at=export.asked_at, filters=export.filters, ledger=(size, root))
    for chunk in WRITERS[export.format](_rows(export, chosen, artists, prover, note_of(checkpoint)), header):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest(), artists


def _rows(
    export: ConsentExport, chosen: RecordFilter, artists: set[int], prover: Prover, note: bytes
) -> Iterator[Record]:
    """All records, 500 at a time by ledger index, so that memory stays flat; progress is written after each
    page."""
    before: int | None = None
    done = 0
    while True:
        page, before = page_of(records(chosen, now=export.asked_at), before=before, size=CHUNK_ROWS)
        artists.update(statement.artist_id for statement in page)
        yield from records_of_page(page, prover=prover, note=note)
        done += len(page)
        ConsentExport.objects.filter(pk=export.pk).update(rows_done=done)
        if before is None:
            return


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
            name = storage.save(f"consent-{export_id}.{export.format}", File(target))
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
