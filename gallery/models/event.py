"""What happened to a request, one row per move: the page's timeline and the operator's explanation read it."""

from typing import ClassVar

from django.db import models

SENTENCES: dict[str, str] = {
    "awaiting": "Asked for; your own computer is to draw it.",
    "queued": "Asked for.",
    "running": "The drawing began.",
    "done": "The picture was finished and marked.",
    "failed": "It failed.",
    "cancelled": "Cancelled.",
}
TONES = {"running": "busy", "done": "good", "failed": "stop"}


class RequestEvent(models.Model):
    """Written by gallery.states.move and by nothing else."""

    request = models.ForeignKey("gallery.GenerationRequest", on_delete=models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} to {self.to_state}"

    @property
    def sentence(self) -> str:
        """What happened, for the timeline."""
        return (
            self.reason.capitalize() + "."
            if self.reason and self.to_state in ("awaiting", "queued")
            else SENTENCES[self.to_state]
        )

    @property
    def tone(self) -> str:
        """The design system's tone."""
        return TONES.get(self.to_state, "")

    @property
    def note(self) -> str:
        """The reason, where the sentence does not say it."""
        return self.reason if self.to_state == "failed" else ""
