"""Sizes that a picture can have on a base: read from the base's own description, offered as a list."""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from federation.store import blob_name, blobs
from gallery.errors import Refusal
from gallery.generation.params import SIDE_MAX, SIDE_STEP
from gallery.limits import AREA_TIMES_MAX

if TYPE_CHECKING:
    from federation.models import Base

SHAPES = (
    ("portrait", 3 / 4, 1.0),
    ("landscape", 4 / 3, 1.0),
    ("wide", 16 / 9, 1.0),
    ("large square", 1.0, 2.25),
)
"""Name, width to height, and area in times of the base's own."""
UNKNOWN_SIDE = 128
PIXELS_MAX = SIDE_MAX * SIDE_MAX
CONFIG_MAX = 1 << 16


def own_side(base: "Base") -> int | None:
    """Side of the base's own pictures in pixels, or None where its description does not say."""
    files = {str(file["path"]): str(file["sha256"]) for file in base.files}
    unet = files.get("unet/config.json") or files.get("transformer/config.json")
    vae = files.get("vae/config.json")
    return _side(unet, vae) if unet and vae else None


@lru_cache(maxsize=64)
def _side(denoiser: str, vae: str) -> int | None:
    try:
        grid = _config(denoiser)["sample_size"]
        levels = _config(vae)["block_out_channels"]
        return int(grid * 2 ** (len(levels) - 1))
    except (KeyError, TypeError, ValueError, OSError):
        return None


def _config(sha256: str) -> dict[str, Any]:
    with blobs().open(blob_name(sha256)) as file:
        told: dict[str, Any] = json.loads(file.read(CONFIG_MAX))
    return told


def choices(base: "Base") -> list[tuple[str, str]]:
    """Values ("112x144", or "0x0" for the base's own) and labels of the sizes that the form offers."""
    side = own_side(base)
    if side is None:
        return [("0x0", "The base's own")]
    found = [("0x0", f"Square, {side} × {side}")]
    for name, ratio, area in SHAPES:
        height = (side * side * area / ratio) ** 0.5
        width, height = _even(height * ratio), _even(height)
        if max(width, height) <= SIDE_MAX:
            found.append((f"{width}x{height}", f"{name.capitalize()}, {width} × {height}"))
    return found


def _even(length: float) -> int:
    """Down to what bases can draw, so that no area grows beyond what is allowed."""
    return max(SIDE_STEP, int(length // SIDE_STEP) * SIDE_STEP)


def area(base: "Base", width: int, height: int) -> int:
    """Pixels of a picture of that size. Refuses `size-too-large`."""
    side = own_side(base) or UNKNOWN_SIDE
    wanted = width * height or side * side
    if wanted > AREA_TIMES_MAX * side * side and own_side(base) is not None:
        raise Refusal(
            code="size-too-large",
            why=f"{width} × {height} is more than this base draws well; its own size is {side} × {side}.",
            fix="Choose one of the sizes in the list.",
            field="size",
        )
    return wanted
