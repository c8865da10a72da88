"""Passkeys for the vectors: fixed keys of the three kinds that sign in, and what each says when it is touched."""

import json
from collections.abc import Mapping
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from consent.ledger.canonical import JsonObject, parse_canonical
from consent.ledger.passkey import challenge_of
from consent.ledger.verify import from_b64url, to_b64url
from tests.consent.ledger import logs

RP_ID = "art.example"
ORIGIN = f"https://{RP_ID}"
P256 = ec.derive_private_key(int.from_bytes(sha256(b"fedart test passkey").digest()), ec.SECP256R1())
_P = int(
    "ee6ef0ab388f4cb6242274ba281a02c9b18e4fffcbc1e5531134c23005beab0396879c07c477a075a6433a10965df7f744efeb938b005245"
    "251dd734e0dad76bcfedb37e45d83ede586861adb04e26935a1d7c4c0a00c9b7a4449c76a129bd7f736faf300968de72b833ce52f3db33f6"
    "968a179cc0b3a14b9f3cb2610cdcf483",
    16,
)
_Q = int(
    "e07ec5df7aafcfc61f9ef442bed8eb00c016d648dc6592fce7d3d05c77a0d576ca249b158f0bd9e2db362c2fc063e8e3286f6b3143087d0f"
    "febe2c761b4806c54f9e234d6d3e3229c985606cf6db71c89c445beccc9a48fb4826011507224c6ad026aec84678a3c8c6a401431c439566"
    "35ed09ac479a23763a232a8ce2656925",
    16,
)


def _rsa() -> rsa.RSAPrivateKey:
    """2048 bits, for tests only: its primes stand above."""
    private = rsa.rsa_recover_private_exponent(65_537, _P, _Q)
    parts = rsa.rsa_crt_dmp1(private, _P), rsa.rsa_crt_dmq1(private, _Q), rsa.rsa_crt_iqmp(_P, _Q)
    return rsa.RSAPrivateNumbers(_P, _Q, private, *parts, rsa.RSAPublicNumbers(65_537, _P * _Q)).private_key()


def spki(kind: str, *, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
    """The public key, DER; `kind` is p256, ed25519 or rsa."""
    keys = {"p256": P256, "ed25519": logs.private("passkey"), "rsa": _rsa()}
    return keys[kind].public_key().public_bytes(Encoding.DER, form)


def signed(kind: str, message: bytes) -> bytes:
    """Deterministic, so that the vectors are the same in every run (RFC 6979 for ECDSA)."""
    if kind == "p256":
        return P256.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
    return (
        logs.private("passkey").sign(message)
        if kind == "ed25519"
        else _rsa().sign(message, padding.PKCS1v15(), SHA256())
    )


def touch(
    statement: JsonObject,
    kind: str = "p256",
    *,
    flags: int = 1,
    rp_id: str = RP_ID,
    client: Mapping[str, object] | bytes | None = None,
    authenticator: bytes | None = None,
) -> dict[str, str]:
    """What a receipt holds of a second signature; every signature holds, whatever else is wrong."""
    told = {"type": "webauthn.get", "challenge": to_b64url(challenge_of(statement)), "origin": ORIGIN}
    data = client if isinstance(client, bytes) else json.dumps({**told, **(client or {})}).encode()
    if authenticator is None:
        authenticator = sha256(rp_id.encode()).digest() + bytes([flags]) + (7).to_bytes(4)
    parts = {
        "publicKey": spki(kind),
        "clientDataJSON": data,
        "authenticatorData": authenticator,
        "signature": signed(kind, authenticator + sha256(data).digest()),
    }
    return {"rpId": RP_ID, **{name: to_b64url(part) for name, part in parts.items()}}


def statement_of(receipt: Mapping[str, str]) -> JsonObject:
    return parse_canonical(from_b64url(receipt["statement"]))
