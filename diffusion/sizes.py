"""How many numbers an adapter has, and how many of them a round sends, by the shapes of the layers alone.

The full-sized models are built without weights (torch's meta device), from the sizes that their own configurations
state: Stable Diffusion 1.5 and SDXL 1.0 (unet/config.json), Stable Diffusion 3.5 Large (transformer/config.json).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import SD3Transformer2DModel, UNet2DConditionModel

from diffusion.families import FAMILIES


@dataclass(frozen=True)
class Layer:
    """One layer that an adapter sits on: numbers in and out of it (a convolution's kernel counts to what goes in)."""

    name: str
    inputs: int
    outputs: int


def layers(model: torch.nn.Module, targets: Sequence[str]) -> list[Layer]:
    """The layers whose names end with a target, as peft finds them."""
    found = []
    for name, part in model.named_modules():
        if any(name == target or name.endswith(f".{target}") for target in targets):
            weight = getattr(part, "weight", None)
            if isinstance(part, torch.nn.Linear | torch.nn.Conv2d) and weight is not None:
                found.append(Layer(name, weight[0].numel(), weight.shape[0]))
    return found


def sent(sites: Sequence[Layer], kind: str, rank: int) -> int:
    """Numbers that one artist sends in one round: "lora" A and B, "ffa" B, "alternating" one of them in turn (the
    larger), "core" r x r a layer."""
    a, b = sum(rank * site.inputs for site in sites), sum(rank * site.outputs for site in sites)
    return {"lora": a + b, "ffa": b, "alternating": max(a, b), "core": rank * rank * len(sites)}[kind]


def _sd15() -> Any:
    return UNet2DConditionModel(
        sample_size=64,
        block_out_channels=(320, 640, 1280, 1280),
        cross_attention_dim=768,
        attention_head_dim=8,
    )


def _sdxl() -> Any:
    return UNet2DConditionModel(
        sample_size=128,
        block_out_channels=(320, 640, 1280),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 2, 10),
        attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
        use_linear_projection=True,
    )


def _sd35_large() -> Any:
    return SD3Transformer2DModel(
        sample_size=128,
        in_channels=16,
        out_channels=16,
        num_layers=38,
        attention_head_dim=64,
        num_attention_heads=38,
        joint_attention_dim=4096,
        caption_projection_dim=2432,
        pooled_projection_dim=2048,
        pos_embed_max_size=192,
        qk_norm="rms_norm",
    )


@dataclass(frozen=True)
class Known:
    """A full-sized model: how it is called, and its denoiser without weights."""

    name: str
    family: int
    build: Callable[[], Any]

    def denoiser(self) -> Any:
        """Shapes only: nothing is allocated."""
        with torch.device("meta"):
            return self.build()

    def targets(self) -> tuple[str, ...]:
        """What an adapter on it sits on by default: it is a large one."""
        return FAMILIES[self.family].attention_targets


KNOWN = (
    Known("Stable Diffusion 1.5", 0, _sd15),
    Known("SDXL 1.0", 1, _sdxl),
    Known("Stable Diffusion 3.5 Large", 2, _sd35_large),
)
