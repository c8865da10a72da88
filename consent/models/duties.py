"""What the controller must be able to show: legal holds, retention runs, breaches."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class LegalHold(models.Model):
    """Nothing of this person may be erased while it stands. Asking and deciding are two people's work."""

    class State(models.TextChoices):
        ASKED = "asked", "asked for"
        STANDS = "stands", "in force"
        REFUSED = "refused", "refused"
        LIFT_ASKED = "lift-asked", "in force, lifting asked for"
        LIFTED = "lifted", "lifted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    artist = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="legal_holds"
    )
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    basis = models.CharField(max_length=24)
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    lift_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lift_reason = models.CharField(max_length=500, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(
        "consent.Entry", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-asked_at", "id")
        constraints = (
            models.CheckConstraint(
                name="consent_hold_four_eyes",
                condition=(Q(decided_by__isnull=True) | ~Q(decided_by=models.F("asked_by")))
                & (Q(lifted_by__isnull=True) | ~Q(lifted_by=models.F("lift_asked_by"))),
            ),
        )

    def __str__(self) -> str:
        return f"hold of {self.asked_at:%Y-%m-%d}, {self.get_state_display()}"


class RetentionRun(models.Model):
    """One run of the retention schedule: what it found, and how many rows were left afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    began_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    dry = models.BooleanField(default=False)
    report = models.JSONField(default=list)
    entry = models.OneToOneField(
        "consent.Entry", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-began_at", "-id")

    def __str__(self) -> str:
        return f"retention of {self.began_at:%Y-%m-%d %H:%M}"


class Breach(models.Model):
    """One personal data breach (Art. 33, 34). `aware_at` starts the 72 hours; all texts go to the authority as
    they are, so they name no person."""

    class Risk(models.TextChoices):
        UNLIKELY = "unlikely", "unlikely to be a risk to people"
        RISK = "risk", "a risk to people"
        HIGH = "high", "a high risk to people"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=120)
    aware_at = models.DateTimeField()
    nature = models.TextField()
    data = models.TextField()
    people = models.PositiveIntegerField(null=True, blank=True)
    records = models.PositiveIntegerField(null=True, blank=True)
    consequences = models.TextField()
    measures = models.TextField()
    risk = models.CharField(max_length=12, choices=Risk)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    logged_at = models.DateTimeField()
    authority_told_at = models.DateTimeField(null=True, blank=True)
    delay_reason = models.TextField(blank=True)
    people_told_at = models.DateTimeField(null=True, blank=True)
    not_told_reason = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField("consent.Entry", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-aware_at", "id")
        verbose_name_plural = "breaches"

    def __str__(self) -> str:
        return self.title


class BreachEvent(models.Model):
    """One step in a breach's life: logged, authority told, people told, note, closed."""

    breach = models.ForeignKey(Breach, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    what = models.CharField(max_length=24)
    role = models.CharField(max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)
    entry = models.OneToOneField("consent.Entry", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"
