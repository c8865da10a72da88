"""Take a new signed list of a vault: the one act by which anything about a vault changes."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from consent.services import append_entry
from consent.services.people import subject_of
from federation.vault import lists
from federation.vault.lists import VaultList
from gallery.errors import listed
from gallery.limits import VAULT_SMALL_MAX_BYTES
from gallery.models import Artist, Vault, VaultAsk, VaultObject, VaultSmallFile, VaultVersion
from gallery.services import vault_objects

AGE_HEADER = b"age-encryption.org/v1\n"


def record_list(
    *, artist: Artist, document: bytes, small: Mapping[str, bytes], device: UUID | None, at: datetime
) -> VaultVersion:
    """Check a list and the small files that come with it, make it the newest, and remove what it no longer names.

    `small` maps SHA-256 to keyring.age and slot files that are new. `device` is the sending device, None for a
    browser. Repeating the newest list changes nothing. Refuses with `vault-*` codes and then changes nothing.
    """
    new = lists.read_list(document)
    check_age(small)
    try:
        with transaction.atomic():
            vault = Vault.objects.select_for_update().filter(artist=artist).first()
            if vault is None:
                return _first(artist, new, document, small, device, at)
            newest = vault.versions.get(version=vault.version)
            if bytes(newest.document) == document:
                return newest
            return _next(vault, newest, new, document, small, device, at)
    except IntegrityError:  # two first lists at the same moment, or an id that another vault has
        raise listed("vault-moved-on") from None


def check_age(small: Mapping[str, bytes]) -> None:
    """Refuses `vault-not-age` and `vault-hash-differs`: nothing that is no age file is ever stored."""
    for sha256, data in small.items():
        if len(data) > VAULT_SMALL_MAX_BYTES or not data.startswith(AGE_HEADER):
            raise listed("vault-not-age")
        if lists.sha256_hex(data) != sha256:
            raise listed("vault-hash-differs")


def _first(
    artist: Artist,
    new: VaultList,
    document: bytes,
    small: Mapping[str, bytes],
    device: UUID | None,
    at: datetime,
) -> VaultVersion:
    if device is not None or new.version != 1:
        raise listed("vault-none")
    lists.check_first(new)
    vault = Vault.objects.create(
        id=new.vault, artist=artist, version=1, recipient=new.recipient, made_at=at, changed_at=at
    )
    return _keep(vault, new, document, small, device, at)


def _next(
    vault: Vault,
    newest: VaultVersion,
    new: VaultList,
    document: bytes,
    small: Mapping[str, bytes],
    device: UUID | None,
    at: datetime,
) -> VaultVersion:
    if new.version == 1:
        raise listed("vault-already")
    if new.version != vault.version + 1 or new.prev != newest.sha256:
        raise listed("vault-moved-on")
    old = lists.read_list(bytes(newest.document))
    lists.check_next(old, bytes(newest.document), new)
    if device is not None:
        lists.check_by_device(old, new)
    vault.version, vault.recipient, vault.changed_at = new.version, new.recipient, at
    vault.save(update_fields=["version", "recipient", "changed_at"])
    kept = _keep(vault, new, document, small, device, at)
    vault_objects.remove(vault=vault, hashes=old.hashes - new.hashes)
    VaultAsk.objects.filter(vault=vault, recipient__in=[slot.recipient for slot in new.slots]).delete()
    return kept


def _keep(
    vault: Vault,
    new: VaultList,
    document: bytes,
    small: Mapping[str, bytes],
    device: UUID | None,
    at: datetime,
) -> VaultVersion:
    """Everything that the list names must be here; what is small and no longer named goes."""
    named = {new.keyring, *(slot.file for slot in new.slots if slot.file)}
    VaultSmallFile.objects.bulk_create(
        [
            VaultSmallFile(vault=vault, sha256=sha256, data=data)
            for sha256, data in small.items()
            if sha256 in named
        ],
        ignore_conflicts=True,
    )
    vault.small_files.exclude(sha256__in=named).delete()
    if vault.small_files.count() != len(named) or not _all_there(vault, new):
        raise listed("vault-file-missing")
    kept = VaultVersion.objects.create(
        vault=vault,
        version=new.version,
        document=document,
        sha256=lists.sha256_hex(document),
        by_device=device,
        at=at,
    )
    body = {
        "subject": subject_of(artist_id=vault.artist_id).urn,
        "vault": str(vault.pk),
        "event": "listed",
        "version": new.version,
        "sha256": kept.sha256,
    }
    append_entry(kind="vault", body=body, at=at)
    return kept


def _all_there(vault: Vault, new: VaultList) -> bool:
    rows = VaultObject.objects.filter(vault=vault, sha256__in=new.hashes).exclude(complete_at=None)
    sizes = dict(rows.values_list("sha256", "bytes"))
    return all(sizes.get(file.sha256) == file.bytes for file in new.files)
