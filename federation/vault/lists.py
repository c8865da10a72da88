"""The signed list of a vault: which keys open it and which encrypted files it holds; each version names the one before.

Signed by the vault's own list key, which lies inside keyring.age: whoever can open the vault can sign, the server
cannot. age itself does not say who encrypted a file; the hashes in this list do. docs/vault.md has the format.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consent.errors import Refusal as FormRefusal
from consent.ledger.canonical import canonical_bytes, parse_canonical
from consent.ledger.multibase import key_multibase, public_key_bytes
from consent.ledger.signing import sign, verify
from federation.protocol import fields, keys
from federation.protocol.errors import refusal
from federation.vault.parts import (
    LASTING,
    MAX_FILE_BYTES,
    RECIPIENT,
    TIME,
    Slot,
    StoredFile,
    matching,
    read_file,
    read_slot,
)

CONTEXT = "urn:fedart:vault:v1"
HANDOVER = b"fedart/vault-handover/v1\0"
MAX_LIST_BYTES = 128 << 10
MAX_SLOTS, MAX_FILES, MAX_VERSION = 24, 400, 1_000_000
MAX_KEYRING_BYTES = 16 << 10
_KEYS = frozenset(
    (
        "@context", "type", "format", "vault", "version", "prev", "generation", "recipient", "keyring",
        "slots", "files", "signer", "handover", "issuedAt",
    )
)  # fmt: skip


@dataclass(frozen=True)
class VaultList:
    """One version. `recipient` is the vault's own age recipient V of this `generation`, `keyring` the SHA-256 of
    keyring.age, `prev` that of the version before (its exact bytes), `signer` the list key (`z6Mk...`), `handover` the
    old list key's word for a new one."""

    vault: UUID
    version: int
    prev: str | None
    generation: int
    recipient: str
    keyring: str
    slots: tuple[Slot, ...]
    files: tuple[StoredFile, ...]
    signer: str
    handover: str | None
    issued_at: str

    def to_json(self) -> dict[str, Any]:
        """The document without its proof."""
        return {
            "@context": [CONTEXT],
            "type": "VaultList",
            "format": 1,
            "vault": str(self.vault),
            "version": self.version,
            "prev": self.prev,
            "generation": self.generation,
            "recipient": self.recipient,
            "keyring": self.keyring,
            "slots": [slot.to_json() for slot in self.slots],
            "files": [file.to_json() for file in self.files],
            "signer": self.signer,
            "handover": self.handover,
            "issuedAt": self.issued_at,
        }

    def signed(self, private: Ed25519PrivateKey) -> bytes:
        """The exact bytes to keep and to send: RFC 8785, with a proof by eddsa-jcs-2022."""
        return canonical_bytes(sign(self.to_json(), private_key=private, created=self.issued_at))

    @property
    def hashes(self) -> frozenset[str]:
        """SHA-256 of every encrypted file of an adapter."""
        return frozenset(file.sha256 for file in self.files)

    @property
    def fingerprint(self) -> str:
        """What an artist compares between her vault page and her computer."""
        return keys.fingerprint(public_key_bytes(self.signer))


