"""Adapters (LoRA) on a base: the frozen factor A from a public seed, the trained factor B as plain arrays.

FFA-LoRA: every artist has the same A, so the average of the products BA is the product of the average of B
with A, and summing B is exact. A's rows are orthonormal and come from numpy and a hash, not from torch's
generator, whose stream is not promised across versions.
"""

import hashlib
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from numpy.typing import NDArray
from peft import LoraConfig
from peft.tuners.lora import LoraLayer
from peft.utils import get_peft_model_state_dict

Array = NDArray[np.float32]

ALL_TARGETS = (
    "to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2",
    "conv1", "conv2", "conv_shortcut", "time_emb_proj",
)  # fmt: skip
STRENGTH_MAX = 1.5
GRAIN = 2.0**-14
"""A is rounded to multiples of this, so that the last bit of a linear algebra library cannot show."""


@dataclass(frozen=True)
class LoraShape:
    """What an adapter is: `rank` 1 to 64, `alpha` (the product BA is scaled by alpha / rank), the `targets`
    by the end of the layer's name, and the public `seed` of A."""

    rank: int
    alpha: float
    targets: tuple[str, ...]
    seed: int

    def __post_init__(self) -> None:
        if not 1 <= self.rank <= 64 or not self.alpha > 0 or not self.targets or not 0 <= self.seed < 2**64:
            raise ValueError(f"{self} is no adapter: rank 1 to 64, alpha above 0, a target, seed below 2**64")


DEFAULT_SHAPE = LoraShape(rank=8, alpha=16.0, targets=ALL_TARGETS, seed=2024)


