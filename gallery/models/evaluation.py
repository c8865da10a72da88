"""What a version of the shared adapter can do: fixed prompts drawn with fixed seeds, and a held-out loss."""

from typing import ClassVar

from django.db import models


class Evaluation(models.Model):
    """One per version. The sheet and the loss are made the same way for every version, so they can be compared."""

    version = models.OneToOneField("federation.AdapterVersion", on_delete=models.CASCADE, related_name="+")
    held_out_loss = models.FloatField(null=True)
    """Mean squared error of the predicted noise over pictures nobody trained on; lower is better."""
    held_out_pictures = models.PositiveIntegerField(default=0)
    draws = models.PositiveSmallIntegerField(default=0)
    """Noise draws per held-out picture."""
    sheet = models.CharField(max_length=200)
    """Name in the storage "images"."""
    sheet_width = models.PositiveSmallIntegerField()
    sheet_height = models.PositiveSmallIntegerField()
    params = models.JSONField()
    """The parameters of every cell, row by row."""
    seconds = models.FloatField()
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at"]

    def __str__(self) -> str:
        return f"evaluation of version {self.version_id}"
