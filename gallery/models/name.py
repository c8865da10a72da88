"""The policy on names in prompts: a table that moderators edit. A name in it is refused while it is in force."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class RefusedName(models.Model):
    """The name of a living artist who has not agreed that pictures are asked for by it."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=120, unique=True)
    """The name as it is compared: gallery.prompt_policy.key_of."""
    source = models.CharField(max_length=300)
    """Where it is said that she has not agreed, or who asked for it."""
    in_force = models.BooleanField(default=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["key"]

    def __str__(self) -> str:
        return self.name
