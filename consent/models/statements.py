"""What was asked, what was read and what was said."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from consent.ledger.statement import GIVEN, REFUSED, WITHDRAWN
from consent.purposes import PURPOSES


class Notice(models.Model):
    """One version of a text that people read before they decide. `text` has one block per line."""

    name = models.SlugField(max_length=40)
    version = models.CharField(max_length=12)
    major = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=12, default="en")
    text = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    valid_from = models.DateTimeField()
    entry = models.OneToOneField("consent.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("name", "valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("name", "version", "language"), name="consent_notice_one_text_per_version"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Draft(models.Model):
    """An unsigned statement that was handed to a browser: may be signed once, within minutes, by that artist
    and key."""

    nonce = models.CharField(max_length=32, primary_key=True)
    artist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.ForeignKey("consent.BrowserKey", on_delete=models.CASCADE, related_name="+")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    document = models.BinaryField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("artist", "issued_at"), name="consent_draft_recent"),)

    def __str__(self) -> str:
        return f"draft of {self.issued_at:%Y-%m-%d %H:%M}"


class Statement(models.Model):
    """One decision of one artist on one purpose. `document` holds exactly the bytes that were signed and
    sent."""

    class AttestedBy(models.TextChoices):
        KEY = "browser-key", "signed in the browser"
        SESSION = "server-session", "signed-in session"

    class Status(models.TextChoices):
        GIVEN = GIVEN, "granted"
        REFUSED = REFUSED, "refused"
        WITHDRAWN = WITHDRAWN, "revoked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    artist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="statements")
    purpose = models.CharField(max_length=40)
    status = models.CharField(max_length=20, choices=Status)
    attested_by = models.CharField(max_length=16, choices=AttestedBy)
    key = models.ForeignKey(
        "consent.BrowserKey", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    document = models.BinaryField()
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField("consent.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("entry",)
        indexes = (
            models.Index(fields=("artist", "purpose", "-entry"), name="consent_statement_latest"),
            models.Index(fields=("purpose", "recorded_at"), name="consent_statement_when"),
        )
        constraints = (
            models.CheckConstraint(
                name="consent_statement_only_revoking_without_key",
                condition=Q(attested_by="browser-key") | Q(status=WITHDRAWN),
            ),
            models.CheckConstraint(
                name="consent_statement_grants_expire",
                condition=~Q(status=GIVEN) | Q(expires_at__gt=models.F("recorded_at")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.purpose}"

    @property
    def about(self) -> str:
        """What the decision is about, in words."""
        return PURPOSES[self.purpose].title if self.purpose in PURPOSES else self.purpose