def sha256_hex(data: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_list(data: bytes) -> VaultList:
    """A list whose form and signature are right. Raises Refusal `vault-list-invalid` or `vault-list-signature`."""
    try:
        document = parse_canonical(data, limit=MAX_LIST_BYTES)
        body = {name: part for name, part in document.items() if name != "proof"}
        found = _read(body)
    except FormRefusal as error:
        raise refusal("vault-list-invalid", f"{error.why}") from None
    except fields.FieldError as error:
        raise refusal("vault-list-invalid", f"{error}.") from None
    try:
        signer = verify(document)
    except FormRefusal:
        raise refusal("vault-list-signature") from None
    if signer != found.signer:
        raise refusal("vault-list-signature")
    return found


def _read(body: dict[str, Any]) -> VaultList:
    top = fields.exact(body, _KEYS, "list")
    if top["@context"] != [CONTEXT] or top["type"] != "VaultList":
        raise fields.FieldError("@context and type must be those of a vault list")
    fields.whole(top["format"], 1, 1, "format")
    found = VaultList(
        vault=fields.uuid(top["vault"], "vault"),
        version=fields.whole(top["version"], 1, MAX_VERSION, "version"),
        prev=None if top["prev"] is None else fields.sha256_hex(top["prev"], "prev"),
        generation=fields.whole(top["generation"], 1, MAX_VERSION, "generation"),
        recipient=matching(top["recipient"], RECIPIENT, "recipient"),
        keyring=fields.sha256_hex(top["keyring"], "keyring"),
        slots=tuple(read_slot(row) for row in _rows(top["slots"], MAX_SLOTS, "slots")),
        files=tuple(read_file(row) for row in _rows(top["files"], MAX_FILES, "files")),
        signer=fields.text(top["signer"], 64, "signer"),
        handover=None if top["handover"] is None else fields.text(top["handover"], 100, "handover"),
        issued_at=matching(top["issuedAt"], TIME, "issuedAt"),
    )
    _unique([str(slot.id) for slot in found.slots], "ids of slots")
    _unique([slot.recipient for slot in found.slots], "recipients of slots")
    _unique([file.sha256 for file in found.files], "files")
    if any(file.generation > found.generation for file in found.files):
        raise fields.FieldError("a file names a later generation than the list's")
    return found


def _rows(value: Any, most: int, name: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise fields.FieldError(f"{name} must be a list of at most {most}")
    return value


def _unique(values: Sequence[str], name: str) -> None:
    if len(set(values)) != len(values):
        raise fields.FieldError(f"{name} must differ")


def check_first(new: VaultList) -> None:
    """Refusal `vault-list-chain` unless this begins a vault, `vault-no-way-back` without a lasting way to open it."""
    if new.version != 1 or new.prev is not None or new.handover is not None or new.generation != 1:
        raise refusal("vault-list-chain")
    _check_way_back(new)


def check_next(old: VaultList, old_bytes: bytes, new: VaultList) -> None:
    """Refusal `vault-list-chain` unless `new` is the one right successor of `old`; `vault-no-way-back` as above."""
    fits = (
        new.vault == old.vault
        and new.version == old.version + 1
        and new.prev == sha256_hex(old_bytes)
        and new.generation - old.generation in (0, 1)
        and (new.generation == old.generation) == (new.recipient == old.recipient)
        and (new.signer == old.signer) == (new.handover is None)
    )
    if not fits or (new.handover is not None and not _handed_over(old, new)):
        raise refusal("vault-list-chain")
    _check_way_back(new)


def _check_way_back(new: VaultList) -> None:
    if not any(slot.kind in LASTING for slot in new.slots):
        raise refusal("vault-no-way-back")


def handover_text(vault: UUID, version: int, prev: str, signer: str) -> bytes:
    """What the old list key signs when a new one takes over: label, vault, version (8 bytes), prev, new public key."""
    return (
        HANDOVER + vault.bytes + version.to_bytes(8, "big") + bytes.fromhex(prev) + public_key_bytes(signer)
    )


def _handed_over(old: VaultList, new: VaultList) -> bool:
    try:
        raw = keys.from_b64url(new.handover or "", keys.SIGNATURE_BYTES)
        text = handover_text(new.vault, new.version, new.prev or "", new.signer)
        Ed25519PublicKey.from_public_bytes(public_key_bytes(old.signer)).verify(raw, text)
    except (InvalidSignature, ValueError, UnicodeError, FormRefusal):
        return False
    return True


def check_by_device(old: VaultList, new: VaultList) -> None:
    """Refusal `vault-device-may-not` unless a device changed nothing but the files."""
    if (new.slots, new.keyring, new.recipient, new.signer) != (
        old.slots,
        old.keyring,
        old.recipient,
        old.signer,
    ):
        raise refusal("vault-device-may-not")


def follow(last: bytes, since: Sequence[bytes]) -> VaultList:
    """The newest list, once each of `since` was seen to follow the one before, beginning with `last`."""
    known, at = read_list(last), last
    for data in since:
        new = read_list(data)
        check_next(known, at, new)
        known, at = new, data
    return known


def list_signer(private: Ed25519PrivateKey) -> str:
    """`z6Mk...` of a list key."""
    return key_multibase(keys.raw_public(private))


__all__ = [
    "MAX_FILE_BYTES", "MAX_KEYRING_BYTES", "MAX_LIST_BYTES", "Slot", "StoredFile", "VaultList", "check_by_device",
    "check_first", "check_next", "follow", "handover_text", "list_signer", "read_list", "sha256_hex",
]  # fmt: skip
