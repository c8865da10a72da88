"""One row for every move of every state: what timelines, dashboards and notices read."""

from django.db import models


class Event(models.Model):
    """Written only by federation.states; never changed."""

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=16)  # device, enrolment, campaign, round, participation
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    reason = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)
    round = models.ForeignKey("federation.Round", null=True, on_delete=models.CASCADE, related_name="events")
    device = models.ForeignKey(
        "federation.Device", null=True, on_delete=models.CASCADE, related_name="events"
    )
    campaign = models.ForeignKey(
        "federation.Campaign", null=True, on_delete=models.CASCADE, related_name="events"
    )

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.kind}: {self.from_state} -> {self.to_state}"
