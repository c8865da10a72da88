"""Letting computers in, and taking the whole vault away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from consent.purposes import STORE_PERSONAL
from consent.selectors import consent_summary
from consent.services import append_entry
from consent.services.people import subject_of
from federation.vault.parts import RECIPIENT
from gallery import vaults
from gallery.errors import listed
from gallery.models import Artist, Vault, VaultAsk, VaultObject, VaultVersion
from gallery.services import vault_objects
from gallery.storages import vault_files

ERASE_WORD = "erase"
GRACE = timedelta(days=7)
"""After a revocation the artist can change her mind for so long; the notice says it."""


def ask(*, vault: Vault, device_id: UUID, recipient: str, at: datetime) -> VaultAsk:
    """Note that a device wants to be let in; asking again replaces the earlier ask. Refuses `vault-object-bad`."""
    if not RECIPIENT.fullmatch(recipient):
        raise listed("vault-object-bad")
    values = {"vault": vault, "recipient": recipient, "asked_at": at}
    return VaultAsk.objects.update_or_create(device_id=device_id, defaults=values)[0]


def turn_away(*, vault: Vault, device_id: UUID) -> None:
    """Say no to a device. Refuses `vault-ask-unknown`."""
    if not VaultAsk.objects.filter(vault=vault, device_id=device_id).delete()[0]:
        raise listed("vault-ask-unknown")


@dataclass(frozen=True)
class Erasure:
    """What was removed, and what was counted afterwards in tables and storage."""

    files_removed: int
    lists_removed: int
    rows_left: int
    files_left: int


def erase(*, artist: Artist, word: str, at: datetime) -> Erasure:
    """Remove the vault with everything in it, and count what is left. Refuses `vault-none`, `vault-word-missing`."""
    if word.strip().lower() != ERASE_WORD:
        raise listed("vault-word-missing")
    return erase_all(vault=vaults.required(artist_id=artist.pk), at=at)


def erase_all(*, vault: Vault, at: datetime) -> Erasure:
    """The same without asking: for the erasure of an account, too."""
    vault_id, version = vault.pk, vault.version
    with transaction.atomic():
        lists_removed = vault.versions.count()
        hashes = list(vault.objects_of.values_list("sha256", flat=True))
        removed = vault_objects.remove(vault=vault, hashes=hashes)
        subject = subject_of(artist_id=vault.artist_id).urn
        vault.delete()
        body = {
            "subject": subject,
            "vault": str(vault_id),
            "event": "erased",
            "version": version,
            "files": removed,
        }
        append_entry(kind="vault", body=body, at=at)
    return Erasure(removed, lists_removed, rows_left(vault_id), files_left(vault_id))


def erase_revoked(*, at: datetime) -> int:
    """Erase the vaults of those who took back the permission to keep them GRACE ago; how many. Safe to repeat."""
    erased = 0
    for vault in Vault.objects.all().iterator():
        stands = consent_summary(artist_id=vault.artist_id, purpose=STORE_PERSONAL, at=at)
        if stands.state == "revoked" and stands.since is not None and stands.since < at - GRACE:
            erase_all(vault=vault, at=at)
            erased += 1
    return erased


def rows_left(vault_id: UUID) -> int:
    """Rows of that vault in every table."""
    return (
        Vault.objects.filter(pk=vault_id).count()
        + VaultVersion.objects.filter(vault_id=vault_id).count()
        + VaultObject.objects.filter(vault_id=vault_id).count()
        + VaultAsk.objects.filter(vault_id=vault_id).count()
    )


def files_left(vault_id: UUID) -> int:
    """Pieces of that vault in the storage."""
    storage = vault_files()
    try:
        folders = storage.listdir(str(vault_id))[0]
    except FileNotFoundError:
        return 0
    return sum(len(storage.listdir(f"{vault_id}/{folder}")[1]) for folder in folders)
