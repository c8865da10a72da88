"""What consent asks the workers to do, sent by name once the rows they will read are committed."""

from typing import Any
from uuid import UUID

from celery import current_app
from django.db import transaction

BUILD_EXPORT = "exports.build"
BUILD_COPY = "exports.copy"
ERASE = "exports.erase"
LETTER = "exports.letter"
MAIL_RECEIPT = "exports.mail_receipt"


def queue_export(export_id: UUID) -> None:
    """Have the file of this export made."""
    _send(BUILD_EXPORT, str(export_id))


def queue_copy(bundle_id: UUID) -> None:
    """Have the copy of a person's data made."""
    _send(BUILD_COPY, str(bundle_id))


def queue_erasure(request_id: UUID) -> None:
    """Have an approved erasure carried out."""
    _send(ERASE, str(request_id))


def queue_letter(request_id: UUID, what: str) -> None:
    """Have a letter about a request sent; its words are read from the row, so that no queue holds them."""
    _send(LETTER, str(request_id), what)


def queue_receipt(statement_id: UUID) -> None:
    """Have the receipt of this statement mailed to its artist."""
    _send(MAIL_RECEIPT, str(statement_id))


def _send(name: str, *arguments: Any) -> None:
    transaction.on_commit(lambda: current_app.send_task(name, args=list(arguments)))
