"""The diffusion loss, shared by training and measuring: noise a latent, ask the UNet, compare."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import StableDiffusionPipeline
from torch import Tensor

from diffusion.dataset import Example, load_example
from diffusion.load import default_size

ENCODE_AT_ONCE = 16


@torch.no_grad()
def encode_pictures(pipe: StableDiffusionPipeline, examples: Sequence[Example]) -> Tensor:
    """Latents of the pictures, N x channels x grid x grid, on the base's device, scaled as the UNet wants
    them."""
    size, parts = default_size(pipe), []
    for at in range(0, len(examples), ENCODE_AT_ONCE):
        pictures = [np.asarray(load_example(e, size)) for e in examples[at : at + ENCODE_AT_ONCE]]
        x = (
            torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).to(pipe.device, pipe.vae.dtype) / 127.5
            - 1
        )
        parts.append(pipe.vae.encode(x).latent_dist.mode() * pipe.vae.config.scaling_factor)
    return torch.cat(parts)


@torch.no_grad()
def encode_captions(pipe: StableDiffusionPipeline, captions: Sequence[str]) -> Tensor:
    """Text states of the captions, N x tokens x width, on the base's device."""
    tokens = pipe.tokenizer(
        list(captions),
        padding="max_length",
        truncation=True,
        max_length=pipe.tokenizer.model_max_length,
        return_tensors="pt",
    )
    states: Tensor = pipe.text_encoder(tokens.input_ids.to(pipe.device))[0]
    return states


def denoising_loss(
    pipe: StableDiffusionPipeline, latents: Tensor, states: Tensor, random: torch.Generator
) -> Tensor:
    """Mean squared error of the UNet's prediction (epsilon or v, as the base has it) for noised `latents`.

    Noise and times come from `random`, a CPU generator, whatever the device: the same draw everywhere. Times
    are spread evenly over the batch, which makes the loss of a small batch much less noisy than independent
    ones.
    """
    many, last = len(latents), pipe.scheduler.config.num_train_timesteps
    noise = torch.randn(latents.shape, generator=random).to(latents)
    places = (torch.randperm(many, generator=random) + torch.rand(many, generator=random)) / many
    times = (places * last).long().clamp_max(last - 1)
    signal = pipe.scheduler.alphas_cumprod[times].view(-1, 1, 1, 1).to(latents)
    guess = pipe.unet(
        signal.sqrt() * latents + (1 - signal).sqrt() * noise, times.to(latents.device), states
    ).sample
    if pipe.scheduler.config.prediction_type == "v_prediction":
        return F.mse_loss(guess, signal.sqrt() * noise - (1 - signal).sqrt() * latents)
    return F.mse_loss(guess, noise)
