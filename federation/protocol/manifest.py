"""The manifest: what a round is, signed by the server. Its hash is bound into every message of the round."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.privacy import noise
from federation.privacy.noise import Noise
from federation.protocol import fields, jcs, keys
from federation.protocol.errors import refusal
from federation.protocol.params import MAX_COHORT, MAX_SCALE, RoundParams

_TERMS = (
    "scheme",
    "base",
    "spec",
    "spec_hash",
    "previous",
    "training",
    "clip",
    "scale",
    "modulus_bits",
    "privacy",
)
_KEYS = frozenset(
    (
        "v",
        "round",
        "campaign",
        *_TERMS,
        "min_cohort",
        "max_cohort",
        "threshold",
        "deadlines",
        "server_key",
        "issued_at",
    )
)
_TRAINING = frozenset(("steps", "batch", "lr", "caption_dropout"))
_PREVIOUS = frozenset(("number", "sha256"))
_MAX_DEADLINES = 16


@dataclass(frozen=True)
class Training:
    """How each device trains: steps, pictures a step, learning rate and share of captions left out (decimal
    strings)."""

    steps: int
    batch: int
    lr: str
    caption_dropout: str

    def to_json(self) -> dict[str, Any]:
        """As in the manifest."""
        return {
            "steps": self.steps,
            "batch": self.batch,
            "lr": self.lr,
            "caption_dropout": self.caption_dropout,
        }


@dataclass(frozen=True)
class Previous:
    """The version of the shared adapter that the round starts from: its number and the SHA-256 (hex) of its
    file."""

    number: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """One round's terms. `spec` is the adapter specification as JSON, `base` and `spec_hash` read
    "sha256:<hex>"."""

    round_id: UUID
    campaign: UUID
    scheme: str
    base: str
    spec: Mapping[str, Any]
    spec_hash: str
    previous: Previous
    training: Training
    clip: str
    scale: int
    modulus_bits: int
    min_cohort: int
    max_cohort: int
    threshold: int
    deadlines: Mapping[str, datetime]
    server_key: str
    issued_at: datetime
    privacy: Noise | None = None

    def to_json(self) -> dict[str, Any]:
        """The object that is signed."""
        return {
            "v": 1,
            "round": str(self.round_id),
            "campaign": str(self.campaign),
            "scheme": self.scheme,
            "base": self.base,
            "spec": dict(self.spec),
            "spec_hash": self.spec_hash,
            "previous": {"number": self.previous.number, "sha256": self.previous.sha256},
            "training": self.training.to_json(),
            "clip": self.clip,
            "scale": self.scale,
            "modulus_bits": self.modulus_bits,
            "privacy": noise.to_json(self.privacy),
            "min_cohort": self.min_cohort,
            "max_cohort": self.max_cohort,
            "threshold": self.threshold,
            "deadlines": {stage: at.isoformat() for stage, at in self.deadlines.items()},
            "server_key": self.server_key,
            "issued_at": self.issued_at.isoformat(),
        }

    @classmethod
    def from_json(cls, value: Any) -> "Manifest":
        """Read strictly; raises Refusal `manifest-invalid` that names the field."""
        try:
            manifest = _read(value)
            if manifest.to_json() != value:
                raise fields.FieldError("a time is not in its canonical form")
        except fields.FieldError as error:
            raise refusal("manifest-invalid", f"{error}.") from None
        return manifest

    def signed_text(self) -> bytes:
        """The label and the canonical JSON: what the server signs."""
        return keys.MANIFEST + jcs.canonical(self.to_json())

    def hash(self) -> bytes:
        """SHA-256 of the signed text: the 32 bytes in every message."""
        return hashlib.sha256(self.signed_text()).digest()

    def params(self, length: int) -> RoundParams:
        """The numbers of the round for an adapter of `length` shared numbers; validated, and so is its noise."""
        params = RoundParams(
            round_id=self.round_id,
            manifest_hash=self.hash(),
            length=length,
            scale=self.scale,
            clip=float(self.clip),
            modulus_bits=self.modulus_bits,
            min_cohort=self.min_cohort,
            max_cohort=self.max_cohort,
            threshold=self.threshold,
        ).validate()
        if self.privacy is None:
            return params
        self.privacy.check(params)
        variance = self.privacy.share_variance(params.squared_norm_bound)
        return replace(params, noise_variance=variance).validate()


def signed(manifest: Manifest, private: Ed25519PrivateKey) -> dict[str, Any]:
    """The answer of the manifest door: the object and the server's signature."""
    return {"manifest": manifest.to_json(), "signature": keys.sign(private, manifest.signed_text())}


def open_signed(answer: Any, server_key: bytes) -> Manifest:
    """The manifest of such an answer, once the pinned key is seen to have signed exactly it.

    Raises Refusal `manifest-invalid` or `signature-invalid`.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("signature"), str):
        raise refusal("manifest-invalid", "The answer holds no signature.")
    manifest = Manifest.from_json(answer.get("manifest"))
    keys.verify(server_key, answer["signature"], manifest.signed_text())
    return manifest


def _read(value: Any) -> Manifest:
    top = fields.exact(value, _KEYS, "manifest")
    fields.whole(top["v"], 1, 1, "v")
    previous = fields.exact(top["previous"], _PREVIOUS, "previous")
    if not isinstance(top["spec"], Mapping):
        raise fields.FieldError("spec must be an object")
    return Manifest(
        round_id=fields.uuid(top["round"], "round"),
        campaign=fields.uuid(top["campaign"], "campaign"),
        scheme=fields.text(top["scheme"], 64, "scheme"),
        base=fields.tagged_sha256(top["base"], "base"),
        spec=top["spec"],
        spec_hash=fields.tagged_sha256(top["spec_hash"], "spec_hash"),
        previous=Previous(
            fields.whole(previous["number"], 0, 1 << 31, "previous.number"),
            fields.sha256_hex(previous["sha256"], "previous.sha256"),
        ),
        training=_training(top["training"]),
        clip=fields.decimal(top["clip"], "clip"),
        scale=fields.whole(top["scale"], 1, MAX_SCALE, "scale"),
        modulus_bits=fields.whole(top["modulus_bits"], 32, 32, "modulus_bits"),
        privacy=noise.read(top["privacy"]),
        min_cohort=fields.whole(top["min_cohort"], 2, MAX_COHORT, "min_cohort"),
        max_cohort=fields.whole(top["max_cohort"], 2, MAX_COHORT, "max_cohort"),
        threshold=fields.whole(top["threshold"], 2, MAX_COHORT, "threshold"),
        deadlines=_deadlines(top["deadlines"]),
        server_key=fields.text(top["server_key"], 43, "server_key"),
        issued_at=fields.moment(top["issued_at"], "issued_at"),
    )


def _training(value: Any) -> Training:
    training = fields.exact(value, _TRAINING, "training")
    return Training(
        steps=fields.whole(training["steps"], 1, 100_000, "training.steps"),
        batch=fields.whole(training["batch"], 1, 1024, "training.batch"),
        lr=fields.decimal(training["lr"], "training.lr"),
        caption_dropout=fields.decimal(training["caption_dropout"], "training.caption_dropout"),
    )


def _deadlines(value: Any) -> dict[str, datetime]:
    if not isinstance(value, Mapping) or len(value) > _MAX_DEADLINES:
        raise fields.FieldError(f"deadlines must be an object of at most {_MAX_DEADLINES}")
    return {
        fields.text(stage, 32, "deadlines"): fields.moment(at, f"deadlines.{stage}")
        for stage, at in value.items()
    }
