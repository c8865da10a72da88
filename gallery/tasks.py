"""What workers run for the gallery. Each takes ids, calls one function and may be run twice."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from gallery import queue
from gallery.services import pictures, report_letters, sweeping, vault_doors, vault_objects


@shared_task(name=queue.GENERATE_IMAGE)
def make_image(request_id: int) -> None:
    """Make the picture of a request, or of whoever is before it."""
    from gallery.generation.making import make_image

    make_image(request_id=request_id)


@shared_task(name=queue.MARK_DRAWN)
def mark_drawn(request_id: int) -> None:
    """Mark and keep what the artist's own computer drew."""
    from gallery.generation.handed_in import mark_drawn

    mark_drawn(request_id=request_id)


@shared_task(name=queue.EVALUATE_VERSION)
def evaluate_version(version_id: str) -> None:
    """Draw the contact sheet of a version and measure its held-out loss."""
    from gallery.generation.evaluate import evaluate_version

    evaluate_version(version_id=UUID(version_id))


@shared_task(name=queue.SWEEP)
def sweep() -> None:
    """Look after requests that were left lying, and remove pictures whose day of grace is over."""
    sweeping.sweep(at=timezone.now())
    pictures.remove_deleted(at=timezone.now())


@shared_task(name=queue.REPORT_LETTERS)
def send_report_letters(report_id: int) -> None:
    """Tell reporter and artist where a report stands."""
    report_letters.tell(report_id=report_id)


@shared_task(name=queue.VAULT_STRAYS)
def remove_vault_strays() -> None:
    """Remove files that have lain in no vault's list for days, and vaults whose permission was taken back."""
    vault_objects.remove_strays(at=timezone.now())
    vault_doors.erase_revoked(at=timezone.now())
