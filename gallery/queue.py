"""What the gallery asks the workers to do: task names, sent when the transaction has been committed."""

import logging
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

GENERATE_IMAGE = "generate.image"
MARK_DRAWN = "generate.mark_drawn"
EVALUATE_VERSION = "generate.evaluate_version"
SWEEP = "generate.sweep"
REPORT_LETTERS = "exports.report_letters"
VAULT_STRAYS = "exports.vault_strays"


def send_on_commit(name: str, *args: int | str) -> None:
    """Put the task on the queue its name belongs to, once the rows it will read are really there.

    Where the broker is down nothing is lost: the row says what is wanted, and the sweep sends it again.
    """
    transaction.on_commit(lambda: _send(name, args))


def _send(name: str, args: tuple[int | str, ...]) -> None:
    try:
        current_app.send_task(name, args=args, retry=False)
    except OperationalError:
        logger.exception("the broker did not take %s; the sweep sends it again", name)


def queue_image(request_id: int) -> None:
    """Have the picture of this request made."""
    send_on_commit(GENERATE_IMAGE, request_id)


def queue_mark(request_id: int) -> None:
    """Have a picture that came from the artist's own computer marked and kept."""
    send_on_commit(MARK_DRAWN, request_id)


def queue_evaluation(version_id: UUID) -> None:
    """Have a published version judged: contact sheet and held-out loss."""
    send_on_commit(EVALUATE_VERSION, str(version_id))
