"""What devices send: checked in order of cost, kept exactly once, under the hash of its bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

from django.db import IntegrityError, transaction

from federation import queue, states
from federation.gate import consenting
from federation.models import Device, Message, Participation, Round
from federation.models import Upload as UploadRow
from federation.protocol import keys
from federation.protocol.errors import refusal
from federation.protocol.steps import Step
from federation.services.budget import charge
from federation.spool import Spooled, bounded, spooled
from federation.store import put_file, update_name, updates
from federation.terms import server_of


@dataclass(frozen=True)
class Stage:
    """One interactive stage: the step it waits for, and what a participation is before and after its answer."""

    step: Step
    before: str
    after: str


STAGES: Mapping[str, Stage] = {
    "advertising": Stage(Step.ADVERTISE_KEYS, "rostered", "advertised"),
    "sharing": Stage(Step.SHARE_KEYS, "advertised", "shared"),
    "collecting": Stage(Step.MASKED_INPUT, "shared", "submitted"),
    "confirming": Stage(Step.CONSISTENCY, "submitted", "confirmed"),
    "unmasking": Stage(Step.UNMASK, "confirmed", "unmasked"),
}
IN_THE_SUM = ("submitted", "confirmed", "unmasked")  # the update was sent, whatever answers still came
STAGE_OF: Mapping[Step, str] = {stage.step: name for name, stage in STAGES.items()}
ORDER = tuple(states.ROUND)
BATCH = 16
"""Updates in one partial sum. More means fewer files to write, fewer means more workers at once."""


@dataclass(frozen=True)
class Upload:
    """A message on its way in; `length` is what the sender says, nothing has been read yet."""

    step: Step
    length: int | None
    body: IO[bytes]
    signature: str


def part_of(*, device: Device, round_id: UUID) -> Participation:
    """The device's part in that round. Raises Refusal `round-unknown`, `device-withdrawn` or `not-in-round`."""
    if device.state == "withdrawn":
        raise refusal("device-withdrawn")
    if not Round.objects.filter(pk=round_id).exists():
        raise refusal("round-unknown")
    part = (
        Participation.objects.select_related("round__campaign__base", "device")
        .filter(round_id=round_id, device=device)
        .first()
    )
    if part is None:
        raise refusal("not-in-round")
    return part


@dataclass(frozen=True)
class Arrived:
    """A message that came whole: its hash is known, the rest is still to be judged."""

    step: Step
    signature: str
    body: Spooled


def accept_message(*, device: Device, round_id: UUID, upload: Upload, at: datetime) -> tuple[Message, bool]:
    """Keeps one message. Returns it and whether it is new; the same bytes again are not an error.

    Raises Refusal, in this order: round, device, stage, length (before a byte is read), signature, repetition,
    consent, content. The body goes to a file as it comes, never whole onto the heap.
    """
    part = part_of(device=device, round_id=round_id)
    known = Message.objects.filter(participation=part, step=upload.step.slug).first()
    if known is None:
        refuse_closed(part, upload.step, at)
    if upload.length is None:
        raise refusal("body-length-missing")
    limit = server_of(part.round).message_limit(upload.step)
    if upload.length > limit:
        raise refusal("message-too-long", f"{upload.length} bytes, at most {limit}.")
    with spooled(bounded(upload.body, upload.length), size=upload.length) as body:
        text = keys.message_text_of(round_id, upload.step, bytes.fromhex(body.sha256))
        keys.verify(bytes(device.public_key), upload.signature, text)
        if known is not None:
            return _again(known, body.sha256), False
        refuse_without_grant(part, device.artist_id, at)
        return keep_message(part=part, arrived=Arrived(upload.step, upload.signature, body), at=at)


def known_message(part: Participation, step: Step, sha256: str) -> Message | None:
    """That very message, where it is here already. Raises Refusal `message-twice` where another one is."""
    known = Message.objects.filter(participation=part, step=step.slug).first()
    return None if known is None else _again(known, sha256)


def refuse_closed(part: Participation, step: Step, at: datetime) -> None:
    """Raises Refusal unless the round waits for this step, and for this device, now."""
    refuse_wrong_stage(part.round, step, at)
    if part.state in ("dropped", "not_drawn"):
        raise refusal("not-in-round", f"It left the round: {part.state_reason or part.state}.")


def refuse_wrong_stage(round_: Round, step: Step, at: datetime) -> None:
    """Raises Refusal `round-over`, `stage-not-yet` or `stage-over` unless the round waits for this step now."""
    if round_.state in ("published", "aborted"):
        raise refusal("round-over")
    wanted, now = ORDER.index(STAGE_OF[step]), ORDER.index(round_.state)
    if now < wanted:
        raise refusal("stage-not-yet")
    if now > wanted or (round_.deadline is not None and at >= round_.deadline):
        raise refusal("stage-over")


def refuse_without_grant(part: Participation, artist_id: int, at: datetime) -> None:
    """A revocation takes effect with the next message, not only at the gates."""
    if not consenting(campaign=part.round.campaign, artist_ids=[artist_id], at=at):
        if part.state not in IN_THE_SUM:
            states.move(part, to="dropped", at=at, reason="no-live-grant", moved_at=at)
            queue.advance(part.round_id)
        raise refusal("no-live-grant")


def _again(known: Message, sha256: str) -> Message:
    if known.sha256 != sha256:
        raise refusal("message-twice")
    return known


def keep_message(
    *, part: Participation, arrived: Arrived, at: datetime, upload: UploadRow | None = None
) -> tuple[Message, bool]:
    """Judges the content, writes it to storage, and makes the row; what was in parts is an upload no longer."""
    assert part.device is not None
    body, server = arrived.body, server_of(part.round)
    facts = server.accept(part.round.session, arrived.step, part.device.id, body.view())
    name = put_file(updates(), update_name(part.round_id, body.sha256), body.file())
    message = Message(
        participation=part,
        sender=part.device.id,
        step=arrived.step.slug,
        sha256=body.sha256,
        size=body.size,
        storage_name=name,
        signature=arrived.signature,
        facts=dict(facts),
        received_at=at,
    )
    return _record(message, part, at, upload)


def _batch_is_full(round_: Round, stage: Stage) -> bool:
    """Every BATCHth update wakes a worker; the rest is added when the stage is over."""
    return round_.participations.filter(state=stage.after).count() % BATCH == 0


def _record(
    message: Message, part: Participation, at: datetime, upload: UploadRow | None
) -> tuple[Message, bool]:
    """The one transaction of a message. The round is locked, so that nothing slips in while a stage is closed."""
    stage = STAGES[STAGE_OF[Step.of(message.step)]]
    try:
        with transaction.atomic():
            round_ = Round.objects.select_for_update(no_key=True).get(pk=part.round_id)
            refuse_wrong_stage(round_, stage.step, at)
            message.save(force_insert=True)
            if upload is not None:
                upload.delete()
            states.move(part, to=stage.after, at=at, moved_at=at)
            if not round_.participations.filter(state=stage.before).exists():
                queue.advance(round_.pk)
            if stage.step is Step.MASKED_INPUT:
                charge(part=part, at=at)
            if stage.step is Step.MASKED_INPUT and _batch_is_full(round_, stage):
                queue.fold(round_.pk)
    except IntegrityError:  # the same device sent the step twice at the same moment
        known = Message.objects.get(participation=part, step=message.step)
        return _again(known, message.sha256), False
    except (states.IllegalMove, states.LostRace):
        raise refusal("stage-over") from None
    return message, True
