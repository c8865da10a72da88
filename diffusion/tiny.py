"""Bases of random weights, one of each family, so small that a test trains and draws with them in milliseconds."""

import json
import string
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    T5Config,
    T5EncoderModel,
    T5TokenizerFast,
)

from diffusion.base.shapes import assemble

WORDS = 16
GRID = 8
"""Latents a side: 64 pixels, as the autoencoder reduces eight-fold."""


WIDTH = 16
FAMILIES = ("sd", "sdxl", "sd3")


def write_tiny_base(folder: Path, *, seed: int = 0, family: str = "sd") -> Path:
    """Writes a base of the classes of Stable Diffusion 1 ("sd": those of the shipped base), SDXL ("sdxl") or Stable
    Diffusion 3 ("sd3"), 200 to 500 kB; the same `seed` gives the same weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        tokenizer = _tokenizer(folder / "tokenizer")
        pipe = {"sd": _sd, "sdxl": _sdxl, "sd3": _sd3}[family](tokenizer)
    pipe.save_pretrained(str(folder), safe_serialization=True)
    return folder


def _sd(tokenizer: CLIPTokenizer) -> StableDiffusionPipeline:
    pipe: StableDiffusionPipeline = assemble(
        vae=_autoencoder(),
        text_encoder=CLIPTextModel(_text(len(tokenizer))),
        tokenizer=tokenizer,
        unet=_unet(),
    )
    return pipe


def _sdxl(tokenizer: CLIPTokenizer) -> StableDiffusionXLPipeline:
    ids, text = 6, _text(len(tokenizer))
    unet = _unet(
        cross_attention_dim=2 * WIDTH,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=ids * 8 + WIDTH,
        transformer_layers_per_block=1,
        use_linear_projection=True,
    )
    return StableDiffusionXLPipeline(
        vae=_autoencoder(),
        text_encoder=CLIPTextModel(text),
        text_encoder_2=CLIPTextModelWithProjection(text),
        tokenizer=tokenizer,
        tokenizer_2=tokenizer,
        unet=unet,
        scheduler=EulerDiscreteScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012),
        add_watermarker=False,
    )


def _sd3(tokenizer: CLIPTokenizer) -> StableDiffusion3Pipeline:
    text, letters = _text(len(tokenizer)), list(string.ascii_lowercase + string.digits)
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -1.0), *((one, -2.0) for one in letters)]
    t5 = T5TokenizerFast(vocab=pieces, extra_ids=0)
    transformer = SD3Transformer2DModel(
        sample_size=GRID,
        patch_size=1,
        in_channels=4,
        out_channels=4,
        num_layers=2,
        attention_head_dim=8,
        num_attention_heads=2,
        joint_attention_dim=2 * WIDTH,
        caption_projection_dim=16,
        pooled_projection_dim=2 * WIDTH,
        pos_embed_max_size=2 * GRID,
    )
    encoder = T5Config(vocab_size=len(t5), d_model=2 * WIDTH, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
    return StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=_autoencoder(scaling_factor=1.5, shift_factor=0.1),
        text_encoder=CLIPTextModelWithProjection(text),
        tokenizer=tokenizer,
        text_encoder_2=CLIPTextModelWithProjection(text),
        tokenizer_2=tokenizer,
        text_encoder_3=T5EncoderModel(encoder),
        tokenizer_3=t5,
    )


def _tokenizer(folder: Path) -> CLIPTokenizer:
    """Spells every word letter by letter."""
    start, end = "<|startoftext|>", "<|endoftext|>"
    letters = string.ascii_lowercase + string.digits
    entries = [start, end, *letters, *(f"{c}</w>" for c in letters)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({entry: n for n, entry in enumerate(entries)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    config = {
        "tokenizer_class": "CLIPTokenizer", "model_max_length": WORDS,
        "bos_token": start, "eos_token": end, "unk_token": end, "pad_token": end,
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    tokenizer: CLIPTokenizer = CLIPTokenizer.from_pretrained(folder)
    return tokenizer


def _autoencoder(scaling_factor: float = 1.0, shift_factor: float | None = None) -> AutoencoderKL:
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=8 * GRID,
        mid_block_add_attention=False,
        scaling_factor=scaling_factor,
        shift_factor=shift_factor,
    )


def _text(vocabulary: int) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=WIDTH,
        intermediate_size=32,
        projection_dim=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=WORDS,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )


def _unet(**differences: Any) -> UNet2DConditionModel:
    sizes: dict[str, Any] = {
        "sample_size": GRID,
        "in_channels": 4,
        "out_channels": 4,
        "layers_per_block": 1,
        "block_out_channels": (8, 16),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "cross_attention_dim": WIDTH,
        "attention_head_dim": 2,
        "norm_num_groups": 4,
    }
    return UNet2DConditionModel(**{**sizes, **differences})
