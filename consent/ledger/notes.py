"""Signed notes after C2SP signed-note: a text and, under it, who signed it. Ed25519 only.

text ending in a newline
(empty line)
— <key name> base64(32-bit key id || signature)
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consent.errors import refusal

ED25519 = 0x01
COSIGNATURE = 0x04  # C2SP tlog-cosignature, timestamped Ed25519
MAX_NOTE_BYTES = 65_536
MAX_SIGNATURES = 64  # the specification wants at least 16 to be accepted
MAX_NAME = 255
DASH = "— "
NAME = re.compile(r"[^\s+\x00-\x1f\ufeff]+")  # \s is every Unicode space
Verifier = Callable[[bytes, bytes], bool]  # (note text, signature after the key id) -> does it hold?


@dataclass(frozen=True)
class Signature:
    """One line below a note: the name and id of a key and the bytes it made."""

    name: str
    key_id: int
    data: bytes

    def line(self) -> str:
        return f"{DASH}{self.name} {b64encode(self.key_id.to_bytes(4, 'big') + self.data).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text (ending in a newline) and its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    def dump(self) -> bytes:
        return (self.text + "\n" + "".join(one.line() for one in self.signatures)).encode()


@dataclass(frozen=True)
class Key:
    """A verifier key ("vkey"): a name, a kind of signature (ED25519 or COSIGNATURE) and 32 raw bytes."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def key_id(self) -> int:
        """SHA-256(name || 0x0A || kind || public key), the first four bytes."""
        head = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return int.from_bytes(sha256(head).digest()[:4], "big")

    def vkey(self) -> str:
        """`name+hex id+base64(kind || key)`."""
        return f"{self.name}+{self.key_id:08x}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    def fits(self, signature: Signature) -> bool:
        """Whether that line says it is by this key."""
        return (signature.name, signature.key_id) == (self.name, self.key_id)


def key_name(text: str) -> str:
    """The text, if it can name a key: not empty, no Unicode space, no plus. Refuses `bad-vkey`."""
    if len(text.encode()) > MAX_NAME or not NAME.fullmatch(text):
        raise refusal("bad-vkey", detail="its name")
    return text


def parse_vkey(text: str) -> Key:
    """The key that a `name+id+key` line says. Refuses `bad-vkey`: another form, an id that does not fit, a kind that is
    neither Ed25519 nor an Ed25519 cosignature."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise refusal("bad-vkey")
    name, written_id, encoded = parts
    try:
        raw = unbase64(encoded)
    except ValueError:
        raise refusal("bad-vkey") from None
    if len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
        raise refusal("bad-vkey", detail="only Ed25519 is understood here")
    key = Key(key_name(name), raw[1:], raw[0])
    if written_id != f"{key.key_id:08x}":
        raise refusal("bad-vkey", detail="its id is not that of its key")
    return key


def parse_note(data: bytes) -> Note:
    """Read a note strictly, at most 64 KiB. Refuses `bad-note`."""
    if len(data) > MAX_NOTE_BYTES:
        raise refusal("bad-note", detail=f"more than {MAX_NOTE_BYTES} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise refusal("bad-note", detail="not UTF-8") from None
    if any(character < " " and character != "\n" for character in whole):
        raise refusal("bad-note", detail="a control character")
    text, gap, below = whole.rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise refusal("bad-note", detail="no empty line before the signatures")
    lines = below[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise refusal("bad-note", detail="too many signatures")
    return Note(text + "\n", tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> Signature:
    """One signature line, without its newline. Refuses `bad-note`."""
    name, _, encoded = line.removeprefix(DASH).partition(" ")
    try:
        raw = unbase64(encoded)
    except ValueError:
        raise refusal("bad-note", detail="a signature line") from None
    if not line.startswith(DASH) or not NAME.fullmatch(name) or len(raw) < 5:
        raise refusal("bad-note", detail="a signature line")
    return Signature(name, int.from_bytes(raw[:4], "big"), raw[4:])


def sign_note(text: str, key: Key, private: Ed25519PrivateKey) -> Note:
    """The note with one Ed25519 signature (kind 0x01) over its text."""
    return Note(text, (Signature(key.name, key.key_id, private.sign(text.encode())),))


def signed_by(note: Note, keys: Iterable[Key]) -> list[Key]:
    """Which of these Ed25519 keys (kind 0x01) signed. Signatures of unknown keys are ignored, but one that says it is
    by a known key and does not hold makes the note worthless. Refuses `bad-note-signature`."""
    return [key for key in keys if key.kind == ED25519 and _holds(note, key)]


def _holds(note: Note, key: Key) -> bool:
    found = False
    for signature in note.signatures:
        if key.fits(signature):
            if not ed25519_holds(key.public, signature.data, note.text.encode()):
                raise refusal("bad-note-signature", detail=key.name)
            found = True
    return found


def ed25519_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Does this Ed25519 signature (RFC 8032) hold?"""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def unbase64(text: str) -> bytes:
    """RFC 4648 section 4, and in one way of writing only; ValueError."""
    try:
        raw = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise ValueError("not base64") from None
    if b64encode(raw).decode() != text:
        raise ValueError("not canonical base64")
    return raw
