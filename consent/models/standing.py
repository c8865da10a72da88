"""What stands beside statements: a pause over everything, second signatures, works, and letters that were sent."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Pause(models.Model):
    """The artist pressed "Pause everything": until `ended_at` no permission of hers is in force (GDPR Art. 18)."""

    artist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pauses")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("began_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("artist",), condition=Q(ended_at=None), name="consent_pause_one_open"
            ),
            models.CheckConstraint(
                name="consent_pause_ends_after_it_began",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
            ),
        )

    def __str__(self) -> str:
        return f"pause since {self.began_at:%Y-%m-%d %H:%M}"


class SecondSignature(models.Model):
    """A passkey's assertion (WebAuthn) whose challenge is the 64-byte hash that the browser key signed."""

    statement = models.OneToOneField(
        "consent.Statement", on_delete=models.CASCADE, primary_key=True, related_name="second_signature"
    )
    label = models.CharField(max_length=100, blank=True)
    rp_id = models.CharField(max_length=255)
    credential_id = models.BinaryField()
    public_key = models.BinaryField()
    client_data = models.BinaryField()
    authenticator_data = models.BinaryField()
    signature = models.BinaryField()

    def __str__(self) -> str:
        return f"passkey beside statement {self.statement_id}"


class Works(models.Model):
    """What a device says of its folder: how many works and a salted commitment; the newest row of a device counts."""

    artist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    device = models.UUIDField()
    device_name = models.CharField(max_length=80, blank=True)
    commitment = models.CharField(max_length=71)
    count = models.PositiveIntegerField()
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ("device", "-reported_at", "-id")
        verbose_name_plural = "works"
        indexes = (models.Index(fields=("artist", "device", "-reported_at"), name="consent_works_newest"),)

    def __str__(self) -> str:
        return f"{self.count} works"


class Letter(models.Model):
    """An e-mail about a statement, sent once: its receipt, or the reminder before it expires."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "receipt"
        REMINDER = "reminder", "reminder"

    statement = models.ForeignKey("consent.Statement", on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=8, choices=Kind)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ("sent_at", "id")
        constraints = (models.UniqueConstraint(fields=("statement", "kind"), name="consent_letter_once"),)

    def __str__(self) -> str:
        return f"{self.kind} of {self.sent_at:%Y-%m-%d}"
