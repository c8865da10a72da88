"""Who signs in: artists and staff are the same kind of account, told apart by groups."""

import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

COMPLIANCE_OFFICER = "compliance officer"
OPERATOR = "operator"
MODERATOR = "moderator"
STAFF_ROLES = (COMPLIANCE_OFFICER, OPERATOR, MODERATOR)


def new_handle() -> str:
    """A random public handle (64 bits, hex), so that a page address says nothing about the person."""
    return secrets.token_hex(8)


class ArtistManager(BaseUserManager["Artist"]):
    """Makes accounts; the e-mail address is the login name and is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Artist":
        if not email:
            raise ValueError("an account needs an e-mail address")
        artist = self.model(email=self.normalize_email(email).lower(), **fields)
        artist.set_password(password)
        artist.save(using=self._db)
        return artist

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Artist":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Artist(AbstractBaseUser, PermissionsMixin):
    """One account. Nothing here says what the person allowed: that is the consent ledger's business."""

    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=80, blank=True)
    handle = models.CharField(max_length=32, unique=True, default=new_handle)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    NO_NAME: ClassVar[str] = "An artist without a name"
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[ArtistManager] = ArtistManager()

    @property
    def public_name(self) -> str:
        """What strangers read where she allows her name to be shown: the chosen one, or none."""
        return self.display_name or self.NO_NAME

    def __str__(self) -> str:
        return self.display_name or f"artist {self.handle}"
