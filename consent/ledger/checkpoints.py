"""Checkpoints (C2SP tlog-checkpoint) and what witnesses add to them (C2SP tlog-cosignature, Ed25519)."""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.errors import refusal
from consent.ledger.notes import (
    COSIGNATURE,
    Key,
    Note,
    Signature,
    ed25519_holds,
    parse_note,
    sign_note,
    signed_by,
    unbase64,
)
from consent.ledger.tree import EMPTY_ROOT, HASH_BYTES, MAX_SIZE

DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
MAX_TIMESTAMP = 2**63 - 1


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log at one size. `extensions` are further lines; ours has none."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The three lines (and extensions) that are signed."""
        lines = [self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Cosignature:
    """That a witness saw this checkpoint, consistent with all it saw before, at `timestamp` (POSIX seconds)."""

    name: str
    timestamp: int


def parse_decimal(text: str) -> int:
    """An ASCII decimal without leading zeroes, at most 2^62. Refuses `bad-checkpoint`."""
    if not DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise refusal("bad-checkpoint", detail="a number")
    return int(text)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that the text of a note says. Refuses `bad-checkpoint`."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise refusal("bad-checkpoint", detail="at least three lines, none empty")
    try:
        root = unbase64(lines[2])
    except ValueError:
        raise refusal("bad-checkpoint", detail="its root") from None
    found = Checkpoint(lines[0], parse_decimal(lines[1]), root, tuple(lines[3:-1]))
    if len(root) != HASH_BYTES or (found.size == 0 and root != EMPTY_ROOT):
        raise refusal("bad-checkpoint", detail="its root")
    return found


def sign_checkpoint(checkpoint: Checkpoint, key: Key, private: Ed25519PrivateKey) -> Note:
    """The signed note. The caller makes sure that it never signs two that do not fit together."""
    return sign_note(checkpoint.text(), key, private)


def open_checkpoint(data: bytes, keys: Iterable[Key]) -> tuple[Checkpoint, Note]:
    """The checkpoint of a note signed by one of these keys. Refuses `bad-note`, `bad-note-signature`,
    `bad-checkpoint`, `unsigned-checkpoint`."""
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    if not signed_by(note, keys):
        raise refusal("unsigned-checkpoint", detail=checkpoint.origin)
    return checkpoint, note


def cosigned_message(text: str, timestamp: int) -> bytes:
    """What an Ed25519 cosignature signs: header, time and the note's text."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def cosign(note: Note, key: Key, private: Ed25519PrivateKey, *, timestamp: int) -> Signature:
    """The witness's line for this checkpoint; `key` is of kind 0x04, `timestamp` POSIX seconds > 0."""
    if key.kind != COSIGNATURE or not 0 < timestamp <= MAX_TIMESTAMP:
        raise ValueError("a cosignature needs a key of kind 0x04 and a time")
    signed = private.sign(cosigned_message(note.text, timestamp))
    return Signature(key.name, key.key_id, timestamp.to_bytes(8, "big") + signed)


def open_cosignature(text: str, signature: Signature, key: Key) -> Cosignature:
    """Refuses `bad-note-signature` where it is not what this witness signs."""
    stamp = int.from_bytes(signature.data[:8], "big")
    if len(signature.data) != 72 or not 0 < stamp <= MAX_TIMESTAMP:
        raise refusal("bad-note-signature", detail=key.name)
    if not ed25519_holds(key.public, signature.data[8:], cosigned_message(text, stamp)):
        raise refusal("bad-note-signature", detail=key.name)
    return Cosignature(key.name, stamp)


def cosigned_by(note: Note, witnesses: Iterable[Key]) -> list[Cosignature]:
    """The cosignatures of these witnesses on the note; those of others are ignored, one that does not hold is refused
    (`bad-note-signature`)."""
    return [
        open_cosignature(note.text, signature, key)
        for key in witnesses
        if key.kind == COSIGNATURE
        for signature in note.signatures
        if key.fits(signature)
    ]
