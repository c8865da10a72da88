"""Artists for tests, and their signed consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

if TYPE_CHECKING:
    from gallery.models import Artist


def grant(artist: Artist) -> None:
    """The artist signs her consent with a key of her browser, through the services that the page calls."""
    from consent.ledger.canonical import canonical_bytes
    from consent.ledger.multibase import key_multibase
    from consent.ledger.signing import sign
    from consent.ledger.statement import utc_text
    from consent.purposes import TRAIN_SHARED
    from consent.services import make_draft, record_statement, register_key

    private, at = Ed25519PrivateKey.generate(), timezone.now()
    public = key_multibase(private.public_key().public_bytes_raw())
    register_key(artist=artist, public_key=public, label="test browser", at=at)
    document, _ = make_draft(artist=artist, purpose=TRAIN_SHARED, decision="grant", key=public, at=at)
    signed = sign(document, private_key=private, created=utc_text(at))
    record_statement(artist=artist, document=canonical_bytes(signed), at=at)


def revoke(artist: Artist) -> None:
    """One click."""
    from consent.purposes import TRAIN_SHARED
    from consent.services import revoke as revoke_purpose

    revoke_purpose(artist=artist, purpose=TRAIN_SHARED, at=timezone.now())


def make_artists(count: int, *, consenting: bool = True) -> list[Artist]:
    """Artists one, two, three, ..."""
    from gallery.models import Artist

    artists = [Artist.objects.create_user(f"artist{number}@example.org") for number in range(count)]
    if consenting:
        for artist in artists:
            grant(artist)
    return artists
