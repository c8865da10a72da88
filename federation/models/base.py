"""A diffusion base: which files it is made of, and the adapter spec that belongs to it."""

from django.db import models


class Base(models.Model):
    """Content-addressed and unchanging; the files lie in the storage "blobs" under their SHA-256."""

    hash = models.CharField(max_length=71, unique=True)  # "sha256:" + hex
    name = models.CharField(max_length=80)
    spec = models.JSONField()
    spec_hash = models.CharField(max_length=71)
    files = models.JSONField()  # [{"path", "sha256", "size"}]
    registered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} ({self.hash[7:19]})"
