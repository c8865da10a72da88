"""Pictures to latents and back, whatever the autoencoder's scale and shift."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diffusion.dataset import Example, load_example
from diffusion.load import default_size

ENCODE_AT_ONCE = 16


@torch.no_grad()
def encode_pictures(pipe: Any, examples: Sequence[Example]) -> Tensor:
    """Latents of the pictures, N x channels x grid x grid, on the base's device, scaled as the denoiser wants them.

    Raises FolderError for a picture that cannot be read or is another than its hash says.
    """
    size, parts, scale, shift = default_size(pipe), [], *_scaling(pipe)
    with _precise(pipe.vae):
        for at in range(0, len(examples), ENCODE_AT_ONCE):
            pictures = [np.asarray(load_example(e, size)) for e in examples[at : at + ENCODE_AT_ONCE]]
            pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).to(pipe.device, pipe.vae.dtype)
            parts.append((pipe.vae.encode(pixels / 127.5 - 1).latent_dist.mode() - shift) * scale)
    return torch.cat(parts)


@torch.no_grad()
def decode_latents(pipe: Any, latents: Tensor) -> Tensor:
    """Pixels in [-1, 1], N x 3 x side x side."""
    scale, shift = _scaling(pipe)
    with _precise(pipe.vae):
        pixels: Tensor = pipe.vae.decode((latents / scale + shift).to(pipe.vae.dtype)).sample
    return pixels


def _scaling(pipe: Any) -> tuple[float, float]:
    config = pipe.vae.config
    return float(config.scaling_factor), float(getattr(config, "shift_factor", None) or 0.0)


@contextmanager
def _precise(vae: Any) -> Iterator[None]:
    """An autoencoder in fp16 may overflow (SDXL's does): it works in fp32 for as long as this lasts."""
    half = vae.dtype is torch.float16
    if half:
        vae.to(torch.float32)
    try:
        yield
    finally:
        if half:
            vae.to(torch.float16)
