"""What is read about reports: a reporter's own, and the moderators' queue."""

from uuid import UUID

from django.db.models import QuerySet

from gallery import report_states
from gallery.models import Report


def by_token(token: UUID) -> Report | None:
    """The report with that secret address."""
    return Report.objects.select_related("image").filter(token=token).first()


def waiting() -> QuerySet[Report]:
    """What a moderator has to decide, the most urgent first; not where the picture is gone."""
    rows = Report.objects.filter(state__in=report_states.WAITING, image__isnull=False)
    return rows.select_related("image")


def decided() -> QuerySet[Report]:
    """What was decided, newest first."""
    return Report.objects.exclude(state__in=report_states.WAITING).order_by("-decided_at")
