"""Keeping settings under a name, and forgetting them."""

from datetime import datetime

from django.db import transaction

from gallery.errors import Refusal, listed
from gallery.generation.params import GenerationParams
from gallery.limits import PRESETS_MAX
from gallery.models import Artist, Preset

NAME_MAX = 60


def save(*, artist: Artist, name: str, params: GenerationParams, at: datetime) -> Preset:
    """Keep the record under that name, in place of what was there. Refuses `preset-unnamed`, `presets-full`."""
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_MAX or not name.isprintable():
        raise listed("preset-unnamed")
    with transaction.atomic():
        Artist.objects.select_for_update().get(pk=artist.pk)
        mine = Preset.objects.filter(artist=artist)
        if not mine.filter(name=name).exists() and mine.count() >= PRESETS_MAX:
            raise Refusal(
                code="presets-full",
                why=f"You have {PRESETS_MAX} presets, which is as many as are kept.",
                fix="Delete one you no longer need.",
                status=409,
            )
        preset, _ = Preset.objects.update_or_create(
            artist=artist, name=name, defaults={"params": params.validate().to_json(), "created_at": at}
        )
    return preset


def forget(*, preset: Preset) -> None:
    """Delete a preset; the pictures made with it stay as they are."""
    Preset.objects.filter(pk=preset.pk).delete()
