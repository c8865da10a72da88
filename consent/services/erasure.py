"""Erase a person: end what is under way, seal or remove every row and file, count what is left, say so.

Four steps, each repeatable, so that a killed worker is simply followed by another one: (1) every room ends what is
under way; (2) in one transaction all rows go, and what is needed to go on is written down; (3) the files go;
(4) what is left is counted from the tables, and the count becomes the report.
"""

from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.files.storage import storages
from django.db import transaction

from consent.holdings.registry import before_erasure
from consent.ledger.canonical import canonical_bytes
from consent.models import Erasure, SubjectRequest
from consent.selectors.holds import refuse_while_held
from consent.services.carrying_out import finish
from consent.services.erased_rows import Plan, plan_of, remove_rows
from consent.services.ledger import append_entry
from consent.services.letters import tell_erased
from consent.services.sealing import seal_statements
from consent.services.sole import sole_worker
from consent.services.traces import count_traces, rows_left

FILES_AT_ONCE = 50


def erase(*, request_id: UUID, at: datetime) -> Erasure | None:
    """Carry out an approved erasure; None where there is nothing (more) to do. Refuses `legal-hold`."""
    with sole_worker(request_id) as free:
        request = SubjectRequest.objects.filter(pk=request_id, kind="erasure", state="executing").first()
        if not free or request is None:
            return None
        row = Erasure.objects.filter(request=request).first()
        if row is None or row.rows_gone_at is None:
            row = _remove(request, at=at)
        _remove_files(row)
        return _report(row, at=at)


def _remove(request: SubjectRequest, *, at: datetime) -> Erasure:
    artist_id = request.artist_id
    assert artist_id is not None
    refuse_while_held(artist_id=artist_id, at=at)
    before_erasure(artist_id=artist_id, at=at)
    with transaction.atomic():
        plan = plan_of(artist_id)
        sealed = seal_statements(artist_id=artist_id, reference=request.reference, at=at)
        remove_rows(artist_id=artist_id, plan=plan)
        row, _made = Erasure.objects.update_or_create(
            request=request,
            defaults={
                "began_at": at,
                "rows_gone_at": at,
                "pending": plan.as_json(),
                "report": {
                    "sealed": sealed.statements if sealed else 0,
                    "sealed_until": f"{sealed.delete_after:%Y-%m-%d}" if sealed else "",
                },
            },
        )
    request.refresh_from_db()
    row.request = request
    return row


def _remove_files(row: Erasure) -> None:
    """Delete the files that the rows named; the list shrinks as they go. A file that is gone already is no matter."""
    files = list(row.pending.get("files", []))
    while files:
        for storage, name in files[:FILES_AT_ONCE]:
            with suppress(FileNotFoundError):
                storages[storage].delete(name)
        files = files[FILES_AT_ONCE:]
        row.pending["files"] = files
        row.save(update_fields=["pending"])


def _report(row: Erasure, *, at: datetime) -> Erasure:
    """Count, write the report and the entry, close the request, write the last letter."""
    plan = Plan.from_json(row.pending)
    lines = rows_left(plan)
    files_left = sum(storages[storage].exists(name) for storage, name in plan.all_files)
    traces = count_traces(plan.names)
    report: dict[str, Any] = {
        **row.report,
        "tables": lines,
        "rows": sum(line["before"] for line in lines),
        "rows_left": sum(line["after"] for line in lines),
        "files": len(plan.all_files),
        "files_left": files_left,
        "traces": traces,
        "counted_at": at.isoformat(),
    }
    with transaction.atomic():
        row.report, row.pending, row.finished_at = report, {}, at
        row.entry = append_entry(kind="erasure", body=_entry_body(row, report), at=at)
        row.save()
        complete = not report["rows_left"] and not files_left and not traces
        note = (
            f"Counted afterwards: {report['rows_left']} of {report['rows']} rows and {files_left} of "
            f"{report['files']} files are left." + ("" if complete else " This is not complete.")
        )
        finish(request=row.request, note=note, at=at, told=True)
        if plan.address:
            tell_erased(address=plan.address, request=row.request, report=report)
    return row


def _entry_body(row: Erasure, report: dict[str, Any]) -> dict[str, Any]:
    """What the ledger commits to: numbers, and the hash of the report; the person is in none of it."""
    return {
        "erasure": str(row.pk),
        "event": "sealed" if report["sealed"] else "erased",
        "rows": {line["model"]: line["before"] - line["after"] for line in report["tables"]},
        "request": str(row.request_id),
        "report": sha256(canonical_bytes(report)).hexdigest(),
        "files": report["files"] - report["files_left"],
    }
