"""What one viewer wants to see and not see, and what her files say. Nobody else learns of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Preferences(models.Model):
    """One row for each artist who changed anything; without a row everything is off."""

    artist = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="preferences"
    )
    adult = models.BooleanField(default=False)
    """Whether pictures that the picture check calls adult are made for her and shown to her."""
    prompt_in_file = models.BooleanField(default=False)
    """Whether the credential in her new pictures holds the prompt."""

    def __str__(self) -> str:
        return f"preferences of artist {self.artist_id}"


class Hidden(models.Model):
    """An artist, or a version of the shared adapter, whose pictures this viewer does not want to see."""

    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hidden")
    artist = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="hidden_by"
    )
    version = models.ForeignKey(
        "federation.AdapterVersion", null=True, on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["viewer", "artist"], name="hidden_artist_once"),
            models.UniqueConstraint(fields=["viewer", "version"], name="hidden_version_once"),
            models.CheckConstraint(
                condition=models.Q(artist=None) ^ models.Q(version=None), name="hidden_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return f"{'artist' if self.artist_id else 'version'} hidden by {self.viewer_id}"

    @property
    def label(self) -> str:
        """What was hidden, for the viewer; a name only where its artist allows it (`named`, set by walls.hidden_by)."""
        if self.version is not None:
            return f"Version {self.version.number} of {self.version.campaign.name}"
        name = self.artist.display_name if self.artist and getattr(self, "named", False) else ""
        return name or "An artist who is not named"
