"""One round of a campaign: everything a restarted process needs to carry on is in this row."""

import uuid

from django.db import models


class Round(models.Model):
    """States: federation/states.py, ROUND. At most one round of a campaign is under way."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey("federation.Campaign", on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    previous = models.ForeignKey("federation.AdapterVersion", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, default="training", db_index=True)
    state_reason = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    stage_began_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True)  # of the stage it is in; the server's own stages have none
    finished_at = models.DateTimeField(null=True)
    manifest = models.JSONField()
    manifest_signature = models.CharField(max_length=86)
    manifest_hash = models.CharField(max_length=64)
    roster = models.JSONField(null=True)
    roster_signature = models.CharField(max_length=86, blank=True)
    session = models.JSONField(default=dict)  # the server's side of the protocol, as plain data
    delivered = models.CharField(max_length=16, blank=True)  # the last step whose inboxes are all there
    cohort_size = models.PositiveIntegerField(default=0)
    survivors = models.PositiveIntegerField(default=0)
    # Content address (storage "updates") and SHA-256 of the finished mean, float64; empty until it is there
    mean_sha256 = models.CharField(max_length=64, blank=True)
    # One hash over all of it (federation/protocol/transcript.py), kept when the round ends
    transcript = models.JSONField(default=dict)
    # Work of the server that was begun; a task that keeps killing its worker ends the round
    attempts = models.PositiveIntegerField(default=0)
    nudged_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)  # uploads thrown away

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["campaign", "number"], name="federation_round_number_once"),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=~models.Q(state__in=["published", "aborted"]),
                name="federation_one_round_under_way",
            ),
        )

    def __str__(self) -> str:
        return f"round {self.number}, {self.state}"
