"""Who signs: a pseudonym per account and the keys its browsers made."""

import base64
import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from consent.ledger.multibase import key_fingerprint


def new_urn() -> str:
    """`urn:fedart:artist:` and 128 random bits in base32: the only name a statement knows a person by."""
    return "urn:fedart:artist:" + base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


class Subject(models.Model):
    """The pseudonym of an account in its statements; erasing this row cuts statements off from the person."""

    artist = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consent_subject", primary_key=True
    )
    urn = models.CharField(max_length=64, unique=True, default=new_urn)

    def __str__(self) -> str:
        return self.urn


class BrowserKey(models.Model):
    """The public half of a key that a browser made and cannot give away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    artist = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="browser_keys"
    )
    multibase = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            models.CheckConstraint(
                name="consent_browserkey_withdrawn_after_created",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("created_at")),
            ),
        )

    def __str__(self) -> str:
        return self.multibase

    @property
    def fingerprint(self) -> str:
        """The short form that a person compares on two screens."""
        return key_fingerprint(self.multibase)
