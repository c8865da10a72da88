"""A report: somebody says that a published picture should not be seen, and what became of that."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from gallery.report_rules import APPEAL_WITHIN, KINDS, REASONS, WORDS_MAX

STATE_WORDS: dict[str, tuple[str, str]] = {
    "open": ("Being looked at", "wait"),
    "kept": ("The picture stays", "good"),
    "removed": ("The picture is hidden for good", "stop"),
    "appealed": ("Being looked at a second time", "wait"),
    "kept-final": ("The picture stays", "good"),
    "removed-final": ("The picture is hidden for good", "stop"),
}


class Report(models.Model):
    """State moves only through gallery.report_states.move."""

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    """In the address of the reporter's page: who is not signed in has nothing else to come back with."""
    image = models.ForeignKey("gallery.Image", null=True, on_delete=models.SET_NULL, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reports_made"
    )
    kind = models.CharField(max_length=10, default="unsaid")
    words = models.CharField(max_length=WORDS_MAX, blank=True)
    state = models.CharField(max_length=14, default="open")
    hid = models.BooleanField()
    """Whether it hid the picture at once, or only queued (gallery/services/reporting.py says when)."""
    reason = models.CharField(max_length=20, blank=True)
    answer = models.CharField(max_length=WORDS_MAX, blank=True)
    """The moderator's own words beside the reason, read by both."""
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    appeal = models.CharField(max_length=WORDS_MAX, blank=True)
    appealed_by_artist = models.BooleanField(default=False)
    told = models.CharField(max_length=14, blank=True)
    """The state that the letters to both sides were last about, so that a task run twice writes once."""
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["due_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at", "id"],
                name="report_open",
                condition=models.Q(state__in=["open", "appealed"]),
            )
        ]

    def __str__(self) -> str:
        return f"report {self.pk} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether a moderator has to decide."""
        return self.state in ("open", "appealed")

    @property
    def state_word(self) -> str:
        """The state in a few words for people."""
        return STATE_WORDS[self.state][0]

    @property
    def tone(self) -> str:
        """The design system's tone of the state."""
        return STATE_WORDS[self.state][1]

    @property
    def kind_words(self) -> str:
        """What was reported."""
        return KINDS.get(self.kind, self.kind)

    @property
    def reason_words(self) -> str:
        """The sentence both sides get; empty before a decision."""
        return REASONS.get(self.reason, "")

    @property
    def appeal_until(self) -> object:
        """Until when the losing side may appeal, or None."""
        return (
            self.decided_at + APPEAL_WITHIN if self.decided_at and self.state in ("kept", "removed") else None
        )


class ReportEvent(models.Model):
    """Written by gallery.report_states.move and by nothing else."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=14, blank=True)
    to_state = models.CharField(max_length=14)
    reason = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} to {self.to_state}"

    @property
    def sentence(self) -> str:
        """What happened, for the timeline; names nobody."""
        said = {
            "open": "Reported.",
            "appealed": "A second look was asked for.",
            "kept": "A moderator decided: the picture stays.",
            "removed": "A moderator decided: the picture is hidden for good.",
            "kept-final": "After a second look: the picture stays.",
            "removed-final": "After a second look: the picture is hidden for good.",
        }
        return said[self.to_state]

    @property
    def tone(self) -> str:
        """The design system's tone."""
        return STATE_WORDS[self.to_state][1]

    @property
    def note(self) -> str:
        """The reason, where there is one."""
        return REASONS.get(self.reason, "")
