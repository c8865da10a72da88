"""What an artist changes about her account here; sign-in itself is django-allauth's."""

from django.contrib.auth.models import Group

from gallery.models import Artist


def rename(*, artist: Artist, display_name: str) -> Artist:
    """Set or clear the name shown beside published pictures."""
    artist.display_name = " ".join(display_name.split())
    artist.save(update_fields=["display_name"])
    return artist


def grant_role(*, artist: Artist, role: str) -> Artist:
    """Add the account to a staff group (one of STAFF_ROLES); safe to repeat."""
    artist.groups.add(Group.objects.get_or_create(name=role)[0])
    return artist


def take_role(*, artist: Artist, role: str) -> Artist:
    """Take the account out of a staff group; safe to repeat."""
    artist.groups.remove(*Group.objects.filter(name=role))
    return artist
