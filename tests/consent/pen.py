"""An artist's browser, played in Python: a key, drafts through the services, signatures as the page makes them."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from consent import services
from consent.ledger.canonical import canonical_bytes
from consent.ledger.multibase import key_multibase
from consent.ledger.signing import sign
from consent.models import Statement
from consent.purposes import TRAIN_SHARED
from consent.services.notices import install_shipped_notices
from gallery.models import Artist


@dataclass
class Pen:
    """Signs for one artist; `register()` first."""

    artist: Artist
    purpose: str = TRAIN_SHARED
    private: Ed25519PrivateKey = field(
        default_factory=lambda: Ed25519PrivateKey.from_private_bytes(secrets.token_bytes(32))
    )

    @property
    def key(self) -> str:
        return key_multibase(self.private.public_key().public_bytes_raw())

    def register(self, *, at: datetime | None = None) -> "Pen":
        services.register_key(artist=self.artist, public_key=self.key, label="Test", at=at or timezone.now())
        return self

    def draft(self, decision: str = "grant", *, at: datetime | None = None) -> dict[str, Any]:
        document, _row = services.make_draft(
            artist=self.artist, purpose=self.purpose, decision=decision, key=self.key, at=at or timezone.now()
        )
        return document

    def sign(self, document: dict[str, Any], *, created: str | None = None) -> bytes:
        return canonical_bytes(
            sign(document, private_key=self.private, created=created or document["issuedAt"])
        )

    def send(self, document: bytes, *, at: datetime | None = None) -> Statement:
        return services.record_statement(artist=self.artist, document=document, at=at or timezone.now())

    def decide(self, decision: str = "grant", *, at: datetime | None = None) -> Statement:
        """Draft, sign, send."""
        return self.send(self.sign(self.draft(decision, at=at)), at=at)

    def revoke(self, *, at: datetime | None = None) -> Statement | None:
        return services.revoke(artist=self.artist, purpose=self.purpose, at=at or timezone.now())


def allow(artist: Artist, *purposes: str) -> None:
    """The artist signs these purposes now, with one key; the shipped texts are installed if they are not yet."""
    install_shipped_notices(at=timezone.now() - timedelta(days=1))
    key = Pen(artist).register().private
    for purpose in purposes:
        Pen(artist, purpose, key).decide()
