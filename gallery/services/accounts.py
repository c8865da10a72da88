"""What an artist changes about her account here; sign-in itself is django-allauth's."""

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group

from gallery.models import Artist


def rename(*, artist: Artist, display_name: str) -> Artist:
    """Set or clear the name shown beside published pictures."""
    artist.display_name = " ".join(display_name.split())
    artist.save(update_fields=["display_name"])
    return artist


def end_session(*, artist: Artist, session_id: int, but: str) -> UserSession | None:
    """Sign out one browser of this artist; None where it is not hers, is gone, or is the one that asks (key `but`)."""
    found = UserSession.objects.filter(user=artist, pk=session_id).exclude(session_key=but).first()
    if found is not None:
        get_adapter().end_sessions([found])
    return found


def grant_role(*, artist: Artist, role: str) -> Artist:
    """Add the account to a staff group (one of STAFF_ROLES); safe to repeat."""
    artist.groups.add(Group.objects.get_or_create(name=role)[0])
    return artist


def take_role(*, artist: Artist, role: str) -> Artist:
    """Take the account out of a staff group; safe to repeat."""
    artist.groups.remove(*Group.objects.filter(name=role))
    return artist
