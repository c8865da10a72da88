"""What is read about vaults: the newest list, its small files, pieces of large ones. Nothing that opens anything."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from federation.protocol.keys import fingerprint
from federation.vault import lists
from federation.vault.lists import StoredFile, VaultList
from gallery.errors import listed
from gallery.limits import VAULT_LISTS_AT_ONCE
from gallery.models import Vault, VaultAsk, VaultObject
from gallery.storages import vault_files


def vault_of(*, artist_id: int) -> Vault | None:
    """The artist's vault."""
    return Vault.objects.filter(artist_id=artist_id).first()


def required(*, artist_id: int) -> Vault:
    """The artist's vault. Refuses `vault-none`."""
    vault = vault_of(artist_id=artist_id)
    if vault is None:
        raise listed("vault-none")
    return vault


def newest_bytes(vault: Vault) -> bytes:
    """The newest signed list, in exactly its bytes."""
    return bytes(vault.versions.values_list("document", flat=True).get(version=vault.version))


def newest_list(vault: Vault) -> VaultList:
    """The same, read."""
    return lists.read_list(newest_bytes(vault))


def adapters_of(*, artist_id: int) -> dict[str, int]:
    """The personal adapters in the artist's vault: id and bytes of ciphertext, newest first. What they are called is
    encrypted."""
    vault = vault_of(artist_id=artist_id)
    if vault is None:
        return {}
    files = reversed(newest_list(vault).files)
    return {str(file.adapter): file.bytes for file in files if file.kind == "adapter"}


def lists_after(vault: Vault, version: int) -> Sequence[bytes]:
    """The signed lists that came after a version, oldest first."""
    rows = vault.versions.filter(version__gt=version).values_list("document", flat=True)
    return [bytes(row) for row in rows[:VAULT_LISTS_AT_ONCE]]


def small_files(vault: Vault) -> dict[str, bytes]:
    """keyring.age and slot files by their SHA-256."""
    return {sha256: bytes(data) for sha256, data in vault.small_files.values_list("sha256", "data")}


def asks_of(vault: Vault) -> list[dict[str, Any]]:
    """Devices that ask to be let in, each with the fingerprint that both sides show."""
    rows = VaultAsk.objects.filter(vault=vault).select_related("device").order_by("asked_at")
    return [
        {
            "device": row.device_id,
            "name": row.device.name,
            "recipient": row.recipient,
            "fingerprint": fingerprint(row.recipient.encode()),
            "asked_at": row.asked_at,
        }
        for row in rows
        if row.device.state != "withdrawn"
    ]


def whole_object(vault: Vault, sha256: str) -> VaultObject:
    """A complete file. Refuses `vault-object-unknown`."""
    row = VaultObject.objects.filter(vault=vault, sha256=sha256).exclude(complete_at=None).first()
    if row is None:
        raise listed("vault-object-unknown")
    return row


def piece_name(vault_id: UUID, sha256: str, number: int) -> str:
    """Where a piece lies in the storage "vault"."""
    return f"{vault_id}/{sha256}/{number:05d}"


def file_name(file: StoredFile) -> str:
    """What an encrypted file is called in a download."""
    end = "safetensors.age" if file.kind == "adapter" else "png.age" if file.kind == "sample" else "json.age"
    return f"adapters/{file.adapter}/{file.kind}-{file.sha256[:12]}.{end}"


def pieces_of(row: VaultObject) -> Iterator[bytes]:
    """The bytes of a complete file, a piece at a time."""
    for number in range(row.pieces):
        with vault_files().open(piece_name(row.vault_id, row.sha256, number)) as file:
            yield file.read()


def overview(vault: Vault) -> dict[str, Any]:
    """Everything that a browser or an agent needs to open the vault, as the API says it."""
    small = small_files(vault)
    return {
        "list": newest_bytes(vault).decode(),
        "files": {sha256: b64encode(data).decode() for sha256, data in small.items()},
        "asks": asks_of(vault),
    }
