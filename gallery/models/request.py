"""An artist's wish for one picture, and how far it has come."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

WORDS: dict[str, tuple[str, str]] = {
    "awaiting": ("Waits for your computer", "wait"),
    "queued": ("Waiting", "wait"),
    "running": ("Being made", "busy"),
    "done": ("Finished", "good"),
    "failed": ("Failed", "stop"),
    "cancelled": ("Cancelled", "plain"),
}


AWAITING_REASON = "The agent on your own computer opens your vault there, draws it, and sends the picture."


class GenerationRequest(models.Model):
    """State moves only through gallery.states.move. `params` is frozen when the row is made."""

    SERVER, COMPUTER = "server", "computer"

    handle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    artist = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generation_requests"
    )
    version = models.ForeignKey("federation.AdapterVersion", on_delete=models.PROTECT, related_name="+")
    params = models.JSONField()
    group = models.UUIDField(null=True, editable=False)
    """Shared by requests that were asked for in one go, to be looked at side by side."""
    place = models.CharField(max_length=8, default="server")
    """Where it is drawn: by a worker of the server, or by the artist's own computer."""
    work = models.PositiveBigIntegerField(default=0)
    """Pixels times steps: what fairness weighs."""
    kind = models.CharField(max_length=140, blank=True)
    """What must be the same for requests to be drawn in one batch."""
    state = models.CharField(max_length=12, default="queued")
    step = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField()
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    preview = models.BinaryField(null=True, editable=False)
    """The last preview as a small PNG: kept after a cancel, dropped when the picture is there."""
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    """When its task was last put on the queue, so that a lost message is sent again."""
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    """From the start of the successful attempt to the marked picture."""

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["artist", "-created_at"], name="request_by_artist"),
            models.Index(fields=["group"], name="request_group", condition=models.Q(group__isnull=False)),
            models.Index(
                fields=["created_at"],
                name="request_open",
                condition=models.Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.handle} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("awaiting", "queued", "running")

    @property
    def state_word(self) -> str:
        """The state in a word for people."""
        return WORDS[self.state][0]

    @property
    def tone(self) -> str:
        """The design system's tone of the state."""
        return WORDS[self.state][1]

    @property
    def state_reason(self) -> str:
        """Why it is so, where there is something to say."""
        if self.state == "cancelled":
            return "This is what it had become." if self.preview else "Nothing had been drawn yet."
        if self.state == "awaiting":
            return AWAITING_REASON
        return self.reason if self.state == "failed" else ""
