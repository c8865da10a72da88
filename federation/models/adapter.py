"""A published version of the shared adapter, with its card."""

import uuid

from django.db import models


class AdapterVersion(models.Model):
    """Never changed once made, except for the evaluation that the gallery adds later."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey("federation.Campaign", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    round = models.OneToOneField(
        "federation.Round", null=True, on_delete=models.PROTECT, related_name="version"
    )
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    # The slower average that is drawn with, and what the server step remembers; empty where there is none
    drawn = models.CharField(max_length=64, blank=True)
    memory = models.CharField(max_length=64, blank=True)
    card = models.JSONField()
    cohort_size = models.PositiveIntegerField(default=0)
    revoked_since = models.PositiveIntegerField(default=0)  # contributors, known when it was published
    entry_index = models.PositiveBigIntegerField(null=True)  # of its ledger entry
    evaluation = models.JSONField(default=dict)
    evaluation_asked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["campaign", "number"], name="federation_version_number_once"),
        )

    def __str__(self) -> str:
        return f"{self.campaign.name}, version {self.number}"

    @property
    def drawn_sha256(self) -> str:
        """The file that pictures are drawn with; rounds go on from `sha256`."""
        return self.drawn or self.sha256
