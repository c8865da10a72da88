"""The ledger: leaves that nobody can change, bodies that can be erased, and the head."""

from django.db import models
from django.db.models import Q


class Entry(models.Model):
    """One leaf. Migration 0002 makes this table append-only, for its owner too. No foreign key to a person,
    ever."""

    index = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=16)
    hour = models.CharField(max_length=14)
    commitment = models.BinaryField()
    leaf_hash = models.BinaryField()
    chain_hash = models.BinaryField()

    class Meta:
        ordering = ("index",)
        verbose_name_plural = "entries"

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


class LedgerHead(models.Model):
    """One row: how many entries there are and the chain hash after the last; locked by whoever appends."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField()
    head = models.BinaryField()

    class Meta:
        constraints = (models.CheckConstraint(name="consent_ledgerhead_one_row", condition=Q(id=1)),)

    def __str__(self) -> str:
        return f"{self.size} entries"
