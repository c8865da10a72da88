"""The parts of a vault's list: ways to open it (slots) and encrypted files; read strictly, written as they were."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from federation.protocol import fields

SLOT_KINDS = ("passphrase", "passkey", "recovery", "browser", "device")
LASTING = frozenset(("passphrase", "passkey", "recovery"))
"""Ways that do not die with a browser's storage or a computer: a vault always keeps one of them."""
FILE_KINDS = ("adapter", "about", "sample")
MAX_LABEL, MAX_HINT = 80, 600
MAX_FILE_BYTES = 512 << 20
"""The largest encrypted file: room for every LoRA of today's large bases at rank 64."""
RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
"""An X25519 recipient (age spec, bech32 of 32 bytes); post-quantum ones cannot be read by every age program yet."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SLOT = frozenset(("id", "kind", "label", "recipient", "added", "file", "device", "hint"))
_FILE = frozenset(("adapter", "kind", "sha256", "bytes", "generation"))


@dataclass(frozen=True)
class Slot:
    """One way to open the vault. `recipient` is a reader of keyring.age; `file` the SHA-256 of the small age file
    that wraps its identity (passphrase, passkey); `device` an enrolled device; `hint` helps a passkey to be found."""

    id: UUID
    kind: str
    label: str
    recipient: str
    added: str
    file: str | None = None
    device: UUID | None = None
    hint: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As in a list."""
        return {
            "id": str(self.id),
            "kind": self.kind,
            "label": self.label,
            "recipient": self.recipient,
            "added": self.added,
            "file": self.file,
            "device": str(self.device) if self.device else None,
            "hint": self.hint,
        }


@dataclass(frozen=True)
class StoredFile:
    """One encrypted file of an adapter: its weights, what it is called (about) or a sample picture. `generation` says
    which vault key it is encrypted to; `sha256` and `bytes` are those of the ciphertext."""

    adapter: UUID
    kind: str
    sha256: str
    bytes: int
    generation: int

    def to_json(self) -> dict[str, Any]:
        """As in a list."""
        return {
            "adapter": str(self.adapter),
            "kind": self.kind,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "generation": self.generation,
        }


def read_slot(value: Any) -> Slot:
    """Raises FieldError that names the field."""
    row = fields.exact(value, _SLOT, "slot")
    kind = one_of(row["kind"], SLOT_KINDS, "kind of a slot")
    slot = Slot(
        id=fields.uuid(row["id"], "id of a slot"),
        kind=kind,
        label=fields.text(row["label"], MAX_LABEL, "label"),
        recipient=matching(row["recipient"], RECIPIENT, "recipient"),
        added=matching(row["added"], TIME, "added"),
        file=None if row["file"] is None else fields.sha256_hex(row["file"], "file of a slot"),
        device=None if row["device"] is None else fields.uuid(row["device"], "device"),
        hint=None if row["hint"] is None else fields.text(row["hint"], MAX_HINT, "hint"),
    )
    if (slot.file is not None) != (kind in ("passphrase", "passkey")):
        raise fields.FieldError("passphrase and passkey slots, and no others, have a file")
    if (slot.device is not None) != (kind == "device"):
        raise fields.FieldError("device slots, and no others, name a device")
    return slot


def read_file(value: Any) -> StoredFile:
    """Raises FieldError that names the field."""
    row = fields.exact(value, _FILE, "file")
    return StoredFile(
        adapter=fields.uuid(row["adapter"], "adapter"),
        kind=one_of(row["kind"], FILE_KINDS, "kind of a file"),
        sha256=fields.sha256_hex(row["sha256"], "sha256"),
        bytes=fields.whole(row["bytes"], 1, MAX_FILE_BYTES, "bytes"),
        generation=fields.whole(row["generation"], 1, 1 << 30, "generation"),
    )


def one_of(value: Any, known: tuple[str, ...], name: str) -> str:
    """One of the known words."""
    if value not in known or not isinstance(value, str):
        raise fields.FieldError(f"{name} must be one of {', '.join(known)}")
    return value


def matching(value: Any, pattern: re.Pattern[str], name: str) -> str:
    """A text of exactly that form."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise fields.FieldError(f"{name} has not its form")
    return value
