"""A finished picture: where its file lies, how it was made, and whether the public may see it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

PUBLISHED = models.Q(published_at__isnull=False, deleted_at__isnull=True)
# What strangers may search: the artist's own words, and the prompt while she shows it.
SEARCHED = SearchVector(
    "alt",
    models.Case(
        models.When(recipe_public=True, then=KT("params__prompt")),
        default=models.Value(""),
        output_field=models.TextField(),
    ),
    config="simple",
)


class Image(models.Model):
    """Private until `published_at` is set. The files in storage are already marked (C2PA)."""

    handle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    artist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="images")
    request = models.OneToOneField(
        "gallery.GenerationRequest", null=True, on_delete=models.SET_NULL, related_name="image"
    )
    version = models.ForeignKey("federation.AdapterVersion", on_delete=models.PROTECT, related_name="+")
    params = models.JSONField()
    file = models.CharField(max_length=200)
    """Name in the storage "images"; so is `thumb`."""
    thumb = models.CharField(max_length=200)
    avif_192 = models.CharField(max_length=200, blank=True)
    """Thumbnails by their longer side, where made; pictures of the first days have only `thumb`."""
    avif_384 = models.CharField(max_length=200, blank=True)
    avif_768 = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    thumb_width = models.PositiveSmallIntegerField()
    thumb_height = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=400, blank=True)
    """The artist's own words for those who cannot see the picture; empty until she writes some."""
    recipe_public = models.BooleanField(default=False)
    """Whether the public page shows prompt and settings and offers a remix. Off until the artist says so."""
    adult = models.BooleanField(default=False)
    """What the picture check says, or a moderator: shown only to those who switched it on, and to its artist."""
    held_at = models.DateTimeField(null=True)
    """Set while a report is looked at, and after one that was right: nobody but its artist sees it."""
    seed = models.GeneratedField(
        expression=Cast(KT("params__seed"), models.BigIntegerField()),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    words = models.GeneratedField(expression=SEARCHED, output_field=SearchVectorField(), db_persist=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    """Set by delete; the files go a day later, so that a slip of the finger can be undone."""

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["-published_at", "-id"],
                name="image_wall",
                condition=PUBLISHED,
            ),
            models.Index(
                fields=["artist", "-published_at", "-id"], name="image_wall_artist", condition=PUBLISHED
            ),
            models.Index(
                fields=["version", "-published_at", "-id"], name="image_wall_version", condition=PUBLISHED
            ),
            models.Index(fields=["seed", "-published_at"], name="image_wall_seed", condition=PUBLISHED),
            GinIndex(fields=["words"], name="image_wall_words", condition=PUBLISHED),
            models.Index(fields=["artist", "-created_at", "-id"], name="image_by_artist"),
        ]

    def __str__(self) -> str:
        return f"picture {self.handle}"

    @property
    def page(self) -> str:
        """The address of its page; gallery/urls.py says the same (a test compares)."""
        return f"/images/{self.handle}/"

    @property
    def avifs(self) -> dict[int, str]:
        """The stored AVIF thumbnails by their longer side."""
        found = {192: self.avif_192, 384: self.avif_384, 768: self.avif_768}
        return {side: name for side, name in found.items() if name}

    @property
    def srcset(self) -> str:
        """For `<source type="image/avif">`: addresses with their widths in pixels; empty where there are none."""
        longer = max(self.width, self.height)
        return ", ".join(
            f"/images/{self.handle}/thumb-{side}.avif {round(side * self.width / longer)}w"
            for side in self.avifs
        )

    @property
    def files(self) -> list[str]:
        """Every file of this picture in the storage "images"."""
        return [self.file, self.thumb, *self.avifs.values()]

    @property
    def own_alt(self) -> str:
        """The words for its artist: hers, or the prompt."""
        return self.alt or f"AI-made picture: {self.params['prompt']}"

    @property
    def public_alt(self) -> str:
        """The words for everybody: the prompt only when its artist shows it."""
        return self.own_alt if self.recipe_public or self.alt else "AI-made picture"

    @property
    def public_title(self) -> str:
        """The label under a published picture."""
        return self.alt or (self.params["prompt"] if self.recipe_public else "Untitled")

    @property
    def public_name(self) -> str:
        """The artist's name where she allows it (`named`, set by selectors.with_credit); else nothing."""
        return self.artist.display_name if getattr(self, "named", False) else ""

    @property
    def public_credit(self) -> str:
        """Who, where the artist allows it, and with what, under a published picture."""
        by = f"{self.public_name}, " if self.public_name else ""
        return f"{by}version {self.params['version']}"

    @property
    def own_credit(self) -> str:
        """What its artist wants to know at a glance."""
        return "Published" if self.is_public else "Only you can see this"

    @property
    def is_public(self) -> bool:
        """Whether strangers may see it (while its artist's account is active)."""
        return self.published_at is not None and self.deleted_at is None
