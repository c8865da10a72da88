"""A base of random weights, small enough that a test can train and draw with it in milliseconds."""

import json
import string
from pathlib import Path

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from diffusion.base.shapes import assemble

WORDS = 16
GRID = 8
"""Latents a side: 64 pixels, as the autoencoder reduces eight-fold."""


def write_tiny_base(folder: Path, *, seed: int = 0) -> Path:
    """Writes a base of the classes of the shipped one, some 500 kB; the same `seed` gives the same
    weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        tokenizer = _tokenizer(folder / "tokenizer")
        pipe: StableDiffusionPipeline = assemble(
            vae=_autoencoder(), text_encoder=_text(len(tokenizer)), tokenizer=tokenizer, unet=_unet()
        )
    pipe.save_pretrained(str(folder), safe_serialization=True)
    return folder


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


def _autoencoder() -> AutoencoderKL:
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=8 * GRID,
        mid_block_add_attention=False,
        scaling_factor=1.0,
    )


def _text(vocabulary: int) -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=16,
            intermediate_size=32,
            projection_dim=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=WORDS,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
        )
    )


def _unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=GRID,
        in_channels=4,
        out_channels=4,
        layers_per_block=1,
        block_out_channels=(8, 16),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=2,
        norm_num_groups=4,
    )
