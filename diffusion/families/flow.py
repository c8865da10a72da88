"""Stable Diffusion 3: a transformer predicts the flow from noise to picture (Esser et al. 2024, sections 2 and 3.1)."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import StableDiffusion3Pipeline
from torch import Tensor

from diffusion.families.family import ATTENTION, Family, spread
from diffusion.families.words import Words

T5_TOKENS = 128
"""Tokens of the third text encoder, in training and drawing alike; a prompt has at most 500 characters."""
EDGE = 1e-4
"""Times are drawn from a normal distribution's quantiles; the outermost would be infinite."""


class StableDiffusion3(Family):
    """Stable Diffusion 3 and 3.5; the third text encoder (T5) may be missing."""

    pipeline = StableDiffusion3Pipeline
    part = "transformer"
    attention_targets = (*ATTENTION, "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")
    every_target = (
        *attention_targets,
        "ff.net.0.proj",
        "ff.net.2",
        "ff_context.net.0.proj",
        "ff_context.net.2",
    )

    def grid(self, pipe: Any) -> int:
        """The transformer reads patches of latents."""
        return int(pipe.vae_scale_factor * pipe.transformer.config.patch_size)

    def words(self, pipe: Any, captions: Sequence[str]) -> Words:
        """States of all text encoders, one after the other, and the pooled states of the first two."""
        states, _, pooled, _ = pipe.encode_prompt(
            list(captions), None, None, device=pipe.device, do_classifier_free_guidance=False,
            max_sequence_length=T5_TOKENS,
        )  # fmt: skip
        return Words(states, pooled)

    def loss(self, pipe: Any, model: Any, latents: Tensor, words: Words, random: torch.Generator) -> Tensor:
        """Of the flow (noise minus picture), at logit-normal times shifted as the base's scheduler shifts them."""
        config = pipe.scheduler.config
        noise = torch.randn(latents.shape, generator=random).to(latents)
        even = spread(len(latents), random).clamp(EDGE, 1 - EDGE)
        share = torch.sigmoid(torch.special.ndtri(even))
        share = config.shift * share / (1 + (config.shift - 1) * share)
        level = share.view(-1, 1, 1, 1).to(latents)
        guess = model(
            hidden_states=(1 - level) * latents + level * noise,
            timestep=(share * config.num_train_timesteps).to(latents),
            encoder_hidden_states=words.states,
            pooled_projections=words.pooled,
        ).sample
        return F.mse_loss(guess.float(), (noise - latents).float())

    def drawing(self, pipe: Any) -> dict[str, Any]:
        """As many tokens as in training."""
        return {"max_sequence_length": T5_TOKENS}

    def guess(self, pipe: Any, before: Tensor | None, after: Tensor, index: int) -> Tensor:
        """A step moves along the flow: from the two ends of one step follows where the flow leads."""
        level = pipe.scheduler.sigmas
        if before is None or index + 1 >= len(level):
            return after
        step = float(level[index + 1] - level[index])
        return after - float(level[index + 1]) * (after - before) / step
