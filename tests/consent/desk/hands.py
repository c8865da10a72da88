"""The compliance officer's hands: ask for a file through the door, have it made, read it."""

import csv
import io
from typing import Any

from django.utils import timezone

from consent.models import ConsentExport
from consent.services.exports import build_export

REASON = "Question of the authority, file 12"


def ask(desk: Any, **fields: Any) -> Any:
    return desk.post("/compliance/exports", {"format": "csv", "reason": REASON, **fields}, follow=True)


def made(desk: Any, **fields: Any) -> Any:
    """An export, asked for through the door and built as the worker would."""
    answer = ask(desk, **fields)
    assert answer.status_code == 200, answer.content.decode()
    export = ConsentExport.objects.order_by("-asked_at")[0]
    assert build_export(export_id=export.pk, at=timezone.now()) is not None
    return b"".join(desk.get(f"/compliance/exports/{export.pk}/file").streaming_content), export


def rows_of(data: Any) -> Any:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
