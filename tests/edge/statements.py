"""The artist of the agent's tests: her key, and statements of hers as a server shows them, true or forged."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger.canonical import canonical_bytes
from consent.ledger.multibase import key_multibase
from consent.ledger.signing import sign
from consent.ledger.statement import GIVEN, NO_CAP, WITHDRAWN, Draft, NoticeRef, build
from consent.purposes import PURPOSES, TRAIN_SHARED
from federation.protocol.manifest import Manifest
from federation.protocol.schemes import SCHEMES
from tests.edge.played_log import PlayedLog

ARTIST = Ed25519PrivateKey.from_private_bytes(b"A" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"S" * 32)
SUBJECT = "urn:fedart:artist:" + "a" * 26
OTHER_SUBJECT = "urn:fedart:artist:" + "b" * 26


def key_of(private: Ed25519PrivateKey) -> str:
    return key_multibase(private.public_key().public_bytes_raw())


def terms_of(manifest: Manifest) -> dict[str, Any]:
    """What the artist signed for exactly this round."""
    return {
        "base": manifest.base,
        "adapter": manifest.spec_hash,
        "minCohort": manifest.min_cohort,
        "clip": manifest.clip,
        "scheme": SCHEMES[manifest.scheme].sentence if manifest.scheme in SCHEMES else "?",
        "privacy": "no formal privacy claim",
        "licence": "the shared adapter only",
        "epsilonCap": NO_CAP,
    }


def statement(manifest: Manifest, *, by: Ed25519PrivateKey | None = ARTIST, **changes: Any) -> dict[str, Any]:
    """A statement about this round's terms; without `by` it is a withdrawal that nobody signed."""
    purpose = PURPOSES[changes.pop("purpose", TRAIN_SHARED)]
    fields: dict[str, Any] = {
        "origin": "https://fedart.example",
        "statement_id": str(uuid4()),
        "subject": SUBJECT,
        "status": GIVEN if by else WITHDRAWN,
        "purpose": purpose.code,
        "legal_basis": purpose.legal_basis,
        "processing": purpose.processing,
        "leaves_device": purpose.leaves_device,
        "terms": terms_of(manifest),
        "notice": NoticeRef("train-shared", "1.1", "en", "c" * 64),
        "issued_at": datetime.now(UTC),
        "nonce": uuid4().hex,
        "supersedes": None,
        "head": (1, "d" * 64),
        "attested_by": "browser-key" if by else "server-session",
        "works": [],
        **changes,
    }
    document = build(Draft(**fields))
    return sign(document, private_key=by, created=document["issuedAt"]) if by else document


def shown(document: dict[str, Any], log: PlayedLog) -> dict[str, Any]:
    """Recorded as the log's last entry, and shown as the server's door for agents shows it."""
    return {"receipt": log.record(canonical_bytes(document))}
