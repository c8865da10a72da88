"""What an artist does with her pictures: publish, unpublish, describe, delete, undo."""

from datetime import datetime

from django.db.models import Q

from consent.purposes import SHOW_IMAGES
from consent.selectors import live_grant
from gallery.errors import Refusal
from gallery.limits import UNDO_FOR
from gallery.models import Image
from gallery.storages import private_images

ALT_MAX = 400


def publish(*, image: Image, show_recipe: bool, at: datetime) -> Image:
    """Show the picture to everybody; prompt and settings only with `show_recipe`.

    Publishing again keeps its place on the wall and only changes `show_recipe`. The gate "show" is read first. Refusals
    "showing-not-allowed" and "picture-deleted" (409).
    """
    if live_grant(artist_id=image.artist_id, purpose=SHOW_IMAGES, at=at) is None:
        raise Refusal(
            code="showing-not-allowed",
            why="You have not allowed your pictures to be shown, or everything is paused.",
            fix="Decide first on the page Show my pictures on the wall; then publish this one.",
            status=409,
        )
    here = Image.objects.filter(pk=image.pk, deleted_at=None)
    here.update(recipe_public=show_recipe)
    here.filter(published_at=None).update(published_at=at)
    image.refresh_from_db()
    if image.published_at is None:
        raise Refusal(
            code="picture-deleted",
            why="This picture was deleted.",
            fix="Bring it back first, then publish it.",
            status=409,
        )
    return image


def unpublish(*, image: Image) -> Image:
    """Hide the picture from everybody but its artist, at once."""
    Image.objects.filter(pk=image.pk).update(published_at=None)
    image.refresh_from_db()
    return image


def describe(*, image: Image, alt: str) -> Image:
    """Set the words that stand for the picture where it cannot be seen; empty takes them back."""
    words = " ".join(alt.split())
    if len(words) > ALT_MAX or not words.isprintable():
        raise Refusal(
            code="alt-unfit",
            why=f"A description has at most {ALT_MAX} characters and no control characters.",
            fix="Say in one sentence what the picture shows.",
            field="alt",
        )
    image.alt = words
    image.save(update_fields=["alt"])
    return image


def delete(*, image: Image, at: datetime) -> Image:
    """Take the picture away from everywhere; for a day it can be brought back, then its files are removed."""
    Image.objects.filter(pk=image.pk, deleted_at=None).update(deleted_at=at, published_at=None)
    image.refresh_from_db()
    return image


def undelete(*, image: Image) -> Image:
    """Bring a deleted picture back, private. What was removed for good is not in the table any more."""
    image.deleted_at = None
    image.save(update_fields=["deleted_at"])
    return image


def remove_deleted(*, at: datetime) -> int:
    """Remove the files and rows of pictures deleted longer than a day ago; how many. Safe to repeat."""
    removed = 0
    for image in Image.objects.filter(Q(deleted_at__lt=at - UNDO_FOR))[:200]:
        for name in image.files:
            private_images().delete(name)
        image.delete()
        removed += 1
    return removed
