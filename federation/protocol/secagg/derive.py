"""Every key of a round: X25519 (RFC 7748), then HKDF-SHA256 (RFC 5869) under a label, bound to round and roster.

The *binding* is the salt of each derivation and stands in each signed text:

    binding   = SHA-256(label ‖ round ‖ manifest hash ‖ count ‖ (device ‖ device key)...)   over the whole roster
    gathering = SHA-256(label ‖ binding ‖ count ‖ (device ‖ SHA-256(advertisement))...)     over those who advertised

Devices that were shown different terms, rosters or round keys thus derive different keys, and nothing that they
make for each other opens.
"""

import hashlib
import struct
from collections.abc import Mapping
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from federation.protocol.errors import refusal
from federation.protocol.params import RoundParams

KEY_BYTES = 32
DOMAIN = b"fedart/secagg/v1/"
BINDING = DOMAIN + b"binding\0"
GATHERING = DOMAIN + b"gathering\0"
SEAL_KEY = DOMAIN + b"seal-key\0"
MASK_KEY = DOMAIN + b"mask-key\0"
SELF_SEED = DOMAIN + b"self-seed\0"
SELF_MASK = DOMAIN + b"self-mask\0"
PAIR_MASK = DOMAIN + b"pair-mask\0"
COMMITMENT = DOMAIN + b"commitment\0"
SEAL = DOMAIN + b"seal\0"
SPLIT_KEY = DOMAIN + b"split-mask-key\0"
SPLIT_SEED = DOMAIN + b"split-self-seed\0"
GRAPH = DOMAIN + b"graph\0"
_TOP_BIT = 1 << 255  # not part of an X25519 key (RFC 7748 section 5)
_SMALL_ORDER = frozenset(
    (
        0,
        1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
        (1 << 255) - 20,
        (1 << 255) - 19,
        (1 << 255) - 18,
    )
)
"""The seven keys of small order, in every form below 2^255: with each, anybody knows what is agreed."""


def binding(params: RoundParams, roster: Mapping[UUID, bytes]) -> bytes:
    """The 32 bytes that stand for the round, its signed terms and its whole roster."""
    return _listed(BINDING + params.round_id.bytes + params.manifest_hash, roster)


def gathering(bound: bytes, advertisements: Mapping[UUID, bytes]) -> bytes:
    """The 32 bytes that stand for who advertised which keys; the values are hashes of the advertisements."""
    return _listed(GATHERING + bound, advertisements)


def _listed(start: bytes, values: Mapping[UUID, bytes]) -> bytes:
    running = hashlib.sha256(start + struct.pack("<I", len(values)))
    for device in sorted(values, key=lambda one: one.bytes):
        running.update(device.bytes + values[device])
    return running.digest()


def expand(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA256: 32 bytes from key material, salt and info; info begins with a label of this module."""
    return HKDF(SHA256(), KEY_BYTES, salt, info).derive(key)


def public_of(private: bytes) -> bytes:
    """The public half of an X25519 key; 32 bytes each."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def check_public(public: bytes) -> None:
    """Raises Refusal `round-key-weak` for a key of small order; `agree` would see it too, only later."""
    if int.from_bytes(public, "little") % _TOP_BIT in _SMALL_ORDER:
        raise refusal("round-key-weak")


def agree(private: X25519PrivateKey, public: bytes) -> bytes:
    """The X25519 shared secret. Raises Refusal `round-key-weak` where it would be zero (RFC 7748 section 6.1)."""
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise refusal("round-key-weak") from None


def seal_key(shared: bytes, bound: bytes, gathered: bytes, sender: UUID, receiver: UUID) -> bytes:
    """The key that seals the one message from sender to receiver; the other direction has another."""
    return expand(shared, bound, SEAL + gathered + sender.bytes + receiver.bytes)


def pair_mask(shared: bytes, bound: bytes, gathered: bytes, one: UUID, other: UUID) -> bytes:
    """The key of the mask that two devices have in common, whoever derives it."""
    low, high = sorted((one.bytes, other.bytes))
    return expand(shared, bound, PAIR_MASK + gathered + low + high)


def self_mask(seed: bytes, bound: bytes, device: UUID) -> bytes:
    """The key of a device's own mask."""
    return expand(seed, bound, SELF_MASK + device.bytes)


def commitment(seed: bytes, bound: bytes, device: UUID) -> bytes:
    """What is advertised of the seed of a device's own mask: enough to recognise it, not to learn it."""
    return expand(seed, bound, COMMITMENT + device.bytes)


def digest(data: bytes | memoryview) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()
