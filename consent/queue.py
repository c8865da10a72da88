"""What consent asks the workers to do, sent by name once the rows they will read are committed."""

from uuid import UUID

from celery import current_app
from django.db import transaction

BUILD_EXPORT = "exports.build"


def queue_export(export_id: UUID) -> None:
    """Have the file of this export made."""
    transaction.on_commit(lambda: current_app.send_task(BUILD_EXPORT, args=[str(export_id)]))
