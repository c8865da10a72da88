"""An artist's vault as the server holds it: signed lists, small age files and pieces of large ones. All ciphertext."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Vault(models.Model):
    """The newest state of one vault. `id` is the artist's browser's choice and stands in every list."""

    id = models.UUIDField(primary_key=True, editable=False)
    artist = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="vault")
    version = models.PositiveIntegerField()
    recipient = models.CharField(max_length=62)
    """The public age recipient that files are encrypted to."""
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"vault {self.id}"


class VaultVersion(models.Model):
    """One signed list, in exactly its bytes. All are kept, so that whoever was away can follow the chain."""

    vault = models.ForeignKey(Vault, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    by_device = models.UUIDField(null=True)
    """The device that sent it, or null for a browser."""
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["vault", "version"], name="vault_version_once")
        ]

    def __str__(self) -> str:
        return f"version {self.version} of {self.vault_id}"


class VaultSmallFile(models.Model):
    """keyring.age, or the age file that wraps the identity of one slot; only those of the newest list are kept."""

    vault = models.ForeignKey(Vault, on_delete=models.CASCADE, related_name="small_files")
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["vault", "sha256"], name="vault_small_file_once")
        ]

    def __str__(self) -> str:
        return f"small file {self.sha256[:8]}"


class VaultObject(models.Model):
    """One encrypted file in equal pieces (gallery.limits.VAULT_PIECE) in the storage "vault"."""

    vault = models.ForeignKey(Vault, on_delete=models.CASCADE, related_name="objects_of")
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    pieces = models.PositiveIntegerField(default=0)
    """How many have arrived, in order."""
    begun_at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True)
    """Set once all are there and their hash was seen to be right."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["vault", "sha256"], name="vault_object_once")
        ]

    def __str__(self) -> str:
        return f"object {self.sha256[:8]} ({self.bytes} bytes)"


class VaultAsk(models.Model):
    """A device that asks to be let in. Answered by a list that names its recipient, or by a no."""

    vault = models.ForeignKey(Vault, on_delete=models.CASCADE, related_name="asks")
    device = models.OneToOneField("federation.Device", on_delete=models.CASCADE, related_name="+")
    recipient = models.CharField(max_length=62)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"ask of {self.device_id}"
