"""The played server's own key at work outside of rounds: it vouches for its ledger's key, truly or falsely."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger.signing import sign
from tests.federation.protocol.terms import SERVER_KEY

CREATED = "2026-11-24T05:00:00Z"


def by_server(document: dict[str, Any]) -> dict[str, Any]:
    """Signed by the key that agents pin."""
    return signed_by(document, SERVER_KEY)


def signed_by(document: dict[str, Any], private_key: Ed25519PrivateKey) -> dict[str, Any]:
    """Signed by any key."""
    return sign(document, private_key=private_key, created=CREATED)
