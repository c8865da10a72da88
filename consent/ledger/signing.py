"""W3C Data Integrity, cryptosuite eddsa-jcs-2022: who signed which document."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consent.errors import refusal
from consent.ledger.canonical import JsonObject, canonical_bytes
from consent.ledger.multibase import (
    base58_decode,
    base58_encode,
    key_multibase,
    public_key_bytes,
    verification_method,
)

CRYPTOSUITE = "eddsa-jcs-2022"
PROOF_FIELDS = frozenset(
    {"@context", "type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}
)


def hash_data(document: Mapping[str, Any], proof_config: Mapping[str, Any]) -> bytes:
    """The 64 bytes that are signed (vc-di-eddsa 3.3.4): SHA-256(JCS(proof without value)) ||
    SHA-256(JCS(document))."""
    return sha256(canonical_bytes(proof_config)).digest() + sha256(canonical_bytes(document)).digest()


def proof_config(document: Mapping[str, Any], *, key: str, created: str) -> JsonObject:
    """The proof before it has a value: `key` is `z6Mk...`, `created` an RFC 3339 time in UTC."""
    return {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created,
        "verificationMethod": verification_method(key),
        "proofPurpose": "assertionMethod",
    }


def sign(document: Mapping[str, Any], *, private_key: Ed25519PrivateKey, created: str) -> JsonObject:
    """The document with its proof. The browser does the same in static/js/consent/sign.mjs; this one is for
    scripts and tests."""
    config = proof_config(
        document, key=key_multibase(private_key.public_key().public_bytes_raw()), created=created
    )
    value = "z" + base58_encode(private_key.sign(hash_data(document, config)))
    return {**document, "proof": {**config, "proofValue": value}}


def split_proof(secured: Mapping[str, Any]) -> tuple[JsonObject, JsonObject]:
    """(document without proof, proof), the proof checked for shape only. Refuses `bad-proof`."""
    document = {name: value for name, value in secured.items() if name != "proof"}
    proof = secured.get("proof")
    if not isinstance(proof, dict) or set(proof) != PROOF_FIELDS:
        raise refusal("bad-proof")
    texts = (proof[name] for name in PROOF_FIELDS - {"@context"})
    if not all(isinstance(text, str) for text in texts):
        raise refusal("bad-proof")
    fixed = (proof["type"], proof["cryptosuite"], proof["proofPurpose"])
    if fixed != ("DataIntegrityProof", CRYPTOSUITE, "assertionMethod"):
        raise refusal("bad-proof")
    if not _context_fits(document.get("@context"), proof["@context"]):
        raise refusal("bad-proof", detail="its @context is not the document's")
    return document, proof


def verify(secured: Mapping[str, Any]) -> str:
    """The key (`z6Mk...`) that signed this document; refuses `bad-proof`, `bad-key`, `bad-signature`."""
    document, proof = split_proof(secured)
    public = public_key_bytes(proof["verificationMethod"])
    if proof["verificationMethod"] != verification_method(key_multibase(public)):
        raise refusal("bad-key", detail="its verificationMethod is not a did:key with its key behind the #")
    value = proof["proofValue"]
    config = {name: part for name, part in proof.items() if name != "proofValue"}
    try:
        signature = base58_decode(value[1:])
        if not value.startswith("z") or len(signature) != 64 or "z" + base58_encode(signature) != value:
            raise refusal("bad-proof", detail="proofValue is not 64 bytes in base58btc")
        Ed25519PublicKey.from_public_bytes(public).verify(signature, hash_data(document, config))
    except (InvalidSignature, ValueError) as error:
        raise refusal("bad-signature") from error
    return key_multibase(public)


def _context_fits(document: Any, proof: Any) -> bool:
    """vc-di-eddsa 3.3.2 step 4: the document's contexts must start with all those of the proof, in their
    order."""
    has = document if isinstance(document, list) else [document]
    wants = proof if isinstance(proof, list) else [proof]
    return bool(wants) and has[: len(wants)] == wants
