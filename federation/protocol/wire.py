"""The bytes of a message: a fixed header of 76 bytes, then the body, nothing after it. All numbers
little-endian.

    0   4  magic      "FAM\\0"
    4   1  version    1
    5   1  kind       the step (1 to 5); with the top bit set, the server's answer for that step
    6   2  reserved   zero; so that a vector begins at a multiple of 16
    8  16  round      UUID
    24 16  sender     UUID of the device; all zero for the server
    40 32  manifest   SHA-256 of the signed manifest
    72  4  length     of the body, in bytes

One value has one form: `pack(unpack(data)) == data` for everything that is accepted, and all else is refused.
"""

import struct
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from federation.protocol import ring
from federation.protocol.errors import refusal
from federation.protocol.params import MAX_COHORT, MAX_LENGTH, RoundParams
from federation.protocol.steps import Side, Step

MAGIC = b"FAM\0"
VERSION = 1
SERVER = UUID(int=0)
HEADER = struct.Struct("<4sBBH16s16s32sI")
DIGEST_BYTES = 32
MAX_BODY = 4 + 4 * MAX_LENGTH
_COUNT = struct.Struct("<I")


class Frame(NamedTuple):
    """A message taken apart; the body still as bytes."""

    step: Step
    side: Side
    round_id: UUID
    sender: UUID
    manifest_hash: bytes
    body: memoryview


def pack(params: RoundParams, step: Step, sender: UUID, *body: bytes | memoryview) -> bytes:
    """One message of this round; `sender` is the device, or `SERVER`; the body may come in parts."""
    return b"".join((_head(params, step, sender, sum(len(part) for part in body)), *body))


def vector_head(params: RoundParams, step: Step, sender: UUID) -> tuple[bytes, int]:
    """What stands before the ring elements of a message with a vector, and the size of the whole message."""
    length = _COUNT.size + 4 * params.length
    head = _head(params, step, sender, length) + _COUNT.pack(params.length)
    return head, HEADER.size + length


def _head(params: RoundParams, step: Step, sender: UUID, length: int) -> bytes:
    side = Side.SERVER if sender == SERVER else Side.DEVICE
    kind = step | side.value
    return HEADER.pack(
        MAGIC, VERSION, kind, 0, params.round_id.bytes, sender.bytes, params.manifest_hash, length
    )


def unpack(data: bytes) -> Frame:
    """Any well-formed message. Raises Refusal `message-*`; allocates nothing of the sender's choosing."""
    kind, round_id, sender, manifest_hash = _fields(data)
    step, side = _step(kind & 0x7F), Side(kind & 0x80)
    return Frame(step, side, UUID(bytes=round_id), UUID(bytes=sender), manifest_hash, _body(data))


def body_of(data: bytes) -> memoryview:
    """The body of a well-formed message."""
    _fields(data)
    return _body(data)


def _body(data: bytes) -> memoryview:
    return memoryview(data)[HEADER.size :].toreadonly()


def _fields(data: bytes) -> tuple[int, bytes, bytes, bytes]:
    """Kind, round, sender and manifest hash of a header in which everything is in order."""
    if len(data) < HEADER.size:
        raise refusal("message-truncated", f"{len(data)} bytes.")
    magic, version, kind, reserved, round_id, sender, manifest_hash, length = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise refusal("message-not-ours")
    if version != VERSION:
        raise refusal("message-version", f"It is version {version}, not {VERSION}.")
    if reserved:
        raise refusal("message-version", "It uses bytes that this version leaves at zero.")
    if length > MAX_BODY:
        raise refusal("message-too-long", f"{length} bytes.")
    _check_length(len(data) - HEADER.size, length)
    _step(kind & 0x7F)
    if (kind & 0x80 == Side.SERVER.value) != (sender == SERVER.bytes):
        raise refusal("message-wrong-sender")
    return kind, round_id, sender, manifest_hash


def _check_length(there: int, said: int) -> None:
    if there < said:
        raise refusal("message-truncated", f"{said - there} bytes are missing.")
    if there > said:
        raise refusal("message-wrong-length", f"{there - said} bytes follow its end.")


def _step(number: int) -> Step:
    try:
        return Step(number)
    except ValueError:
        raise refusal("message-wrong-step", f"There is no step {number}.") from None


def expect(data: bytes, params: RoundParams, step: Step, sender: UUID) -> memoryview:
    """The body of the message that this sender owes at this step of this round, or a Refusal that says what
    differs."""
    kind, round_id, from_, manifest_hash = _fields(data)
    if round_id != params.round_id.bytes:
        raise refusal("message-wrong-round")
    if manifest_hash != params.manifest_hash:
        raise refusal("message-wrong-manifest")
    if kind & 0x7F != step:
        raise refusal("message-wrong-step", f"It is {_step(kind & 0x7F).slug}, not {step.slug}.")
    if from_ != sender.bytes:
        raise refusal("message-wrong-sender")
    return _body(data)


def pack_vector(vector: ring.Ring) -> tuple[bytes, memoryview]:
    """A count (uint32), then that many ring elements: the two parts of a body, the second not copied."""
    return _COUNT.pack(vector.size), vector.astype(ring.WIRE, copy=False).data.cast("B")


def unpack_vector(body: memoryview, length: int) -> ring.Ring:
    """The vector of exactly `length` ring elements; read-only, not copied."""
    if len(body) != _COUNT.size + 4 * length or _COUNT.unpack_from(body)[0] != length:
        raise refusal("vector-wrong-length", f"{length} numbers were expected.")
    return ring.from_bytes(body[_COUNT.size :])


def pack_devices(devices: Iterable[UUID]) -> bytes:
    """A count (uint32), then the devices in ascending order of their bytes."""
    ordered = sorted(device.bytes for device in devices)
    return _COUNT.pack(len(ordered)) + b"".join(ordered)


def unpack_devices(body: memoryview) -> tuple[UUID, ...]:
    """The devices of a list: ascending, none twice, none all zero."""
    if len(body) < _COUNT.size:
        raise refusal("message-wrong-length")
    (count,) = _COUNT.unpack_from(body)
    if count > MAX_COHORT:
        raise refusal("list-too-long", f"{count} devices.")
    if len(body) != _COUNT.size + 16 * count:
        raise refusal("message-wrong-length")
    raw = [bytes(body[at : at + 16]) for at in range(_COUNT.size, len(body), 16)]
    if any(left >= right for left, right in pairwise([SERVER.bytes, *raw])):
        raise refusal("list-not-canonical")
    return tuple(UUID(bytes=one) for one in raw)
