"""Draws a picture for a prompt, step by step, with previews, and stops when told to."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import StableDiffusionPipeline
from PIL import Image
from torch import Tensor

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
    pipe: StableDiffusionPipeline,
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
    side = params.size or default_size(pipe)
    if side % pipe.vae_scale_factor:
        raise ValueError(f"size {side}: this base draws multiples of {pipe.vae_scale_factor} pixels")
    if should_stop is not None and should_stop():
        raise Cancelled(None)

    def after(_: Any, index: int, time: Any, kept: dict[str, Any]) -> dict[str, Any]:
        step = index + 1
        if should_stop is not None and should_stop():
            raise Cancelled(_preview(pipe, kept["latents"], side))
        if on_step is not None:
            due = preview_every > 0 and step % preview_every == 0 and step < params.steps
            on_step(step, params.steps, _preview(pipe, kept["latents"], side) if due else None)
        return kept

    with warnings.catch_warnings():  # diffusers hands tensors to numpy in a way that numpy 2 deprecates
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        drawn = pipe(
            params.prompt,
            negative_prompt=params.negative_prompt,
            height=side,
            width=side,
            num_inference_steps=params.steps,
            guidance_scale=params.guidance,
            generator=torch.Generator("cpu").manual_seed(params.seed),
            callback_on_step_end=after,
        )
    picture: Image.Image = drawn.images[0].convert("RGB")
    return picture


@torch.no_grad()
def _preview(pipe: StableDiffusionPipeline, latents: Tensor, side: int) -> Image.Image:
    """The clean picture as now predicted (DPM-Solver++ keeps it), decoded small where the grid is large."""
    kept = [x for x in getattr(pipe.scheduler, "model_outputs", []) if x is not None]
    clean = kept[-1] if kept else latents
    if clean.shape[-1] > PREVIEW_GRID:
        clean = F.interpolate(clean, size=(PREVIEW_GRID, PREVIEW_GRID), mode="area")
    pixels = pipe.vae.decode(clean / pipe.vae.config.scaling_factor).sample
    picture: Image.Image = pipe.image_processor.postprocess(pixels, output_type="pil")[0]
    return picture.convert("RGB").resize((side, side), Image.Resampling.BILINEAR)
