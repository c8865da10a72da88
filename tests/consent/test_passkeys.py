"""The second signature, made in Python as an authenticator makes it: what it is bound to, and what is refused."""

import hashlib
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import get_server
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from consent import services
from consent.errors import Refusal
from consent.ledger.canonical import parse_canonical
from consent.ledger.passkey import challenge_of
from consent.ledger.verify import check_receipt, from_b64url
from consent.models import SecondSignature, Statement
from consent.services.receipts import make_receipt
from gallery.models import Artist
from tests.consent.pen import Pen

ORIGIN = "http://localhost"


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


class Passkey:
    """An authenticator with one credential."""

    def __init__(self, artist: Artist) -> None:
        from allauth.core import context
        from django.test import RequestFactory

        with context.request_context(RequestFactory().get("/", HTTP_HOST="testserver")):
            self.rp_id = get_server().rp.id
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = b"credential-" + str(artist.pk).encode()
        cose = ES256.from_cryptography_key(self.private.public_key())
        data = AttestedCredentialData.create(b"\0" * 16, self.id, cose)
        auth = AuthenticatorData.create(
            self._rp_hash, AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT, 0, data
        )
        attested = AttestationObject.create("none", auth, {})
        client = self._client_data(b"x", "webauthn.create")
        credential = {
            "id": text(self.id), "rawId": text(self.id), "type": "public-key", "clientExtensionResults": {},
            "response": {"clientDataJSON": text(client), "attestationObject": text(bytes(attested))},
        }  # fmt: skip
        values = {"name": "blue key", "credential": credential}
        Authenticator.objects.create(user=artist, type=Authenticator.Type.WEBAUTHN, data=values)

    @property
    def _rp_hash(self) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest()

    @staticmethod
    def _client_data(challenge: bytes, kind: str) -> bytes:
        return json.dumps({"type": kind, "challenge": text(challenge), "origin": ORIGIN}).encode()

    def touch(self, challenge: bytes, *, present: bool = True, kind: str = "webauthn.get") -> dict[str, Any]:
        """The answer of navigator.credentials.get, as JSON."""
        flags = AuthenticatorData.FLAG.UP if present else AuthenticatorData.FLAG(0)
        auth = bytes(AuthenticatorData.create(self._rp_hash, flags, 1))
        client = self._client_data(challenge, kind)
        signed = self.private.sign(auth + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(auth),
            "signature": text(signed),
        }
        named = {"id": text(self.id), "rawId": text(self.id)}
        return {**named, "type": "public-key", "clientExtensionResults": {}, "response": response}


@pytest.fixture
def passkey(pen: Pen, alice: Artist, rf: Any) -> Any:
    from allauth.core import context

    with context.request_context(rf.get("/", HTTP_HOST="testserver")):
        yield Passkey(alice)


def refused(pen: Pen, document: bytes, answer: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as caught:
        services.record_statement(artist=pen.artist, document=document, at=timezone.now(), passkey=answer)
    assert caught.value.code == code
    assert not Statement.objects.exists()


def test_it_stands_beside_the_statement(pen: Pen, passkey: Passkey) -> None:
    document = pen.sign(pen.draft())
    answer = passkey.touch(challenge_of(parse_canonical(document)))
    statement = services.record_statement(
        artist=pen.artist, document=document, at=timezone.now(), passkey=answer
    )
    kept = SecondSignature.objects.get(statement=statement)
    assert (kept.label, bytes(kept.credential_id)) == ("blue key", passkey.id)
    receipt = make_receipt(artist_id=pen.artist.pk, statement_id=statement.pk, at=timezone.now())
    report = check_receipt(receipt)
    assert report.holds, report.wrong
    assert any("a passkey for testserver was touched" in line for line in report.proven)
    for name in ("clientDataJSON", "authenticatorData", "signature", "publicKey"):
        raw = bytearray(from_b64url(receipt["passkey"][name]))
        raw[-3] ^= 1
        broken = receipt | {"passkey": receipt["passkey"] | {name: text(bytes(raw))}}
        assert check_receipt(broken).code == "bad-passkey", name
    assert check_receipt(receipt | {"passkey": receipt["passkey"] | {"rpId": "other"}}).code == "bad-passkey"
    assert not check_receipt(receipt | {"passkey": {}}).holds


def test_refuses_a_touch_for_another_statement(pen: Pen, passkey: Passkey) -> None:
    first, second = pen.sign(pen.draft()), pen.sign(pen.draft())
    refused(pen, second, passkey.touch(challenge_of(parse_canonical(first))), "bad-passkey")


def test_refuses_a_touch_that_nobody_made(pen: Pen, passkey: Passkey) -> None:
    document = pen.sign(pen.draft())
    challenge = challenge_of(parse_canonical(document))
    refused(pen, document, passkey.touch(challenge, present=False), "bad-passkey")
    refused(pen, document, passkey.touch(challenge, kind="webauthn.create"), "bad-passkey")
    broken = passkey.touch(challenge)
    broken["response"]["signature"] = text(b"0" * 64)
    refused(pen, document, broken, "bad-passkey")
    refused(pen, document, {"id": "x"}, "bad-passkey")


def test_refuses_a_strangers_passkey(pen: Pen, passkey: Passkey, bob: Artist) -> None:
    document = pen.sign(pen.draft())
    refused(pen, document, Passkey(bob).touch(challenge_of(parse_canonical(document))), "bad-passkey")


def test_refuses_where_there_is_none(pen: Pen) -> None:
    refused(pen, pen.sign(pen.draft()), {"id": "x"}, "no-passkey")


def test_through_the_door(pen: Pen, passkey: Passkey, client: Client) -> None:
    client.force_login(pen.artist)
    document = pen.sign(pen.draft())
    body = {"statement": document.decode(), "passkey": passkey.touch(challenge_of(parse_canonical(document)))}
    answer = client.post(
        "/consent/statements/with-passkey", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 201, answer.content
    assert bytes(Statement.objects.get().document) == document
    page = client.get("/consent/train/").content.decode()
    assert "and your passkey “blue key”" in page
