"""A message that is still on its way, in parts."""

from django.db import models


class Upload(models.Model):
    """At most one for each step of a participation; gone once the message is whole, or abandoned.

    The parts lie in the storage "updates"; `received` counts the bytes of those that are there for certain.
    """

    participation = models.ForeignKey(
        "federation.Participation", on_delete=models.CASCADE, related_name="uploads"
    )
    step = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)  # of the whole message, as its sender says and signed
    size = models.PositiveBigIntegerField()
    signature = models.CharField(max_length=86)
    received = models.PositiveBigIntegerField(default=0)
    parts = models.JSONField(default=list)  # names in storage, in order
    begun_at = models.DateTimeField()
    touched_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["participation", "step"], name="federation_upload_once"),
        )

    def __str__(self) -> str:
        return f"{self.step} {self.sha256[:12]}: {self.received} of {self.size}"
