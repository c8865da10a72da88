"""A device reports how it is, and hears what there is to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from federation import states
from federation.models import Device, DeviceEnrolment, Round
from federation.services.rounds import invite
from federation.services.stages import SILENT_AFTER_S
from federation.services.withdraw import withdraw_device


@dataclass(frozen=True)
class Report:
    """What an agent says about itself."""

    state: str
    reason: str = ""
    agent_version: str = ""
    step: int | None = None
    steps: int | None = None


def heartbeat(*, device: Device, report: Report, at: datetime) -> Device:
    """Notes the report and the time; a silent device is awake again; open rounds it may join invite it."""
    changes = {
        "reported_state": report.state,
        "reported_reason": report.reason,
        "agent_version": report.agent_version,
        "step": report.step,
        "steps": report.steps,
        "last_seen_at": at,
    }
    Device.objects.filter(pk=device.pk).update(**changes)
    for name, value in changes.items():
        setattr(device, name, value)
    if device.state == "silent":
        try:
            states.move(device, to="active", at=at)
        except states.LostRace:
            device.refresh_from_db()
    open_to_it = Round.objects.filter(state="training", deadline__gt=at).exclude(
        Q(participations__device=device) | Q(participations__artist_id=device.artist_id)
    )
    for round_ in open_to_it:
        invite(round_=round_, at=at, device=device)
    return device


def poll_after(*, device: Device, at: datetime) -> float:
    """Seconds until the agent should ask again: soon while a round runs, seldom when many devices are idle."""
    active = Round.objects.filter(state__in=states.OPEN)
    busy = active.filter(participations__device=device).exclude(
        participations__state__in=("dropped", "not_drawn")
    )
    if busy.filter(state__in=states.INTERACTIVE).exists():
        return 1.0
    crowd = Device.objects.filter(state="active").count()
    return min(60.0, max(2.0, crowd / 20))  # at most 20 idle requests a second for everybody together


def mark_silent(*, at: datetime) -> int:
    """Devices not heard of for a while are shown as silent. Returns how many changed."""
    changed = 0
    late = at - timedelta(seconds=SILENT_AFTER_S)
    for device in Device.objects.filter(state="active").filter(
        Q(last_seen_at__lt=late) | Q(last_seen_at=None, enrolled_at__lt=late)
    ):
        try:
            states.move(device, to="silent", at=at, reason="not-seen")
        except states.LostRace:
            continue
        changed += 1
    return changed


def expire_enrolments(*, at: datetime) -> int:
    """Codes that nobody answered, or whose device never fetched its tokens, end here."""
    ended = 0
    for row in DeviceEnrolment.objects.select_related("device").filter(
        state__in=("waiting", "confirmed"), expires_at__lte=at
    ):
        with transaction.atomic():
            try:
                states.move(row, to="expired", at=at)
            except states.LostRace:
                continue
            if row.device is not None:
                withdraw_device(device=row.device, at=at, reason="never-connected")
            if row.grant is not None:
                row.grant.delete()
        ended += 1
    return ended
