"""Check a second signature offline: a passkey was touched for exactly this statement (W3C WebAuthn level 2, 7.2)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from consent.errors import refusal
from consent.ledger.canonical import JsonObject
from consent.ledger.signing import hash_data, split_proof

PARTS = ("publicKey", "clientDataJSON", "authenticatorData", "signature")
MAX_PART = 8192
SHORTEST_AUTHENTICATOR_DATA = 37  # hash of the site, flags, counter
USER_PRESENT = 0x01


def challenge_of(secured: JsonObject) -> bytes:
    """The 64 bytes that both keys sign: SHA-256(JCS(proof without value)) || SHA-256(JCS(document))."""
    document, proof = split_proof(secured)
    return hash_data(document, {name: part for name, part in proof.items() if name != "proofValue"})


def check_second_signature(secured: JsonObject, rp_id: str, parts: Mapping[str, bytes]) -> None:
    """`parts` as in PARTS; `publicKey` is a DER SubjectPublicKeyInfo (P-256, Ed25519 or RSA). Refuses `bad-passkey`."""
    if any(len(parts[name]) > MAX_PART for name in PARTS):
        raise refusal("bad-passkey", detail="too long")
    told = _client_data(parts["clientDataJSON"])
    authenticator = parts["authenticatorData"]
    if told.get("type") != "webauthn.get" or told.get("challenge") != _text(challenge_of(secured)):
        raise refusal("bad-passkey", detail="it was touched for something else")
    here = authenticator[:32] == sha256(rp_id.encode()).digest()
    if len(authenticator) < SHORTEST_AUTHENTICATOR_DATA or not here or not authenticator[32] & USER_PRESENT:
        raise refusal("bad-passkey", detail="it was touched for another site, or not at all")
    message = authenticator + sha256(parts["clientDataJSON"]).digest()
    try:
        _verify(parts["publicKey"], parts["signature"], message)
    except (InvalidSignature, ValueError, TypeError) as error:
        raise refusal("bad-passkey", detail="its signature") from error


def _client_data(data: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(data.decode("utf-8"), parse_int=float, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise refusal("bad-passkey", detail="its client data")
    return told


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _verify(public: bytes, signature: bytes, message: bytes) -> None:
    """COSE algorithms -7, -8 and -257, told apart by the key itself, which is written in one way only."""
    key = load_der_public_key(public)
    if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != public:
        raise ValueError("the key can be written otherwise")
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        key.verify(signature, message, ec.ECDSA(SHA256()))
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, message)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), SHA256())
    else:
        raise TypeError("a key of another kind")


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
