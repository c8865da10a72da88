"""Ed25519 signatures (RFC 8032) under labels, base64url without padding (RFC 4648 section 5), and
fingerprints.

Every signed text starts with a label of its own, so a signature for one purpose never serves another.
"""

import base64
import hashlib
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from federation.protocol.errors import refusal
from federation.protocol.steps import Step

MANIFEST = b"fedart/manifest/v1\0"
ROSTER = b"fedart/roster/v1\0"
ENROL = b"fedart/enrol/v1\0"
MESSAGE = b"fedart/message/v1\0"
KEY_BYTES = 32
SIGNATURE_BYTES = 64


def to_b64url(data: bytes) -> str:
    """Base64url, unpadded."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_b64url(text: str, size: int) -> bytes:
    """Exactly `size` bytes from their one base64url form. Raises ValueError for anything else."""
    data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if len(data) != size or to_b64url(data) != text:
        raise ValueError(f"not {size} bytes in base64url")
    return data


def public_key(text: str) -> bytes:
    """The 32 raw bytes of an Ed25519 public key in base64url. Raises Refusal `key-invalid`."""
    try:
        raw = from_b64url(text, KEY_BYTES)
        Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, UnicodeError):
        raise refusal("key-invalid") from None
    return raw


def raw_public(private: Ed25519PrivateKey) -> bytes:
    """The 32 raw bytes of the public half."""
    return private.public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """What an artist compares: the first 20 base32 characters of SHA-256 of the key, in five groups of
    four."""
    text = base64.b32encode(hashlib.sha256(public).digest()).decode("ascii").lower()[:20]
    return "-".join(text[at : at + 4] for at in range(0, 20, 4))


def sign(private: Ed25519PrivateKey, text: bytes) -> str:
    """The signature over a text that already starts with its label, in base64url."""
    return to_b64url(private.sign(text))


def verify(public: bytes, signature: str, text: bytes) -> None:
    """Return when the signature holds; raises Refusal `signature-invalid` otherwise."""
    try:
        raw = from_b64url(signature, SIGNATURE_BYTES)
        Ed25519PublicKey.from_public_bytes(public).verify(raw, text)
    except (InvalidSignature, ValueError, UnicodeError):
        raise refusal("signature-invalid") from None


def enrol_text(client_id: str, public: bytes) -> bytes:
    """What a device signs to show that it holds the key that it enrols."""
    return ENROL + client_id.encode("utf-8") + b"\0" + public


def message_text(round_id: UUID, step: Step, body: bytes) -> bytes:
    """What a device signs beside a message: the round, the step's name and the SHA-256 of the message."""
    return message_text_of(round_id, step, hashlib.sha256(body).digest())


def message_text_of(round_id: UUID, step: Step, digest: bytes) -> bytes:
    """The same for a message of which only the SHA-256 (32 bytes) is at hand."""
    return MESSAGE + round_id.bytes + step.slug.encode("ascii") + b"\0" + digest
