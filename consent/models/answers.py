"""What a request leads to: the copy a person downloads, the erasure and its report, what was sealed."""

import uuid

from django.conf import settings
from django.db import models

from consent.models.requests import SubjectRequest


class PersonalCopy(models.Model):
    """The copy of everything held about one artist. Moves queued, running, done, then expired; or failed."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting"
        RUNNING = "running", "being made"
        DONE = "done", "ready"
        FAILED = "failed", "failed"
        EXPIRED = "expired", "removed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="copy")
    artist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    asked_at = models.DateTimeField()
    parts_total = models.PositiveIntegerField(default=0)
    parts_done = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(
        "consent.Entry", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-asked_at",)

    def __str__(self) -> str:
        return f"copy of {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def percent(self) -> int:
        """How much is written, 0 to 100."""
        if self.state == self.State.DONE:
            return 100
        return min(99, 100 * self.parts_done // self.parts_total) if self.parts_total else 0

    @property
    def waiting(self) -> bool:
        """Whether a worker has still to finish it."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class SealedStatements(models.Model):
    """Statements of an erased account, encrypted to a key that the data protection officer keeps offline.

    Names nobody: it is found by the reference of the request, which the person was told.
    """

    reference = models.CharField(max_length=16, unique=True)
    ciphertext = models.BinaryField()
    recipient = models.CharField(max_length=80)
    statements = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    delete_after = models.DateTimeField()

    def __str__(self) -> str:
        return f"sealed statements of {self.reference}"


class Erasure(models.Model):
    """One erasure as it was carried out. `report` is counted from rows afterwards.

    `pending` is what a restarted worker needs to go on (keys of rows, names of files, the person's identifiers);
    it is emptied in the last step.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="erasure")
    began_at = models.DateTimeField()
    rows_gone_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    pending = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    entry = models.OneToOneField(
        "consent.Entry", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"erasure of {self.began_at:%Y-%m-%d}"
