"""The optional second signature: a passkey that is touched for exactly this statement (W3C WebAuthn level 2, 7.2).

The page may be tricked into signing with the browser's key while it is open; a passkey asks the person. Its challenge
is the 64-byte hash that the browser key signed, so it stands for this statement and no other. fido2 checks it, with the
server and the credentials that allauth keeps for signing in.
"""

from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import get_server
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.utils import websafe_encode
from fido2.webauthn import AttestedCredentialData, AuthenticationResponse, UserVerificationRequirement

from consent.errors import refusal
from consent.ledger.canonical import JsonObject
from consent.ledger.passkey import challenge_of
from consent.models import SecondSignature

MAX_LABEL = 100


def check_passkey(*, artist_id: int, secured: JsonObject, assertion: Mapping[str, Any]) -> SecondSignature:
    """The second signature, not saved yet. Refuses `no-passkey` and `bad-passkey`."""
    known = {data.credential_id: (row, data) for row, data in _credentials(artist_id)}
    if not known:
        raise refusal("no-passkey")
    server = get_server()
    state = {
        "challenge": websafe_encode(challenge_of(secured)),
        "user_verification": UserVerificationRequirement.PREFERRED,
    }
    try:
        answer = AuthenticationResponse.from_dict(assertion)
        used = server.authenticate_complete(state, [data for _, data in known.values()], answer)
    except Exception as error:  # fido2 raises what it likes for bytes that are not an assertion
        raise refusal("bad-passkey", detail=type(error).__name__) from error
    row, data = known[used.credential_id]
    return SecondSignature(
        label=str(row.data.get("name", ""))[:MAX_LABEL],
        rp_id=server.rp.id,
        credential_id=data.credential_id,
        public_key=_spki(data.public_key),
        client_data=bytes(answer.response.client_data),
        authenticator_data=bytes(answer.response.authenticator_data),
        signature=answer.response.signature,
    )


def credential_ids(*, artist_id: int) -> list[str]:
    """The artist's passkeys as the page's script asks for them, base64url."""
    return [websafe_encode(data.credential_id) for _, data in _credentials(artist_id)]


def _credentials(artist_id: int) -> list[tuple[Authenticator, AttestedCredentialData]]:
    rows = Authenticator.objects.filter(user_id=artist_id, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    found = [(row, row.wrap().authenticator_data.credential_data) for row in rows]
    return [(row, data) for row, data in found if data]


def _spki(cose: CoseKey) -> bytes:
    """A COSE key (RFC 9053) as DER SubjectPublicKeyInfo, which every verifier can read. Refuses `bad-passkey`."""
    key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey
    if isinstance(cose, ES256):
        x, y = (int.from_bytes(cose[name]) for name in (-2, -3))
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    elif isinstance(cose, EdDSA):
        key = ed25519.Ed25519PublicKey.from_public_bytes(cose[-2])
    elif isinstance(cose, RS256):
        key = rsa.RSAPublicNumbers(int.from_bytes(cose[-2]), int.from_bytes(cose[-1])).public_key()
    else:
        raise refusal("bad-passkey", detail="a kind of key that receipts do not know")
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
