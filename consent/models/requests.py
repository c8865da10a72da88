"""What people ask for about their own data, and every step of the answer."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class SubjectRequest(models.Model):
    """One request under GDPR Articles 15 to 21. State moves only through consent.request_states."""

    class Kind(models.TextChoices):
        ACCESS = "access", "access (Art. 15)"
        PORTABILITY = "portability", "portability (Art. 20)"
        RECTIFICATION = "rectification", "rectification (Art. 16)"
        ERASURE = "erasure", "erasure (Art. 17)"
        RESTRICTION = "restriction", "restriction (Art. 18)"
        OBJECTION = "objection", "objection (Art. 21)"

    class Channel(models.TextChoices):
        SELF = "self", "the page Your data"
        LETTER = "letter", "letter"
        EMAIL = "email", "e-mail"
        PHONE = "phone", "telephone"
        PERSON = "person", "in person"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    artist = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="subject_requests"
    )
    kind = models.CharField(max_length=16, choices=Kind)
    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=16, default="received", db_index=True)
    details = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    purpose = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    extended_at = models.DateTimeField(null=True, blank=True)
    extension_reason = models.CharField(max_length=500, blank=True)
    identity_at = models.DateTimeField(null=True, blank=True)
    identity_method = models.CharField(max_length=40, blank=True)
    identity_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    denial_ground = models.CharField(max_length=24, blank=True)
    answer = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("due_at", "id")
        indexes = (models.Index(fields=("state", "due_at"), name="consent_request_queue"),)
        constraints = (
            models.CheckConstraint(
                name="consent_request_four_eyes",
                condition=Q(released_by__isnull=True) | ~Q(released_by=models.F("handled_by")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference}, {self.get_kind_display()}"

    @property
    def reference(self) -> str:
        """What people write on a letter."""
        return f"R-{self.pk.hex[:8].upper()}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.closed_at is None

    @property
    def by_herself(self) -> bool:
        """Opened by the artist on her own page."""
        return self.channel == self.Channel.SELF


class SubjectRequestEvent(models.Model):
    """One step. Written by consent.request_states only; the artist reads role, time and note, never a name."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    what = models.CharField(max_length=24)
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    role = models.CharField(max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.what}: {self.from_state or 'new'} to {self.to_state}"


class Restriction(models.Model):
    """Processing of this person's data has stopped (Art. 18): every gate says no until `until`."""

    artist = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="restrictions"
    )
    request = models.ForeignKey(SubjectRequest, on_delete=models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-since", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("artist",), condition=Q(until__isnull=True), name="consent_one_live_restriction"
            ),
        )

    def __str__(self) -> str:
        return f"restricted since {self.since:%Y-%m-%d}"
