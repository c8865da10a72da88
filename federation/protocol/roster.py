"""The roster: who takes part in a round, each device with the key that was confirmed when it enrolled."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.protocol import fields, jcs, keys
from federation.protocol.errors import Refusal, refusal
from federation.protocol.params import MAX_COHORT

_KEYS = frozenset(("v", "round", "manifest", "devices"))
_DEVICE = frozenset(("device", "key"))


@dataclass(frozen=True)
class Roster:
    """The devices of one round with their public keys (32 raw bytes); bound to the manifest by its hash."""

    round_id: UUID
    manifest_hash: bytes
    keys: Mapping[UUID, bytes]

    def to_json(self) -> dict[str, Any]:
        """The object that is signed; devices in ascending order of their bytes."""
        return {
            "v": 1,
            "round": str(self.round_id),
            "manifest": f"sha256:{self.manifest_hash.hex()}",
            "devices": [
                {"device": str(device), "key": keys.to_b64url(self.keys[device])}
                for device in sorted(self.keys, key=lambda one: one.bytes)
            ],
        }

    @classmethod
    def from_json(cls, value: Any) -> "Roster":
        """Read strictly; raises Refusal `roster-invalid` or `roster-equal-keys`."""
        try:
            roster = _read(value)
        except (fields.FieldError, Refusal) as error:
            raise refusal("roster-invalid", f"{error}.") from None
        if roster.to_json() != value:
            raise refusal("roster-invalid", "The devices are not in order, or one is there twice.")
        if len(set(roster.keys.values())) != len(roster.keys):
            raise refusal("roster-equal-keys")
        return roster

    def signed_text(self) -> bytes:
        """The label and the canonical JSON: what the server signs."""
        return keys.ROSTER + jcs.canonical(self.to_json())

    def hash(self) -> bytes:
        """SHA-256 of the signed text."""
        return hashlib.sha256(self.signed_text()).digest()


def signed(roster: Roster, private: Ed25519PrivateKey) -> dict[str, Any]:
    """The answer of the roster door: the object and the server's signature."""
    return {"roster": roster.to_json(), "signature": keys.sign(private, roster.signed_text())}


def open_signed(answer: Any, server_key: bytes) -> Roster:
    """The roster of such an answer, once the pinned key is seen to have signed exactly it.

    Raises Refusal `roster-invalid`, `roster-equal-keys` or `signature-invalid`.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("signature"), str):
        raise refusal("roster-invalid", "The answer holds no signature.")
    roster = Roster.from_json(answer.get("roster"))
    keys.verify(server_key, answer["signature"], roster.signed_text())
    return roster


def _read(value: Any) -> Roster:
    top = fields.exact(value, _KEYS, "roster")
    fields.whole(top["v"], 1, 1, "v")
    if not isinstance(top["devices"], list) or len(top["devices"]) > MAX_COHORT:
        raise fields.FieldError(f"devices must be a list of at most {MAX_COHORT}")
    rows = [fields.exact(row, _DEVICE, "device") for row in top["devices"]]
    return Roster(
        round_id=fields.uuid(top["round"], "round"),
        manifest_hash=bytes.fromhex(fields.tagged_sha256(top["manifest"], "manifest")[7:]),
        keys={fields.uuid(row["device"], "device"): keys.public_key(row["key"]) for row in rows},
    )
