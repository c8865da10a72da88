"""Celery tasks: take ids, call one service, may run twice."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from federation.services import aggregate, devices, publish, stages, sweep
from federation.services import deliver as delivery


@shared_task(name="rounds.tick")
def tick() -> None:
    """Every two seconds: which rounds may have to go on?"""
    sweep.tick(at=timezone.now())


@shared_task(name="rounds.advance")
def advance(round_id: str) -> None:
    """Is the stage of this round over?"""
    stages.advance(round_id=UUID(round_id), at=timezone.now())


@shared_task(name="rounds.deliver")
def deliver(round_id: str) -> None:
    """Make the inboxes of the stage."""
    delivery.deliver_stage(round_id=UUID(round_id), at=timezone.now())


@shared_task(name="aggregate.fold")
def fold(round_id: str) -> None:
    """Add up what has come in."""
    aggregate.fold_and_finish(round_id=UUID(round_id), at=timezone.now())


@shared_task(name="aggregate.publish")
def publish_version(round_id: str) -> None:
    """Make a version of the finished mean."""
    publish.publish_round(round_id=UUID(round_id), at=timezone.now())


@shared_task(name="rounds.mark_stale_devices")
def mark_stale_devices() -> None:
    """Every minute: who has gone silent, which codes have expired?"""
    at = timezone.now()
    devices.mark_silent(at=at)
    devices.expire_enrolments(at=at)
