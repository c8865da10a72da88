"""What each device needs for a step: made once by a worker when the stage begins, kept in storage, handed out."""

import hashlib
from datetime import datetime, timedelta
from functools import cache
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
    """Makes the inboxes of the stage. May run twice, and at the same time: the bytes are the same each time.

    They are written to storage one by one and become visible in one transaction; the time for the stage's answers
    begins then.
    """
    round_ = Round.objects.select_related("campaign").get(pk=round_id)
    if delivered(round_):
        return round_
    step = STAGES[round_.state].step
    before = Message.objects.filter(participation__round=round_, step=Step(step - 1).slug)
    parts = dict(before.values_list("sender", "participation_id"))
    made = server_of(round_).deliver(round_.session, step, messages_of(round_, Step(step - 1)))
    rows = [_put(round_, step, parts[device], inbox) for device, inbox in made if device in parts]
    with transaction.atomic():
        now = (
            Round.objects.select_for_update(of=("self",), no_key=True)
            .select_related("campaign")
            .get(pk=round_id)
        )
        if now.state != round_.state or delivered(now):
            return now  # it is over meanwhile, or another worker was faster
        Inbox.objects.bulk_create(rows, ignore_conflicts=True)
        now.delivered, now.deadline = step.slug, at + timedelta(seconds=now.campaign.stage_s)
        now.save(update_fields=["delivered", "deadline"])
    return now


def _put(round_: Round, step: Step, participation_id: int, inbox: bytes) -> Inbox:
    sha256 = hashlib.sha256(inbox).hexdigest()
    name = put_bytes(updates(), update_name(round_.pk, sha256), inbox)
    return Inbox(
        participation_id=participation_id,
        step=step.slug,
        sha256=sha256,
        size=len(inbox),
        storage_name=name,
    )


def messages_of(round_: Round, step: Step) -> Messages:
    """Reads a device's message of that step from storage, checked against its hash.

    All but masked inputs are small, and a scheme may ask for each as often as there are devices: they are kept.
    """
    rows = {
        sender: (name, sha256)
        for sender, name, sha256 in Message.objects.filter(
            participation__round=round_, step=step.slug
        ).values_list("sender", "storage_name", "sha256")
    }

    def read(device: UUID) -> bytes:
        return read_checked(updates(), *rows[device])

    return read if step is Step.MASKED_INPUT else cache(read)


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
