"""What a viewer changes for herself alone: hide an artist or a version, show it again, her switches."""

from datetime import datetime

from gallery.errors import listed
from gallery.limits import HIDDEN_MAX
from gallery.models import Artist, Hidden, Image, Preferences


def hide_artist(*, viewer: Artist, image: Image, at: datetime) -> Hidden:
    """Leave the pictures of this picture's artist out of this viewer's wall. Twice is the same as once.

    By the picture and not by the name, so that an artist who is not named can be hidden and stays unnamed.
    Refusals `hide-yourself`, `hide-too-many`.
    """
    if image.artist_id == viewer.pk:
        raise listed("hide-yourself")
    _refuse_too_many(viewer)
    return Hidden.objects.get_or_create(viewer=viewer, artist_id=image.artist_id, defaults={"at": at})[0]


def hide_version(*, viewer: Artist, image: Image, at: datetime) -> Hidden:
    """Leave all that the version of this picture drew out of this viewer's wall. Refusal `hide-too-many`."""
    _refuse_too_many(viewer)
    return Hidden.objects.get_or_create(viewer=viewer, version_id=image.version_id, defaults={"at": at})[0]


def _refuse_too_many(viewer: Artist) -> None:
    if Hidden.objects.filter(viewer=viewer).count() >= HIDDEN_MAX:
        raise listed("hide-too-many")


def show_again(*, viewer: Artist, hidden_id: int) -> None:
    """Take one of the viewer's own hidings back; nothing happens where it is not hers or gone."""
    Hidden.objects.filter(viewer=viewer, pk=hidden_id).delete()


def set_preferences(*, artist: Artist, adult: bool, prompt_in_file: bool) -> Preferences:
    """The switches as the form shows them."""
    values = {"adult": adult, "prompt_in_file": prompt_in_file}
    return Preferences.objects.update_or_create(artist=artist, defaults=values)[0]
