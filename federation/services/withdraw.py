"""A device leaves: its tokens die at once, its part in open rounds ends where it still can."""

from datetime import datetime

from django.db import transaction
from oauth2_provider.models import RefreshToken

from consent.services import append_entry, forget_works, subject_of
from federation import queue, states
from federation.models import Device, Participation

LEAVABLE = ("invited", "training", "ready", "rostered", "advertised", "shared")


@transaction.atomic
def withdraw_device(*, device: Device, at: datetime, reason: str = "by-artist") -> Device:
    """Idempotent: a device that is withdrawn already stays as it is.

    What it has already put into a sum stays there; the page says so.
    """
    device = Device.objects.select_for_update().get(pk=device.pk)
    if device.state == "withdrawn":
        return device
    states.move(device, to="withdrawn", at=at, reason=reason, withdrawn_at=at)
    if device.token_family is not None:
        # Access tokens keep their row for the hour they live, so that the agent is told "device-withdrawn" (403)
        # instead of a bare 401; they open nothing (federation.authentication).
        RefreshToken.objects.filter(token_family=device.token_family, revoked=None).update(revoked=at)
    for part in Participation.objects.filter(device=device, state__in=LEAVABLE):
        states.move(part, to="dropped", at=at, reason="device-withdrawn", moved_at=at)
        queue.advance(part.round_id)
    forget_works(device=device.id)
    append_entry(
        kind="device",
        body={
            "device": str(device.id),
            "subject": subject_of(artist_id=device.artist_id).urn,
            "key": device.fingerprint,
            "event": "withdrawn",
        },
        at=at,
    )
    return device
