"""What devices sent, what they are sent, and the partial sums made of it."""

from django.db import models


class Fold(models.Model):
    """One partial sum in the ring: made of a batch of messages in one transaction, so nothing counts twice."""

    round = models.ForeignKey("federation.Round", on_delete=models.CASCADE, related_name="folds")
    sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=160)
    count = models.PositiveIntegerField()
    removal = models.PositiveIntegerField(
        null=True
    )  # which part of the masks it takes off; null: adds updates
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["round", "removal"], name="federation_removal_once"),)

    def __str__(self) -> str:
        return f"sum of {self.count}"


class Message(models.Model):
    """One step of one device, exactly as it came; the bytes lie in the storage "updates"."""

    participation = models.ForeignKey(
        "federation.Participation", on_delete=models.CASCADE, related_name="messages"
    )
    sender = models.UUIDField()  # the device's id, kept when the device itself is erased
    step = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    storage_name = models.CharField(max_length=160)
    signature = models.CharField(max_length=86)
    facts = models.JSONField(default=dict)  # what the scheme keeps of it
    received_at = models.DateTimeField()
    counts = models.BooleanField(default=True)  # False once barred: its sender revoked in time
    fold = models.ForeignKey("federation.Fold", null=True, on_delete=models.SET_NULL, related_name="messages")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["participation", "step"], name="federation_message_once"),
        )

    def __str__(self) -> str:
        return f"{self.step} {self.sha256[:12]}"


class Inbox(models.Model):
    """What one device needs for one step; the bytes lie in the storage "updates" under their hash."""

    participation = models.ForeignKey(
        "federation.Participation", on_delete=models.CASCADE, related_name="inboxes"
    )
    step = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    storage_name = models.CharField(max_length=160)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["participation", "step"], name="federation_inbox_once"),
        )

    def __str__(self) -> str:
        return f"for {self.step} {self.sha256[:12]}"
