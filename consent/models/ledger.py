"""The ledger: leaves that nobody can change, bodies that can be erased, the hashes above, and checkpoints."""

from django.db import models

APPEND_LOCK = 0x4665644172744C31  # the advisory lock "FedArtL1"; migration 0003 takes the same


class Entry(models.Model):
    """One leaf. Migration 0003 makes this table append-only, for its owner too. No foreign key to a person, ever."""

    index = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=16)
    hour = models.CharField(max_length=14)
    commitment = models.BinaryField()
    leaf_hash = models.BinaryField()

    class Meta:
        ordering = ("index",)
        verbose_name_plural = "entries"
        # An inclusion proof may be asked for by leaf hash.
        indexes = (models.Index(fields=("leaf_hash",), name="consent_entry_leaf"),)

    def __str__(self) -> str:
        return f"entry {self.index} ({self.kind})"


class EntryBody(models.Model):
    """What an entry commits to, and the salt that hides it. Erasing this row leaves a leaf that says nothing.

    `body` is the RFC 8785 form; it is null for statements, whose bytes stand once, in `Statement.document`.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="opening")
    salt = models.BinaryField()
    body = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"body of entry {self.entry_id}"


class Node(models.Model):
    """The root over 256^level leaves (level 1 and above), written by a trigger once the last of them is there."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"node {self.index} of level {self.level}"


class Checkpoint(models.Model):
    """A head that this server signed; append-only like the entries. `note` is the signed note, without witnesses."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("size",)

    def __str__(self) -> str:
        return f"checkpoint of {self.size} entries"


class Cosignature(models.Model):
    """That a configured witness saw a checkpoint; `line` is its signature line as C2SP has it."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=255)
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("checkpoint", "witness"), name="consent_cosignature_once"),
        )

    def __str__(self) -> str:
        return f"{self.witness} at {self.checkpoint_id}"
