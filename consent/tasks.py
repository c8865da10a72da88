"""Celery tasks of consent; each calls one service and is safe to run twice."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from consent.services.exports import build_export, remove_expired_exports


@shared_task(name="exports.build")
def build(export_id: str) -> None:
    """Write the file of one export."""
    build_export(export_id=UUID(export_id), at=timezone.now())


@shared_task(name="exports.expire")
def expire() -> None:
    """Remove the files of exports that have had their time."""
    remove_expired_exports(at=timezone.now())
