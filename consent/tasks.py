"""Celery tasks of consent; each calls one service and is safe to run twice."""

from typing import Any
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from consent import queue
from consent.models import SubjectRequest
from consent.services.copies import build_copy, remove_expired_copies
from consent.services.erasure import erase as erase_person
from consent.services.exports import build_export, remove_expired_exports
from consent.services.letters import send_letter
from consent.services.retention import run_retention
from consent.services.statement_letters import mail_receipt, mail_reminders
from consent.services.sweeping import sweep_desk

# A file of a million records takes longer than other tasks may. Where the broker delivers such a task a second time
# meanwhile, the second worker finds the first one's lock and does nothing.
LONG: dict[str, Any] = {"soft_time_limit": 7200, "time_limit": 7260}


@shared_task(name=queue.BUILD_EXPORT, **LONG)
def build(export_id: str) -> None:
    """Write the file of one export."""
    build_export(export_id=UUID(export_id), at=timezone.now())


@shared_task(name=queue.BUILD_COPY, **LONG)
def copy(copy_id: str) -> None:
    """Write the copy of one person's data."""
    build_copy(copy_id=UUID(copy_id), at=timezone.now())


@shared_task(name=queue.ERASE, **LONG)
def erase(request_id: str) -> None:
    """Carry out one approved erasure."""
    erase_person(request_id=UUID(request_id), at=timezone.now())


@shared_task(name=queue.LETTER)
def letter(request_id: str, what: str) -> None:
    """Send one letter about a request."""
    request = SubjectRequest.objects.filter(pk=request_id).first()
    if request is not None:
        send_letter(request=request, what=what)


@shared_task(name="exports.expire")
def expire() -> None:
    """Remove the files of exports and copies that have had their time."""
    now = timezone.now()
    remove_expired_exports(at=now)
    remove_expired_copies(at=now)


@shared_task(name="exports.sweep")
def sweep() -> None:
    """Send again what was lost or left by a killed worker."""
    sweep_desk(at=timezone.now())


@shared_task(name="exports.retention")
def retention() -> None:
    """The daily run of the retention schedule."""
    run_retention(at=timezone.now())


@shared_task(name=queue.MAIL_RECEIPT, autoretry_for=(OSError,), retry_backoff=30, max_retries=8)
def send_receipt(statement_id: str) -> None:
    """Mail the receipt of one statement; a mail server that is away is tried again."""
    mail_receipt(statement_id=UUID(statement_id), at=timezone.now())


@shared_task(name="exports.mail_reminders", autoretry_for=(OSError,), retry_backoff=60, max_retries=5)
def send_reminders() -> None:
    """Remind artists whose permission soon ends by itself."""
    mail_reminders(at=timezone.now())
