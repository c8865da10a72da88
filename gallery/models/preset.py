"""Settings that an artist keeps under a name."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Preset(models.Model):
    """A frozen record to start from. Saving under a name that is there replaces it."""

    handle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    artist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presets")
    name = models.CharField(max_length=60)
    params = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["artist", "name"], name="preset_name_once")
        ]

    def __str__(self) -> str:
        return self.name
