"""What an artist changes about her account here; sign-in itself is django-allauth's."""

from gallery.models import Artist


def rename(*, artist: Artist, display_name: str) -> Artist:
    """Set or clear the name shown beside published pictures."""
    artist.display_name = " ".join(display_name.split())
    artist.save(update_fields=["display_name"])
    return artist
