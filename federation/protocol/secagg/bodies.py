"""The bodies of SecAgg's messages, in the frame of `federation.protocol.wire`; docs/protocol.md shows each byte.

    step             device -> server                    server -> device (inbox)
    1 advertise      advertisement (160)                 -
    2 share          sealed pairs (82 each)              count, (device, advertisement)...
    3 masked input   count, vector                       list of who shared, sealed pairs for this device
    4 consistency    signature (64)                      list of survivors, list of the dropped
    5 unmask         shares (33 each)                    count, (device, signature)...

Rows and shares stand in ascending order of devices. Every length follows from what was agreed before, so a body
has exactly one length; everything else is refused.
"""

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from federation.protocol import wire
from federation.protocol.errors import refusal
from federation.protocol.keys import SIGNATURE_BYTES
from federation.protocol.params import MAX_COHORT
from federation.protocol.secagg import derive, shamir
from federation.protocol.secagg.seal import SEALED_BYTES

ADVERTISE_TEXT = derive.DOMAIN + b"advertise\0"
SURVIVORS_TEXT = derive.DOMAIN + b"survivors\0"
ADVERTISEMENT_BYTES = 3 * derive.KEY_BYTES + SIGNATURE_BYTES
_COUNT = struct.Struct("<I")
_DEVICE_BYTES = 16


class Advertisement(NamedTuple):
    """A device's keys for one round, signed by its device key: X25519 for seals, X25519 for masks, and what its own
    mask's seed is recognised by."""

    seal_key: bytes
    mask_key: bytes
    commitment: bytes
    signature: bytes

    def pack(self) -> bytes:
        """160 bytes."""
        return b"".join(self)


def sign_advertisement(
    key: Ed25519PrivateKey, bound: bytes, device: UUID, seal_key: bytes, mask_key: bytes, commitment: bytes
) -> Advertisement:
    """The advertisement of this device for the round that `bound` stands for."""
    text = ADVERTISE_TEXT + bound + device.bytes + seal_key + mask_key + commitment
    return Advertisement(seal_key, mask_key, commitment, key.sign(text))


def open_advertisement(
    body: bytes | memoryview, bound: bytes, device: UUID, device_key: bytes
) -> Advertisement:
    """The advertisement, once it is seen to be that device's, for this round and this roster.

    Raises Refusal `message-wrong-length`, `round-keys-unsigned`, `round-keys-equal` or `round-key-weak`.
    """
    if len(body) != ADVERTISEMENT_BYTES:
        raise refusal("message-wrong-length")
    ends = (0, 32, 64, 96, ADVERTISEMENT_BYTES)
    made = Advertisement(*(bytes(body[a:b]) for a, b in pairwise(ends)))
    text = ADVERTISE_TEXT + bound + device.bytes + bytes(body[:96])
    if not _signed(device_key, made.signature, text):
        raise refusal("round-keys-unsigned", f"It is device {device}.")
    if len({made.seal_key, made.mask_key, made.commitment}) != 3:
        raise refusal("round-keys-equal", f"It is device {device}.")
    derive.check_public(made.seal_key)
    derive.check_public(made.mask_key)
    return made


def survivors_text(bound: bytes, gathered: bytes, shared: Sequence[UUID], survivors: Sequence[UUID]) -> bytes:
    """What a device signs about the list of survivors, and about the list of those who had shared."""
    lists = b"".join(derive.digest(wire.pack_devices(one)) for one in (shared, survivors))
    return SURVIVORS_TEXT + bound + gathered + lists


def check_confirmation(device: UUID, device_key: bytes, signature: bytes, text: bytes) -> None:
    """Raises Refusal `quorum-signature` unless that device signed exactly this list."""
    if not _signed(device_key, signature, text):
        raise refusal("quorum-signature", f"It is device {device}.")


def _signed(device_key: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(device_key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def pack_rows(rows: Mapping[UUID, bytes]) -> bytes:
    """A count (uint32), then device and value of each, in ascending order of devices."""
    ordered = sorted(rows, key=lambda one: one.bytes)
    return _COUNT.pack(len(ordered)) + b"".join(device.bytes + rows[device] for device in ordered)


def unpack_rows(body: memoryview, size: int) -> dict[UUID, bytes]:
    """Rows whose values have `size` bytes; ascending, none twice, none all zero."""
    if len(body) < _COUNT.size:
        raise refusal("message-wrong-length")
    (count,) = _COUNT.unpack_from(body)
    if count > MAX_COHORT:
        raise refusal("list-too-long", f"{count} devices.")
    row = _DEVICE_BYTES + size
    if len(body) != _COUNT.size + row * count:
        raise refusal("message-wrong-length")
    rows, before = {}, bytes(_DEVICE_BYTES)
    for at in range(_COUNT.size, len(body), row):
        device = bytes(body[at : at + _DEVICE_BYTES])
        if device <= before:
            raise refusal("list-not-canonical")
        rows[UUID(bytes=device)] = bytes(body[at + _DEVICE_BYTES : at + row])
        before = device
    return rows


def split_list(body: memoryview) -> tuple[tuple[UUID, ...], memoryview]:
    """The list of devices that a body begins with, and what follows it."""
    if len(body) < _COUNT.size:
        raise refusal("message-wrong-length")
    end = _COUNT.size + _DEVICE_BYTES * _COUNT.unpack_from(body)[0]
    return wire.unpack_devices(body[:end]), body[end:]


def check_sealed(body: memoryview, count: int) -> None:
    """Raises Refusal `message-wrong-length` unless these are as many sealed pairs; only their receivers open them."""
    if len(body) != SEALED_BYTES * count:
        raise refusal("message-wrong-length")


def unpack_sealed(body: memoryview, count: int) -> list[bytes]:
    """Exactly that many sealed pairs."""
    return _pieces(body, SEALED_BYTES, count)


def unpack_shares(body: memoryview, count: int) -> list[bytes]:
    """Exactly that many shares, each a number of the field."""
    shares = _pieces(body, shamir.SHARE_BYTES, count)
    for share in shares:
        shamir.check(share)
    return shares


def _pieces(body: memoryview, size: int, count: int) -> list[bytes]:
    if len(body) != size * count:
        raise refusal("message-wrong-length")
    return [bytes(body[at : at + size]) for at in range(0, len(body), size)]
