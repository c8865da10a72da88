"""What each device needs for a step: made once by a worker when the stage begins, kept in storage, handed out."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from federation.models import Inbox, Message, Participation, Round
from federation.protocol.errors import refusal
from federation.protocol.sessions import Messages
from federation.protocol.steps import Step
from federation.services.intake import STAGES, refuse_wrong_stage
from federation.store import put_bytes, read_checked, update_name, updates
from federation.terms import server_of


def delivered(round_: Round) -> bool:
    """Whether every inbox of the stage that the round is in is there; the first stage has none."""
    stage = STAGES.get(round_.state)
    return stage is None or stage.step is Step.ADVERTISE_KEYS or round_.delivered == stage.step.slug


def deliver_stage(*, round_id: UUID, at: datetime) -> Round:
    """Makes the inboxes that are missing. May run twice, and at the same time: the bytes are the same each time."""
    round_ = Round.objects.select_related("campaign").get(pk=round_id)
    if delivered(round_):
        return round_
    step = STAGES[round_.state].step
    parts = {
        part.sender: part.participation_id
        for part in Message.objects.filter(participation__round=round_, step=Step(step - 1).slug)
    }
    there = set(
        Inbox.objects.filter(participation__round=round_, step=step.slug).values_list(
            "participation_id", flat=True
        )
    )
    made = server_of(round_).deliver(round_.session, step, messages_of(round_, Step(step - 1)))
    for device, inbox in made:
        if device in parts and parts[device] not in there:
            _put(round_, step, parts[device], inbox)
    Round.objects.filter(pk=round_id, state=round_.state).update(delivered=step.slug)
    round_.refresh_from_db()
    return round_


def _put(round_: Round, step: Step, participation_id: int, inbox: bytes) -> None:
    sha256 = hashlib.sha256(inbox).hexdigest()
    name = put_bytes(updates(), update_name(round_.pk, sha256), inbox)
    with transaction.atomic():
        Inbox.objects.get_or_create(
            participation_id=participation_id,
            step=step.slug,
            defaults={"sha256": sha256, "size": len(inbox), "storage_name": name},
        )


def messages_of(round_: Round, step: Step) -> Messages:
    """Reads a device's message of that step from storage, checked against its hash."""
    rows = {
        message.sender: (message.storage_name, message.sha256)
        for message in Message.objects.filter(participation__round=round_, step=step.slug)
    }
    return lambda device: read_checked(updates(), *rows[device])


def inbox_of(*, part: Participation, step: Step) -> bytes:
    """The server's message for that device and step, as often as it asks.

    Raises Refusal `round-over`, `stage-not-yet`, `stage-over` or `own-device-missing`.
    """
    round_ = part.round
    if round_.state in ("published", "aborted"):
        raise refusal("round-over")
    inbox = Inbox.objects.filter(participation=part, step=step.slug).first()
    if inbox is not None:
        return read_checked(updates(), inbox.storage_name, inbox.sha256)
    if step is Step.ADVERTISE_KEYS or not delivered(round_):
        raise refusal("stage-not-yet")
    refuse_wrong_stage(round_, step, round_.stage_began_at)
    raise refusal("own-device-missing")
