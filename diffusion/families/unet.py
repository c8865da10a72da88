"""Stable Diffusion 1.x and 2.x, and SDXL: a UNet predicts the noise (or v) in a noised latent."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline
from torch import Tensor

from diffusion.families.family import ATTENTION, Family, spread
from diffusion.families.words import Words

UNET_TARGETS = (
    *ATTENTION, "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2",
    "conv1", "conv2", "conv_shortcut", "time_emb_proj",
)  # fmt: skip


class StableDiffusion(Family):
    """Stable Diffusion 1.x and 2.x."""

    pipeline = StableDiffusionPipeline
    part = "unet"
    every_target = UNET_TARGETS

    def sampler(self, pipe: Any) -> Any:
        """DPM-Solver++ with trailing times: few steps are enough."""
        return DPMSolverMultistepScheduler.from_config(pipe.scheduler.config, timestep_spacing="trailing")

    def words(self, pipe: Any, captions: Sequence[str]) -> Words:
        """States of the one text encoder."""
        return Words(pipe.encode_prompt(list(captions), pipe.device, 1, False)[0])

    def loss(self, pipe: Any, model: Any, latents: Tensor, words: Words, random: torch.Generator) -> Tensor:
        """Of the noise, or of v, as the base has it."""
        many, last = len(latents), pipe.scheduler.config.num_train_timesteps
        noise = torch.randn(latents.shape, generator=random).to(latents)
        times = (spread(many, random) * last).long().clamp_max(last - 1)
        signal = pipe.scheduler.alphas_cumprod[times].view(-1, 1, 1, 1).to(latents)
        noised = signal.sqrt() * latents + (1 - signal).sqrt() * noise
        more = self._conditions(pipe, latents, words)
        guess = model(noised, times.to(latents.device), words.states, **more).sample
        if pipe.scheduler.config.prediction_type == "v_prediction":
            return F.mse_loss(guess.float(), (signal.sqrt() * noise - (1 - signal).sqrt() * latents).float())
        return F.mse_loss(guess.float(), noise.float())

    def guess(self, pipe: Any, before: Tensor | None, after: Tensor, index: int) -> Tensor:
        """DPM-Solver++ keeps its predictions of the clean latents."""
        kept = [x for x in getattr(pipe.scheduler, "model_outputs", []) if x is not None]
        clean: Tensor = kept[-1] if kept else after
        return clean

    def _conditions(self, pipe: Any, latents: Tensor, words: Words) -> dict[str, Any]:
        return {}


class StableDiffusionXL(StableDiffusion):
    """SDXL: two text encoders, a pooled state, and the picture's size as a condition."""

    pipeline = StableDiffusionXLPipeline

    def words(self, pipe: Any, captions: Sequence[str]) -> Words:
        """States of both text encoders, and the pooled state of the second."""
        states, _, pooled, _ = pipe.encode_prompt(
            list(captions), device=pipe.device, do_classifier_free_guidance=False
        )
        return Words(states, pooled)

    def no_words(self, pipe: Any) -> Words:
        """Zeros where the base was trained so (`force_zeros_for_empty_prompt`)."""
        empty = self.words(pipe, [""])
        if pipe.config.force_zeros_for_empty_prompt and empty.pooled is not None:
            return Words(torch.zeros_like(empty.states), torch.zeros_like(empty.pooled))
        return empty

    def _conditions(self, pipe: Any, latents: Tensor, words: Words) -> dict[str, Any]:
        """Pictures are whole and uncropped: their size is the one that is drawn (SDXL, section 2.2)."""
        side = latents.shape[-1] * pipe.vae_scale_factor
        ids = torch.tensor([[side, side, 0, 0, side, side]], device=latents.device, dtype=words.states.dtype)
        return {"added_cond_kwargs": {"text_embeds": words.pooled, "time_ids": ids.repeat(len(latents), 1)}}
