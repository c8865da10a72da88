"""Register and withdraw the keys that browsers made."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from consent.errors import refusal
from consent.ledger.multibase import key_multibase, public_key_bytes
from consent.models import BrowserKey
from consent.services.ledger import append_entry, lock_head
from consent.services.people import subject_of

MAX_LIVE_KEYS = 20
MAX_LABEL = 80


def register_key(
    *, artist: AbstractBaseUser, public_key: str, label: str, at: datetime
) -> tuple[BrowserKey, bool]:
    """Bind a browser's public key (`z6Mk...` or `did:key:z6Mk...`) to this account: (key, made now?).

    Repeating it gives the same key. Refuses `bad-key`, `wrong-shape` (label), `key-taken`, `key-withdrawn`,
    `too-many-keys`. Appends a `key` entry.
    """
    multibase = key_multibase(public_key_bytes(public_key))
    label = label.strip()
    if len(label) > MAX_LABEL or not label.isprintable():
        raise refusal("wrong-shape", detail=f"a label has at most {MAX_LABEL} printable characters")
    with transaction.atomic():
        lock_head()  # serialises the count below, too
        known = BrowserKey.objects.filter(multibase=multibase).first()
        if known is not None:
            return _known(known, artist.pk), False
        if BrowserKey.objects.filter(artist_id=artist.pk, withdrawn_at=None).count() >= MAX_LIVE_KEYS:
            raise refusal("too-many-keys")
        key = BrowserKey.objects.create(artist_id=artist.pk, multibase=multibase, label=label, created_at=at)
        _log(key, event="registered", at=at)
    return key, True


def withdraw_key(*, artist: AbstractBaseUser, key_id: UUID, at: datetime) -> BrowserKey:
    """From now on this key signs nothing; what it signed before stays valid. Idempotent. Refuses
    `unknown-key`."""
    with transaction.atomic():
        key = BrowserKey.objects.select_for_update().filter(pk=key_id, artist_id=artist.pk).first()
        if key is None:
            raise refusal("unknown-key")
        if key.withdrawn_at is None:
            key.withdrawn_at = at
            key.save(update_fields=["withdrawn_at"])
            _log(key, event="withdrawn", at=at)
    return key


def _known(key: BrowserKey, artist_id: int) -> BrowserKey:
    if key.artist_id != artist_id:
        raise refusal("key-taken")
    if key.withdrawn_at is not None:
        raise refusal("key-withdrawn")
    return key


def _log(key: BrowserKey, *, event: str, at: datetime) -> None:
    subject = subject_of(artist_id=key.artist_id)
    append_entry(kind="key", body={"subject": subject.urn, "key": key.multibase, "event": event}, at=at)
