"""One edge agent on one machine of one artist."""

import uuid

from django.conf import settings
from django.db import models


class Device(models.Model):
    """Made when the artist says "It is mine"; its key never changes. States: federation/states.py, DEVICE."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    artist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=80)
    public_key = models.BinaryField(max_length=32)  # Ed25519, raw
    fingerprint = models.CharField(max_length=24)
    state = models.CharField(max_length=16, default="active", db_index=True)
    state_reason = models.CharField(max_length=64, blank=True)
    # The refresh-token family of the one sign-in of this device; every access token leads back to it.
    token_family = models.UUIDField(null=True, unique=True)
    reported_state = models.CharField(max_length=16, blank=True)
    reported_reason = models.CharField(max_length=500, blank=True)
    agent_version = models.CharField(max_length=32, blank=True)
    step = models.PositiveIntegerField(null=True)
    steps = models.PositiveIntegerField(null=True)
    enrolled_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["public_key"],
                condition=~models.Q(state="withdrawn"),
                name="federation_device_key_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.fingerprint})"
