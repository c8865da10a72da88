"""A small adapter specification and a signed manifest for it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.adapters.spec import AdapterSpec
from federation.protocol import keys
from federation.protocol.manifest import Manifest, Previous, Training
from tests.federation.protocol.rounds import ROUND

SERVER_KEY = Ed25519PrivateKey.from_private_bytes(b"S" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"O" * 32)
CAMPAIGN = UUID("22222222-2222-4222-8222-222222222222")
ISSUED = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def small_spec(**changes: Any) -> AdapterSpec:
    """Two tensors of 8 numbers in all."""
    fields: dict[str, Any] = {
        "base": f"sha256:{'ab' * 32}",
        "rank": 2,
        "alpha": 4,
        "targets": ("to_k", "to_q"),
        "seed": 2024,
        "tensors": (("a.lora_B", (1, 2)), ("b.lora_B", (3, 2))),
    }
    return AdapterSpec(**{**fields, **changes})


def small_manifest(**changes: Any) -> Manifest:
    """A round over `small_spec`; any field can be changed."""
    spec = small_spec()
    fields: dict[str, Any] = {
        "round_id": ROUND,
        "campaign": CAMPAIGN,
        "scheme": "UnsafePlainSum",
        "base": spec.base,
        "spec": spec.to_json(),
        "spec_hash": spec.hash(),
        "previous": Previous(0, "cd" * 32),
        "training": Training(steps=4, batch=2, lr="0.002", caption_dropout="0.1"),
        "clip": "1.0",
        "scale": 1024,
        "modulus_bits": 32,
        "min_cohort": 3,
        "max_cohort": 64,
        "threshold": 3,
        "deadlines": {"training": ISSUED + timedelta(minutes=10)},
        "server_key": keys.to_b64url(keys.raw_public(SERVER_KEY)),
        "issued_at": ISSUED,
    }
    return Manifest(**{**fields, **changes})
