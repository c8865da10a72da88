"""Draws a picture for a prompt, step by step, with previews, and stops when told to."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from diffusion.families import family_of
from diffusion.latents import decode_latents
from diffusion.load import default_size

MAX_STEPS = 100
MAX_GUIDANCE = 20.0
MAX_PROMPT = 500
MAX_SIDE = 1024
PREVIEW_GRID = 32
"""Previews are decoded from at most so many latents a side: a large base must not spend its time on them."""


@dataclass(frozen=True)
class SampleParams:
    """Everything that decides a picture, beside the base and the adapters' strengths.

    `seed` 0 to 2**63 - 1, `steps` 1 to 100, `guidance` 0 to 20 (1 and below: none), `size` a side in pixels
    or None for the base's own, prompts of at most 500 characters. Raises ValueError outside these.
    """

    prompt: str
    seed: int
    steps: int = 16
    guidance: float = 4.0
    size: int | None = None
    negative_prompt: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed {self.seed}: a seed is a whole number from 0 to 2**63 - 1")
        if not 1 <= self.steps <= MAX_STEPS or not 0 <= self.guidance <= MAX_GUIDANCE:
            raise ValueError(f"steps go from 1 to {MAX_STEPS}, guidance from 0 to {MAX_GUIDANCE}")
        if max(len(self.prompt), len(self.negative_prompt)) > MAX_PROMPT:
            raise ValueError(f"a prompt has at most {MAX_PROMPT} characters")
        if self.size is not None and not 8 <= self.size <= MAX_SIDE:
            raise ValueError(f"size {self.size}: a side has 8 to {MAX_SIDE} pixels")


class Cancelled(Exception):
    """The drawing was stopped; `preview` is what the picture had become (None before the first step)."""

    def __init__(self, preview: Image.Image | None) -> None:
        super().__init__("the drawing was cancelled")
        self.preview = preview


def sample(
    pipe: Any,
    params: SampleParams,
    *,
    on_step: Callable[[int, int, Image.Image | None], None] | None = None,
    preview_every: int = 4,
    should_stop: Callable[[], bool] | None = None,
) -> Image.Image:
    """One RGB picture; the same for the same base, strengths and params on one machine.

    `on_step(step, steps, preview)` after each step, counted from 1; every `preview_every` steps (0: never),
    but not after the last, it gets the picture as predicted so far. Raises Cancelled when `should_stop()` is
    true, and ValueError for a size that this base cannot draw.
    """
    family, side = family_of(pipe), params.size or default_size(pipe)
    if side % family.grid(pipe):
        raise ValueError(f"size {side}: this base draws multiples of {family.grid(pipe)} pixels")
    if should_stop is not None and should_stop():
        raise Cancelled(None)

    last: list[Tensor | None] = [None]

    def preview(index: int, latents: Tensor) -> Image.Image:
        return _preview(pipe, family.guess(pipe, last[0], latents, index), side)

    def after(_: Any, index: int, time: Any, kept: dict[str, Any]) -> dict[str, Any]:
        step, latents = index + 1, kept["latents"]
        if should_stop is not None and should_stop():
            raise Cancelled(preview(index, latents))
        if on_step is not None:
            due = preview_every > 0 and step % preview_every == 0 and step < params.steps
            on_step(step, params.steps, preview(index, latents) if due else None)
        last[0] = latents
        return kept

    with warnings.catch_warnings():  # diffusers hands tensors to numpy in a way that numpy 2 deprecates
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        drawn = pipe(
            params.prompt,
            negative_prompt=params.negative_prompt or None,
            height=side,
            width=side,
            num_inference_steps=params.steps,
            guidance_scale=params.guidance,
            generator=torch.Generator("cpu").manual_seed(params.seed),
            callback_on_step_end=after,
            **family.drawing(pipe),
        )
    picture: Image.Image = drawn.images[0].convert("RGB")
    return picture


@torch.no_grad()
def _preview(pipe: Any, clean: Tensor, side: int) -> Image.Image:
    """The picture as now predicted, decoded small where the grid is large."""
    if clean.shape[-1] > PREVIEW_GRID:
        clean = F.interpolate(clean, size=(PREVIEW_GRID, PREVIEW_GRID), mode="area")
    picture: Image.Image = pipe.image_processor.postprocess(decode_latents(pipe, clean), output_type="pil")[0]
    return picture.convert("RGB").resize((side, side), Image.Resampling.BILINEAR)
