"""What the gallery asks the workers to do: task names, sent when the transaction has been committed."""

from uuid import UUID

from celery import current_app
from django.db import transaction

GENERATE_IMAGE = "generate.image"
EVALUATE_VERSION = "generate.evaluate_version"
SWEEP = "generate.sweep"


def send_on_commit(name: str, *args: int | str) -> None:
    """Put the task on the queue its name belongs to, once the rows it will read are really there."""
    transaction.on_commit(lambda: current_app.send_task(name, args=list(args)))


def queue_image(request_id: int) -> None:
    """Have the picture of this request made."""
    send_on_commit(GENERATE_IMAGE, request_id)


def queue_evaluation(version_id: UUID) -> None:
    """Have a published version judged: contact sheet and held-out loss."""
    send_on_commit(EVALUATE_VERSION, str(version_id))
