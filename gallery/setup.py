"""What `manage.py setup` does for the gallery: staff groups and the certificates that mark pictures. No torch."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group
from django.utils import timezone

from gallery.generation.authority import ensure_authority
from gallery.models.artist import STAFF_ROLES


def make_groups() -> str:
    """The staff roles as groups; a migration makes them too, this mends what was deleted."""
    made = [name for name in STAFF_ROLES if Group.objects.get_or_create(name=name)[1]]
    return f"made the groups {', '.join(made)}" if made else "the staff groups were there already"


def make_authority() -> str:
    """The certificate authority for Content Credentials, below STATE_DIR/credentials."""
    return ensure_authority(Path(settings.STATE_DIR) / "credentials", at=timezone.now())


STEPS: list[tuple[str, Callable[[], str]]] = [
    ("staff groups", make_groups),
    ("content credentials", make_authority),
]