def attach(pipe: StableDiffusionPipeline, shape: LoraShape, *, name: str) -> None:
    """Adds the adapter `name` to the UNet at strength 1; it changes nothing yet (B = 0). Others keep their
    strength.

    Raises ValueError for a name that is taken or is not of letters, digits, "-" and "_", or targets not in
    this base.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        raise ValueError(f"{name!r} cannot name an adapter: use 1 to 64 letters, digits, '-' or '_'.")
    before = strengths(pipe)
    if name in before:
        raise ValueError(f"This base already has an adapter called {name!r}; detach it first.")
    config = LoraConfig(r=shape.rank, lora_alpha=shape.alpha, target_modules=list(shape.targets))
    with warnings.catch_warnings():  # peft warns that there is a first adapter when a second one comes
        warnings.simplefilter("ignore")
        pipe.unet.add_adapter(config, adapter_name=name)
    for tensor, factor in _factors(pipe, name, "lora_A"):
        factor.data.copy_(torch.from_numpy(public_a(tensor, tuple(factor.shape), seed=shape.seed)))
    for _, factor in _factors(pipe, name, "lora_B"):
        factor.data.zero_()
    set_strengths(pipe, {**before, name: 1.0})
    for _, factor in _factors(pipe, name, "lora_B"):
        factor.requires_grad_(True)


def detach(pipe: StableDiffusionPipeline, *, name: str) -> None:
    """Removes the adapter `name`; the others keep their strength."""
    rest = {k: v for k, v in strengths(pipe).items() if k != name}
    _known(pipe, name)
    pipe.unet.delete_adapters(name)
    if rest:
        set_strengths(pipe, rest)


def public_a(tensor: str, shape: tuple[int, ...], *, seed: int) -> Array:
    """The frozen factor of the tensor called `tensor`: the first axis counts rows, which are orthonormal to
    1e-3.

    Raises ValueError where there are more rows (the rank) than the layer has inputs.
    """
    rows, width = shape[0], int(np.prod(shape[1:]))
    if rows > width:
        raise ValueError(f"rank {rows} is too high for {tensor}, which has {width} inputs")
    digest = hashlib.sha256(f"fedart/A/1\n{seed}\n{tensor}".encode()).digest()
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest)))
    q, r = np.linalg.qr(generator.standard_normal((width, rows)))
    q = q * np.sign(np.diag(r))  # a library may choose either sign: fix it
    grained = np.round(q.T / GRAIN) * GRAIN
    return np.ascontiguousarray(grained.reshape(shape), dtype=np.float32)


def b_spec(pipe: StableDiffusionPipeline, *, name: str) -> list[tuple[str, tuple[int, ...]]]:
    """Names and shapes of the B factors, sorted by name: the whole of what is shared with a round."""
    return [(tensor, tuple(factor.shape)) for tensor, factor in _factors(pipe, name, "lora_B")]


def read_b(pipe: StableDiffusionPipeline, *, name: str) -> dict[str, Array]:
    """Copies of the B factors in fp32, in the order of `b_spec`."""
    return {t: f.detach().float().cpu().numpy().copy() for t, f in _factors(pipe, name, "lora_B")}


def write_b(pipe: StableDiffusionPipeline, tensors: Mapping[str, NDArray[Any]], *, name: str) -> None:
    """Replaces the B factors. Raises ValueError, and changes nothing, unless exactly the tensors of `b_spec`
    come with exactly their shapes and finite numbers."""
    factors = dict(_factors(pipe, name, "lora_B"))
    if set(tensors) != set(factors):
        odd = sorted(set(tensors) ^ set(factors))[0]
        raise ValueError(
            f"This adapter does not fit: {odd!r} is on one side only. Was it made for another base?"
        )
    for tensor, factor in factors.items():
        if tuple(np.shape(tensors[tensor])) != tuple(factor.shape):
            raise ValueError(
                f"{tensor} should have the shape {tuple(factor.shape)}, not {np.shape(tensors[tensor])}"
            )
        if not np.isfinite(tensors[tensor]).all():
            raise ValueError(f"{tensor} holds numbers that are not finite")
    for tensor, factor in factors.items():
        factor.data.copy_(torch.from_numpy(np.array(tensors[tensor], dtype=np.float32)))


def strengths(pipe: StableDiffusionPipeline) -> dict[str, float]:
    """Every attached adapter with its present strength (0 where it is switched off)."""
    for layer in _layers(pipe):
        on = set(layer.active_adapters)
        return {
            n: layer.scaling[n] * layer.r[n] / layer.lora_alpha[n] if n in on else 0.0 for n in layer.lora_A
        }
    return {}


def set_strengths(pipe: StableDiffusionPipeline, strengths: Mapping[str, float]) -> None:
    """Sets the strength of every attached adapter, 0.0 (as if it were not there) to 1.5.

    All must be named: an adapter that is forgotten would be switched off silently. Nothing is trainable
    afterwards.
    """
    attached = {n for layer in _layers(pipe) for n in layer.lora_A}
    if set(strengths) != attached:
        raise ValueError(
            f"Name every adapter: {sorted(attached)} are attached, {sorted(strengths)} were given."
        )
    for name, value in strengths.items():
        if not 0.0 <= value <= STRENGTH_MAX:
            raise ValueError(f"The strength of {name!r} is {value}; it goes from 0.0 to {STRENGTH_MAX}.")
    if strengths:
        pipe.unet.set_adapters(list(strengths), [float(v) for v in strengths.values()])
    pipe.unet.requires_grad_(False)  # set_adapters turns gradients on, for A too


def trainable(pipe: StableDiffusionPipeline, *, name: str) -> list[torch.nn.Parameter]:
    """Makes B of `name`, and nothing else in the base, trainable, and returns it. Raises ValueError if
    unknown."""
    pipe.unet.requires_grad_(False)
    factors = [factor for _, factor in _factors(pipe, name, "lora_B")]
    for factor in factors:
        factor.requires_grad_(True)
    return factors


def save_diffusers(pipe: StableDiffusionPipeline, folder: Path, *, name: str) -> Path:
    """Writes A, B and alpha as one safetensors file that plain `pipe.load_lora_weights` reads; returns its
    path."""
    _known(pipe, name)
    StableDiffusionPipeline.save_lora_weights(
        str(folder),
        unet_lora_layers=get_peft_model_state_dict(pipe.unet, adapter_name=name),
        unet_lora_adapter_metadata=pipe.unet.peft_config[
            name
        ].to_dict(),  # without it alpha / rank would become 1
        safe_serialization=True,
    )
    return folder / "pytorch_lora_weights.safetensors"


def _layers(pipe: StableDiffusionPipeline) -> Iterator[LoraLayer]:
    return (m for m in pipe.unet.modules() if isinstance(m, LoraLayer))


def _known(pipe: StableDiffusionPipeline, name: str) -> None:
    if name not in strengths(pipe):
        raise ValueError(f"No adapter called {name!r} is attached; there are {sorted(strengths(pipe))}.")


def _factors(pipe: StableDiffusionPipeline, name: str, factor: str) -> list[tuple[str, torch.nn.Parameter]]:
    """The factors of one adapter by the name of their tensor without the adapter's own name, sorted."""
    _known(pipe, name)
    end = f".{factor}.{name}.weight"
    found = [(n, p) for n, p in pipe.unet.named_parameters() if n.endswith(end)]
    return sorted((n.removesuffix(end) + f".{factor}.weight", p) for n, p in found)
