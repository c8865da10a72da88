"""The parts of the shipped base and their sizes: a miniature Stable Diffusion of 128 x 128 pictures.

The classes are those of Stable Diffusion, unmodified, so that the embedded base and a checkpoint from a hub
go through one code path. Latents are 8 x 16 x 16 with unit standard deviation per channel.
"""

from typing import Any

from diffusers import (
    AutoencoderKL,
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

SIZE = 128
LATENTS = 8
GRID = 16
WORDS = 16
"""Tokens of a caption, start and end included."""
VOCABULARY = 2000

SCHEDULE: dict[str, Any] = {
    "num_train_timesteps": 1000,
    "beta_schedule": "squaredcos_cap_v2",
    "prediction_type": "v_prediction",
}


def autoencoder() -> AutoencoderKL:
    """1.65 M parameters, eight-fold reduction: 3 x 128 x 128 in [-1, 1] <-> 8 x 16 x 16."""
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(16, 32, 64, 96),
        layers_per_block=1,
        latent_channels=LATENTS,
        norm_num_groups=8,
        sample_size=SIZE,
        mid_block_add_attention=False,
        scaling_factor=1.0,
    )


def unet() -> UNet2DConditionModel:
    """4.2 M parameters; `attention_head_dim` is the number of heads, as it is in Stable Diffusion 1."""
    return UNet2DConditionModel(
        sample_size=GRID,
        in_channels=LATENTS,
        out_channels=LATENTS,
        layers_per_block=1,
        block_out_channels=(32, 64, 128),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=128,
        attention_head_dim=[2, 4, 4],
        norm_num_groups=8,
    )


def text_encoder(vocabulary: int = VOCABULARY) -> CLIPTextModel:
    """0.5 M parameters: two layers of width 128 over at most 16 tokens."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=128,
            intermediate_size=256,
            projection_dim=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=WORDS,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
        )
    )


def sampler() -> DPMSolverMultistepScheduler:
    """The scheduler that is saved with the base."""
    return DPMSolverMultistepScheduler(**SCHEDULE, timestep_spacing="trailing", steps_offset=1)


def assemble(
    *, vae: AutoencoderKL, text_encoder: CLIPTextModel, tokenizer: CLIPTokenizer, unet: UNet2DConditionModel
) -> StableDiffusionPipeline:
    """The parts as a pipeline that can be drawn with and saved."""
    return StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=sampler(),
        safety_checker=None,
        feature_extractor=None,
        image_encoder=None,
        requires_safety_checker=False,
    )
