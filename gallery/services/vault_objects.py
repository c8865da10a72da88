"""Encrypted files on their way into a vault, piece by piece, and out of it again."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Sum

from consent.purposes import STORE_PERSONAL
from consent.selectors import live_grant
from federation.vault import lists
from gallery.errors import listed
from gallery.limits import VAULT_MAX_BYTES, VAULT_PIECE, VAULT_STRAY_FOR, VAULT_UNFINISHED_MAX
from gallery.models import Vault, VaultObject
from gallery.storages import vault_files
from gallery.vaults import newest_list, piece_name

AGE_HEADER = b"age-encryption.org/v1\n"
SHA256 = re.compile(r"[0-9a-f]{64}")


def announce(*, vault: Vault, sha256: str, size: int, at: datetime) -> VaultObject:
    """The upload of that file, begun now or before: `pieces` says how many have arrived.

    The gate "keep" is read first. Refuses `vault-not-allowed`, `vault-object-bad`, `vault-full`,
    `vault-too-many-uploads`.
    """
    if live_grant(artist_id=vault.artist_id, purpose=STORE_PERSONAL, at=at) is None:
        raise listed("vault-not-allowed")
    if not SHA256.fullmatch(sha256) or not 1 <= size <= lists.MAX_FILE_BYTES:
        raise listed("vault-object-bad")
    with transaction.atomic():
        Vault.objects.select_for_update().get(pk=vault.pk)
        known = VaultObject.objects.filter(vault=vault, sha256=sha256).first()
        if known is not None:
            if known.bytes != size:
                raise listed("vault-object-bad")
            return known
        listed_now = newest_list(vault).hashes
        rows = VaultObject.objects.filter(vault=vault)
        if rows.exclude(sha256__in=listed_now).count() >= VAULT_UNFINISHED_MAX:
            raise listed("vault-too-many-uploads")
        if (rows.aggregate(all=Sum("bytes"))["all"] or 0) + size > VAULT_MAX_BYTES:
            raise listed("vault-full")
        return VaultObject.objects.create(vault=vault, sha256=sha256, bytes=size, begun_at=at)


def take_piece(*, vault: Vault, sha256: str, number: int, data: bytes, at: datetime) -> VaultObject:
    """Keep the next piece; one that is here already is not written again. With the last one the hash is checked.

    Refuses `vault-object-unknown`, `vault-piece-bad`, `vault-not-age` (first piece), `vault-hash-differs`.
    """
    with transaction.atomic():
        row = VaultObject.objects.select_for_update().filter(vault=vault, sha256=sha256).first()
        if row is None:
            raise listed("vault-object-unknown")
        if number < row.pieces:
            return row
        left = row.bytes - number * VAULT_PIECE
        if number != row.pieces or len(data) != min(VAULT_PIECE, left):
            raise listed("vault-piece-bad")
        if number == 0 and not data.startswith(AGE_HEADER):
            raise listed("vault-not-age")
        _write(piece_name(vault.pk, sha256, number), data)
        row.pieces = number + 1
        whole = row.pieces * VAULT_PIECE >= row.bytes
        right = not whole or _hash(row) == sha256
        if whole and right:
            row.complete_at = at
        if right:
            row.save(update_fields=["pieces", "complete_at"])
    if not right:
        remove(vault=vault, hashes=[sha256])
        raise listed("vault-hash-differs")
    return row


def _write(name: str, data: bytes) -> None:
    """A piece that a killed process left behind is written anew."""
    storage = vault_files()
    storage.delete(name)
    storage.save(name, ContentFile(data))


def _hash(row: VaultObject) -> str:
    digest = hashlib.sha256()
    for number in range(row.pieces):
        with vault_files().open(piece_name(row.vault_id, row.sha256, number)) as file:
            digest.update(file.read())
    return digest.hexdigest()


def remove(*, vault: Vault, hashes: Iterable[str]) -> int:
    """Remove files with all their pieces; how many files. Safe to repeat.

    In a transaction the pieces go after it was committed: a list that is refused in the end has lost nothing."""
    rows = list(VaultObject.objects.filter(vault=vault, sha256__in=list(hashes)))
    names = [piece_name(vault.pk, row.sha256, number) for row in rows for number in range(row.pieces + 1)]
    VaultObject.objects.filter(pk__in=[row.pk for row in rows]).delete()
    transaction.on_commit(lambda: [vault_files().delete(name) for name in names])  # type: ignore[func-returns-value]
    return len(rows)


def remove_strays(*, at: datetime) -> int:
    """Remove what has lain in no list for VAULT_STRAY_FOR: broken-off uploads, replaced files. How many files."""
    removed = 0
    old = VaultObject.objects.filter(begun_at__lt=at - VAULT_STRAY_FOR)
    for vault in Vault.objects.filter(objects_of__in=old).distinct():
        named = newest_list(vault).hashes
        strays = old.filter(vault=vault).exclude(sha256__in=named).values_list("sha256", flat=True)
        removed += remove(vault=vault, hashes=list(strays))
    return removed
