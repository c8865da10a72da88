"""Who looked at whom, and the files that were made of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

# what a look was at -> how the artist reads it, after "A compliance officer"
LOOKS = {
    "list": "saw you in the list of records",
    "record": "opened one of your statements",
    "export": "made a file with your records in it",
    "search": "found you in a search",
    "person": "opened everything that is held about you",
    "queue": "saw your request in the list of requests",
    "request": "opened a request of yours",
    "hold": "saw you in the list of legal holds",
}


class AccessLog(models.Model):
    """One look of staff at one artist's records. The artist sees role, time and reason, not the employee's
    name."""

    artist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="looks_at_me")
    viewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    role = models.CharField(max_length=40)
    what = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    export = models.ForeignKey(
        "consent.ConsentExport", on_delete=models.SET_NULL, null=True, blank=True, related_name="looks"
    )

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("artist", "-at"), name="consent_accesslog_mine"),)

    def __str__(self) -> str:
        return f"{self.role}: {self.what}"

    @property
    def sentence(self) -> str:
        """What happened, as the artist reads it; the role and never the name."""
        article = "An" if self.role[:1] in "aeiou" else "A"
        return f"{article} {self.role} {LOOKS.get(self.what, 'looked at your records')}."


class ConsentExport(models.Model):
    """A file of consent records that an officer asked for: queued, running, done, failed or expired."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting"
        RUNNING = "running", "being made"
        DONE = "done", "ready"
        FAILED = "failed", "failed"
        EXPIRED = "expired", "removed"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        JSON = "json", "JSON"
        JSONLD = "jsonld", "JSON-LD"
        BUNDLE = "bundle", "signed bundle"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    format = models.CharField(max_length=8, choices=Format)
    filters = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    asked_at = models.DateTimeField()
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)
    entry = models.OneToOneField(
        "consent.Entry", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="consent_export_done_is_complete",
                condition=~Q(state="done") | (Q(finished_at__isnull=False) & Q(expires_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.format} export of {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def percent(self) -> int:
        """How much is written, 0 to 100."""
        if self.state == self.State.DONE:
            return 100
        return min(99, 100 * self.rows_done // self.rows_total) if self.rows_total else 0
