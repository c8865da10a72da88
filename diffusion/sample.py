"""Draws pictures on one base, one or several in a go: the same steps, guidance and size, each its own words and seed.

A picture comes out as it would alone, up to the last bits of floating point: each has its own generator, and no layer
of the base mixes the pictures of a batch.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from diffusion.families import family_of
from diffusion.latents import decode_latents
from diffusion.load import default_size

MAX_BATCH = 16
MAX_STEPS = 100
MAX_GUIDANCE = 20.0
MAX_PROMPT = 500
MAX_SIDE = 1024
PREVIEW_GRID = 32
"""Previews are decoded from at most so many latents a side: a large base must not spend its time on them."""


@dataclass(frozen=True)
class Wish:
    """What is one picture's own. Prompts of at most 500 characters, `seed` 0 to 2**63 - 1; ValueError otherwise."""

    prompt: str
    seed: int
    negative: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed {self.seed}: a seed is a whole number from 0 to 2**63 - 1")
        if max(len(self.prompt), len(self.negative)) > MAX_PROMPT:
            raise ValueError(f"a prompt has at most {MAX_PROMPT} characters")


@dataclass(frozen=True)
class Sheet:
    """What all pictures of a batch share. `width` and `height` in pixels, 0 and 0 for the base's own size."""

    steps: int = 16
    guidance: float = 4.0
    width: int = 0
    height: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= MAX_STEPS or not 0 <= self.guidance <= MAX_GUIDANCE:
            raise ValueError(f"steps go from 1 to {MAX_STEPS}, guidance from 0 to {MAX_GUIDANCE}")
        if not 0 <= min(self.width, self.height) <= max(self.width, self.height) <= MAX_SIDE:
            raise ValueError(f"a side has at most {MAX_SIDE} pixels")


SHEET = Sheet()


class Stopped(Exception):
    """Nobody wants the batch any more: `on_step` said so."""


Look = Callable[[], list[Image.Image]]
OnStep = Callable[[int, Look], bool]
"""on_step(step, look) after each step, counted from 1: `look()` decodes the pictures as they are predicted so far,
which costs a little. False stops the batch."""


def sample_batch(
    pipe: Any, wishes: Sequence[Wish], sheet: Sheet, *, on_step: OnStep | None = None
) -> list[Image.Image]:
    """One RGB picture for each wish, in their order.

    Raises Stopped when `on_step` says False, ValueError for 0 or more than MAX_BATCH wishes, or for a size that this
    base cannot draw.
    """
    if not 1 <= len(wishes) <= MAX_BATCH:
        raise ValueError(f"{len(wishes)} wishes: a batch has 1 to {MAX_BATCH}")
    family, own = family_of(pipe), default_size(pipe)
    width, height = sheet.width or own, sheet.height or own
    if width % family.grid(pipe) or height % family.grid(pipe):
        raise ValueError(f"{width} x {height}: this base draws multiples of {family.grid(pipe)} pixels")
    last: list[Tensor | None] = [None]

    def after(_: Any, index: int, time: Any, kept: dict[str, Any]) -> dict[str, Any]:
        latents = kept["latents"]
        if on_step is not None:
            look = partial(_look, pipe, last[0], latents, index)
            if not on_step(index + 1, look):
                raise Stopped
        last[0] = latents
        return kept

    # Without one, some families draw away from nothing at all, which is not the empty caption.
    negative = [wish.negative for wish in wishes] if any(wish.negative for wish in wishes) else None

    with warnings.catch_warnings():  # diffusers hands tensors to numpy in a way that numpy 2 deprecates
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        drawn = pipe(
            [wish.prompt for wish in wishes],
            negative_prompt=negative,
            height=height,
            width=width,
            num_inference_steps=sheet.steps,
            guidance_scale=sheet.guidance,
            generator=[torch.Generator("cpu").manual_seed(wish.seed) for wish in wishes],
            callback_on_step_end=after,
            **family.drawing(pipe),
        )
    return [picture.convert("RGB") for picture in drawn.images]


def sample(pipe: Any, wish: Wish, sheet: Sheet = SHEET, *, on_step: OnStep | None = None) -> Image.Image:
    """One picture, the same for the same base, adapters and arguments on one machine; raises as `sample_batch`."""
    return sample_batch(pipe, [wish], sheet, on_step=on_step)[0]


@torch.no_grad()
def _look(pipe: Any, before: Tensor | None, latents: Tensor, index: int) -> list[Image.Image]:
    """The pictures as now predicted, decoded small where the grid is large."""
    clean = family_of(pipe).guess(pipe, before, latents, index)
    factor = pipe.vae_scale_factor
    full = (clean.shape[-1] * factor, clean.shape[-2] * factor)
    if max(clean.shape[-2:]) > PREVIEW_GRID:
        scale = PREVIEW_GRID / max(clean.shape[-2:])
        small = (max(1, round(clean.shape[-2] * scale)), max(1, round(clean.shape[-1] * scale)))
        clean = F.interpolate(clean, size=small, mode="area")
    pixels = decode_latents(pipe, clean)
    pictures: list[Image.Image] = pipe.image_processor.postprocess(pixels, output_type="pil")
    return [picture.convert("RGB").resize(full, Image.Resampling.BILINEAR) for picture in pictures]
