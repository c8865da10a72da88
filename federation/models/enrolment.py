"""A device that asked to belong to somebody and waits for an answer (RFC 8628)."""

from django.db import models


class DeviceEnrolment(models.Model):
    """What FedArt adds to the grant row of django-oauth-toolkit. States: federation/states.py, ENROLMENT."""

    grant = models.OneToOneField(
        "oauth2_provider.DeviceGrant", null=True, on_delete=models.SET_NULL, related_name="enrolment"
    )
    device = models.OneToOneField(
        "federation.Device", null=True, on_delete=models.CASCADE, related_name="enrolment"
    )
    device_name = models.CharField(max_length=80)
    public_key = models.BinaryField(max_length=32)
    fingerprint = models.CharField(max_length=24)
    state = models.CharField(max_length=16, default="waiting")
    state_reason = models.CharField(max_length=64, blank=True)
    # RFC 8628 section 3.5: every slow_down adds five seconds to the interval.
    interval_s = models.PositiveIntegerField(default=5)
    last_poll_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.device_name} ({self.fingerprint}), {self.state}"
