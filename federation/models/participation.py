"""One device's part in one round."""

from django.conf import settings
from django.db import models


class Participation(models.Model):
    """States: federation/states.py, PARTICIPATION. One device per artist and round."""

    round = models.ForeignKey("federation.Round", on_delete=models.CASCADE, related_name="participations")
    device = models.ForeignKey(
        "federation.Device", null=True, on_delete=models.SET_NULL, related_name="participations"
    )
    artist = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="participations"
    )
    state = models.CharField(max_length=16, default="invited", db_index=True)
    state_reason = models.CharField(max_length=64, blank=True)
    invited_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["round", "device"], name="federation_device_once_a_round"),
            models.UniqueConstraint(fields=["round", "artist"], name="federation_artist_once_a_round"),
        )

    def __str__(self) -> str:
        return f"participation {self.pk}, {self.state}"
