"""A long message in parts: begun with its size and hash, resumed where it broke off, whole only when its hash is right.

Each part is written to storage first and counted after, so what is counted is there. The last part is counted in the
transaction that makes the message: a process killed before it leaves an upload that wants its last part again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from federation.models import Device, Message, Participation, Upload
from federation.protocol import keys
from federation.protocol.errors import refusal
from federation.protocol.steps import Step
from federation.services import intake
from federation.spool import Spooled, bounded, spooled
from federation.store import delete_folder, part_name, pieces, put_file, updates
from federation.terms import server_of

MAX_PART = 8 << 20
"""Bytes in one part; agents send 2 MiB."""
MAX_PARTS = 4096
ABANDONED = timedelta(hours=24)
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Progress:
    """How much of a message is here, in bytes; `message` once it is whole."""

    received: int
    size: int
    message: Message | None = None


@dataclass(frozen=True)
class Wish:
    """What a device says before it sends: `signature` is the one that belongs to the message."""

    step: Step
    size: int
    sha256: str
    signature: str


@dataclass(frozen=True)
class Part:
    """One part on its way in; nothing of it has been read yet."""

    step: Step
    sha256: str
    offset: int
    length: int | None
    body: IO[bytes]


def begin_upload(*, device: Device, round_id: UUID, wish: Wish, at: datetime) -> tuple[Progress, bool]:
    """Makes room for a message. Returns how much of it is there, and whether it is new; again is harmless.

    Raises Refusal, in this order: round, device, hash, repetition, stage, length, signature, consent. Another message
    for the same step takes the place of one that never became whole.
    """
    part = intake.part_of(device=device, round_id=round_id)
    if not SHA256.fullmatch(wish.sha256):
        raise refusal("upload-hash-invalid")
    known = intake.known_message(part, wish.step, wish.sha256)
    if known is not None:
        return Progress(known.size, known.size, known), False
    intake.refuse_closed(part, wish.step, at)
    limit = server_of(part.round).message_limit(wish.step)
    if not 0 < wish.size <= limit:
        raise refusal("message-too-long", f"{wish.size} bytes, 1 to {limit}.")
    text = keys.message_text_of(round_id, wish.step, bytes.fromhex(wish.sha256))
    keys.verify(bytes(device.public_key), wish.signature, text)
    intake.refuse_without_grant(part, device.artist_id, at)
    found = Upload.objects.filter(participation=part, step=wish.step.slug).first()
    if found is not None and (found.sha256, found.size) == (wish.sha256, wish.size):
        return Progress(found.received, found.size), False
    if found is not None:
        forget_upload(upload=found)
    return _make(part, wish, at)


def _make(part: Participation, wish: Wish, at: datetime) -> tuple[Progress, bool]:
    row = Upload(
        participation=part,
        step=wish.step.slug,
        sha256=wish.sha256,
        size=wish.size,
        signature=wish.signature,
        begun_at=at,
        touched_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same device began twice at the same moment
        return progress_of_part(part, wish.step, wish.sha256), False
    return Progress(0, wish.size), True


def progress_of(*, device: Device, round_id: UUID, step: Step, sha256: str) -> Progress:
    """How much of that message is here. Raises Refusal `upload-unknown`, or as `intake.part_of`."""
    return progress_of_part(intake.part_of(device=device, round_id=round_id), step, sha256)


def progress_of_part(part: Participation, step: Step, sha256: str) -> Progress:
    """As `progress_of`."""
    known = Message.objects.filter(participation=part, step=step.slug, sha256=sha256).first()
    if known is not None:
        return Progress(known.size, known.size, known)
    upload = _upload(part, step, sha256)
    return Progress(upload.received, upload.size)


def add_part(*, device: Device, round_id: UUID, part: Part, at: datetime) -> Progress:
    """Keeps one part; the last one makes the message.

    Raises Refusal: as `begin_upload`, and `upload-unknown`, `upload-offset`, `body-length-missing`, `message-*`,
    `upload-hash-differs` (then nothing is kept and it begins anew), or what the scheme has against the message.
    """
    mine = intake.part_of(device=device, round_id=round_id)
    known = intake.known_message(mine, part.step, part.sha256)
    if known is not None:
        raise refusal("upload-offset", f"All {known.size} bytes are here.")
    intake.refuse_closed(mine, part.step, at)
    upload = _upload(mine, part.step, part.sha256)
    if part.offset != upload.received:
        raise refusal("upload-offset", f"{upload.received} bytes are here.")
    length = _length(part, upload)
    with spooled(bounded(part.body, length), size=length) as body:
        name = _keep_part(upload, body)
        if part.offset + length < upload.size:
            return _count(upload, length, name, at)
    intake.refuse_without_grant(mine, device.artist_id, at)
    return _complete(mine, upload, [*upload.parts, name], at)


def _length(part: Part, upload: Upload) -> int:
    if part.length is None:
        raise refusal("body-length-missing")
    most = min(MAX_PART, upload.size - upload.received)
    if part.length == 0 or part.length > most or len(upload.parts) >= MAX_PARTS:
        raise refusal("message-too-long", f"{part.length} bytes in this part, 1 to {most}.")
    return part.length


def _keep_part(upload: Upload, body: Spooled) -> str:
    """Under a name that holds its place and its hash: a part that was half written is never taken for a whole one."""
    name = part_name(upload.participation.round_id, upload.pk, upload.received, body.sha256)
    return put_file(updates(), name, body.file())


def _count(upload: Upload, length: int, name: str, at: datetime) -> Progress:
    """Compare-and-swap on what is received: of two who send the same part at once, one counts."""
    received = upload.received + length
    rows = Upload.objects.filter(pk=upload.pk, received=upload.received)
    if not rows.update(received=received, parts=[*upload.parts, name], touched_at=at):
        raise refusal("upload-offset", "Another request was faster.")
    return Progress(received, upload.size)


def _complete(mine: Participation, upload: Upload, names: list[str], at: datetime) -> Progress:
    folder = part_name(mine.round_id, upload.pk)
    with spooled(_read(names), size=upload.size) as body:
        if body.sha256 != upload.sha256:
            forget_upload(upload=upload)
            raise refusal("upload-hash-differs")
        arrived = intake.Arrived(Step.of(upload.step), upload.signature, body)
        message, _ = intake.keep_message(part=mine, arrived=arrived, at=at, upload=upload)
    delete_folder(updates(), folder)
    return Progress(message.size, message.size, message)


def _read(names: list[str]) -> Iterator[bytes]:
    for name in names:
        with updates().open(name) as stream:
            yield from pieces(stream)


def _upload(part: Participation, step: Step, sha256: str) -> Upload:
    found = (
        Upload.objects.select_related("participation")
        .filter(participation=part, step=step.slug, sha256=sha256)
        .first()
    )
    if found is None:
        raise refusal("upload-unknown")
    return found


def forget_upload(*, upload: Upload) -> Upload:
    """Throws its parts away, then its row: killed in between, it is swept again."""
    delete_folder(updates(), part_name(upload.participation.round_id, upload.pk))
    upload.delete()
    return upload


def forget_abandoned(*, at: datetime, most: int = 100) -> int:
    """Throws away uploads whose stage is over, or that nobody went on with for a day. Counts them."""
    over = Q(touched_at__lt=at - ABANDONED)
    for stage, one in intake.STAGES.items():
        over |= Q(step=one.step.slug) & ~Q(participation__round__state=stage)
    found = list(Upload.objects.select_related("participation").filter(over)[:most])
    for upload in found:
        forget_upload(upload=upload)
    return len(found)
